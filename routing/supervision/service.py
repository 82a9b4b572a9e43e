"""The rules of supervision: reminders and orders, their answers, and what a ticket's move brings.

Permission is the caller's question (``foundation.access``); the department that an actor acts for
decides here which records it reaches. Every method takes the caller's transaction and only flushes.
"""

from typing import Any, TypeVar

from sqlalchemy.orm import Session

from foundation.clock import Clock
from foundation.events.outbox import Outbox
from foundation.text.personal_information import mask
from foundation.text.storable import storable
from routing.deadlines.counting import LimitUnit
from routing.deadlines.service import CountedTime, DeadlineService
from routing.supervision import repository
from routing.supervision.booking import Booking, end, kind_of
from routing.supervision.errors import (
    NobodyToSuperviseError,
    RecordNotFoundError,
    SupervisionOverError,
    WordsMissingError,
)
from routing.supervision.models import Reminder, SupervisionCard, SupervisionOrder
from routing.supervision.policy import SupervisionPolicy
from routing.supervision.states import CloseReason, OrderCause, RecordState, check_move
from routing.supervision.telling import DEPARTMENT, SUPERVISORS, Matters
from routing.tickets.models import Assignment, AssignmentRole, Ticket
from routing.tickets.repository import active_shares, locked_share, locked_ticket
from routing.tickets.schemas import SYSTEM, Actor
from routing.tickets.states import OVER, WITH_DEPARTMENT, TicketState

TEXT_CHARACTERS = 1_000
_AUTOMATIC = {
    OrderCause.REOPENED: (
        "市民对办理结果不满意，工单已重新办理。请查明原因，重新办理，并回复督办：原因、措施、结果。"
    ),
    OrderCause.THIRD_DISPATCH: (
        "该工单多次派单仍无单位承办。请对照权责清单核实职责，按期办理，并回复督办："
        "是否承办；认为不属本单位的，写明依据和应当承办的单位。"
    ),
}

RecordT = TypeVar("RecordT", SupervisionCard, Reminder, SupervisionOrder)


