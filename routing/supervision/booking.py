"""What a look at tickets found is put into effect: records, events and messages together."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from foundation.clock import Clock
from foundation.events.outbox import Outbox
from routing.deadlines.service import DeadlineService
from routing.promises.models import Promise
from routing.promises.states import PromiseState
from routing.promises.states import check_move as check_promise
from routing.supervision.models import Reminder, SupervisionCard, SupervisionOrder
from routing.supervision.policy import Recipient, Step, SupervisionPolicy
from routing.supervision.states import CardColour, CloseReason, RecordKind, RecordState, check_move
from routing.supervision.telling import (
    DEPARTMENT,
    SUPERVISORS,
    Matters,
    card_words,
    lapsed_words,
    messages,
    step_words,
)
from routing.supervision.watching import Asked, Look, RunningClock, Standing, Watcher
from routing.tickets.models import Ticket
from routing.tickets.recording import Recorder
from routing.tickets.schemas import SYSTEM, Actor

Record = SupervisionCard | Asked


class Booking:
    """Puts looks into effect; the one code that issues and ends cards."""

    def __init__(
        self,
        clock: Clock,
        deadlines: DeadlineService,
        policy: SupervisionPolicy,
        outbox: Outbox,
    ) -> None:
        self._clock = clock
        self._outbox = outbox
        self._recorder = Recorder(clock, outbox)
        self.watcher = Watcher(deadlines, policy)

    def settle(self, session: Session, standings: Sequence[Standing]) -> int:
        """Bring the records of locked tickets to what they should be now.

        Returns:
            How many things happened.
        """
        now, matters = self._clock.now(), Matters()
        looks = [self.watcher.look(standing, now) for standing in standings]
        for standing, look in zip(standings, looks, strict=True):
            self._apply(session, standing.ticket, look, now, matters)
        self.record(session, matters, SYSTEM)
        for standing, look in zip(standings, looks, strict=True):
            standing.ticket.next_supervision_at = look.next_at
        session.flush()
        return len(matters.found)

    def record(self, session: Session, matters: Matters, actor: Actor) -> None:
        """Write the events of what happened, and tell whom it concerns.

        What the system notes by itself makes nobody's reading of the ticket stale: a reply that is
        being written is not refused because a card was shown meanwhile.
        """
        if not matters.found:
            return
        notes = [one.note for one in matters.found]
        events = self._recorder.note_all(session, notes, actor, quiet=actor == SYSTEM)
        self._outbox.enqueue_all(session, messages(matters.found, events))

    def _apply(
        self, session: Session, ticket: Ticket, look: Look, now: datetime, matters: Matters
    ) -> None:
        for record, reason in look.end:
            end(record, reason, now)
            if reason is not CloseReason.TURNED_RED:
                matters.add(ticket, f"{kind_of(record)}_closed", _closed(record, reason))
        for card, due_at in look.moved:
            card.due_at = due_at
        for clock, colour in look.issue:
            self._issue(session, ticket, clock, colour, now, matters)
        for card, step in look.tell:
            # A new list: a column of JSON does not see what is added to the one it holds.
            card.told = [*card.told, step.key]
            words = step_words(card, step)
            matters.add(ticket, "escalated", _of_card(card, step), step.tell, words)
        for record in look.lapsed:
            _lapse(ticket, record, now, matters)
        for promise in look.broken:
            _break(ticket, promise, now, matters)

    def _issue(
        self,
        session: Session,
        ticket: Ticket,
        clock: RunningClock,
        colour: CardColour,
        now: datetime,
        matters: Matters,
    ) -> None:
        steps = self.watcher.steps_at_issue(colour, now, clock.due_at)
        card = SupervisionCard(
            ticket_id=ticket.id,
            assignment_id=clock.assignment_id,
            department_code=clock.department_code,
            clock=clock.clock,
            colour=colour,
            state=RecordState.OPEN,
            due_at=clock.due_at,
            at=now,
            told=[step.key for step in steps],
        )
        session.add(card)
        tell = dict.fromkeys(recipient for step in steps for recipient in step.tell)
        matters.add(ticket, f"{colour}_card_issued", _of_card(card), tuple(tell), card_words(card))


def end(record: Record, reason: CloseReason, now: datetime) -> None:
    """Close a record.

    Raises:
        RecordStateError: it is not live.
    """
    check_move(kind_of(record), record.state, RecordState.CLOSED)
    record.state, record.closed_at, record.close_reason = RecordState.CLOSED, now, reason


def kind_of(record: Record) -> RecordKind:
    """Return what a record is."""
    if isinstance(record, SupervisionCard):
        return RecordKind.CARD
    return RecordKind.REMINDER if isinstance(record, Reminder) else RecordKind.ORDER


def _lapse(ticket: Ticket, record: Asked, now: datetime, matters: Matters) -> None:
    """Note that nobody has answered in time; the supervisor is told."""
    kind: str = "reminder_unanswered"
    tell: tuple[Recipient, ...] = (Recipient.LEAD,)
    if isinstance(record, Reminder):
        record.unanswered_at = now
    else:
        record.overdue_at = now
        kind, tell = "order_overdue", (*DEPARTMENT, *SUPERVISORS)
    data = {"department": record.department_code}
    matters.add(ticket, kind, data, tell, lapsed_words(record))


def _break(ticket: Ticket, promise: Promise, now: datetime, matters: Matters) -> None:
    """Note that the day of a promise has passed without an answer; lead and supervisor are told."""
    check_promise(ticket.ticket_no, promise.state, PromiseState.BROKEN)
    promise.state = PromiseState.BROKEN
    promise.broken_at = promise.ended_at = now
    data = {"department": promise.department_code, "number": promise.number}
    words = f"第{promise.number}次承诺到期未办结，已计数。"
    matters.add(ticket, "promise_broken", data, (*DEPARTMENT, *SUPERVISORS), words)


def _of_card(card: SupervisionCard, step: Step | None = None) -> dict[str, Any]:
    data: dict[str, Any] = {
        "department": card.department_code,
        "clock": card.clock.value,
        "colour": card.colour.value,
        "due": card.due_at.isoformat(),
    }
    return data if step is None else data | {"step": step.key, "told": [*step.tell]}


def _closed(record: Record, reason: CloseReason) -> dict[str, Any]:
    data: dict[str, Any] = {"department": record.department_code, "why": reason.value}
    if isinstance(record, SupervisionCard):
        data |= {"clock": record.clock.value, "colour": record.colour.value}
    elif isinstance(record, SupervisionOrder):
        data["order"] = record.id
    else:
        data["reminder"] = record.number
    return data
