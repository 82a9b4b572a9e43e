"""What operators read of answered tickets."""

from collections.abc import Collection

from sqlalchemy.orm import Session

from routing.appeals import repository as appeals
from routing.appeals.models import Appeal
from routing.appeals.outgoing import outgoing_reply
from routing.follow_ups import repository
from routing.follow_ups.models import FollowUp
from routing.follow_ups.schemas import (
    AnsweredRow,
    AnsweredTicket,
    AskedAppeal,
    RatedTry,
    Ratings,
    TryView,
)
from routing.follow_ups.service import is_done
from routing.tickets.errors import TicketNotFoundError
from routing.tickets.models import Assignment, Ticket
from routing.tickets.repository import by_ticket_no, events_of
from routing.tickets.states import TicketState
from routing.tickets.views import timeline

PAGE = 50
TO_ASK = (TicketState.REPLIED, TicketState.FOLLOWING_UP)
ASKED = (TicketState.RESOLVED, TicketState.ARCHIVED)


def answered_rows(
    session: Session,
    states: Collection[TicketState] = TO_ASK,
    limit: int = PAGE,
    offset: int = 0,
) -> tuple[list[AnsweredRow], int]:
    """Return one page of answered tickets, those answered first come first, and how many in all."""
    found = repository.answered(session, states, limit, offset)
    return [_row(*one) for one in found], repository.count_answered(session, states)


def answered_ticket(session: Session, ticket_no: str) -> AnsweredTicket:
    """Return one answered ticket; raises ``TicketNotFoundError`` where nobody has replied."""
    found = repository.answered_ticket(session, ticket_no)
    if found is None:
        raise TicketNotFoundError(ticket_no)
    ticket, share = found
    answered = appeals.of_ticket(session, ticket.id)
    phones = repository.with_phone(session, answered)
    tried = repository.tries(session, ticket.id, ticket.round)
    return AnsweredTicket(
        row=_row(ticket, share),
        text=ticket.text,
        place=ticket.place,
        reply=outgoing_reply(session, ticket.id, share.reply or ""),
        appeals=tuple(_asked(one, one.id in phones, tried) for one in answered),
        timeline=tuple(timeline(events_of(session, ticket.id))),
    )


def ratings(session: Session, ticket_no: str) -> Ratings:
    """Return what citizens said in each round; raises ``TicketNotFoundError`` where none was asked.

    Also while the ticket is handled once more (差评整改): the first rating says what to put right.
    """
    ticket = by_ticket_no(session, ticket_no)
    tried = repository.all_tries(session, ticket.id) if ticket else []
    if ticket is None or not tried:
        raise TicketNotFoundError(ticket_no)
    return Ratings(
        ticket_no=ticket.ticket_no,
        version=ticket.version,
        state=ticket.state,
        round=ticket.round,
        tries=tuple(RatedTry(one.round, number, _said(one)) for one, number in tried),
    )


def _row(ticket: Ticket, share: Assignment) -> AnsweredRow:
    assert share.replied_at is not None
    return AnsweredRow(
        ticket_no=ticket.ticket_no,
        version=ticket.version,
        state=ticket.state,
        kind=ticket.kind,
        category=ticket.category,
        title=ticket.title,
        round=ticket.round,
        confidential=ticket.confidential,
        department_code=share.department_code,
        replied_at=share.replied_at,
    )


def _asked(appeal: Appeal, has_phone: bool, tried: list[FollowUp]) -> AskedAppeal:
    own = tuple(_said(one) for one in tried if one.appeal_id == appeal.id)
    return AskedAppeal(appeal.number, appeal.channel, has_phone, is_done(appeal, tried), own)


def _said(one: FollowUp) -> TryView:
    return TryView(one.outcome, one.solved, one.satisfaction, one.note, one.at)
