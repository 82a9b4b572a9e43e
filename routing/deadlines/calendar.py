"""The work calendar: statutory holidays and make-up working days (调休), year by year.

Shipped years come from ``chinesecalendar``, which follows the State Council's yearly notices; an
override file adds a newly published year, or corrects single days, until the package is updated.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from types import MappingProxyType

import chinese_calendar
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from foundation.settings import Settings
from routing.deadlines.errors import CalendarNotPublishedError, CalendarOverrideError

logger = logging.getLogger(__name__)

_SATURDAY = 5
_DECEMBER = 12
OVERRIDE_FILE = "calendar_overrides.yml"


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A day that differs from its weekday."""

    working: bool
    name: str  # the holiday it belongs to: 春节; empty when the notice names none


@dataclass(frozen=True)
class WorkCalendar:
    """Which days are worked, for the years whose notice is loaded.

    A notice may also move days of the last December before its year; such a day counts as
    published with the earlier year until the later notice is loaded.
    """

    years: frozenset[int]
    special_days: Mapping[date, SpecialDay] = field(repr=False)
    assume_weekends: bool = False

    def is_published(self, year: int) -> bool:
        """Whether the year's official notice is loaded."""
        return year in self.years

    def is_working_day(self, day: date) -> bool:
        """Whether public bodies work on ``day``.

        Raises:
            CalendarNotPublishedError: the year's notice is not loaded.
        """
        if day.year not in self.years and not self.assume_weekends:
            raise CalendarNotPublishedError(day.year)
        special = self.special_days.get(day)
        return day.weekday() < _SATURDAY if special is None else special.working

    def next_working_day(self, day: date) -> date:
        """Return the first working day after ``day``.

        Raises:
            CalendarNotPublishedError: the search enters a year that is not loaded.
        """
        day += timedelta(days=1)
        while not self.is_working_day(day):
            day += timedelta(days=1)
        return day

    def provisional(self) -> "WorkCalendar":
        """Return the same calendar, taking weekends alone for the years not published.

        Only for a caller that marks what it counts with it as provisional.
        """
        return replace(self, assume_weekends=True)


def shipped_calendar() -> WorkCalendar:
    """Return the calendar of the installed ``chinesecalendar``."""
    special = {
        **_named(chinese_calendar.holidays, working=False),
        **_named(chinese_calendar.workdays, working=True),
    }
    # Exactly the range that the package itself answers for.
    first, last = min(chinese_calendar.holidays).year, max(chinese_calendar.holidays).year
    return WorkCalendar(frozenset(range(first, last + 1)), MappingProxyType(special))


def _named(days: Mapping[date, str], *, working: bool) -> dict[date, SpecialDay]:
    names = {holiday.value: str(holiday.chinese) for holiday in chinese_calendar.Holiday}
    return {day: SpecialDay(working, names.get(name, "")) for day, name in days.items()}


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PublishedYear(_Record):
    """One year's notice: what is off beyond weekends, and which weekend days are worked."""

    source: str = Field(min_length=1)  # the notice's number and title
    holidays: dict[str, tuple[date, ...]] = {}  # 春节: [2027-02-06, …]
    makeup_working_days: tuple[date, ...] = ()


class ChangedDay(_Record):
    """One day that differs from what is known of its year."""

    source: str = Field(min_length=1)
    working: bool
    name: str = ""


class CalendarOverrides(_Record):
    """The override file: whole years (which replace a shipped one) and single days."""

    years: dict[int, PublishedYear] = {}
    days: dict[date, ChangedDay] = {}


def read_overrides(path: Path) -> CalendarOverrides:
    """Read an override file; a missing one overrides nothing.

    Raises:
        CalendarOverrideError: the file is malformed; the message names each fault.
    """
    if not path.exists():
        return CalendarOverrides()
    try:
        return CalendarOverrides.model_validate(yaml.safe_load(path.read_text("utf-8")) or {})
    except (yaml.YAMLError, ValidationError, UnicodeDecodeError) as error:
        raise CalendarOverrideError(f"{path.name}: {error}") from error


def apply_overrides(calendar: WorkCalendar, overrides: CalendarOverrides) -> WorkCalendar:
    """Return ``calendar`` with the years and days of ``overrides``."""
    special = {
        day: entry
        for day, entry in calendar.special_days.items()
        # A December day was moved by the next year's notice: no holiday of its own year lies there.
        if day.year not in overrides.years or day.month == _DECEMBER
    }
    for year in overrides.years.values():
        for name, days in year.holidays.items():
            special |= dict.fromkeys(days, SpecialDay(working=False, name=name))
        special |= dict.fromkeys(year.makeup_working_days, SpecialDay(working=True, name=""))
    for day, change in overrides.days.items():
        special[day] = SpecialDay(change.working, change.name)
    return WorkCalendar(calendar.years | set(overrides.years), MappingProxyType(special))


def load_calendar(settings: Settings) -> WorkCalendar:
    """Return the shipped calendar with this installation's override file applied.

    Raises:
        CalendarOverrideError: the override file is malformed.
    """
    overrides = read_overrides(settings.data_dir / OVERRIDE_FILE)
    return apply_overrides(shipped_calendar(), overrides)


class CalendarFile:
    """The installation's calendar, read again when its override file has changed.

    A notice loaded from the command line so reaches every running process of the machine.
    """

    def __init__(self, settings: Settings) -> None:
        self._path = settings.data_dir / OVERRIDE_FILE
        self._shipped = shipped_calendar()
        self._stamp = self._present_stamp()
        self._calendar = apply_overrides(self._shipped, read_overrides(self._path))

    def __call__(self) -> WorkCalendar:
        """Return the calendar of now; a file that became malformed leaves the last good one."""
        stamp = self._present_stamp()
        if stamp != self._stamp:
            self._stamp = stamp
            try:
                self._calendar = apply_overrides(self._shipped, read_overrides(self._path))
            except CalendarOverrideError:
                logger.exception("calendar overrides not read again, the last good ones stay")
        return self._calendar

    def _present_stamp(self) -> tuple[int, int]:
        try:
            found = self._path.stat()
        except FileNotFoundError:
            return 0, 0
        return found.st_mtime_ns, found.st_size
