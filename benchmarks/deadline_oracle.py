"""Due times computed a second way, for comparison: nothing of ``routing.deadlines`` is used here.

Days are ordinals in sorted lists that are indexed, hours are whole seconds found by bisection, rule
packs are read as plain YAML. The holidays of 2024 to 2026 are written down by hand from the State
Council's notices (国办发明电〔2023〕7号, 〔2024〕12号, 〔2025〕7号), apart from the package and
from the reader of notices that the engine takes them from.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

_ZONE = ZoneInfo("Asia/Shanghai")
_OFF = """
2024: 1.1 2.10-2.17 4.4-4.6 5.1-5.5 6.10 9.15-9.17 10.1-10.7
2025: 1.1 1.28-2.4 4.4-4.6 5.1-5.5 5.31-6.2 10.1-10.8
2026: 1.1-1.3 2.15-2.23 4.4-4.6 5.1-5.5 6.19-6.21 9.25-9.27 10.1-10.7
"""
_WORKED = """
2024: 2.4 2.18 4.7 4.28 5.11 9.14 9.29 10.12
2025: 1.26 2.8 4.27 9.28 10.11
2026: 1.4 2.14 2.28 5.9 9.20 10.10
"""
_FIRST, _LAST = date(2024, 1, 1).toordinal(), date(2026, 12, 31).toordinal()
_DAY_SECONDS = 86_400
_FAR_SECONDS = 3 * 365 * _DAY_SECONDS


def _ordinals(table: str) -> set[int]:
    found: set[int] = set()
    for line in table.strip().splitlines():
        year, _, spans = line.partition(":")
        for span in spans.split():
            ends = [end.split(".") for end in span.split("-")]
            days = [date(int(year), int(month), int(day)).toordinal() for month, day in ends]
            found.update(range(days[0], days[-1] + 1))
    return found


_REST, _MAKEUP = _ordinals(_OFF), _ordinals(_WORKED)
# 1 January of the year 1 was a Monday: of an ordinal's remainders by 7, 6 is Saturday, 0 Sunday.
EVERY_DAY = list(range(_FIRST, _LAST + 1))
WORKING = [n for n in EVERY_DAY if n in _MAKEUP or (n % 7 not in (0, 6) and n not in _REST)]

Stop = tuple[datetime, datetime]  # a time in which the clock stood still


def last_moment(day: int) -> datetime:
    """Return 23:59:59 in Shanghai of an ordinal."""
    found = date.fromordinal(day)
    return datetime(found.year, found.month, found.day, 23, 59, 59, tzinfo=_ZONE)


def by_days(start: datetime, amount: int, days: Sequence[int], stops: Sequence[Stop] = ()) -> int:
    """Return the ordinal of the last day: the ``amount``-th of ``days`` after the start's own."""
    stopped = [(_ordinal(first), _ordinal(last)) for first, last in stops]
    running = [n for n in days if not any(first < n <= last for first, last in stopped)]
    place = bisect_right(running, _ordinal(start)) + amount - 1
    while any(first == running[place] < last for first, last in stopped):
        place += 1
    return running[place]


def _ordinal(moment: datetime) -> int:
    return moment.astimezone(_ZONE).date().toordinal()


def rolled(day: int, stops: Sequence[Stop] = ()) -> int:
    """Return the day itself when it is worked, else the next working day."""
    if day == WORKING[bisect_left(WORKING, day)]:
        return day
    return by_days(last_moment(day), 1, WORKING, stops)


def by_seconds(start: datetime, seconds: int, stops: Sequence[Stop] = ()) -> datetime:
    """Return the first second at which the clock has run for ``seconds``, standing in ``stops``."""
    begin = int(start.timestamp())
    still = [(int(first.timestamp()), int(last.timestamp())) for first, last in stops]
    edges = sorted({edge for span in still for edge in span})

    def run(until: int) -> int:
        """How long the clock has run from ``begin`` to ``until``."""
        inner = [edge for edge in edges if begin < edge < until]
        points = [begin, *inner, until]
        pieces = pairwise(points)
        return sum(
            b - a for a, b in pieces if not any(first <= a and b <= last for first, last in still)
        )

    low, high = begin, begin + _FAR_SECONDS
    while low < high:
        middle = (low + high) // 2
        if run(middle) >= seconds:
            high = middle
        else:
            low = middle + 1
    return datetime.fromtimestamp(_past_stop(low, still), _ZONE)


def _past_stop(moment: int, still: Sequence[tuple[int, int]]) -> int:
    """A clock that is stopped in its last second runs out when the stop is over."""
    while ends := [last for first, last in still if first <= moment < last]:
        moment = max(ends)
    return moment


@dataclass(frozen=True, slots=True)
class Rule:
    """A limit as the YAML states it."""

    amount: float
    unit: str
    roll: bool


def rule(pack: dict[str, Any], clock: str, kind: str, grade: int | None) -> Rule | None:
    """Return the rule of a pack, or ``None`` where it sets none."""
    grade = grade or pack.get("default_grade")
    for limit in pack["limits"]:
        kinds, grades = limit.get("kinds") or [kind], limit.get("grades") or [grade]
        if limit["clock"] == clock and kind in kinds and grade in grades:
            roll = pack.get("roll_over") == "next_working_day"
            return Rule(limit["amount"], limit["unit"], roll)
    return None


def due(start: datetime, found: Rule, stops: Sequence[Stop] = ()) -> datetime:
    """Return when a rule's limit ends."""
    if found.unit == "working_days":
        return last_moment(by_days(start, int(found.amount), WORKING, stops))
    if found.unit == "calendar_days":
        day = by_days(start, int(found.amount), EVERY_DAY, stops)
        return last_moment(rolled(day, stops) if found.roll else day)
    seconds = {"hours": 3600, "minutes": 60}[found.unit] * found.amount
    return by_seconds(start, int(seconds), stops)


def read_packs(directory: Path) -> dict[str, dict[str, Any]]:
    """Return the packs as plain data, by code."""
    packs = (yaml.safe_load(path.read_text("utf-8")) for path in sorted(directory.glob("*.yml")))
    return {pack["code"]: pack for pack in packs}
