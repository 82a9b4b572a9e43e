"""What staff read of the relay: the department what is confirmed, the dispatcher the latest."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from routing.redactions.marking import pieces
from routing.redactions.models import Redaction
from routing.redactions.repository import confirmed, of_messages
from routing.relay import repository
from routing.relay.models import RelayMessage
from routing.relay.schemas import MessageView, RelayView
from routing.relay.states import MessageKind, MessageState
from routing.tickets.errors import TicketNotFoundError
from routing.tickets.models import AssignmentRole
from routing.tickets.repository import by_ticket_no, share_of


def dispatcher_relay(session: Session, ticket_no: str) -> RelayView:
    """Return the whole relay of a ticket, an informant's words in their latest version.

    Raises:
        TicketNotFoundError: there is no such ticket.
    """
    ticket = by_ticket_no(session, ticket_no)
    if ticket is None:
        raise TicketNotFoundError(ticket_no)
    return _relay(
        session, ticket.id, repository.of_ticket(session, ticket.id), confirmed_only=False
    )


def department_relay(session: Session, ticket_no: str, department: str) -> RelayView:
    """Return what a department reads: a lead everything, who co-handles its own questions.

    Raises:
        TicketNotFoundError: the department has no part in the ticket.
    """
    found = share_of(session, ticket_no, department)
    if found is None:
        raise TicketNotFoundError(ticket_no)
    ticket, share = found
    messages = repository.of_ticket(session, ticket.id)
    if share.role is not AssignmentRole.LEAD:
        own = {one.id for one in messages if one.department_code == department}
        messages = [one for one in messages if one.id in own or one.question_id in own]
    return _relay(session, ticket.id, messages, confirmed_only=True)


def _relay(
    session: Session, ticket_id: int, messages: Sequence[RelayMessage], *, confirmed_only: bool
) -> RelayView:
    known = [appeal.id for appeal, _ in repository.informants(session, ticket_id)]
    said = of_messages(session, [one.id for one in messages])
    return RelayView(
        informants=len(known),
        messages=tuple(
            _view(one, known.index(one.appeal_id) + 1, said.get(one.id, ()), confirmed_only)
            for one in messages
        ),
    )


def _view(
    message: RelayMessage, informant: int, rows: Sequence[Redaction], confirmed_only: bool
) -> MessageView:
    return MessageView(
        id=message.id,
        informant=informant,
        kind=message.kind,
        state=message.state,
        department=message.department_code,
        question_id=message.question_id,
        text=_text(message, rows, confirmed_only=confirmed_only),
        pieces=() if confirmed_only or not rows else pieces(rows[-1].text),
        version=sum(row.confirmed_by is not None for row in rows),
        at=message.at,
    )


def _text(message: RelayMessage, rows: Sequence[Redaction], *, confirmed_only: bool) -> str | None:
    if message.kind is MessageKind.QUESTION:
        return message.text
    if not confirmed_only:
        return rows[-1].text
    shown = confirmed(rows) if message.state is MessageState.CONFIRMED else None
    return None if shown is None else shown.text
