"""Every query of pauses and extensions, and of the tickets whose clocks run."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from routing.ticket_clocks.models import Extension, ExtensionState, TicketPause
from routing.tickets.models import Assignment, AssignmentRole, Ticket
from routing.tickets.states import TicketState

# The resolve clock runs from registration to the lead's reply.
RUNNING = (
    TicketState.REGISTERED,
    TicketState.DISPATCHING,
    TicketState.DISPATCHED,
    TicketState.ACCEPTED,
    TicketState.HANDLING,
    TicketState.AWAITING_CITIZEN,
    TicketState.RETURNED,
    TicketState.REOPENED,
)
PAGE = 200


def pauses_of(session: Session, ticket_id: int) -> list[TicketPause]:
    """Return a ticket's pauses in order, the open one last."""
    query = select(TicketPause).where(TicketPause.ticket_id == ticket_id).order_by(TicketPause.id)
    return list(session.scalars(query))


def extensions_of(session: Session, ticket_id: int) -> list[Extension]:
    """Return every request for a ticket, in order."""
    query = select(Extension).where(Extension.ticket_id == ticket_id).order_by(Extension.id)
    return list(session.scalars(query))


def pending_extension(session: Session, ticket_id: int) -> Extension | None:
    """Return the request that waits for its decision."""
    query = select(Extension).where(
        Extension.ticket_id == ticket_id, Extension.state == ExtensionState.OPEN
    )
    return session.scalars(query).one_or_none()


def pending_extensions(session: Session, limit: int = PAGE) -> list[tuple[Extension, Ticket]]:
    """Return the requests to be decided, the earliest due ticket first."""
    query = (
        select(Extension, Ticket)
        .join(Ticket, Ticket.id == Extension.ticket_id)
        .where(Extension.state == ExtensionState.OPEN)
        .order_by(Ticket.resolve_due_at, Extension.id)
        .limit(limit)
    )
    return [(extension, ticket) for extension, ticket in session.execute(query)]


def extension_counts(session: Session) -> dict[str, tuple[int, int]]:
    """Return, by department, how many requests were late and how many repeated."""
    late = func.count().filter(Extension.late)
    repeated = func.count().filter(Extension.number > 1)
    query = select(Extension.department_code, late, repeated).group_by(Extension.department_code)
    return {code: (late, repeated) for code, late, repeated in session.execute(query)}


def running_numbers(
    session: Session, after: int = 0, due_from: datetime | None = None, limit: int = PAGE
) -> list[tuple[int, str]]:
    """Return key and number of tickets whose clock runs, by key; the next page follows ``after``.

    Args:
        session: reading.
        after: the last key of the page before.
        due_from: leave out those due before it, unless their due time is provisional.
        limit: how many.
    """
    query = (
        select(Ticket.id, Ticket.ticket_no)
        .where(Ticket.id > after, Ticket.state.in_(RUNNING))
        .order_by(Ticket.id)
        .limit(limit)
    )
    if due_from is not None:
        query = query.where(or_(Ticket.due_provisional, Ticket.resolve_due_at >= due_from))
    return [(key, number) for key, number in session.execute(query)]


def registered_between(
    session: Session, begin: datetime, end: datetime
) -> Iterator[tuple[Ticket, list[Assignment]]]:
    """Yield the tickets registered from ``begin`` to before ``end`` with their lead shares."""
    after = 0
    while True:
        query = (
            select(Ticket)
            .where(Ticket.id > after, Ticket.registered_at >= begin, Ticket.registered_at < end)
            .order_by(Ticket.id)
            .limit(PAGE)
        )
        tickets = list(session.scalars(query))
        if not tickets:
            return
        shares = _leads(session, [ticket.id for ticket in tickets])
        for ticket in tickets:
            yield ticket, [share for share in shares if share.ticket_id == ticket.id]
        after = tickets[-1].id


def _leads(session: Session, ticket_ids: Sequence[int]) -> list[Assignment]:
    query = (
        select(Assignment)
        .where(Assignment.ticket_id.in_(ticket_ids), Assignment.role == AssignmentRole.LEAD)
        .order_by(Assignment.id)
    )
    return list(session.scalars(query))
