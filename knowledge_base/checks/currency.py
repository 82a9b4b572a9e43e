"""Laws and guides out of their time: no longer in force, or not yet."""

from collections.abc import Iterator
from datetime import date

from knowledge_base.checks.findings import Finding, Rule
from knowledge_base.checks.guides import Guides
from knowledge_base.checks.words import shown
from knowledge_base.library import Library
from knowledge_base.references import legal_references
from knowledge_base.schema import Law, Matter


def laws_not_in_force(guides: Guides, library: Library, today: date) -> Iterator[Finding]:
    """Yield each law, once a guide, that is not in force on ``today``.

    A guide that takes effect later is judged by its first day: it may rest on the law that takes
    effect with it.
    """
    for guide in guides:
        matter = guide.matter
        day = max(today, matter.valid_from)
        told: set[str] = set()
        for path, reference in legal_references(matter):
            law = library.laws.get(reference.law)
            if law is None or law.title in told:
                continue
            told.add(law.title)
            problem = law_problem(law, library, day)
            if problem is not None:
                message, repair = problem
                field = shown((*path, "law"))
                yield Finding(matter.code, field, message, repair, Rule.LAW_NOT_IN_FORCE)


def law_problem(law: Law, library: Library, day: date) -> tuple[str, str] | None:
    """Return what is wrong with resting on ``law`` on ``day``, and the repair; None: nothing."""
    if law.in_force_from is not None and law.in_force_from > day:
        until = f"《{law.title}》自 {law.in_force_from.isoformat()} 起才施行"
        return until, "施行前按现行规定写，新规定写成另日生效的版本"
    if _has_ended(law, library, day):
        return f"引用了已失效的《{law.title}》", f"按《{law.superseded_by}》核对并改写"
    return None


def _has_ended(law: Law, library: Library, day: date) -> bool:
    if law.in_force_to is not None:
        return law.in_force_to < day
    # No last day was written down: the law ends where its successor begins.
    successor = library.laws.get(law.superseded_by or "")
    started = None if successor is None else successor.in_force_from
    return started is not None and started <= day


def law_dates(library: Library) -> Iterator[Finding]:
    """Yield each law of ``city/laws/`` whose own dates cannot be true."""
    for law in library.laws.values():
        since, until = law.in_force_from, law.in_force_to
        if since is not None and until is not None and until < since:
            message = f"《{law.title}》的失效日期早于施行日期"
            yield Finding(law.title, "in_force_to", message, "核对两个日期", Rule.LAW_NOT_IN_FORCE)


def expired_entries(guides: Guides, library: Library, today: date) -> Iterator[Finding]:
    """Yield each guide that citizens should no longer be shown."""
    for guide in guides:
        matter = guide.matter
        if matter.valid_to is not None and matter.valid_to < today:
            yield Finding(
                matter.code,
                "valid_to",
                f"{matter.title} 的有效期到 {matter.valid_to.isoformat()} 为止",
                "核对是否延续：延续的改日期，不延续的下架",
                Rule.EXPIRED_ENTRY,
            )
        elif _is_replaced(matter, library, today):
            yield Finding(
                matter.code,
                "superseded_by",
                f"{matter.title} 已由 {matter.superseded_by} 取代，却没有写截止日期",
                "补上 valid_to，或把本事项下架",
                Rule.EXPIRED_ENTRY,
            )


def _is_replaced(matter: Matter, library: Library, today: date) -> bool:
    successor = library.matters.get(matter.superseded_by or "")
    return matter.valid_to is None and successor is not None and successor.valid_from <= today
