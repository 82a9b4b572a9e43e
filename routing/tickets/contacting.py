"""A department and the citizen while a ticket is handled: spoken with, or waited for.

Permission is the caller's question. Every method takes the caller's transaction and only flushes.
"""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from foundation.clock import Clock
from foundation.events.outbox import Outbox
from foundation.text.personal_information import mask
from foundation.text.storable import storable
from routing.appeals.announcing import CitizenAnnouncer
from routing.tickets import repository
from routing.tickets.errors import LeadOnlyError, NothingAskedError, RelayOnlyError
from routing.tickets.models import AssignmentRole, Ticket
from routing.tickets.recording import MoveListener, Recorder
from routing.tickets.schemas import Actor
from routing.tickets.sending_back import check_with_department
from routing.tickets.states import TicketState, check_transition

_TEXT_CHARACTERS = 1_000
_HOW_TO_ADD = "请在“查进度”页面凭诉求编号和查询码补充，或拨打12345。补充之前办理时限暂停计算。"


class Contacting:
    """Notes the first contact, and waits for citizens."""

    def __init__(
        self, clock: Clock, outbox: Outbox, listeners: Sequence[MoveListener] = ()
    ) -> None:
        self._clock = clock
        self._recorder = Recorder(clock, outbox, listeners)
        self._announcer = CitizenAnnouncer(outbox)

    def note_contact(
        self, session: Session, ticket_no: str, actor: Actor, version: int | None = None
    ) -> Ticket:
        """Note that the department has spoken with the citizen (首次联系); the first time counts.

        Raises:
            TicketNotFoundError, StaleVersionError, IllegalTransitionError: as for
                ``TicketService.accept``.
        """
        ticket, share = repository.locked_share(session, ticket_no, actor.department, version)
        check_with_department(ticket)
        if share.contacted_at is None:
            share.contacted_at = self._clock.now()
            data = {"department": share.department_code}
            self._recorder.note(session, ticket, "contacted", actor, data)
        return ticket

    def ask_citizen(
        self,
        session: Session,
        ticket_no: str,
        actor: Actor,
        text: str,
        version: int | None = None,
    ) -> Ticket:
        """Wait for what the citizen is to add (等待市民补充): the clock stands meanwhile.

        ``TicketService.start_handling`` goes on; so does whatever the citizen adds.

        Args:
            session: the transaction.
            ticket_no: which.
            actor: of the lead department.
            text: what is needed; the citizen is told.
            version: the one the reader loaded.

        Raises:
            TicketNotFoundError, StaleVersionError: as for ``TicketService.accept``.
            LeadOnlyError: a co-handling department asks the lead.
            RelayOnlyError: the ticket is confidential.
            NothingAskedError: there are no words.
            IllegalTransitionError: the lead has not accepted, or waits already.
        """
        ticket, share = repository.locked_share(session, ticket_no, actor.department, version)
        if share.role is not AssignmentRole.LEAD:
            raise LeadOnlyError(ticket_no, share.department_code)
        if ticket.confidential:
            raise RelayOnlyError(ticket_no)
        asked = storable(text, _TEXT_CHARACTERS)
        if not asked:
            raise NothingAskedError(ticket_no)
        if ticket.state is TicketState.ACCEPTED:
            self._recorder.move(session, ticket, TicketState.HANDLING, actor)
        check_transition(ticket_no, ticket.state, TicketState.AWAITING_CITIZEN)
        share.asked = asked
        data = {"department": share.department_code, "asked": mask(asked)}
        self._recorder.move(session, ticket, TicketState.AWAITING_CITIZEN, actor, data)
        self._announcer.tell(session, ticket, f"承办单位需要您补充：{asked}\n{_HOW_TO_ADD}")
        return ticket
