"""Counting of limits: pure functions, Asia/Shanghai.

The starting day never counts (次日起算, 民法典 第二百零一条): day 1 is the next day that counts,
and a limit in days ends at 23:59:59 of its last day. Hours and minutes are elapsed time.

A pause stops the clock while the citizen is waited for. Counted in days it is treated like a start:
the day on which it begins has been running and counts, the day on which it ends is a starting day
and does not. A limit whose last day is the one on which a pause begins is not used up by it: that
day is counted again after the pause. A pause within one day changes nothing.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from foundation.clock import SHANGHAI
from routing.deadlines.calendar import WorkCalendar
from routing.deadlines.errors import UncountableAmountError

_LAST_SECOND = time(23, 59, 59)


class LimitUnit(StrEnum):
    """What a limit is counted in."""

    WORKING_DAYS = "working_days"
    CALENDAR_DAYS = "calendar_days"
    HOURS = "hours"
    MINUTES = "minutes"

    @property
    def label(self) -> str:
        """The word people see."""
        return _UNIT_LABELS[self]

    @property
    def in_days(self) -> bool:
        """Whether whole days are counted."""
        return self in {LimitUnit.WORKING_DAYS, LimitUnit.CALENDAR_DAYS}


_UNIT_LABELS = {
    LimitUnit.WORKING_DAYS: "个工作日",
    LimitUnit.CALENDAR_DAYS: "个自然日",
    LimitUnit.HOURS: "小时",
    LimitUnit.MINUTES: "分钟",
}
_TEN_YEARS = {
    LimitUnit.WORKING_DAYS: 2_500,
    LimitUnit.CALENDAR_DAYS: 3_650,
    LimitUnit.HOURS: 87_600,
    LimitUnit.MINUTES: 5_256_000,
}


class RollOver(StrEnum):
    """What happens to a limit in calendar days whose last day is not worked."""

    NONE = "none"
    NEXT_WORKING_DAY = "next_working_day"  # 民法典 第二百零三条


def check_amount(amount: float, unit: LimitUnit) -> None:
    """Refuse what no limit can be.

    Raises:
        UncountableAmountError: not positive, not whole where days are counted, over ten years.
    """
    possible = 0 < amount <= _TEN_YEARS[unit]
    if not possible or (unit.in_days and amount != int(amount)):
        raise UncountableAmountError(amount, unit)


@dataclass(frozen=True, slots=True)
class Pause:
    """A time in which a clock stood still; both aware, ``end`` not before ``start``."""

    start: datetime
    end: datetime

    @property
    def first_day(self) -> date:
        """The day on which it began, in Asia/Shanghai."""
        return self.start.astimezone(SHANGHAI).date()

    @property
    def last_day(self) -> date:
        """The day on which it ended, in Asia/Shanghai."""
        return self.end.astimezone(SHANGHAI).date()

    def days(self) -> Iterator[date]:
        """Yield the days that do not count; none where it began and ended on one day."""
        for step in range(1, (self.last_day - self.first_day).days + 1):
            yield self.first_day + timedelta(days=step)


def last_working_day(
    start: date, amount: int, calendar: WorkCalendar, pauses: Collection[Pause] = ()
) -> date:
    """Return the ``amount``-th working day after ``start``, which itself never counts.

    Raises:
        CalendarNotPublishedError: the count enters a year that is not loaded.
    """
    if not pauses:
        day = start
        for _ in range(amount):
            day = calendar.next_working_day(day)
        return day
    return _last_running_day(start, amount, pauses, calendar)


def last_calendar_day(
    start: date,
    amount: int,
    calendar: WorkCalendar,
    roll_over: RollOver = RollOver.NONE,
    pauses: Collection[Pause] = (),
) -> date:
    """Return the ``amount``-th day after ``start``, holidays counted.

    Raises:
        CalendarNotPublishedError: the last day is to roll over in a year that is not loaded.
    """
    if pauses:
        day = _last_running_day(start, amount, pauses, None)
    else:
        day = start + timedelta(days=amount)
    if roll_over is RollOver.NEXT_WORKING_DAY and not calendar.is_working_day(day):
        return last_working_day(day, 1, calendar, pauses)
    return day


def counted_again(
    start: date,
    amount: int,
    unit: LimitUnit,
    calendar: WorkCalendar,
    pauses: Collection[Pause],
) -> list[date]:
    """Return the days that would have been the last, had no pause begun on them."""
    working = calendar if unit is LimitUnit.WORKING_DAYS else None
    return _run_past(start, amount, pauses, working)[1]


def _last_running_day(
    start: date, amount: int, pauses: Collection[Pause], calendar: WorkCalendar | None
) -> date:
    return _run_past(start, amount, pauses, calendar)[0]


def _run_past(
    start: date, amount: int, pauses: Collection[Pause], calendar: WorkCalendar | None
) -> tuple[date, list[date]]:
    """Count working days, or every day without a ``calendar``, past the pauses."""
    still = {day for pause in pauses for day in pause.days()}
    interrupted = {pause.first_day for pause in pauses if pause.last_day > pause.first_day}
    day, left, again = start, amount, list[date]()
    while left > 0:
        day = day + timedelta(days=1) if calendar is None else calendar.next_working_day(day)
        if day in still:
            continue
        # The last day is counted whole: one on which a pause began is counted again after it.
        if left == 1 and day in interrupted:
            again.append(day)
        else:
            left -= 1
    return day, again


def end_of(day: date) -> datetime:
    """Return 23:59:59 of ``day`` in Asia/Shanghai."""
    return datetime.combine(day, _LAST_SECOND, tzinfo=SHANGHAI)


def elapsed(start: datetime, amount: float, unit: LimitUnit) -> datetime:
    """Return the moment ``amount`` hours or minutes after ``start``, in Asia/Shanghai.

    Counted in UTC: summer time, kept in China until 1991, neither adds nor takes an hour.
    """
    step = timedelta(hours=amount) if unit is LimitUnit.HOURS else timedelta(minutes=amount)
    return (start.astimezone(UTC) + step).astimezone(SHANGHAI)


def elapsed_outside(
    start: datetime, amount: float, unit: LimitUnit, pauses: Collection[Pause]
) -> datetime:
    """Return the moment ``amount`` hours or minutes after ``start``, the pauses not counted."""
    due = elapsed(start, amount, unit)
    for pause in merged(pauses):
        begun = max(pause.start, start)
        if begun <= due and pause.end > begun:
            due = (due.astimezone(UTC) + (pause.end - begun)).astimezone(SHANGHAI)
    return due


def merged(pauses: Collection[Pause]) -> Sequence[Pause]:
    """Return pauses in order, those that touch or overlap as one."""
    found: list[Pause] = []
    for pause in sorted(pauses, key=lambda each: each.start):
        if found and pause.start <= found[-1].end:
            found[-1] = Pause(found[-1].start, max(found[-1].end, pause.end))
        else:
            found.append(pause)
    return found


def due_at(
    start: datetime,
    amount: float,
    unit: LimitUnit,
    calendar: WorkCalendar,
    roll_over: RollOver = RollOver.NONE,
    pauses: Collection[Pause] = (),
) -> datetime:
    """Return the last moment of a limit.

    Args:
        start: aware; its day in Asia/Shanghai is the starting day.
        amount: how many of ``unit``; whole for days.
        unit: what is counted.
        calendar: the years that the count may reach.
        roll_over: for calendar days only.
        pauses: in which the clock stood still.

    Raises:
        UncountableAmountError: see ``check_amount``.
        CalendarNotPublishedError: the count enters a year that is not loaded.
    """
    check_amount(amount, unit)
    if not unit.in_days:
        return elapsed_outside(start, amount, unit, pauses)
    day = start.astimezone(SHANGHAI).date()
    if unit is LimitUnit.WORKING_DAYS:
        return end_of(last_working_day(day, int(amount), calendar, pauses))
    return end_of(last_calendar_day(day, int(amount), calendar, roll_over, pauses))
