"""The deadline service: which limit applies, when it ends, and how that was found."""

from dataclasses import dataclass
from datetime import datetime

from foundation.clock import SHANGHAI, Clock
from foundation.settings import Settings
from routing.deadlines.calendar import WorkCalendar, load_calendar
from routing.deadlines.counting import LimitUnit, RollOver, due_at
from routing.deadlines.derivation import amount_words, derivation
from routing.deadlines.errors import CalendarNotPublishedError
from routing.deadlines.rule_packs import Grade, Limit, LimitClock, RulePack, load_rule_pack
from routing.schemas import AppealKind


@dataclass(frozen=True, slots=True)
class CountedTime:
    """The end of one count."""

    due_at: datetime  # aware, Asia/Shanghai, whole seconds for days
    provisional: bool  # the count entered a year that is not published: weekends only there
    derivation: tuple[str, ...]  # Chinese, line by line


@dataclass(frozen=True, slots=True)
class ResolveDeadline:
    """A deadline of an appeal; ``due_at`` is ``None`` where the rules set no limit."""

    due_at: datetime | None
    provisional: bool
    derivation: tuple[str, ...]  # Chinese; first the rule, then the count
    clause: str | None  # the rule in words, with its source
    certainty: str | None  # A: text seen; B: press or official report of it
    rule_pack: str  # code of the pack
    limit: str | None = None  # 15个工作日


class DeadlineService:
    """Counts with the loaded calendar and rule pack.

    The core refuses to count into a year without an official notice; only here does such a count
    become a provisional time, with weekends alone, marked as such.
    """

    def __init__(self, calendar: WorkCalendar, pack: RulePack, clock: Clock) -> None:
        self._calendar = calendar
        self._pack = pack
        self._clock = clock

    @property
    def rule_pack(self) -> RulePack:
        """The pack in force."""
        return self._pack

    def resolve_due(
        self, kind: AppealKind, registered_at: datetime | None = None, grade: Grade | None = None
    ) -> ResolveDeadline:
        """Return by when the appeal must be resolved (办结).

        Args:
            kind: a commendation (表扬) has no limit in any shipped pack: its ``due_at`` is ``None``
                and the derivation says so.
            registered_at: registration with the hotline (受理); now, unless given. Sending back
                and dispatching again never restart this clock.
            grade: urgency where the pack grades by it; the pack's default otherwise.
        """
        return self._deadline(LimitClock.RESOLVE, kind, registered_at or self._clock.now(), grade)

    def send_back_until(
        self, kind: AppealKind, dispatched_at: datetime, grade: Grade | None = None
    ) -> ResolveDeadline:
        """Return until when a department may send a ticket back (退单), from its dispatch."""
        return self._deadline(LimitClock.SEND_BACK, kind, dispatched_at, grade)

    def count(
        self,
        start: datetime,
        unit: LimitUnit,
        amount: float,
        roll_over: RollOver = RollOver.NONE,
    ) -> CountedTime:
        """Count from ``start``; a year that is not published makes the result provisional.

        Raises:
            UncountableAmountError: the amount is no limit.
        """
        try:
            calendar = self._calendar
            end = due_at(start, amount, unit, calendar, roll_over)
            provisional = False
        except CalendarNotPublishedError:
            calendar = self._calendar.provisional()
            end = due_at(start, amount, unit, calendar, roll_over)
            provisional = True
        lines = derivation(start, end, amount, unit, calendar)
        return CountedTime(end, provisional, lines)

    def working_days_left(self, now: datetime, end: datetime) -> int:
        """Return how many working days lie after today, up to and with the day of ``end``.

        In years that are not published weekends alone count: for display beside a due time that
        is marked provisional itself.
        """
        calendar = self._calendar.provisional()
        day, last = now.astimezone(SHANGHAI).date(), end.astimezone(SHANGHAI).date()
        left = 0
        while (day := calendar.next_working_day(day)) <= last:
            left += 1
        return left

    def _deadline(
        self, clock: LimitClock, kind: AppealKind, start: datetime, grade: Grade | None
    ) -> ResolveDeadline:
        limit = self._pack.limit(clock, kind, grade)
        if limit is None:
            reason = self._pack.reason_unlimited(clock, kind)
            return ResolveDeadline(None, False, (reason,), None, None, self._pack.code)
        counted = self.count(start.astimezone(SHANGHAI), limit.unit, limit.amount, self._roll_over)
        return ResolveDeadline(
            due_at=counted.due_at,
            provisional=counted.provisional,
            derivation=(_rule_words(limit), *counted.derivation),
            clause=f"{limit.clause}（{limit.source}）",
            certainty=limit.certainty,
            rule_pack=self._pack.code,
            limit=amount_words(limit.amount, limit.unit),
        )

    @property
    def _roll_over(self) -> RollOver:
        return self._pack.roll_over


def _rule_words(limit: Limit) -> str:
    checked = "已见原文" if limit.certainty == "A" else "据公开报道，未与原文核对"
    return f"依据：{limit.clause}（{checked}）。"


def load_deadline_service(settings: Settings, clock: Clock) -> DeadlineService:
    """Return the service with this installation's calendar and rule pack.

    Raises:
        ConfigurationError: a rule pack or the calendar's override file has faults.
    """
    return DeadlineService(load_calendar(settings), load_rule_pack(settings.rule_pack), clock)
