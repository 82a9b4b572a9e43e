"""Counting of limits: pure functions, Asia/Shanghai.

The starting day never counts (次日起算, 民法典 第二百零一条): day 1 is the next day that counts,
and a limit in days ends at 23:59:59 of its last day. Hours and minutes are elapsed time.
"""

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


def last_working_day(start: date, amount: int, calendar: WorkCalendar) -> date:
    """Return the ``amount``-th working day after ``start``, which itself never counts.

    Raises:
        CalendarNotPublishedError: the count enters a year that is not loaded.
    """
    day = start
    for _ in range(amount):
        day = calendar.next_working_day(day)
    return day


def last_calendar_day(
    start: date, amount: int, calendar: WorkCalendar, roll_over: RollOver = RollOver.NONE
) -> date:
    """Return the ``amount``-th day after ``start``, holidays counted.

    Raises:
        CalendarNotPublishedError: the last day is to roll over in a year that is not loaded.
    """
    day = start + timedelta(days=amount)
    if roll_over is RollOver.NEXT_WORKING_DAY and not calendar.is_working_day(day):
        return calendar.next_working_day(day)
    return day


def end_of(day: date) -> datetime:
    """Return 23:59:59 of ``day`` in Asia/Shanghai."""
    return datetime.combine(day, _LAST_SECOND, tzinfo=SHANGHAI)


def elapsed(start: datetime, amount: float, unit: LimitUnit) -> datetime:
    """Return the moment ``amount`` hours or minutes after ``start``, in Asia/Shanghai.

    Counted in UTC: summer time, kept in China until 1991, neither adds nor takes an hour.
    """
    step = timedelta(hours=amount) if unit is LimitUnit.HOURS else timedelta(minutes=amount)
    return (start.astimezone(UTC) + step).astimezone(SHANGHAI)


def due_at(
    start: datetime,
    amount: float,
    unit: LimitUnit,
    calendar: WorkCalendar,
    roll_over: RollOver = RollOver.NONE,
) -> datetime:
    """Return the last moment of a limit.

    Args:
        start: aware; its day in Asia/Shanghai is the starting day.
        amount: how many of ``unit``; whole for days.
        unit: what is counted.
        calendar: the years that the count may reach.
        roll_over: for calendar days only.

    Raises:
        UncountableAmountError: see ``check_amount``.
        CalendarNotPublishedError: the count enters a year that is not loaded.
    """
    check_amount(amount, unit)
    if not unit.in_days:
        return elapsed(start, amount, unit)
    day = start.astimezone(SHANGHAI).date()
    if unit is LimitUnit.WORKING_DAYS:
        return end_of(last_working_day(day, int(amount), calendar))
    return end_of(last_calendar_day(day, int(amount), calendar, roll_over))
