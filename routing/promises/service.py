"""The rules of promised handling (承诺办理).

A department that cannot finish in time promises a later day with its reason; the hotline agrees or
does not, and the citizen is told. The legal clock goes on all the same: nothing here moves, stops
or hides a due time, cards are shown as ever (docs/supervision.md). A day that passes without an
answer is counted.

Permission is the caller's question (``foundation.access``). Every method takes the caller's
transaction and only flushes.
"""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from foundation.clock import SHANGHAI, Clock
from foundation.text.personal_information import mask
from foundation.text.storable import storable
from routing.appeals.announcing import CitizenAnnouncer
from routing.deadlines.counting import end_of
from routing.deadlines.derivation import day_words
from routing.promises import repository
from routing.promises.errors import (
    NoPromisePendingError,
    NothingToPromiseError,
    OwnPromiseError,
    PromisedDayError,
    PromisePendingError,
    PromiseReasonMissingError,
)
from routing.promises.models import Promise
from routing.promises.states import PromiseState, check_move
from routing.supervision.booking import Booking
from routing.supervision.policy import Recipient
from routing.supervision.telling import DEPARTMENT, Matters
from routing.tickets.models import AssignmentRole, Ticket
from routing.tickets.repository import locked_share, locked_ticket
from routing.tickets.round_due import round_due
from routing.tickets.schemas import SYSTEM, Actor
from routing.tickets.sending_back import check_with_department
from routing.tickets.states import WITH_DEPARTMENT, TicketState

_TEXT_CHARACTERS = 1_000
_LONGEST = timedelta(days=366)  # the product's own bound, no rule sets one


