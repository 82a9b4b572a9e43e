"""How a due time came about, in words that a citizen or a department can check by hand."""

from collections.abc import Collection, Iterator
from datetime import date, datetime, timedelta
from itertools import groupby

from foundation.clock import SHANGHAI
from routing.deadlines.calendar import WorkCalendar
from routing.deadlines.counting import (
    LimitUnit,
    Pause,
    counted_again,
    last_calendar_day,
    merged,
)

_WEEKDAYS = "一二三四五六日"


def day_words(day: date) -> str:
    """Return ``2026年11月22日（周日）``."""
    return f"{day.year}年{day.month}月{day.day}日（周{_WEEKDAYS[day.weekday()]}）"


def amount_words(amount: float, unit: LimitUnit) -> str:
    """Return ``15个工作日``."""
    return f"{amount:g}{unit.label}"


def moment_words(moment: datetime) -> str:
    """Return ``2026年11月22日（周日）10:00:00``."""
    local = moment.astimezone(SHANGHAI)
    return f"{day_words(local.date())}{local:%H:%M:%S}"


def derivation(
    start: datetime,
    due: datetime,
    amount: float,
    unit: LimitUnit,
    calendar: WorkCalendar,
    pauses: Collection[Pause] = (),
) -> tuple[str, ...]:
    """Return the working of one count, line by line.

    Args:
        start: where the count began.
        due: what it came to.
        amount: how many of ``unit``.
        unit: what was counted.
        calendar: the one counted with; years it does not know are named as provisional.
        pauses: in which the clock stood still; those after ``due`` are left out.
    """
    begun = start.astimezone(SHANGHAI)
    within = [pause for pause in merged(pauses) if pause.start <= due and pause.end > start]
    if not unit.in_days:
        return (
            f"起算：{moment_words(begun)}，按实际经过时间计算。",
            *(_stood_still(pause) for pause in within),
            f"经过{amount_words(amount, unit)}：{moment_words(due)}到期。",
        )
    first, last = begun.date(), due.astimezone(SHANGHAI).date()
    counted = last
    if unit is LimitUnit.CALENDAR_DAYS:
        counted = last_calendar_day(first, int(amount), calendar, pauses=within)
    still = {day for pause in within for day in pause.days()}
    return (
        f"起算：{moment_words(begun)}，当日不计，次日起算。",
        *_days_between(first, last, unit, calendar, still),
        *(
            f"{day_words(day)}：原为末日，当天暂停计时，恢复后另计一日。"
            for day in counted_again(first, int(amount), unit, calendar, within)
        ),
        _last_line(counted, last, amount, unit),
        *_unpublished(first, counted, last, unit, calendar),
    )


def _stood_still(pause: Pause) -> str:
    return f"{moment_words(pause.start)}至{moment_words(pause.end)}：等待诉求人补充，暂停计时。"


def _days_between(
    start: date, last: date, unit: LimitUnit, calendar: WorkCalendar, still: Collection[date]
) -> Iterator[str]:
    if unit is LimitUnit.CALENDAR_DAYS:
        yield "自然日连续计算，节假日计入。"
    days = [start + timedelta(days=n) for n in range(1, (last - start).days + 1)]

    def note(day: date) -> str:
        if day in still:
            return "等待诉求人补充，暂停计时，不计"
        return _note(day, calendar) if unit is LimitUnit.WORKING_DAYS else ""

    for words, group in groupby(days, key=note):
        if words:
            yield f"{_span(list(group))}：{words}。"


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


def _last_line(counted: date, last: date, amount: float, unit: LimitUnit) -> str:
    rolled = f"末日{day_words(counted)}不是工作日，顺延：" if last != counted else ""
    return f"{rolled}第{amount_words(amount, unit)}为{day_words(last)}，截止23:59:59。"


def _unpublished(
    start: date, counted: date, last: date, unit: LimitUnit, calendar: WorkCalendar
) -> Iterator[str]:
    """Name the years that were counted with weekends alone."""
    if unit is LimitUnit.CALENDAR_DAYS:
        # Only where the last day was to roll over does the calendar matter.
        first = counted.year if calendar.assume_weekends else last.year + 1
    else:
        first = (start + timedelta(days=1)).year
    for year in range(first, last.year + 1):
        if not calendar.is_published(year):
            yield f"{year}年节假日安排尚未载入，该年暂按仅周末休息计算，时限为暂定，公布后重算。"
