"""Every query by which supervision finds its tickets and records."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import TypeVar

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, load_only

from routing.promises.models import Promise
from routing.promises.repository import approved_of
from routing.supervision.models import Reminder, SupervisionCard, SupervisionOrder
from routing.supervision.states import LIVE, RecordState
from routing.supervision.watching import Standing
from routing.tickets.models import Assignment, Ticket

RecordT = TypeVar("RecordT", SupervisionCard, Reminder, SupervisionOrder)

# The words of a ticket are long and never looked at here.
_NEEDED = load_only(
    Ticket.id,
    Ticket.ticket_no,
    Ticket.state,
    Ticket.version,
    Ticket.round,
    Ticket.registered_at,
    Ticket.dispatch_due_at,
    Ticket.resolve_due_at,
    Ticket.paused_at,
    Ticket.dispatch_count,
    Ticket.last_seq,
    Ticket.head_mac,
    Ticket.next_supervision_at,
)


def due_tickets(session: Session, now: datetime, limit: int) -> list[Ticket]:
    """Return tickets to be looked at, locked, those that waited longest first.

    One that somebody works on is left for the next tick.
    """
    query = (
        select(Ticket)
        .options(_NEEDED)
        .where(Ticket.next_supervision_at <= now)
        .order_by(Ticket.next_supervision_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return list(session.scalars(query))


def anything_due(session: Session, now: datetime) -> bool:
    """Whether a ticket is to be looked at."""
    query = select(Ticket.id).where(Ticket.next_supervision_at <= now).limit(1)
    return session.scalar(query) is not None


def due_keys(session: Session, now: datetime, limit: int) -> list[int]:
    """Return the keys of what ``due_tickets`` would lock."""
    query = (
        select(Ticket.id)
        .where(Ticket.next_supervision_at <= now)
        .order_by(Ticket.next_supervision_at)
        .limit(limit)
    )
    return list(session.scalars(query))


def locked(session: Session, ticket_id: int) -> Ticket:
    """Return one ticket with its row locked."""
    query = select(Ticket).options(_NEEDED).where(Ticket.id == ticket_id).with_for_update()
    return session.scalars(query).one()


def standings(session: Session, tickets: Sequence[Ticket]) -> list[Standing]:
    """Return tickets with their live records and the shares that these concern; five queries."""
    ids = [ticket.id for ticket in tickets]
    cards = _by_ticket(_live(session, SupervisionCard, ids, LIVE))
    reminders = _by_ticket(_live(session, Reminder, ids, (RecordState.OPEN,)))
    orders = _by_ticket(_live(session, SupervisionOrder, ids, (RecordState.OPEN,)))
    promises = _by_ticket(approved_of(session, ids))
    concerned = [
        one.assignment_id
        for group in (cards, reminders, orders)
        for records in group.values()
        for one in records
        if one.assignment_id is not None
    ]
    shares = _by_ticket(_shares(session, ids, concerned))
    return [
        Standing(
            ticket,
            shares.get(ticket.id, []),
            cards.get(ticket.id, []),
            reminders.get(ticket.id, []),
            orders.get(ticket.id, []),
            promises.get(ticket.id, []),
        )
        for ticket in tickets
    ]


def _live(
    session: Session, table: type[RecordT], ticket_ids: Sequence[int], states: Sequence[RecordState]
) -> list[RecordT]:
    query = (
        select(table)
        .where(table.ticket_id.in_(ticket_ids), table.state.in_(states))
        .order_by(table.id)
    )
    return list(session.scalars(query))


def _shares(
    session: Session, ticket_ids: Sequence[int], concerned: Collection[int]
) -> list[Assignment]:
    query = (
        select(Assignment)
        .options(
            # A reply is decrypted when it is read: not here.
            load_only(
                Assignment.id,
                Assignment.ticket_id,
                Assignment.department_code,
                Assignment.role,
                Assignment.active,
                Assignment.dispatched_at,
                Assignment.accept_due_at,
                Assignment.first_contact_due_at,
                Assignment.contacted_at,
                Assignment.accepted_at,
                Assignment.replied_at,
            )
        )
        .where(
            Assignment.ticket_id.in_(ticket_ids),
            or_(Assignment.active, Assignment.id.in_(set(concerned))),
        )
        .order_by(Assignment.id)
    )
    return list(session.scalars(query))


Owned = TypeVar("Owned", SupervisionCard, Reminder, SupervisionOrder, Assignment, Promise)


def _by_ticket(rows: Iterable[Owned]) -> dict[int, list[Owned]]:
    found: dict[int, list[Owned]] = {}
    for row in rows:
        found.setdefault(row.ticket_id, []).append(row)
    return found


def record_of(
    session: Session, table: type[RecordT], ticket_id: int, record_id: int
) -> RecordT | None:
    """Return one record of one ticket; the caller holds the ticket's lock."""
    query = (
        select(table)
        .where(table.id == record_id, table.ticket_id == ticket_id)
        .execution_options(populate_existing=True)
    )
    return session.scalars(query).one_or_none()


def reminders_so_far(session: Session, ticket_id: int) -> int:
    """Return how often a ticket was reminded of."""
    query = select(func.count()).select_from(Reminder).where(Reminder.ticket_id == ticket_id)
    return session.scalar(query) or 0


def live_orders(session: Session, ticket_id: int) -> list[SupervisionOrder]:
    """Return the orders on a ticket that somebody still has to answer or to look at."""
    return _live(session, SupervisionOrder, [ticket_id], LIVE)
