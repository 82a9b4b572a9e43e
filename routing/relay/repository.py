"""Every query of the relay."""

from collections.abc import Collection

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from routing.appeals.models import Appeal, AppealTicket
from routing.redactions.models import Redaction
from routing.relay.models import RelayMessage
from routing.relay.states import MessageKind, MessageState
from routing.tickets.models import Ticket


def informants(session: Session, ticket_id: int) -> list[tuple[Appeal, bool]]:
    """Return the protected appeals that are or were under a ticket, and whether each still is.

    In the order in which they came under it: whoever comes later takes no earlier one's number.
    """
    query = (
        select(Appeal, AppealTicket.ended_at)
        .join(AppealTicket, AppealTicket.appeal_id == Appeal.id)
        .where(AppealTicket.ticket_id == ticket_id, Appeal.confidential)
        .order_by(AppealTicket.since.is_not(None), AppealTicket.since, Appeal.id)
    )
    return [(appeal, ended is None) for appeal, ended in session.execute(query)]


def of_ticket(session: Session, ticket_id: int) -> list[RelayMessage]:
    """Return every message at a ticket, the oldest first."""
    query = (
        select(RelayMessage).where(RelayMessage.ticket_id == ticket_id).order_by(RelayMessage.id)
    )
    return list(session.scalars(query))


def one_of_ticket(session: Session, ticket_id: int, message_id: int) -> RelayMessage | None:
    """Return the message of this key, if it is this ticket's."""
    query = select(RelayMessage).where(
        RelayMessage.id == message_id, RelayMessage.ticket_id == ticket_id
    )
    return session.scalars(query).one_or_none()


def questions_to(session: Session, appeal_id: int) -> list[tuple[RelayMessage, Ticket]]:
    """Return what an informant was asked, the oldest first, with the ticket of each."""
    query = (
        select(RelayMessage, Ticket)
        .join(Ticket, Ticket.id == RelayMessage.ticket_id)
        .where(RelayMessage.appeal_id == appeal_id, RelayMessage.kind == MessageKind.QUESTION)
        .order_by(RelayMessage.id)
    )
    return [(message, ticket) for message, ticket in session.execute(query)]


def count_open(session: Session, ticket_id: int, appeal_id: int | None = None) -> int:
    """Return how many questions wait for an answer; without an appeal those that pause."""
    query = select(func.count(RelayMessage.id)).where(
        RelayMessage.ticket_id == ticket_id, RelayMessage.state == MessageState.ASKED
    )
    if appeal_id is None:
        query = query.where(RelayMessage.pauses)
    else:
        query = query.where(RelayMessage.appeal_id == appeal_id)
    return session.scalar(query) or 0


def count_waiting(session: Session, appeal_id: int) -> int:
    """Return how much an informant has said that nobody has decided on."""
    query = select(func.count(RelayMessage.id)).where(
        RelayMessage.appeal_id == appeal_id, RelayMessage.state == MessageState.WAITING
    )
    return session.scalar(query) or 0


def asked_tickets(session: Session, ticket_ids: Collection[int]) -> set[int]:
    """Return, of these tickets, those where a question waits for its answer."""
    query = select(RelayMessage.ticket_id).where(
        RelayMessage.ticket_id.in_(ticket_ids), RelayMessage.state == MessageState.ASKED
    )
    return set(session.scalars(query))


def move_messages(session: Session, source_id: int, target_id: int) -> None:
    """Take what was asked and said along to the ticket that goes on (并单)."""
    session.execute(
        update(RelayMessage).where(RelayMessage.ticket_id == source_id).values(ticket_id=target_id)
    )
    said = Redaction.ticket_id == source_id, Redaction.message_id.is_not(None)
    session.execute(update(Redaction).where(*said).values(ticket_id=target_id))
