"""The dates in a sentence of a holiday notice: years and months carried on, weekdays checked."""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta

from routing.deadlines.errors import NoticeSentenceError

WEEKDAYS = "一二三四五六日"
# Stands for a list of days once they are read; a private character, so no notice holds it.
DAYS = "\ue000"

_DATE = re.compile(r"(?:(\d{4})年)?(?:(\d{1,2})月)?(\d{1,2})日(?:（([^（）]*)）)?")
_WEEKDAY = re.compile(r"(?:星期|周)([一二三四五六日天])")
_TO = re.compile(r"[至到—－–~～-]+")
_AND = re.compile(r"[、和及]")
_LONGEST_HOLIDAY = 20  # days; a longer range is a misread year or month


@dataclass(frozen=True, slots=True)
class ReadDays:
    """A sentence with each list of days replaced by ``DAYS``, and those lists in order."""

    template: str
    lists: tuple[tuple[date, ...], ...]


@dataclass(slots=True)
class DateContext:
    """What a date leaves out: it is the same month as the one before, or the nearest year."""

    year: int
    last: date | None = None

    def resolve(self, year: str | None, month: str | None, day: str) -> date:
        """Return the day that is meant; it becomes what the next date leans on.

        Raises:
            NoticeSentenceError: no month is known, or there is no such day.
        """
        if month is None:
            if self.last is None:
                raise NoticeSentenceError(f"“{day}日”之前没有月份")
            self.last = _day(self.last.year, self.last.month, int(day))
        elif year is not None or self.last is None:
            self.last = _day(int(year or self.year), int(month), int(day))
        else:
            # A notice names last year's days without their year: 1月1日 …，12月30日.
            self.last = _nearest(self.last, int(month), int(day))
        return self.last


def read_days(sentence: str, context: DateContext) -> ReadDays:
    """Read every list of days; ``context`` is moved on.

    Raises:
        NoticeSentenceError: a date does not exist, lies far off, or is not the weekday it is
            said to be.
    """
    template, lists, position = "", list[tuple[date, ...]](), 0
    while (found := _DATE.search(sentence, position)) is not None:
        template += sentence[position : found.start()]
        days, position = _list_at(sentence, found, context)
        template += DAYS
        lists.append(tuple(days))
    return ReadDays(template + sentence[position:], tuple(lists))


def _list_at(sentence: str, found: re.Match[str], context: DateContext) -> tuple[list[date], int]:
    """Read dates, ranges and their separators from the date ``found`` on."""
    days = [_date_of(found, context)]
    while True:
        position = found.end()
        to, both = _TO.match(sentence, position), _AND.match(sentence, position)
        joint = to or both
        following = None if joint is None else _DATE.match(sentence, joint.end())
        if following is None:
            return days, position
        found = following
        day = _date_of(found, context)
        days += list(_after(days[-1], day)) if to else [day]


def _date_of(found: re.Match[str], context: DateContext) -> date:
    day = context.resolve(*found.group(1, 2, 3))
    _check_weekday(day, found.group(4) or "")
    return day


def _check_weekday(day: date, remark: str) -> None:
    said = _WEEKDAY.search(remark)
    if said is not None and WEEKDAYS.index(said[1].replace("天", "日")) != day.weekday():
        actual = WEEKDAYS[day.weekday()]
        raise NoticeSentenceError(f"{day}是星期{actual}，文中写作星期{said[1]}")


def _after(first: date, last: date) -> Iterator[date]:
    """Yield the days after ``first`` up to ``last``.

    Raises:
        NoticeSentenceError: the range runs backwards, or is no holiday's length.
    """
    length = (last - first).days
    if not 0 < length < _LONGEST_HOLIDAY:
        raise NoticeSentenceError(f"{first}至{last}不是一个假期的起止")
    return (first + timedelta(days=step) for step in range(1, length + 1))


def _day(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError as error:
        raise NoticeSentenceError(f"没有{year}年{month}月{day}日这一天") from error


def _nearest(near: date, month: int, day: int) -> date:
    """Return the day of that month and day closest to ``near``."""
    days = []
    for year in (near.year - 1, near.year, near.year + 1):
        with suppress(ValueError):  # 29 February stands in one year of four
            days.append(date(year, month, day))
    return min(days, key=lambda each: abs(each - near)) if days else _day(near.year, month, day)
