"""The rules of tickets: every move is an event and an outbox row in the caller's transaction.

Permission is the caller's question (``foundation.access``); the department that an actor acts for
decides here which tickets it reaches.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from foundation.clock import Clock
from foundation.events.outbox import Outbox
from foundation.text.personal_information import mask
from foundation.text.storable import storable
from knowledge_base.schema import Department
from routing.deadlines.rule_packs import LimitClock
from routing.deadlines.service import DeadlineService, ResolveDeadline
from routing.reply_gate.errors import ReplyRefusedError
from routing.reply_gate.schemas import ReplyChecker, ReplyFinding
from routing.schemas import AppealKind
from routing.tickets import repository
from routing.tickets.contracts import DispatchCheck, ReplyListener
from routing.tickets.drafting import drafted
from routing.tickets.errors import (
    DepartmentCannotHandleError,
    EmptyReplyError,
    IllegalTransitionError,
    TicketNotFoundError,
)
from routing.tickets.models import (
    Assignment,
    AssignmentRole,
    SendBackState,
    Ticket,
)
from routing.tickets.opening import TicketOpener
from routing.tickets.recording import MoveListener, Recorder
from routing.tickets.schemas import SYSTEM, Actor, NewTicket
from routing.tickets.sending_back import (
    check_send_back,
    check_with_department,
    send_back_record,
)
from routing.tickets.states import TicketState, check_transition

TEXT_CHARACTERS = 5_000
DISPATCHES_BEFORE_DESIGNATION = 3  # 三次派单无人承办的，由热线指定 (DESIGN: three dispatches)


class TicketService:
    """Registers, dispatches and handles tickets."""

    def __init__(
        self,
        clock: Clock,
        deadlines: DeadlineService,
        departments: Mapping[str, Department],
        outbox: Outbox,
        gate: ReplyChecker,
        confirmed: DispatchCheck,
        listeners: Sequence[ReplyListener] = (),
        move_listeners: Sequence[MoveListener] = (),
    ) -> None:
        self._clock = clock
        self._deadlines = deadlines
        self._departments = departments
        self._recorder = Recorder(clock, outbox, move_listeners)
        self._opener = TicketOpener(clock, deadlines, outbox)
        self._gate = gate
        self._confirmed = confirmed
        self._listeners = tuple(listeners)

    def takes_tickets(self, department_code: str | None) -> bool:
        """Whether this body exists and can receive tickets."""
        department = self._departments.get(department_code or "")
        return department is not None and department.receives_tickets

    def register(self, session: Session, new: NewTicket, actor: Actor = SYSTEM) -> Ticket:
        """Open a ticket (受理): it leaves ``draft`` at once."""
        registered_at = new.registered_at or self._clock.now()
        dispatch = self._deadlines.clock_due(LimitClock.DISPATCH, new.kind, registered_at)
        ticket = drafted(new, registered_at, dispatch.due_at)
        session.add(ticket)
        session.flush()
        self._recorder.move(session, ticket, TicketState.REGISTERED, actor, new.origin)
        return ticket

    @property
    def opener(self) -> TicketOpener:
        """What opens the tickets of one appeal; the caller knows that each may go where it does."""
        return self._opener

    def resolve_due(self, kind: AppealKind, registered_at: datetime) -> ResolveDeadline:
        """Return by when a ticket of this kind must be resolved."""
        return self._deadlines.resolve_due(kind, registered_at)

    def await_dispatcher(self, session: Session, ticket: Ticket, actor: Actor = SYSTEM) -> None:
        """Leave the choice of department to a dispatcher (派单员)."""
        self._recorder.move(session, ticket, TicketState.DISPATCHING, actor)

    def dispatch(
        self,
        session: Session,
        ticket_no: str,
        lead: str,
        actor: Actor = SYSTEM,
        co: Iterable[str] = (),
        version: int | None = None,
    ) -> Ticket:
        """Send the ticket to its lead and co-handling departments (派单).

        After three dispatches that came back the next one designates the department (指定).

        Raises:
            TicketNotFoundError: there is no such ticket.
            StaleVersionError: it was changed since ``version``.
            DepartmentCannotHandleError: a body is unknown or takes no tickets.
            IllegalTransitionError: it does not wait for dispatch.
            RedactionNotConfirmedError: nobody has confirmed what may be read of an informant.
        """
        ticket = repository.locked_ticket(session, ticket_no, version)
        supporting = [code for code in dict.fromkeys(co) if code != lead]
        for code in (lead, *supporting):
            if not self.takes_tickets(code):
                raise DepartmentCannotHandleError(ticket_no, code)
        if ticket.state in {TicketState.REGISTERED, TicketState.REOPENED}:
            self._recorder.move(session, ticket, TicketState.DISPATCHING, actor)
        check_transition(ticket_no, ticket.state, TicketState.DISPATCHED)
        self._confirmed.check(session, ticket)
        self._decide_send_backs(session, ticket, lead)
        repository.end_shares(session, ticket.id)
        ticket.dispatch_count += 1
        session.add(self._share(ticket, lead, AssignmentRole.LEAD))
        session.add_all(
            self._share(ticket, code, AssignmentRole.CO_HANDLING) for code in supporting
        )
        data: dict[str, Any] = {"lead": lead, "co": supporting, "dispatch": ticket.dispatch_count}
        proposed = ticket.proposal.get("lead")
        if proposed is not None and proposed != lead and ticket.dispatch_count == 1:
            data["proposed"] = proposed  # a dispatcher knew better: the catalogue learns from it
        self._recorder.move(session, ticket, TicketState.DISPATCHED, actor, data)
        return ticket

    def accept(
        self, session: Session, ticket_no: str, actor: Actor, version: int | None = None
    ) -> Ticket:
        """Accept the department's share (签收).

        Raises:
            TicketNotFoundError: the actor's department has no part in it.
            StaleVersionError: it was changed since ``version``.
            IllegalTransitionError: it is not waiting to be accepted.
        """
        ticket, share = repository.locked_share(session, ticket_no, actor.department, version)
        data = {"department": share.department_code}
        if share.role is AssignmentRole.LEAD:
            check_transition(ticket_no, ticket.state, TicketState.ACCEPTED)
            share.accepted_at = self._clock.now()
            self._recorder.move(session, ticket, TicketState.ACCEPTED, actor, data)
            return ticket
        check_with_department(ticket)
        if share.accepted_at is None:
            share.accepted_at = self._clock.now()
            self._recorder.note(session, ticket, "co_accepted", actor, data)
        return ticket

    def start_handling(
        self, session: Session, ticket_no: str, actor: Actor, version: int | None = None
    ) -> Ticket:
        """Note that the lead has begun (办理).

        Raises:
            TicketNotFoundError, StaleVersionError, IllegalTransitionError: as for ``accept``.
        """
        ticket, share = repository.locked_share(session, ticket_no, actor.department, version)
        check_with_department(ticket)
        if share.role is AssignmentRole.LEAD:
            data = {"department": share.department_code}
            self._recorder.move(session, ticket, TicketState.HANDLING, actor, data)
        return ticket

    def send_back(
        self,
        session: Session,
        ticket_no: str,
        actor: Actor,
        reason: str,
        duty_basis: str,
        version: int | None = None,
    ) -> Ticket:
        """Send the ticket back (退单): it waits for a dispatcher again; the due time stays.

        Args:
            session: the transaction.
            ticket_no: which.
            actor: of the department that sends it back.
            reason: why it is not theirs.
            duty_basis: the entry of the responsibility list, or the rule, that says so.
            version: the one the reader loaded.

        Raises:
            TicketNotFoundError, StaleVersionError: as for ``accept``.
            DutyBasisMissingError: reason or basis has no words.
            DesignatedError: the hotline has designated this department.
            ReturnWindowClosedError: the window has closed.
            IllegalTransitionError: handling has begun.
        """
        ticket, share = repository.locked_share(session, ticket_no, actor.department, version)
        reason, duty_basis = (
            storable(reason, TEXT_CHARACTERS),
            storable(duty_basis, TEXT_CHARACTERS),
        )
        now = self._clock.now()
        check_send_back(ticket, share, reason, duty_basis, now)
        share.active, share.returned_at = False, now
        session.add(send_back_record(share, actor, mask(reason), mask(duty_basis), now))
        data = {
            "department": share.department_code,
            "reason": mask(reason),
            "duty_basis": mask(duty_basis),
        }
        if share.role is AssignmentRole.CO_HANDLING:
            self._recorder.note(session, ticket, "co_returned", actor, data)
            return ticket
        self._recorder.move(session, ticket, TicketState.RETURNED, actor, data)
        self._recorder.move(session, ticket, TicketState.DISPATCHING, SYSTEM)
        return ticket

    def reply(
        self,
        session: Session,
        ticket_no: str,
        actor: Actor,
        text: str,
        version: int | None = None,
        override: str | None = None,
    ) -> Ticket:
        """Answer (答复): the lead's reply answers the citizen, a co-handling one feeds the lead's.

        Args:
            session: the transaction.
            ticket_no: which.
            actor: of the department that answers.
            text: the reply.
            version: the one the reader loaded.
            override: why the reply leaves although the gate found something; the caller has
                checked that the actor may say so. It becomes an event.

        Raises:
            TicketNotFoundError, StaleVersionError: as for ``accept``.
            EmptyReplyError: there are no words.
            IllegalTransitionError: the lead has not accepted yet, or has answered already.
            ReplyRefusedError: the gate found something, and no reason lets it pass.
        """
        ticket, share = repository.locked_share(session, ticket_no, actor.department, version)
        text = storable(text, TEXT_CHARACTERS)
        if not text:
            raise EmptyReplyError(ticket_no)
        data = {"department": share.department_code, "text": mask(text)}
        leads = share.role is AssignmentRole.LEAD
        if leads and ticket.state is TicketState.ACCEPTED:
            self._recorder.move(session, ticket, TicketState.HANDLING, actor)
        if leads:
            check_transition(ticket_no, ticket.state, TicketState.REPLIED)
        check_with_department(ticket)
        self._pass_gate(session, ticket, share, actor, text, override)
        share.reply, share.replied_at = text, self._clock.now()
        if not leads:
            self._recorder.note(session, ticket, "co_replied", actor, data)
            return ticket
        self._recorder.move(session, ticket, TicketState.REPLIED, actor, data)
        for listener in self._listeners:
            listener.replied(session, ticket, share)
        return ticket

    def review_reply(
        self, session: Session, ticket_no: str, actor: Actor, text: str
    ) -> tuple[ReplyFinding, ...]:
        """Return what would keep ``text`` from leaving; nothing is changed.

        Raises:
            TicketNotFoundError: the actor's department has no part in the ticket.
        """
        found = repository.share_of(session, ticket_no, actor.department or "")
        if found is None:
            raise TicketNotFoundError(ticket_no)
        return self._findings(session, *found, storable(text, TEXT_CHARACTERS))

    def _findings(
        self, session: Session, ticket: Ticket, share: Assignment, text: str
    ) -> tuple[ReplyFinding, ...]:
        leads = share.role is AssignmentRole.LEAD
        return tuple(self._gate.check(session, ticket.id, text, to_citizen=leads))

    def _pass_gate(
        self,
        session: Session,
        ticket: Ticket,
        share: Assignment,
        actor: Actor,
        text: str,
        override: str | None,
    ) -> None:
        """Pass a reply that keeps the rules, or one that somebody answers for."""
        findings = self._findings(session, ticket, share, text)
        if not findings:
            return
        reason = storable(override or "", TEXT_CHARACTERS)
        if not reason or not all(one.rule.overridable for one in findings):
            raise ReplyRefusedError(ticket.ticket_no, findings)
        data = {
            "department": share.department_code,
            "rules": sorted({one.rule.value for one in findings}),
            "reason": mask(reason),
        }
        self._recorder.note(session, ticket, "gate_overridden", actor, data)

    def advance(
        self,
        session: Session,
        ticket_no: str,
        target: TicketState,
        actor: Actor,
        note: str = "",
        version: int | None = None,
    ) -> Ticket:
        """Make a move that needs nothing but a note: follow-up, resolve, reopen.

        Raises:
            TicketNotFoundError, StaleVersionError: as for ``dispatch``.
            IllegalTransitionError: not from this state, or the move has a method of its own.
        """
        ticket = repository.locked_ticket(session, ticket_no, version)
        if target in _OWN_METHOD:
            raise IllegalTransitionError(ticket_no, ticket.state, target, ticket.state.label)
        if target is TicketState.REOPENED:
            check_transition(ticket_no, ticket.state, target)
            ticket.round += 1
            repository.end_shares(session, ticket.id)
        data = {"note": mask(storable(note, TEXT_CHARACTERS))} if note else {}
        self._recorder.move(session, ticket, target, actor, data)
        return ticket

    def note(
        self, session: Session, ticket: Ticket, kind: str, actor: Actor, data: Mapping[str, Any]
    ) -> None:
        """Record something that changes no state, e.g. that protected data was read."""
        self._recorder.note(session, ticket, kind, actor, data)

    def _share(self, ticket: Ticket, code: str, role: AssignmentRole) -> Assignment:
        designated = ticket.dispatch_count > DISPATCHES_BEFORE_DESIGNATION
        return self._opener.share(ticket, code, role, self._clock.now(), designated=designated)

    def _decide_send_backs(self, session: Session, ticket: Ticket, lead: str) -> None:
        for record in repository.open_send_backs(session, ticket.id):
            same = record.department_code == lead
            record.state = SendBackState.REFUSED if same else SendBackState.APPROVED
            record.decided_at = self._clock.now()


# Moves that carry more than a note: a department, a reply, a reason, the citizens concerned.
_OWN_METHOD = frozenset(
    {
        TicketState.REGISTERED,
        TicketState.DECLINED,
        TicketState.ARCHIVED,
        TicketState.DISPATCHED,
        TicketState.ACCEPTED,
        TicketState.RETURNED,
        TicketState.REPLIED,
        TicketState.MERGED,
        TicketState.WITHDRAWN,
    }
)
