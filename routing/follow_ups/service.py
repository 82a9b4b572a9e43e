"""The rules of follow-ups: begun, the citizens asked, the ticket resolved or handled once more.

Permission is the caller's question (``foundation.access``). Every method takes the caller's
transaction and only flushes.
"""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from foundation.clock import Clock
from foundation.text.storable import storable
from routing.appeals import repository as appeals
from routing.appeals.models import Appeal
from routing.appeals.schemas import ContactView
from routing.appeals.service import contact_view
from routing.appeals.shielding import shielded
from routing.follow_ups import repository
from routing.follow_ups.errors import (
    AppealNotOnTicketError,
    ContactKnownError,
    FollowUpDoneError,
    FollowUpIncompleteError,
    NotFollowingUpError,
)
from routing.follow_ups.models import FollowUp
from routing.follow_ups.schemas import FollowUpResult
from routing.follow_ups.states import FollowUpOutcome
from routing.relay.taking import take
from routing.tickets.models import Ticket
from routing.tickets.repository import locked_ticket
from routing.tickets.schemas import SYSTEM, Actor
from routing.tickets.service import TicketService
from routing.tickets.states import TicketState

# How often a citizen is called before the follow-up is closed without them: the product's own
# default, no national rule sets it.
TRIES = 3
ROUNDS = 2  # 不满意的重新办理一次 (DESIGN: reopened once more)
_NOTE_CHARACTERS = 1_000


