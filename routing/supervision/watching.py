"""What one ticket's supervision should be at a moment: which cards to show, end, tell of.

Pure: it reads what it is given and changes nothing. Every moment here is aware; a clock is overdue
from the second after its due time on.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from foundation.clock import SHANGHAI
from routing.deadlines.calendar import WorkCalendar
from routing.deadlines.counting import LimitUnit, end_of
from routing.deadlines.rule_packs import LimitClock
from routing.deadlines.service import DeadlineService
from routing.promises.models import Promise
from routing.supervision.models import Reminder, SupervisionCard, SupervisionOrder
from routing.supervision.policy import Step, SupervisionPolicy
from routing.supervision.states import CardColour, CloseReason, RecordState
from routing.ticket_clocks.repository import RUNNING
from routing.tickets.models import Assignment, AssignmentRole, Ticket
from routing.tickets.states import OVER, WITH_DEPARTMENT, TicketState

_AFTER = timedelta(seconds=1)
_REMEMBERED = 10_000

Asked = Reminder | SupervisionOrder


@dataclass(frozen=True, slots=True)
class RunningClock:
    """A clock that somebody must keep."""

    clock: LimitClock
    assignment_id: int | None  # None: nobody has been given the ticket
    department_code: str | None
    start: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """One ticket with all that supervision needs to know of it."""

    ticket: Ticket
    shares: Sequence[Assignment]  # active ones, and those of live records
    cards: Sequence[SupervisionCard] = ()  # live ones
    reminders: Sequence[Reminder] = ()  # open ones
    orders: Sequence[SupervisionOrder] = ()  # open ones
    promises: Sequence[Promise] = ()  # approved, to be kept


@dataclass(slots=True)
class Look:
    """What a look at a ticket found to be done, and when to look again."""

    issue: list[tuple[RunningClock, CardColour]] = field(default_factory=list)
    end: list[tuple[SupervisionCard | Asked, CloseReason]] = field(default_factory=list)
    moved: list[tuple[SupervisionCard, datetime]] = field(default_factory=list)  # to another due
    tell: list[tuple[SupervisionCard, Step]] = field(default_factory=list)
    lapsed: list[Asked] = field(default_factory=list)  # not answered in time
    broken: list[Promise] = field(default_factory=list)  # the day passed without an answer
    next_at: datetime | None = None

    def again(self, at: datetime) -> None:
        """Look again at ``at``, unless sooner already."""
        self.next_at = at if self.next_at is None else min(self.next_at, at)


def running_clocks(ticket: Ticket, shares: Iterable[Assignment]) -> Iterator[RunningClock]:
    """Yield the clocks that run now; none while the citizen is waited for.

    ``resolve`` runs until the lead's first reply: in a later round the supervision order sets the
    time. ``accept`` runs for each department, ``first_contact`` for the lead.
    """
    if ticket.state not in RUNNING or ticket.paused_at is not None:
        return
    active = [share for share in shares if share.active]
    lead = next((one for one in active if one.role is AssignmentRole.LEAD), None)
    if ticket.resolve_due_at is not None and ticket.round == 1:
        yield RunningClock(
            LimitClock.RESOLVE,
            lead.id if lead else None,
            lead.department_code if lead else None,
            ticket.registered_at,
            ticket.resolve_due_at,
        )
    if ticket.dispatch_due_at is not None and not ticket.dispatch_count:
        yield RunningClock(
            LimitClock.DISPATCH, None, None, ticket.registered_at, ticket.dispatch_due_at
        )
    if ticket.state in WITH_DEPARTMENT:
        for share in active:
            yield from _windows(share)


def _windows(share: Assignment) -> Iterator[RunningClock]:
    own = (share.id, share.department_code, share.dispatched_at)
    if share.accept_due_at is not None and share.accepted_at is None and share.replied_at is None:
        yield RunningClock(LimitClock.ACCEPT, *own, share.accept_due_at)
    leads = share.role is AssignmentRole.LEAD
    if leads and share.first_contact_due_at is not None and share.contacted_at is None:
        yield RunningClock(LimitClock.FIRST_CONTACT, *own, share.first_contact_due_at)


class Watcher:
    """Looks at tickets by the city's rules."""

    def __init__(self, deadlines: DeadlineService, policy: SupervisionPolicy) -> None:
        self._deadlines = deadlines
        self._policy = policy
        # Most limits end with a day: thousands of tickets share the same few moments.
        self._later = dict[tuple[datetime, int], datetime]()
        self._calendar: WorkCalendar | None = None  # what these were counted with

    def look(self, standing: Standing, now: datetime) -> Look:
        """Return what is to be done about one ticket at ``now``."""
        look = Look()
        running = {
            (one.clock, one.assignment_id): one
            for one in running_clocks(standing.ticket, standing.shares)
        }
        shown = dict[tuple[LimitClock, int | None], SupervisionCard]()
        for card in standing.cards:
            key = (card.clock, card.assignment_id)
            if self._goes_on(standing, card, running.get(key), now, look):
                shown[key] = card
        for key, clock in running.items():
            self._show(clock, shown.get(key), now, look)
        waiting: list[Asked] = [*standing.reminders, *standing.orders]
        for record in waiting:
            self._wait_for(standing, record, now, look)
        for promise in standing.promises:
            _keep(standing, promise, now, look)
        return look

    def red_from(self, clock: RunningClock) -> datetime:
        """Return from when on a clock is overdue."""
        return clock.due_at + _AFTER

    def yellow_from(self, clock: RunningClock) -> datetime:
        """Return from when on a clock is due soon."""
        rule = self._policy.yellow
        # Limits in days end with their day, those in hours at any second.
        in_days = clock.due_at == end_of(clock.due_at.astimezone(SHANGHAI).date())
        return self._deadlines.due_soon_from(
            clock.start,
            clock.due_at,
            in_days=in_days,
            share_left=rule.share_left,
            working_days=rule.working_days,
        )

    def step_at(self, step: Step, issued_at: datetime, due_at: datetime) -> datetime:
        """Return when a step is taken on a card that was issued at ``issued_at``."""
        if step.hours_before is not None:
            return max(issued_at, due_at - timedelta(hours=step.hours_before))
        if step.working_days_after is None:
            return issued_at
        return self._days_later(due_at, step.working_days_after)

    def _days_later(self, due_at: datetime, working_days: int) -> datetime:
        calendar = self._deadlines.calendar
        if self._calendar is not calendar or len(self._later) > _REMEMBERED:
            self._later, self._calendar = {}, calendar
        key = (due_at, working_days)
        if key not in self._later:
            counted = self._deadlines.count(due_at, LimitUnit.WORKING_DAYS, working_days)
            self._later[key] = counted.due_at + _AFTER
        return self._later[key]

    def _goes_on(
        self,
        standing: Standing,
        card: SupervisionCard,
        clock: RunningClock | None,
        now: datetime,
        look: Look,
    ) -> bool:
        """Whether a card stays; otherwise it is among those that end."""
        if clock is None:
            if standing.ticket.state is TicketState.AWAITING_CITIZEN and _has(standing, card):
                return False  # it stands still with its clock
            look.end.append((card, _why_over(standing, card)))
            return False
        red = card.colour is CardColour.RED
        if now < (self.red_from(clock) if red else self.yellow_from(clock)):
            look.end.append((card, CloseReason.MOVED))
            return False
        if card.due_at != clock.due_at:
            look.moved.append((card, clock.due_at))
        return True

    def _show(
        self, clock: RunningClock, card: SupervisionCard | None, now: datetime, look: Look
    ) -> None:
        """Show a clock's card, and look again when the next colour or step is due."""
        red_from = self.red_from(clock)
        if now >= red_from and (card is None or card.colour is CardColour.YELLOW):
            if card is not None:
                look.end.append((card, CloseReason.TURNED_RED))
            self._issue(clock, CardColour.RED, now, look)
        elif card is not None:
            self._climb(card, clock.due_at, now, look)
            if card.colour is CardColour.YELLOW:
                look.again(red_from)
        elif now >= (yellow_from := self.yellow_from(clock)):
            self._issue(clock, CardColour.YELLOW, now, look)
            look.again(red_from)
        else:
            look.again(min(yellow_from, red_from))

    def _issue(self, clock: RunningClock, colour: CardColour, now: datetime, look: Look) -> None:
        look.issue.append((clock, colour))
        for step in self._policy.steps(colour):
            if (at := self.step_at(step, now, clock.due_at)) > now:
                look.again(at)

    def steps_at_issue(self, colour: CardColour, now: datetime, due_at: datetime) -> list[Step]:
        """Return the steps that are due the moment a card is issued."""
        steps = self._policy.steps(colour)
        return [step for step in steps if self.step_at(step, now, due_at) <= now]

    def _climb(self, card: SupervisionCard, due_at: datetime, now: datetime, look: Look) -> None:
        for step in self._policy.steps(card.colour):
            if step.key in card.told:
                continue
            at = self.step_at(step, card.at, due_at)
            if at <= now:
                look.tell.append((card, step))
            else:
                look.again(at)

    def _wait_for(self, standing: Standing, record: Asked, now: datetime, look: Look) -> None:
        """End an open reminder or order that nobody can answer, or note that its time passed."""
        share = _share(standing, record.assignment_id)
        if standing.ticket.state in OVER:
            look.end.append((record, CloseReason.ENDED))
        elif share is None or not share.active:
            look.end.append((record, CloseReason.ELSEWHERE))
        elif isinstance(record, Reminder) and share.replied_at is not None:
            look.end.append((record, CloseReason.MET))
        elif (due := _answer_due(record)) is not None:
            if now > due:
                look.lapsed.append(record)
            else:
                look.again(due + _AFTER)


