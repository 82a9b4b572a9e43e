"""Every query of redactions."""

from collections.abc import Collection, Iterable

from sqlalchemy import select, update
from sqlalchemy.orm import Session, aliased

from routing.appeals.models import Appeal, AppealTicket
from routing.redactions.models import Redaction
from routing.relay.models import RelayMessage
from routing.tickets.models import Ticket
from routing.tickets.states import TicketState

# What is closed for good waits for nobody.
_CLOSED = (
    TicketState.DECLINED,
    TicketState.MERGED,
    TicketState.WITHDRAWN,
    TicketState.RESOLVED,
    TicketState.ARCHIVED,
)


def of_words(session: Session, ticket_id: int, appeal_id: int) -> list[Redaction]:
    """Return every version of an appeal's words at a ticket, the oldest first."""
    query = (
        select(Redaction)
        .where(
            Redaction.ticket_id == ticket_id,
            Redaction.appeal_id == appeal_id,
            Redaction.message_id.is_(None),
        )
        .order_by(Redaction.number)
    )
    return list(session.scalars(query))


def of_messages(session: Session, ids: Collection[int]) -> dict[int, list[Redaction]]:
    """Return every version of what was said through the relay, by message, the oldest first."""
    query = select(Redaction).where(Redaction.message_id.in_(ids)).order_by(Redaction.number)
    found: dict[int, list[Redaction]] = {}
    for row in session.scalars(query):
        found.setdefault(row.message_id or 0, []).append(row)
    return found


def confirmed(rows: Iterable[Redaction]) -> Redaction | None:
    """Return the version that departments read now; ``rows`` are the oldest first."""
    shown = [row for row in rows if row.confirmed_by is not None]
    return shown[-1] if shown else None


def settle(rows: Iterable[Redaction]) -> None:
    """Note that nobody has to decide on these any more."""
    for row in rows:
        row.waiting = False


def settle_ticket(session: Session, ticket_id: int) -> None:
    """Note that nothing of this ticket waits: its appeals are elsewhere now."""
    session.execute(
        update(Redaction)
        .where(Redaction.ticket_id == ticket_id, Redaction.waiting)
        .values(waiting=False)
    )


def waiting(session: Session, limit: int) -> list[tuple[Redaction, Appeal, Ticket, str | None]]:
    """Return the proposals that nobody decided on, each with what was asked, the oldest first."""
    said, question = aliased(RelayMessage), aliased(RelayMessage)
    query = (
        select(Redaction, Appeal, Ticket, question.text)
        .join(Appeal, Appeal.id == Redaction.appeal_id)
        .join(Ticket, Ticket.id == Redaction.ticket_id)
        .join(
            AppealTicket,
            (AppealTicket.appeal_id == Redaction.appeal_id)
            & (AppealTicket.ticket_id == Redaction.ticket_id),
        )
        .outerjoin(said, said.id == Redaction.message_id)
        .outerjoin(question, question.id == said.question_id)
        .where(Redaction.waiting, AppealTicket.ended_at.is_(None), Ticket.state.not_in(_CLOSED))
        .order_by(Redaction.id)
        .limit(limit)
    )
    return [(row, appeal, ticket, asked) for row, appeal, ticket, asked in session.execute(query)]
