"""What a citizen may do to an appeal later on, with its number and its query code.

Withdraw it (撤诉), add words or photographs (补充). Neither changes what other citizens of a merged
ticket have. The last digits of a phone open the progress only: many people know them.
"""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from foundation.text.personal_information import mask
from foundation.text.storable import storable
from routing.appeals import repository
from routing.appeals.errors import (
    AppealOverError,
    NothingAddedError,
    TooLateToWithdrawError,
)
from routing.appeals.models import Appeal
from routing.appeals.service import AppealService
from routing.attachments.inspection import Inspected
from routing.attachments.models import Attachment
from routing.attachments.service import Attachments
from routing.attachments.staging import CITIZEN
from routing.relay.service import Relay
from routing.tickets.models import Ticket
from routing.tickets.regrouping import Regrouping
from routing.tickets.repository import locked_ticket
from routing.tickets.schemas import Actor
from routing.tickets.service import TEXT_CHARACTERS, TicketService
from routing.tickets.states import SETTLED, TRANSITIONS, TicketState

_CITIZEN = Actor(CITIZEN)
_BY_CODE = "市民凭编号和查询码撤回"


class CitizenActs:
    """Acts of the citizen alone; each opens the appeal by its query code first."""

    def __init__(
        self,
        appeals: AppealService,
        tickets: TicketService,
        regrouping: Regrouping,
        attachments: Attachments,
        relay: Relay,
    ) -> None:
        self._appeals = appeals
        self._tickets = tickets
        self._regrouping = regrouping
        self._attachments = attachments
        self._relay = relay

    def withdraw(
        self,
        session: Session,
        number: str,
        code: str,
        client_key: str,
        actor: Actor = _CITIZEN,
        note: str = _BY_CODE,
        asked_by: str = CITIZEN,
    ) -> str:
        """Take the appeal back from every ticket that nobody has answered; return its number.

        Args:
            session: a writing transaction; a wrong try is kept.
            number: of the appeal.
            code: its query code.
            client_key: who asks.
            actor: the citizen, or the operator to whom the citizen has told the code.
            note: why; masked in the event.
            asked_by: who asked for it, as the event keeps it.

        Raises:
            ProgressNotFoundError, ProgressLockedError: as for ``AppealService.progress``.
            TooLateToWithdrawError: everything was answered, or is over.
        """
        appeal = self._appeals.opened(session, number, code, client_key)
        withdrawn = 0
        for ticket in self._standing(session, appeal):
            if TicketState.WITHDRAWN in TRANSITIONS[ticket.state]:
                self._regrouping.withdraw(
                    session, ticket.ticket_no, appeal.number, actor, note, asked_by=asked_by
                )
                withdrawn += 1
        if not withdrawn:
            raise TooLateToWithdrawError(appeal.number)
        session.flush()
        return appeal.number

    def add_words(
        self, session: Session, number: str, code: str, client_key: str, text: str
    ) -> str:
        """Add words to the appeal; what waited for them goes on.

        Those of a protected citizen go to the relay, where a dispatcher confirms them first; a
        ticket that waits there goes on with the answer to its question alone.

        Raises:
            ProgressNotFoundError, ProgressLockedError: as for ``AppealService.progress``.
            NothingAddedError: there are no words.
            AppealOverError: nothing is handled any more.
            ConflictError: as for ``Relay.say``.
        """
        appeal = self._appeals.opened(session, number, code, client_key)
        words = storable(text, TEXT_CHARACTERS)
        if not words:
            raise NothingAddedError(appeal.number)
        if appeal.confidential:
            self._relay.say(session, appeal, words)
            return appeal.number
        said = mask(words)
        for ticket in self._open(session, appeal):
            data = {"appeal": appeal.number, "said": said}
            self._tickets.note(session, ticket, "supplemented", _CITIZEN, data)
            self._go_on(session, ticket, _CITIZEN)
        session.flush()
        return appeal.number

    def may_add(self, session: Session, number: str, code: str, client_key: str) -> None:
        """Check what ``add_photo`` checks of the appeal, before a file is looked into."""
        self._open(session, self._appeals.opened(session, number, code, client_key))

    def add_photo(
        self,
        session: Session,
        number: str,
        code: str,
        client_key: str,
        name: str,
        kept: Inspected,
        actor: Actor = _CITIZEN,
    ) -> Attachment:
        """Add a photograph to the appeal; what waited for it goes on.

        For a protected appeal no department sees it before a dispatcher has cleared it.

        Raises:
            ProgressNotFoundError, ProgressLockedError, AppealOverError: as for ``add_words``.
            FileRefusedError: it is no photograph, or the ticket has its fill.
        """
        appeal = self._appeals.opened(session, number, code, client_key)
        tickets = self._open(session, appeal)
        added = self._attachments.add_photo(
            session, tickets[0].ticket_no, name, kept, actor, appeal.number
        )
        for ticket in tickets:
            self._go_on(session, ticket, actor)
        session.flush()
        return added

    def _go_on(self, session: Session, ticket: Ticket, actor: Actor) -> None:
        if ticket.state is TicketState.AWAITING_CITIZEN:
            self._tickets.advance(session, ticket.ticket_no, TicketState.HANDLING, actor)

    def _standing(self, session: Session, appeal: Appeal) -> Sequence[Ticket]:
        """Return the tickets that the appeal is under, locked always in one order."""
        links = repository.links_of_appeal(session, appeal.id)
        numbers = sorted(ticket.ticket_no for link, ticket in links if link.ended_at is None)
        return [locked_ticket(session, one) for one in numbers]

    def _open(self, session: Session, appeal: Appeal) -> Sequence[Ticket]:
        found = [one for one in self._standing(session, appeal) if one.state not in SETTLED]
        if not found:
            raise AppealOverError(appeal.number)
        return found