def _keep(standing: Standing, promise: Promise, now: datetime, look: Look) -> None:
    """Note that the day of a promise has passed; while the citizen is waited for none does."""
    if standing.ticket.state not in WITH_DEPARTMENT or standing.ticket.paused_at is not None:
        return
    if now > promise.promised_until:
        look.broken.append(promise)
    else:
        look.again(promise.promised_until + _AFTER)


def _answer_due(record: Asked) -> datetime | None:
    """Return until when an answer is waited for; ``None`` once that was noted."""
    if isinstance(record, Reminder):
        return record.answer_due_at if record.unanswered_at is None else None
    return record.reply_due_at if record.overdue_at is None else None


def _has(standing: Standing, card: SupervisionCard) -> bool:
    share = _share(standing, card.assignment_id)
    return share is not None and share.active


def _share(standing: Standing, assignment_id: int | None) -> Assignment | None:
    return next((one for one in standing.shares if one.id == assignment_id), None)


def _why_over(standing: Standing, card: SupervisionCard) -> CloseReason:
    """Return why a card's clock runs no longer."""
    if standing.ticket.state in OVER:
        return CloseReason.ENDED
    if card.assignment_id is None:
        given = card.clock is LimitClock.DISPATCH and standing.ticket.dispatch_count
        return CloseReason.MET if given else CloseReason.ELSEWHERE
    share = _share(standing, card.assignment_id)
    handled = share is not None and (share.active or share.replied_at is not None)
    return CloseReason.MET if handled else CloseReason.ELSEWHERE


def is_late(record: Asked, now: datetime) -> bool:
    """Whether an open record waits beyond its time."""
    due = record.answer_due_at if isinstance(record, Reminder) else record.reply_due_at
    return record.state is RecordState.OPEN and now > due
