"""What an informant says, kept and proposed; the same whoever takes it down."""

from datetime import datetime

from sqlalchemy.orm import Session

from routing.appeals.models import Appeal, InformantVault
from routing.appeals.shielding import shielded
from routing.redactions.models import Redaction
from routing.relay.models import RelayMessage
from routing.relay.states import MessageKind, MessageState
from routing.tickets.models import Ticket
from routing.tickets.schemas import Actor
from routing.tickets.service import TicketService

ANSWERED, STATED = "relay_answered", "relay_stated"


def take(
    session: Session,
    tickets: TicketService,
    ticket: Ticket,
    appeal: Appeal,
    text: str,
    actor: Actor,
    at: datetime,
    question: RelayMessage | None = None,
) -> str:
    """Keep what an informant said and propose how departments may read it.

    Args:
        session: a writing transaction.
        tickets: records it.
        ticket: locked; what it is said of.
        appeal: confidential.
        text: storable, as said.
        actor: the citizen, or the operator who took it down.
        at: when.
        question: what it answers; ``None``: a statement.

    Returns:
        The kind of the event.
    """
    message = RelayMessage(
        ticket_id=ticket.id,
        appeal_id=appeal.id,
        kind=MessageKind.STATEMENT if question is None else MessageKind.ANSWER,
        state=MessageState.WAITING,
        question_id=None if question is None else question.id,
        text=text,
        pauses=False,
        actor=actor.ref,
        at=at,
    )
    session.add(message)
    session.flush()
    vault = session.get_one(InformantVault, appeal.id)
    session.add(
        Redaction(
            ticket_id=ticket.id,
            appeal_id=appeal.id,
            message_id=message.id,
            number=1,
            text=shielded(text, confidential=True, name=vault.name, phone=vault.phone),
            waiting=True,
            at=at,
        )
    )
    kind = STATED if question is None else ANSWERED
    data = {"message": message.id, "appeal": appeal.number}
    tickets.note(session, ticket, kind, actor, data)
    return kind
