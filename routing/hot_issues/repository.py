"""Every query of hot issues."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from routing.appeals.shielding import PENDING
from routing.duplicates.keys import matter_key, place_of
from routing.duplicates.models import DuplicateKey
from routing.hot_issues.clustering import Said
from routing.hot_issues.models import HotIssue, HotIssueRun, HotIssueState, HotIssueTicket
from routing.tickets.models import Ticket

_RUN = 1


def take_run(session: Session, now: datetime, before: datetime) -> bool:
    """Whether the work is this process's: nobody has begun it after ``before``."""
    insert_row = sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgresql_insert
    first = insert_row(HotIssueRun).values(id=_RUN, at=now).on_conflict_do_nothing()
    if session.execute(first.returning(HotIssueRun.id)).first() is not None:
        return True
    moved = (
        update(HotIssueRun)
        .where(HotIssueRun.id == _RUN, HotIssueRun.at <= before)
        .values(at=now)
        .returning(HotIssueRun.id)
        .execution_options(synchronize_session=False)
    )
    return session.execute(moved).first() is not None


def said_since(session: Session, since: datetime) -> list[Said]:
    """Return what was registered since then, the oldest first; merged ones count as well."""
    known = Ticket.registered_at >= since, Ticket.text != PENDING
    query = select(Ticket).where(*known).order_by(Ticket.id)
    return [
        Said(
            id=ticket.id,
            text=ticket.text,
            place=place_of(ticket),
            district=ticket.district,
            category_code=ticket.category_code or "",
            category=ticket.category,
            confidential=ticket.confidential,
            registered_at=ticket.registered_at,
        )
        for ticket in session.scalars(query.execution_options(yield_per=1000))
    ]


def count_of_matter(
    session: Session, place: str, matter: str, since: datetime, until: datetime
) -> int:
    """Return how many tickets of one matter at one place were registered in the time."""
    query = (
        select(func.count())
        .select_from(DuplicateKey)
        .join(Ticket, Ticket.id == DuplicateKey.ticket_id)
        .where(
            DuplicateKey.key == matter_key(place, matter),
            Ticket.registered_at >= since,
            Ticket.registered_at < until,
        )
    )
    return session.scalar(query) or 0


def count_of_category(
    session: Session, district: str | None, code: str, since: datetime, until: datetime
) -> int:
    """Return how many tickets of a category were registered in a district in the time."""
    query = select(func.count(Ticket.id)).where(
        Ticket.category_code == code,
        Ticket.registered_at >= since,
        Ticket.registered_at < until,
    )
    if district is not None:
        query = query.where(Ticket.district == district)
    return session.scalar(query) or 0


def members_of(session: Session, since: datetime) -> dict[int, set[int]]:
    """Return the tickets of every issue that has had one since then, by the issue."""
    query = (
        select(HotIssueTicket.issue_id, HotIssueTicket.ticket_id)
        .join(HotIssue, HotIssue.id == HotIssueTicket.issue_id)
        .where(HotIssue.last_at >= since)
    )
    found: dict[int, set[int]] = {}
    for issue_id, ticket_id in session.execute(query):
        found.setdefault(issue_id, set()).add(ticket_id)
    return found


def set_members(session: Session, issue_id: int, ticket_ids: Collection[int]) -> None:
    """Make these the issue's tickets."""
    session.execute(delete(HotIssueTicket).where(HotIssueTicket.issue_id == issue_id))
    rows = [{"issue_id": issue_id, "ticket_id": one} for one in sorted(ticket_ids)]
    session.execute(insert(HotIssueTicket), rows)


def issues(session: Session, states: Sequence[HotIssueState], limit: int) -> list[HotIssue]:
    """Return the issues in these states, the newest first."""
    query = (
        select(HotIssue)
        .where(HotIssue.state.in_(states))
        .order_by(HotIssue.last_at.desc(), HotIssue.id.desc())
        .limit(limit)
    )
    return list(session.scalars(query))


def numbers_of(session: Session, issue_ids: Collection[int]) -> dict[int, list[tuple[str, str]]]:
    """Return number and title of each issue's tickets, the newest first."""
    query = (
        select(HotIssueTicket.issue_id, Ticket.ticket_no, Ticket.title)
        .join(Ticket, Ticket.id == HotIssueTicket.ticket_id)
        .where(HotIssueTicket.issue_id.in_(issue_ids))
        .order_by(Ticket.id.desc())
    )
    found: dict[int, list[tuple[str, str]]] = {}
    for issue_id, number, title in session.execute(query):
        found.setdefault(issue_id, []).append((number, title))
    return found
