"""Which guides need a look because of their age: what the knowledge desk's board shows."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from knowledge_base.entries.published import Published, is_past
from knowledge_base.library import Library
from knowledge_base.policy_answers.answers import PolicyAnswers
from knowledge_base.references import legal_references
from knowledge_base.schema import Matter

SOON = timedelta(days=60)  # time enough to ask the department, draft and review


@dataclass(frozen=True, slots=True)
class Ageing:
    """One guide with a day that matters."""

    code: str
    title: str
    department: str
    day: date


@dataclass(frozen=True, slots=True)
class LawOut:
    """A guide that rests on a law which is out of force."""

    code: str
    title: str
    law: str
    since: date
    successor: str | None


def expiring(library: Library, today: date) -> list[Ageing]:
    """Return the guides whose last day is near, the next one first."""
    found = [
        _ageing(one, one.valid_to)
        for one in library.matters.values()
        if one.valid_to is not None and one.valid_to <= today + SOON
    ]
    return sorted(found, key=lambda one: (one.day, one.code))


def lapsed(shipped: Library, published: Published) -> Library:
    """Return what nobody is answered with any more because its last day is past, and only that.

    What was ended by hand is not among it: somebody looked at it then.
    """
    spoken_for = published.matters.keys() | published.withdrawn | published.unreadable
    own = {
        code: one
        for code, one in shipped.matters.items()
        if code not in spoken_for and is_past(one, published.day)
    }
    answers = {
        code: one
        for code, one in shipped.policy_answers.answers.items()
        if one.valid_to is not None and one.valid_to < published.day
    }
    return replace(
        shipped, matters={**own, **published.lapsed}, policy_answers=PolicyAnswers(answers)
    )


def laws_out_of_force(library: Library, today: date) -> list[LawOut]:
    """Return each guide with each law it cites that is out of force, by code."""
    return sorted(_laws_out(library, today), key=lambda one: (one.code, one.law))


def _laws_out(library: Library, today: date) -> Iterator[LawOut]:
    for matter in library.matters.values():
        for title in dict.fromkeys(one.law for _, one in legal_references(matter)):
            law = library.laws.get(title)
            if law is not None and law.in_force_to is not None and law.in_force_to < today:
                code, name = matter.code, matter.title
                yield LawOut(code, name, title, law.in_force_to, law.superseded_by)


def oldest(library: Library, limit: int = 10) -> list[Ageing]:
    """Return the guides that rest on the oldest sources, the oldest first.

    The day is the one on which the source was read, or where that is not recorded the one from
    which the guide's rule holds.
    """
    dated = [
        _ageing(one, one.source.retrieved_on or one.valid_from) for one in library.matters.values()
    ]
    return sorted(dated, key=lambda one: (one.day, one.code))[:limit]


def _ageing(matter: Matter, day: date) -> Ageing:
    return Ageing(matter.code, matter.title, matter.department, day)