class FollowUpService:
    """Asks the citizens of answered tickets, and closes them."""

    def __init__(self, clock: Clock, tickets: TicketService) -> None:
        self._clock = clock
        self._tickets = tickets

    def begin(
        self, session: Session, ticket_no: str, actor: Actor, version: int | None = None
    ) -> Ticket:
        """Begin to ask (已答复 → 回访中).

        Raises:
            TicketNotFoundError, StaleVersionError: none of this number, or changed since.
            IllegalTransitionError: it was not answered, or is followed up already.
        """
        target = TicketState.FOLLOWING_UP
        return self._tickets.advance(session, ticket_no, target, actor, version=version)

    def contacts(self, session: Session, ticket_no: str, actor: Actor) -> list[ContactView]:
        """Return whom to call; the reading becomes an event. Confidential appeals are left out.

        Raises:
            TicketNotFoundError: none of this number.
            NotFollowingUpError: nobody is to be called now.
        """
        ticket = _following_up(session, ticket_no, None)
        found = [
            contact_view(appeal, contact)
            for appeal in appeals.of_ticket(session, ticket.id)
            if (contact := appeals.contact_of(session, appeal.id)) is not None
        ]
        data = {"appeals": [view.number for view in found]}
        self._tickets.note(session, ticket, "contact_read", actor, data)
        session.flush()
        return found

    def record(
        self,
        session: Session,
        ticket_no: str,
        number: str,
        result: FollowUpResult,
        actor: Actor,
        version: int | None = None,
    ) -> Ticket:
        """Keep what one citizen said, and close the ticket when all were asked.

        Dissatisfied, or not solved: handled once more by whom a dispatcher chooses; after that
        round it is resolved, and the rating stands.

        Args:
            session: a writing transaction.
            ticket_no: which.
            number: of the citizen's appeal.
            result: what came of it.
            actor: who asked.
            version: the one the reader loaded.

        Raises:
            TicketNotFoundError, StaleVersionError: as for ``begin``.
            NotFollowingUpError: the follow-up has not begun, or is over.
            AppealNotOnTicketError: the ticket does not answer this appeal.
            FollowUpDoneError: this citizen was asked in this round.
            FollowUpIncompleteError: reached, and the answers are missing.
            ContactKnownError: closed as unreachable although there is a phone.
        """
        ticket = _following_up(session, ticket_no, version)
        answered = appeals.of_ticket(session, ticket.id)
        appeal = next((one for one in answered if one.number == number), None)
        if appeal is None:
            raise AppealNotOnTicketError(ticket_no, number)
        tried = repository.tries(session, ticket.id, ticket.round)
        if is_done(appeal, tried):
            raise FollowUpDoneError(ticket_no, number)
        self._check(session, ticket, appeal, result)
        kept = self._keep(session, ticket, appeal, result, actor)
        self._settle(session, ticket, answered, [*tried, kept], actor)
        session.flush()
        return ticket

    def _check(
        self, session: Session, ticket: Ticket, appeal: Appeal, result: FollowUpResult
    ) -> None:
        answers = (result.solved, result.satisfaction)
        if result.outcome is FollowUpOutcome.REACHED and None in answers:
            raise FollowUpIncompleteError(ticket.ticket_no)
        unreachable = result.outcome is FollowUpOutcome.NO_CONTACT
        if unreachable and repository.with_phone(session, [appeal]):
            raise ContactKnownError(ticket.ticket_no, appeal.number)

    def _keep(
        self,
        session: Session,
        ticket: Ticket,
        appeal: Appeal,
        result: FollowUpResult,
        actor: Actor,
    ) -> FollowUp:
        reached = result.outcome is FollowUpOutcome.REACHED
        kept = FollowUp(
            ticket_id=ticket.id,
            appeal_id=appeal.id,
            round=ticket.round,
            outcome=result.outcome,
            solved=result.solved if reached else None,
            satisfaction=result.satisfaction if reached else None,
            note=_shown_note(appeal, result.note),
            actor=actor.ref,
            at=self._clock.now(),
        )
        session.add(kept)
        data = {
            "appeal": appeal.number,
            "outcome": kept.outcome.value,
            "solved": kept.solved,
            "satisfaction": None if kept.satisfaction is None else kept.satisfaction.value,
            "note": kept.note,
        }
        self._tickets.note(session, ticket, "followed_up", actor, data)
        if appeal.confidential and kept.note and ticket.round < ROUNDS and _disagrees(kept):
            # Whoever handles it once more should know why: as confirmed, like all they say.
            said = storable(result.note, _NOTE_CHARACTERS)
            take(session, self._tickets, ticket, appeal, said, actor, kept.at)
        return kept

    def _settle(
        self,
        session: Session,
        ticket: Ticket,
        answered: Sequence[Appeal],
        tried: Sequence[FollowUp],
        actor: Actor,
    ) -> None:
        """Resolve, or reopen, once every citizen of the ticket was asked."""
        if not all(is_done(appeal, tried) for appeal in answered):
            return
        number = ticket.ticket_no
        if ticket.round < ROUNDS and any(_disagrees(one) for one in tried):
            self._tickets.advance(session, number, TicketState.REOPENED, actor)
            # A dispatcher's queue shows it from here on.
            self._tickets.advance(session, number, TicketState.DISPATCHING, SYSTEM)
        else:
            self._tickets.advance(session, number, TicketState.RESOLVED, actor)


def _shown_note(appeal: Appeal, note: str) -> str:
    """Return what is kept of a note; of an informant without what tells who speaks."""
    said = storable(note, _NOTE_CHARACTERS)
    return shielded(said, confidential=appeal.confidential, name=None, phone=None)


def is_done(appeal: Appeal, tried: Sequence[FollowUp]) -> bool:
    """Whether a citizen was asked, or was not to be reached, in the round of ``tried``."""
    own = [one.outcome for one in tried if one.appeal_id == appeal.id]
    asked = any(one is not FollowUpOutcome.UNREACHED for one in own)
    return asked or own.count(FollowUpOutcome.UNREACHED) >= TRIES


def _disagrees(one: FollowUp) -> bool:
    if one.outcome is not FollowUpOutcome.REACHED:
        return False
    return not one.solved or (one.satisfaction is not None and not one.satisfaction.content)


def _following_up(session: Session, ticket_no: str, version: int | None) -> Ticket:
    ticket = locked_ticket(session, ticket_no, version)
    if ticket.state is not TicketState.FOLLOWING_UP:
        raise NotFollowingUpError(ticket_no, ticket.state, ticket.state.label)
    return ticket
