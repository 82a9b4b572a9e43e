"""The library as the city published it: database versions laid over the shipped guides."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType

from pydantic import ValidationError
from sqlalchemy.orm import Session

from foundation.events.revisions import current_revision
from knowledge_base.entries import repository
from knowledge_base.entries.content import as_matter
from knowledge_base.entries.models import EntryVersion
from knowledge_base.library import Former, Library
from knowledge_base.policies.published import policies_in_force
from knowledge_base.policies.schema import PublishedPolicy
from knowledge_base.schema import Matter

logger = logging.getLogger(__name__)

REVISION = "knowledge"  # subject of the revision row that publishing bumps


@dataclass(frozen=True)
class Published:
    """What the database says on one day, read in one transaction."""

    revision: int
    day: date  # Asia/Shanghai
    matters: Mapping[str, Matter] = field(default_factory=dict)
    withdrawn: frozenset[str] = frozenset()  # expired by hand or past their last day
    lapsed: Mapping[str, Matter] = field(default_factory=dict)  # of these the latter
    # Withdrawn ones that name their successor.
    former: Mapping[str, Former] = field(default_factory=dict)
    unreadable: frozenset[str] = frozenset()  # published content that is no guide any more
    policies: Mapping[str, PublishedPolicy] = field(default_factory=dict)  # public, in force


@dataclass(frozen=True)
class Overlay:
    """The library to answer from."""

    library: Library
    # Published entries left out because they cannot be read or refer to nothing: what they
    # replaced may not come back in their place, so they are not answered until repaired.
    faulty: frozenset[str] = frozenset()


def published_on(session: Session, day: date) -> Published:
    """Return what is in force on ``day``."""
    revision = current_revision(session, REVISION)  # first: what follows is as new or newer
    versions: dict[str, list[EntryVersion]] = {}
    for version in repository.all_numbered(session):
        versions.setdefault(version.code, []).append(version)
    present = [one for each in versions.values() if (one := in_force(each, day))]
    withdrawn = frozenset(one.code for one in present if is_over(one, day))
    matters = _guides(session, [one for one in present if one.code not in withdrawn])
    unreadable = frozenset(one.code for one in present) - withdrawn - matters.keys()
    over = [one for one in present if one.code in withdrawn]
    left = _guides(session, [one for one in over if one.superseded_by or one.ended_on is None])
    former = {
        one.code: Former.of(left[one.code], one.superseded_by)
        for one in over
        if one.superseded_by and one.code in left
    }
    policies = policies_in_force(session, day)
    return Published(
        revision=revision,
        day=day,
        matters=matters,
        withdrawn=withdrawn,
        lapsed={one.code: left[one.code] for one in over if not one.ended_on and one.code in left},
        former=former,
        unreadable=unreadable | policies.unreadable,
        policies=policies.documents,
    )


def in_force(versions: Iterable[EntryVersion], day: date) -> EntryVersion | None:
    """Return the version that speaks for its entry on ``day``, though it may be over already.

    The one that took effect last; of one day the highest. A version that was expired before it
    took effect never did.
    """
    best: EntryVersion | None = None
    for one in versions:
        begins = one.in_force_from
        if begins is None or begins > day or (one.ended_on is not None and one.ended_on < begins):
            continue
        if best is None or _rank(one) > _rank(best):
            best = one
    return best


def _rank(one: EntryVersion) -> tuple[date, int]:
    return one.in_force_from or date.min, one.version or 0


def is_over(version: EntryVersion, day: date) -> bool:
    """Whether the version was expired by hand, or is past its last day."""
    return version.ended_on is not None or (
        version.expires_on is not None and version.expires_on < day
    )


def _guides(session: Session, versions: list[EntryVersion]) -> dict[str, Matter]:
    rows = {one.id: one for one in versions}
    matters: dict[str, Matter] = {}
    for row_id, content in repository.contents(session, list(rows)):
        row = rows[row_id]
        try:
            matters[row.code] = as_matter(content, row.version or 1)
        except ValidationError as error:
            faults = [".".join(map(str, one["loc"])) for one in error.errors(include_url=False)]
            logger.error(  # noqa: TRY400 -- the fields say it, a traceback adds nothing
                "published guide cannot be read: code=%s version=%s fields=%s",
                row.code,
                row.version,
                faults,
            )
    return matters


def lay_over(shipped: Library, published: Published) -> Overlay:
    """Return the shipped library with what was published over it; itself where nothing was.

    Guides and policy answers past their last day are left out, shipped ones too.
    """
    broken = frozenset(
        code for code, matter in published.matters.items() if _refers_to_nothing(matter, shipped)
    )
    faulty = published.unreadable | broken
    gone = published.withdrawn | faulty
    laid = {code: one for code, one in published.matters.items() if code not in gone}
    kept = {
        code: matter
        for code, matter in shipped.matters.items()
        if code not in gone and not is_past(matter, published.day)
    }
    # A changed guide keeps its place; a new one follows.
    order = [code for code in shipped.matters if code in kept or code in laid]
    order += sorted(laid.keys() - shipped.matters.keys())
    matters = {code: laid.get(code) or kept[code] for code in order}
    answers = shipped.policy_answers.in_force(published.day)
    past = {
        code: Former.of(matter, matter.superseded_by)
        for code, matter in shipped.matters.items()
        if code not in matters and code not in gone and matter.superseded_by
    }
    laid_over = replace(
        shipped,
        matters=MappingProxyType(matters),
        policy_answers=answers,
        policies=MappingProxyType(dict(published.policies)),
        former={**past, **published.former},
    )
    return Overlay(shipped if shipped.answers_alike(laid_over) else laid_over, faulty)


def _refers_to_nothing(matter: Matter, shipped: Library) -> bool:
    """Whether an answer could not be composed: the body or a service point is gone."""
    missing = [
        code for code in matter.location.service_points if code not in shipped.service_points
    ]
    if matter.department not in shipped.departments:
        missing.append(matter.department)
    if missing:
        logger.error("published guide refers to nothing: code=%s missing=%s", matter.code, missing)
    return bool(missing)


def is_past(matter: Matter, day: date) -> bool:
    """Whether a guide's last day lies before ``day``."""
    return matter.valid_to is not None and matter.valid_to < day