class SupervisionService:
    """Reminds, orders, takes answers; watches tickets as they move."""

    def __init__(
        self,
        clock: Clock,
        deadlines: DeadlineService,
        policy: SupervisionPolicy,
        outbox: Outbox,
    ) -> None:
        self._clock = clock
        self._deadlines = deadlines
        self.policy = policy
        self.booking = Booking(clock, deadlines, policy, outbox)

    def moved(self, session: Session, ticket: Ticket, source: TicketState, actor: Actor) -> None:
        """End what a move makes pointless, and issue the orders that need no supervisor.

        A new ticket has nothing to end: the next tick looks at it.
        """
        if source is TicketState.DRAFT or (not ticket.dispatch_count and ticket.state not in OVER):
            return
        if ticket.state is TicketState.DISPATCHED and ticket.dispatch_count == 1:
            return
        session.flush()
        self.booking.settle(session, repository.standings(session, [ticket]))
        if ticket.state is TicketState.DISPATCHED:
            self._order_by_itself(session, ticket)

    def remind(
        self,
        session: Session,
        ticket_no: str,
        actor: Actor,
        text: str,
        department: str | None = None,
        version: int | None = None,
    ) -> Reminder:
        """Remind a department (催办).

        Args:
            session: a writing transaction.
            ticket_no: which.
            actor: who reminds.
            text: what is asked; masked here.
            department: with an active share; the lead unless given.
            version: the one the reader loaded.

        Raises:
            TicketNotFoundError, StaleVersionError: none of this number, or changed since.
            WordsMissingError: no words.
            SupervisionOverError: the ticket is over, or was answered already.
            NobodyToSuperviseError: the department does not have it.
        """
        ticket = locked_ticket(session, ticket_no, version)
        said = _words(ticket_no, "reminder", text)
        if ticket.state not in WITH_DEPARTMENT:
            raise SupervisionOverError(ticket_no, ticket.state, ticket.state.label)
        share = _share_of(session, ticket, department)
        now = self._clock.now()
        reminder = Reminder(
            ticket_id=ticket.id,
            assignment_id=share.id,
            department_code=share.department_code,
            number=repository.reminders_so_far(session, ticket.id) + 1,
            state=RecordState.OPEN,
            text=said,
            actor=actor.ref,
            at=now,
            answer_due_at=self._in_days(self.policy.reminder_answer_working_days).due_at,
        )
        session.add(reminder)
        data = {"department": share.department_code, "reminder": reminder.number}
        words = f"第{reminder.number}次催办，请回复办理情况。"
        self._tell(session, ticket, actor, "reminded", data, words)
        return reminder

    def order(
        self,
        session: Session,
        ticket_no: str,
        actor: Actor,
        text: str,
        working_days: int | None = None,
        department: str | None = None,
        version: int | None = None,
    ) -> SupervisionOrder:
        """Issue a supervision order (督办), to be answered by a due time.

        Args:
            session: a writing transaction.
            ticket_no: which.
            actor: the supervisor.
            text: what is required; masked here.
            working_days: until the answer; the city's own unless given.
            department: with an active share; the lead unless given.
            version: the one the reader loaded.

        Raises:
            TicketNotFoundError, StaleVersionError, WordsMissingError, NobodyToSuperviseError: as
                for ``remind``.
            SupervisionOverError: the ticket is over.
            UncountableAmountError: no such number of days.
        """
        ticket = locked_ticket(session, ticket_no, version)
        said = _words(ticket_no, "order", text)
        if ticket.state in OVER:
            raise SupervisionOverError(ticket_no, ticket.state, ticket.state.label)
        share = _share_of(session, ticket, department)
        return self._order(session, ticket, share, OrderCause.MANUAL, said, actor, working_days)

    def answer_card(
        self,
        session: Session,
        ticket_no: str,
        card_id: int,
        actor: Actor,
        text: str,
        version: int | None = None,
    ) -> Ticket:
        """Take a department's explanation of a card; the card ends with its clock.

        Raises:
            TicketNotFoundError, StaleVersionError: none of the department's, or changed since.
            RecordNotFoundError: no such card of the department's.
            RecordStateError: it was answered, or has ended.
            WordsMissingError: no words.
        """
        return self._answer(session, SupervisionCard, ticket_no, card_id, actor, text, version)

    def answer_reminder(
        self,
        session: Session,
        ticket_no: str,
        reminder_id: int,
        actor: Actor,
        text: str,
        version: int | None = None,
    ) -> Ticket:
        """Take a department's answer to a reminder; raises as ``answer_card``."""
        return self._answer(session, Reminder, ticket_no, reminder_id, actor, text, version)

    def answer_order(
        self,
        session: Session,
        ticket_no: str,
        order_id: int,
        actor: Actor,
        text: str,
        version: int | None = None,
    ) -> Ticket:
        """Take a department's answer to an order; a supervisor decides on it.

        Raises as ``answer_card``.
        """
        return self._answer(session, SupervisionOrder, ticket_no, order_id, actor, text, version)

    def approve_order(
        self, session: Session, ticket_no: str, order_id: int, actor: Actor, version: int | None
    ) -> Ticket:
        """Accept the answer to an order.

        Raises:
            TicketNotFoundError, StaleVersionError: none of this number, or changed since.
            RecordNotFoundError: no such order.
            RecordStateError: nobody has answered, or it is decided.
        """
        ticket, order = self._decided(session, ticket_no, order_id, version)
        check_move(kind_of(order), order.state, RecordState.APPROVED)
        order.state, order.decided_by = RecordState.APPROVED, actor.ref
        order.closed_at = self._clock.now()
        self._note(session, ticket, actor, "order_approved", _of_order(order))
        return ticket

    def refuse_order(
        self,
        session: Session,
        ticket_no: str,
        order_id: int,
        actor: Actor,
        reason: str,
        version: int | None,
    ) -> Ticket:
        """Send the answer to an order back: it is open again, with a new time.

        Raises:
            TicketNotFoundError, StaleVersionError, RecordNotFoundError, RecordStateError: as for
                ``approve_order``.
            WordsMissingError: no reason.
            NobodyToSuperviseError: the department no longer has the ticket.
        """
        ticket, order = self._decided(session, ticket_no, order_id, version)
        check_move(kind_of(order), order.state, RecordState.OPEN)
        said = _words(ticket_no, "refusal", reason)
        if ticket.state in OVER:
            raise SupervisionOverError(ticket_no, ticket.state, ticket.state.label)
        share = _share_of(session, ticket, order.department_code)
        if share.id != order.assignment_id:
            raise NobodyToSuperviseError(ticket_no, order.department_code)
        counted = self._in_days(self.policy.order_reply_working_days)
        order.state, order.decided_by, order.decision = RecordState.OPEN, actor.ref, said
        order.refusals += 1
        order.reply_due_at, order.due_provisional = counted.due_at, counted.provisional
        order.overdue_at = None
        words = "督办回复未通过，请补充办理后再次回复。"
        self._tell(session, ticket, actor, "order_refused", _of_order(order), words)
        return ticket

    def cancel_order(
        self, session: Session, ticket_no: str, order_id: int, actor: Actor, version: int | None
    ) -> Ticket:
        """Take an order back; raises as ``approve_order``."""
        ticket, order = self._decided(session, ticket_no, order_id, version)
        end(order, CloseReason.CANCELLED, self._clock.now())
        order.decided_by = actor.ref
        data = {**_of_order(order), "why": CloseReason.CANCELLED.value}
        self._note(session, ticket, actor, "order_closed", data)
        return ticket

    def _order_by_itself(self, session: Session, ticket: Ticket) -> None:
        rules = self.policy.automatic_orders
        if ticket.round > 1:
            cause = OrderCause.REOPENED if rules.on_reopened else None
        else:
            often = rules.on_dispatch and ticket.dispatch_count >= rules.on_dispatch
            cause = OrderCause.THIRD_DISPATCH if often else None
        if cause is None:
            return
        if any(one.cause is cause for one in repository.live_orders(session, ticket.id)):
            return
        share = _share_of(session, ticket, None)
        self._order(session, ticket, share, cause, _AUTOMATIC[cause], SYSTEM, None)

    def _order(
        self,
        session: Session,
        ticket: Ticket,
        share: Assignment,
        cause: OrderCause,
        text: str,
        actor: Actor,
        working_days: int | None,
    ) -> SupervisionOrder:
        counted = self._in_days(working_days or self.policy.order_reply_working_days)
        order = SupervisionOrder(
            ticket_id=ticket.id,
            assignment_id=share.id,
            department_code=share.department_code,
            cause=cause,
            state=RecordState.OPEN,
            text=text,
            actor=actor.ref,
            at=self._clock.now(),
            reply_due_at=counted.due_at,
            due_provisional=counted.provisional,
        )
        session.add(order)
        session.flush()
        data = {**_of_order(order), "cause": cause.value, "reply_due": counted.due_at.isoformat()}
        words = f"收到督办（{cause.label}），请按期回复。"
        self._tell(session, ticket, actor, "supervised", data, words)
        return order

    def _answer(
        self,
        session: Session,
        table: type[RecordT],
        ticket_no: str,
        record_id: int,
        actor: Actor,
        text: str,
        version: int | None,
    ) -> Ticket:
        ticket, share = locked_share(session, ticket_no, actor.department, version)
        record = repository.record_of(session, table, ticket.id, record_id)
        if record is None or record.assignment_id != share.id:
            raise RecordNotFoundError(table.__tablename__, record_id)
        kind = kind_of(record)
        check_move(kind, record.state, RecordState.ANSWERED)
        record.reply = _words(ticket_no, f"answer to {kind}", text)
        record.state, record.replied_by = RecordState.ANSWERED, actor.ref
        record.replied_at = self._clock.now()
        data: dict[str, Any] = {"department": share.department_code, kind.value: record.id}
        if isinstance(record, SupervisionOrder):
            words = f"督办已回复（{share.department_code}），请审核。"
            self._tell(session, ticket, actor, "order_answered", data, words, SUPERVISORS)
        else:
            self._note(session, ticket, actor, f"{kind}_answered", data)
        return ticket

    def _decided(
        self, session: Session, ticket_no: str, order_id: int, version: int | None
    ) -> tuple[Ticket, SupervisionOrder]:
        ticket = locked_ticket(session, ticket_no, version)
        order = repository.record_of(session, SupervisionOrder, ticket.id, order_id)
        if order is None:
            raise RecordNotFoundError("order", order_id)
        return ticket, order

    def _in_days(self, working_days: int) -> CountedTime:
        return self._deadlines.count(self._clock.now(), LimitUnit.WORKING_DAYS, working_days)

    def _note(
        self, session: Session, ticket: Ticket, actor: Actor, kind: str, data: dict[str, Any]
    ) -> None:
        matters = Matters()
        matters.add(ticket, kind, data)
        self.booking.record(session, matters, actor)
        session.flush()

    def _tell(
        self,
        session: Session,
        ticket: Ticket,
        actor: Actor,
        kind: str,
        data: dict[str, Any],
        words: str,
        whom: Any = DEPARTMENT,
    ) -> None:
        matters = Matters()
        matters.add(ticket, kind, data, whom, words)
        self.booking.record(session, matters, actor)
        session.flush()


def _of_order(order: SupervisionOrder) -> dict[str, Any]:
    return {"department": order.department_code, "order": order.id}


def _share_of(session: Session, ticket: Ticket, department: str | None) -> Assignment:
    """Return the active share of a department; the lead's unless one is named."""
    for share in active_shares(session, ticket.id):
        if department is None and share.role is AssignmentRole.LEAD:
            return share
        if department is not None and share.department_code == department:
            return share
    raise NobodyToSuperviseError(ticket.ticket_no, department)


def _words(ticket_no: str, kind: str, text: str) -> str:
    said = mask(storable(text, TEXT_CHARACTERS))
    if not said:
        raise WordsMissingError(ticket_no, kind)
    return said
