"""How a due time came about, in words that a citizen or a department can check by hand."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import groupby

from foundation.clock import SHANGHAI
from routing.deadlines.calendar import WorkCalendar
from routing.deadlines.counting import LimitUnit

_WEEKDAYS = "一二三四五六日"


def day_words(day: date) -> str:
    """Return ``2026年11月22日（周日）``."""
    return f"{day.year}年{day.month}月{day.day}日（周{_WEEKDAYS[day.weekday()]}）"


def amount_words(amount: float, unit: LimitUnit) -> str:
    """Return ``15个工作日``."""
    return f"{amount:g}{unit.label}"


def derivation(
    start: datetime, due: datetime, amount: float, unit: LimitUnit, calendar: WorkCalendar
) -> tuple[str, ...]:
    """Return the working of one count, line by line.

    Args:
        start: where the count began.
        due: what it came to.
        amount: how many of ``unit``.
        unit: what was counted.
        calendar: the one counted with; years it does not know are named as provisional.
    """
    begun = start.astimezone(SHANGHAI)
    if not unit.in_days:
        return (
            f"起算：{day_words(begun.date())}{begun:%H:%M:%S}，按实际经过时间计算。",
            f"经过{amount_words(amount, unit)}：{day_words(due.date())}{due:%H:%M:%S}到期。",
        )
    last = due.date()
    return (
        f"起算：{day_words(begun.date())}{begun:%H:%M:%S}，当日不计，次日起算。",
        *_days_between(begun.date(), last, unit, calendar),
        _last_line(begun.date(), last, amount, unit),
        *_unpublished(begun.date(), last, unit, calendar),
    )


def _days_between(
    start: date, last: date, unit: LimitUnit, calendar: WorkCalendar
) -> Iterator[str]:
    if unit is LimitUnit.CALENDAR_DAYS:
        yield "自然日连续计算，节假日计入。"
        return
    days = [start + timedelta(days=n) for n in range(1, (last - start).days + 1)]
    for note, group in groupby(days, key=lambda day: _note(day, calendar)):
        if note:
            yield f"{_span(list(group))}：{note}。"


def _note(day: date, calendar: WorkCalendar) -> str:
    """Say why a day is out of the ordinary; empty for an ordinary working day."""
    special = calendar.special_days.get(day)
    if special is None:
        return "" if calendar.is_working_day(day) else "周末，不计"
    if special.working:
        return "调休上班，计入"
    return f"{special.name}放假，不计" if special.name else "放假，不计"


def _span(days: list[date]) -> str:
    first, last = days[0], days[-1]
    return day_words(first) if first == last else f"{day_words(first)}至{day_words(last)}"


def _last_line(start: date, last: date, amount: float, unit: LimitUnit) -> str:
    counted = start + timedelta(days=int(amount))
    rolled = unit is LimitUnit.CALENDAR_DAYS and last != counted
    prefix = f"末日{day_words(counted)}不是工作日，顺延：" if rolled else ""
    return f"{prefix}第{amount_words(amount, unit)}为{day_words(last)}，截止23:59:59。"


def _unpublished(start: date, last: date, unit: LimitUnit, calendar: WorkCalendar) -> Iterator[str]:
    if unit is LimitUnit.CALENDAR_DAYS:
        return
    for year in range((start + timedelta(days=1)).year, last.year + 1):
        if not calendar.is_published(year):
            yield f"{year}年节假日安排尚未载入，该年暂按仅周末休息计算，时限为暂定，公布后重算。"