class PromiseService:
    """Takes promises, decides on them, and sees what becomes of them."""

    def __init__(self, clock: Clock, booking: Booking, announcer: CitizenAnnouncer) -> None:
        self._clock = clock
        self._booking = booking
        self._announcer = announcer

    def moved(self, session: Session, ticket: Ticket, source: TicketState, actor: Actor) -> None:
        """End the promise that a ticket's move keeps, breaks or makes pointless."""
        del actor
        if source not in WITH_DEPARTMENT:
            return
        promise = repository.live_of(session, ticket.id)
        if promise is None:
            return
        late = self._clock.now() > promise.promised_until
        if ticket.state in WITH_DEPARTMENT:
            # It stood still while the citizen was waited for: a day that passed then binds nobody.
            if source is TicketState.AWAITING_CITIZEN and late:
                self._end(session, ticket, promise, PromiseState.CLOSED)
            return
        if ticket.state is TicketState.REPLIED and promise.state is PromiseState.APPROVED:
            self._end(session, ticket, promise, PromiseState.BROKEN if late else PromiseState.KEPT)
            return
        self._end(session, ticket, promise, PromiseState.CLOSED)

    def promise(
        self,
        session: Session,
        ticket_no: str,
        actor: Actor,
        day: date,
        reason: str,
        version: int | None = None,
    ) -> Promise:
        """Promise a later day; the hotline decides on it.

        Args:
            session: a writing transaction.
            ticket_no: which.
            actor: of the lead department.
            day: until whose end it will be answered, Asia/Shanghai.
            reason: why it cannot be done in time; masked here.
            version: the one the reader loaded.

        Raises:
            TicketNotFoundError, StaleVersionError: none of the department's, or changed since.
            IllegalTransitionError: it is not with a department.
            NothingToPromiseError: no due time, or the department does not lead.
            PromiseReasonMissingError: no reason.
            PromisedDayError: not later than the due time and today, or more than a year off.
            PromisePendingError: one stands already.
        """
        ticket, share = locked_share(session, ticket_no, actor.department, version)
        check_with_department(ticket)
        due = round_due(session, ticket).due_at
        if due is None or share.role is not AssignmentRole.LEAD:
            raise NothingToPromiseError(ticket_no)
        said = _reason(ticket_no, reason)
        until = self._until(ticket_no, day, due)
        earlier = repository.of_ticket(session, ticket.id)
        if repository.live_of(session, ticket.id) is not None:
            raise PromisePendingError(ticket_no)
        made = Promise(
            ticket_id=ticket.id,
            assignment_id=share.id,
            department_code=share.department_code,
            number=len(earlier) + 1,
            promised_until=until,
            reason=said,
            state=PromiseState.OPEN,
            actor=actor.ref,
            at=self._clock.now(),
            due_before=due,
        )
        session.add(made)
        words = f"承办单位作出第{made.number}次承诺，请审批。"
        tell = (Recipient.DISPATCHER, Recipient.SUPERVISOR)
        self._record(session, ticket, "promised", actor, _of(made) | {"reason": said}, tell, words)
        return made

    def _until(self, ticket_no: str, day: date, due: datetime) -> datetime:
        today = self._clock.now().astimezone(SHANGHAI).date()
        if not max(today, due.astimezone(SHANGHAI).date()) < day <= today + _LONGEST:
            raise PromisedDayError(ticket_no, day)
        return end_of(day)

    def approve(
        self, session: Session, ticket_no: str, actor: Actor, version: int | None = None
    ) -> Ticket:
        """Agree to the pending promise; the citizen is told, the due time stays.

        Raises:
            TicketNotFoundError, StaleVersionError: none of this number, or changed since.
            NoPromisePendingError: nobody promised, or it is decided.
            OwnPromiseError: the actor acts for the department that promised.
            PromisedDayError: the day has passed meanwhile.
        """
        ticket, made = self._pending(session, ticket_no, actor, version)
        if self._clock.now() > made.promised_until:
            raise PromisedDayError(ticket_no, made.promised_until.astimezone(SHANGHAI).date())
        self._decide(made, PromiseState.APPROVED, actor, None)
        words = "承诺已同意，请按承诺的日期办结；办结时限不变。"
        self._record(session, ticket, "promise_approved", actor, _of(made), DEPARTMENT, words)
        when = day_words(made.promised_until.astimezone(SHANGHAI).date())
        told = f"承办单位承诺在{when}结束前办结，理由：{made.reason}。原办理时限照常计算。"
        self._announcer.tell(session, ticket, told)
        return ticket

    def refuse(
        self,
        session: Session,
        ticket_no: str,
        actor: Actor,
        reason: str,
        version: int | None = None,
    ) -> Ticket:
        """Refuse the pending promise.

        Raises:
            PromiseReasonMissingError: no reason.
            TicketNotFoundError, StaleVersionError, NoPromisePendingError, OwnPromiseError: as for
                ``approve``.
        """
        ticket, made = self._pending(session, ticket_no, actor, version)
        said = _reason(ticket_no, reason)
        self._decide(made, PromiseState.REFUSED, actor, said)
        data = _of(made) | {"reason": said}
        words = "承诺未同意，请按现行时限办理。"
        self._record(session, ticket, "promise_refused", actor, data, DEPARTMENT, words)
        return ticket

    def _pending(
        self, session: Session, ticket_no: str, actor: Actor, version: int | None
    ) -> tuple[Ticket, Promise]:
        ticket = locked_ticket(session, ticket_no, version)
        found = repository.live_of(session, ticket.id)
        if found is None or found.state is not PromiseState.OPEN:
            raise NoPromisePendingError(ticket_no)
        if actor.department == found.department_code or actor.ref == found.actor:
            raise OwnPromiseError(ticket_no)
        return ticket, found

    def _decide(self, made: Promise, state: PromiseState, actor: Actor, reason: str | None) -> None:
        made.state, made.decided_by = state, actor.ref
        made.decided_at, made.decision_reason = self._clock.now(), reason

    def _end(self, session: Session, ticket: Ticket, promise: Promise, state: PromiseState) -> None:
        check_move(ticket.ticket_no, promise.state, state)
        promise.state, promise.ended_at = state, self._clock.now()
        if state is PromiseState.BROKEN:
            promise.broken_at = promise.ended_at
        self._record(session, ticket, f"promise_{state}", SYSTEM, _of(promise))

    def _record(
        self,
        session: Session,
        ticket: Ticket,
        kind: str,
        actor: Actor,
        data: dict[str, Any],
        tell: tuple[Recipient, ...] = (),
        words: str = "",
    ) -> None:
        matters = Matters()
        matters.add(ticket, kind, data, tell, words)
        self._booking.record(session, matters, actor)
        session.flush()


def _of(promise: Promise) -> dict[str, Any]:
    day = promise.promised_until.astimezone(SHANGHAI).date()
    return {
        "department": promise.department_code,
        "promised_on": day.isoformat(),
        "number": promise.number,
    }


def _reason(ticket_no: str, reason: str) -> str:
    said = mask(storable(reason, _TEXT_CHARACTERS))
    if not said:
        raise PromiseReasonMissingError(ticket_no)
    return said
