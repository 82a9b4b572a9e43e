"""Every query of tickets; what a department sees is scoped in SQL."""

from collections.abc import Collection

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from routing.schemas import AppealKind
from routing.tickets.errors import StaleVersionError, TicketNotFoundError
from routing.tickets.models import (
    Assignment,
    AssignmentRole,
    SendBack,
    SendBackState,
    Ticket,
    TicketEvent,
)
from routing.tickets.states import LEARNABLE, WITH_DEPARTMENT, TicketState

PAGE = 200


def locked_ticket(session: Session, ticket_no: str, version: int | None = None) -> Ticket:
    """Return the ticket with its row locked (on SQLite the whole transaction is).

    Args:
        session: a writing transaction.
        ticket_no: which.
        version: the one the reader loaded; ``None`` where nobody has read it before.

    Raises:
        TicketNotFoundError: there is none.
        StaleVersionError: it was changed since.
    """
    query = (
        select(Ticket)
        .where(Ticket.ticket_no == ticket_no)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    ticket = session.scalars(query).one_or_none()
    if ticket is None:
        raise TicketNotFoundError(ticket_no)
    _check_version(ticket, version)
    return ticket


def locked_share(
    session: Session, ticket_no: str, department_code: str | None, version: int | None = None
) -> tuple[Ticket, Assignment]:
    """Return the ticket, locked, with the department's active share of it.

    Raises:
        TicketNotFoundError: there is no such ticket, or the department has no part in it; checked
            before the version, so that a stranger learns nothing.
        StaleVersionError: it was changed since.
    """
    ticket = locked_ticket(session, ticket_no)
    query = select(Assignment).where(
        Assignment.ticket_id == ticket.id,
        Assignment.department_code == department_code,
        Assignment.active,
    )
    share = session.scalars(query).one_or_none()
    if share is None:
        raise TicketNotFoundError(ticket_no)
    _check_version(ticket, version)
    return ticket, share


def _check_version(ticket: Ticket, version: int | None) -> None:
    if version is not None and version != ticket.version:
        raise StaleVersionError(ticket.ticket_no, version, ticket.version)


def by_ticket_no(session: Session, ticket_no: str) -> Ticket | None:
    """Return the ticket of this number."""
    return session.scalars(select(Ticket).where(Ticket.ticket_no == ticket_no)).one_or_none()


def by_id(session: Session, ticket_id: int) -> Ticket:
    """Return the ticket of this key."""
    return session.get_one(Ticket, ticket_id)


def inbox(
    session: Session, department_code: str, limit: int = PAGE, offset: int = 0
) -> list[tuple[Ticket, Assignment]]:
    """Return what the department still has to do, the earliest due first, undated last."""
    query = (
        _shares_of(department_code)
        .where(Ticket.state.in_(WITH_DEPARTMENT), Assignment.replied_at.is_(None))
        .order_by(Ticket.resolve_due_at.is_(None), Ticket.resolve_due_at, Ticket.id)
        .limit(limit)
        .offset(offset)
    )
    return [(ticket, share) for ticket, share in session.execute(query)]


def share_of(
    session: Session, ticket_no: str, department_code: str
) -> tuple[Ticket, Assignment] | None:
    """Return one ticket with the department's active share; ``None`` when it has none."""
    query = _shares_of(department_code).where(Ticket.ticket_no == ticket_no)
    row = session.execute(query).one_or_none()
    return None if row is None else (row[0], row[1])


def _shares_of(department_code: str) -> Select[Ticket, Assignment]:
    return (
        select(Ticket, Assignment)
        .join(Assignment, Assignment.ticket_id == Ticket.id)
        .where(Assignment.department_code == department_code, Assignment.active)
    )


def leads_of(session: Session, ticket_ids: Collection[int]) -> dict[int, str]:
    """Return the code of the body that leads each ticket now; those without one are left out."""
    query = select(Assignment.ticket_id, Assignment.department_code).where(
        Assignment.ticket_id.in_(ticket_ids),
        Assignment.active,
        Assignment.role == AssignmentRole.LEAD,
    )
    return {row.ticket_id: row.department_code for row in session.execute(query)}


def lead_reply(session: Session, ticket_id: int) -> Assignment | None:
    """Return the lead's share of the present round, once it has replied."""
    query = select(Assignment).where(
        Assignment.ticket_id == ticket_id,
        Assignment.role == AssignmentRole.LEAD,
        Assignment.active,
        Assignment.replied_at.is_not(None),
    )
    return session.scalars(query).one_or_none()


def resolved_inquiries(session: Session, limit: int = PAGE) -> list[Ticket]:
    """Return inquiries answered for good, the last registered first; none confidential."""
    query = (
        select(Ticket)
        .where(
            Ticket.kind == AppealKind.INQUIRY,
            Ticket.state.in_(LEARNABLE),
            Ticket.confidential.is_(False),
        )
        .order_by(Ticket.registered_at.desc(), Ticket.id.desc())
        .limit(limit)
    )
    return list(session.scalars(query))


def learned(session: Session, ticket_ids: Collection[int]) -> dict[int, str]:
    """Return, of these tickets, whose reply became a draft already, and of which entry."""
    query = (
        select(TicketEvent.ticket_id, TicketEvent.data)
        .where(TicketEvent.ticket_id.in_(ticket_ids), TicketEvent.kind == "learned")
        .order_by(TicketEvent.seq)
    )
    return {ticket_id: data["entry"] for ticket_id, data in session.execute(query)}


def dispatch_queue(session: Session, limit: int = PAGE) -> list[Ticket]:
    """Return the tickets that wait for a dispatcher: urgent first, then by age."""
    query = (
        select(Ticket)
        .where(Ticket.state == TicketState.DISPATCHING)
        .order_by(Ticket.urgent.desc(), Ticket.registered_at, Ticket.id)
        .limit(limit)
    )
    return list(session.scalars(query))


def events_of(session: Session, ticket_id: int) -> list[TicketEvent]:
    """Return a ticket's events in order."""
    query = select(TicketEvent).where(TicketEvent.ticket_id == ticket_id).order_by(TicketEvent.seq)
    return list(session.scalars(query))


def active_shares(session: Session, ticket_id: int) -> list[Assignment]:
    """Return the active shares of a ticket."""
    query = (
        select(Assignment)
        .where(Assignment.ticket_id == ticket_id, Assignment.active)
        .order_by(Assignment.id)
    )
    return list(session.scalars(query))


def end_shares(session: Session, ticket_id: int) -> list[Assignment]:
    """Take a ticket from the departments that have it; return the shares that end."""
    ended = active_shares(session, ticket_id)
    for share in ended:
        share.active = False
    return ended


def shares_of_ticket(session: Session, ticket_id: int) -> list[Assignment]:
    """Return every share of a ticket, also of earlier rounds and sent back, the oldest first."""
    query = select(Assignment).where(Assignment.ticket_id == ticket_id).order_by(Assignment.id)
    return list(session.scalars(query))


def open_send_backs(session: Session, ticket_id: int) -> list[SendBack]:
    """Return the send-backs nobody has decided on."""
    query = select(SendBack).where(
        SendBack.ticket_id == ticket_id, SendBack.state == SendBackState.OPEN
    )
    return list(session.scalars(query))
