"""The deadline service: which limit applies, when it ends, and how that was found."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from foundation.clock import SHANGHAI, Clock
from foundation.settings import Settings
from routing.deadlines.calendar import CalendarFile, WorkCalendar
from routing.deadlines.counting import LimitUnit, Pause, RollOver, due_at, end_of
from routing.deadlines.derivation import amount_words, derivation
from routing.deadlines.errors import CalendarNotPublishedError
from routing.deadlines.rule_packs import Grade, Limit, LimitClock, RulePack, load_rule_pack
from routing.schemas import AppealKind

DUE_SOON_SHARE = 0.2  # of the whole limit
DUE_SOON_WORKING_DAYS = 1


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
    # What the limit was counted with, so that it can be counted again under the same rule.
    amount: float | None = None
    unit: LimitUnit | None = None
    roll_over: RollOver = RollOver.NONE


class DeadlineService:
    """Counts with the loaded calendar and rule pack.

    The core refuses to count into a year without an official notice; only here does such a count
    become a provisional time, with weekends alone, marked as such.
    """

    def __init__(
        self, calendar: WorkCalendar | Callable[[], WorkCalendar], pack: RulePack, clock: Clock
    ) -> None:
        self._calendars = calendar
        self._pack = pack
        self._clock = clock

    @property
    def rule_pack(self) -> RulePack:
        """The pack in force."""
        return self._pack

    @property
    def calendar(self) -> WorkCalendar:
        """The work calendar as it is known now."""
        held = self._calendars
        return held if isinstance(held, WorkCalendar) else held()

    def under(self, pack: RulePack) -> "DeadlineService":
        """Return the same service by the rules of another pack."""
        return DeadlineService(self._calendars, pack, self._clock)

    def clock_due(
        self, clock: LimitClock, kind: AppealKind, start: datetime, grade: Grade | None = None
    ) -> ResolveDeadline:
        """Return when one of the clocks runs out.

        Args:
            clock: which; ``dispatch`` and ``resolve`` start at registration, ``accept``,
                ``first_contact`` and ``send_back`` at the assignment's dispatch.
            kind: of the appeal.
            start: where this clock starts, aware.
            grade: urgency where the pack grades by it; the pack's default otherwise.
        """
        return self._deadline(clock, kind, start, grade)

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
        pauses: Collection[Pause] = (),
    ) -> CountedTime:
        """Count from ``start``; a year that is not published makes the result provisional.

        Time within ``pauses`` does not count.

        Raises:
            UncountableAmountError: the amount is no limit.
        """
        end, calendar, provisional = self._counted(start, unit, amount, roll_over, pauses)
        lines = derivation(start, end, amount, unit, calendar, pauses)
        return CountedTime(end, provisional, lines)

    def working_days_left(self, now: datetime, end: datetime) -> int:
        """Return how many working days lie after today, up to and with the day of ``end``.

        In years that are not published weekends alone count: for display beside a due time that
        is marked provisional itself.
        """
        calendar = self.calendar.provisional()
        day, last = now.astimezone(SHANGHAI).date(), end.astimezone(SHANGHAI).date()
        left = 0
        while (day := calendar.next_working_day(day)) <= last:
            left += 1
        return left

    def due_soon_from(
        self,
        start: datetime,
        due: datetime,
        *,
        in_days: bool = True,
        share_left: float = DUE_SOON_SHARE,
        working_days: int = DUE_SOON_WORKING_DAYS,
    ) -> datetime:
        """Return from when on a limit counts as due soon (临期).

        With 20 % of its time left or one working day, whichever is longer; no rule sets this. For
        a limit in hours the working day, longer than the limit itself, is left out.
        """
        last_part = due - (due - start) * share_left
        if not in_days or not working_days:
            return last_part
        calendar, day = self.calendar.provisional(), due.astimezone(SHANGHAI).date()
        for _ in range(working_days):
            day -= timedelta(days=1)
            while not calendar.is_working_day(day):
                day -= timedelta(days=1)
        return min(last_part, end_of(day))

    def moment_due(self, clock: LimitClock, kind: AppealKind, start: datetime) -> datetime | None:
        """Return when one of the clocks runs out, without the working; ``None``: it has no limit.

        As ``clock_due``, for the clocks of which only the moment is kept.
        """
        limit = self._pack.limit(clock, kind, None)
        if limit is None:
            return None
        start = start.astimezone(SHANGHAI)
        return self._counted(start, limit.unit, limit.amount, self._roll_over, ())[0]

    def _counted(
        self,
        start: datetime,
        unit: LimitUnit,
        amount: float,
        roll_over: RollOver,
        pauses: Collection[Pause],
    ) -> tuple[datetime, WorkCalendar, bool]:
        """Return the end, the calendar it was counted with, and whether that is provisional."""
        calendar = self.calendar
        try:
            return due_at(start, amount, unit, calendar, roll_over, pauses), calendar, False
        except CalendarNotPublishedError:
            calendar = calendar.provisional()
            return due_at(start, amount, unit, calendar, roll_over, pauses), calendar, True

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
            amount=limit.amount,
            unit=limit.unit,
            roll_over=self._roll_over,
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
    return DeadlineService(CalendarFile(settings), load_rule_pack(settings.rule_pack), clock)
