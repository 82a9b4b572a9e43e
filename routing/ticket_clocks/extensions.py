"""More time for a ticket (延期): asked for with a reason, decided by the hotline.

Permission is the caller's question (``foundation.access``). Every method takes the caller's
transaction and only flushes.
"""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from foundation.clock import Clock
from foundation.events.outbox import Outbox
from foundation.text.personal_information import mask
from foundation.text.storable import storable
from routing.deadlines.counting import LimitUnit, check_amount
from routing.deadlines.service import DeadlineService
from routing.ticket_clocks import repository
from routing.ticket_clocks.counting import limit_of
from routing.ticket_clocks.errors import (
    ExtensionPendingError,
    ExtensionReasonMissingError,
    ExtensionTooLateError,
    NoExtensionPendingError,
    NothingToExtendError,
    OwnExtensionError,
)
from routing.ticket_clocks.models import Extension, ExtensionState
from routing.ticket_clocks.service import TicketClocks
from routing.tickets.models import Ticket
from routing.tickets.recording import Recorder
from routing.tickets.repository import locked_share, locked_ticket
from routing.tickets.schemas import Actor
from routing.tickets.sending_back import check_with_department

_TEXT_CHARACTERS = 1_000


class ExtensionService:
    """Takes requests and decisions; late and repeated requests are marked as such."""

    def __init__(
        self, clock: Clock, deadlines: DeadlineService, clocks: TicketClocks, outbox: Outbox
    ) -> None:
        self._clock = clock
        self._deadlines = deadlines
        self._clocks = clocks
        self._recorder = Recorder(clock, outbox)

    def request(
        self,
        session: Session,
        ticket_no: str,
        actor: Actor,
        working_days: int,
        reason: str,
        version: int | None = None,
    ) -> Extension:
        """Ask for more time (延期); the due time stays until the hotline agrees.

        Args:
            session: a writing transaction.
            ticket_no: which.
            actor: of the lead or co-handling department.
            working_days: how many more.
            reason: why.
            version: the one the reader loaded.

        Raises:
            TicketNotFoundError, StaleVersionError: none of the department's, or changed since.
            IllegalTransitionError: it is not with a department.
            UncountableAmountError: no such number of days can be granted.
            ExtensionReasonMissingError: no reason.
            NothingToExtendError: the rules set no limit.
            ExtensionTooLateError: it is overdue.
            ExtensionPendingError: one waits already.
        """
        ticket, share = locked_share(session, ticket_no, actor.department, version)
        check_with_department(ticket)
        check_amount(working_days, LimitUnit.WORKING_DAYS)
        reason = _reason(ticket_no, reason)
        due = self._due_to_extend(ticket)
        earlier = repository.extensions_of(session, ticket.id)
        if any(one.state is ExtensionState.OPEN for one in earlier):
            raise ExtensionPendingError(ticket_no)
        now = self._clock.now()
        extension = Extension(
            ticket_id=ticket.id,
            department_code=share.department_code,
            number=len(earlier) + 1,
            late=now >= self._due_soon_from(ticket, due),
            working_days=working_days,
            reason=reason,
            state=ExtensionState.OPEN,
            actor=actor.ref,
            at=now,
            due_before=due,
        )
        session.add(extension)
        self._recorder.note(session, ticket, "extension_requested", actor, _asked(extension))
        session.flush()
        return extension

    def _due_to_extend(self, ticket: Ticket) -> datetime:
        due = ticket.resolve_due_at
        # A later round is due by its supervision order.
        if due is None or ticket.round > 1:
            raise NothingToExtendError(ticket.ticket_no)
        if self._clock.now() > due and ticket.paused_at is None:
            raise ExtensionTooLateError(ticket.ticket_no, due)
        return due

    def _due_soon_from(self, ticket: Ticket, due: datetime) -> datetime:
        limit = limit_of(ticket.due_basis)
        in_days = limit is None or limit.unit.in_days
        return self._deadlines.due_soon_from(ticket.registered_at, due, in_days=in_days)

    def approve(
        self,
        session: Session,
        ticket_no: str,
        actor: Actor,
        working_days: int | None = None,
        version: int | None = None,
    ) -> Ticket:
        """Grant the pending request, or fewer days than it asks for; the citizen is told.

        Raises:
            TicketNotFoundError, StaleVersionError: none of this number, or changed since.
            NoExtensionPendingError: nobody asked, or it is decided.
            OwnExtensionError: the actor acts for the department that asked.
            UncountableAmountError: no such number of days can be granted.
        """
        ticket, pending = self._pending(session, ticket_no, actor, version)
        days = pending.working_days if working_days is None else working_days
        check_amount(days, LimitUnit.WORKING_DAYS)
        pending.granted_working_days = min(days, pending.working_days)
        self._decide(pending, ExtensionState.APPROVED, actor, None)
        data = {
            "department": pending.department_code,
            "working_days": pending.granted_working_days,
            "number": pending.number,
        }
        self._recorder.note(session, ticket, "extension_approved", actor, data)
        session.flush()
        why = f"承办单位申请延期，已批准{pending.granted_working_days}个工作日"
        self._clocks.recount(session, ticket, why, actor)
        return ticket

    def refuse(
        self,
        session: Session,
        ticket_no: str,
        actor: Actor,
        reason: str,
        version: int | None = None,
    ) -> Ticket:
        """Refuse the pending request: the due time stays as it is.

        Raises:
            ExtensionReasonMissingError: no reason.
            TicketNotFoundError, StaleVersionError, NoExtensionPendingError, OwnExtensionError:
                as for ``approve``.
        """
        ticket, pending = self._pending(session, ticket_no, actor, version)
        said = _reason(ticket_no, reason)
        self._decide(pending, ExtensionState.REFUSED, actor, said)
        data = {"department": pending.department_code, "reason": said, "number": pending.number}
        self._recorder.note(session, ticket, "extension_refused", actor, data)
        session.flush()
        return ticket

    def _pending(
        self, session: Session, ticket_no: str, actor: Actor, version: int | None
    ) -> tuple[Ticket, Extension]:
        ticket = locked_ticket(session, ticket_no, version)
        pending = repository.pending_extension(session, ticket.id)
        if pending is None:
            raise NoExtensionPendingError(ticket_no)
        if actor.department == pending.department_code or actor.ref == pending.actor:
            raise OwnExtensionError(ticket_no)
        return ticket, pending

    def _decide(
        self, pending: Extension, state: ExtensionState, actor: Actor, reason: str | None
    ) -> None:
        pending.state, pending.decided_by = state, actor.ref
        pending.decided_at, pending.decision_reason = self._clock.now(), reason


def _asked(extension: Extension) -> dict[str, Any]:
    return {
        "department": extension.department_code,
        "working_days": extension.working_days,
        "reason": extension.reason,
        "late": extension.late,
        "number": extension.number,
    }


def _reason(ticket_no: str, reason: str) -> str:
    said = mask(storable(reason, _TEXT_CHARACTERS))
    if not said:
        raise ExtensionReasonMissingError(ticket_no)
    return said
