"""Loading of a holiday notice into this installation's calendar: first a preview, then the file."""

import os
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from routing.deadlines.calendar import (
    CalendarOverrides,
    ChangedDay,
    PublishedYear,
    SpecialDay,
    WorkCalendar,
    apply_overrides,
    read_overrides,
)
from routing.deadlines.errors import NoticeRefusedError
from routing.deadlines.notices import Notice, read_notice

_HEADER = """\
# Holidays and make-up working days beyond the shipped calendar (节假日与调休上班日).
# `years` replace a shipped year whole, `days` change single days; every entry names its source.
# `hotline calendar import` writes this file; it may be edited by hand.
"""


@dataclass(frozen=True, slots=True)
class DayChange:
    """One day that the notice changes against what is loaded."""

    day: date
    working: bool
    name: str
    worked_before: bool | None  # None: its year had no notice


@dataclass(frozen=True)
class ImportPlan:
    """What loading a notice would do."""

    notice: Notice
    source: str
    publishes_year: bool  # a whole year's notice; otherwise single days of a published year
    changes: tuple[DayChange, ...]
    overrides: CalendarOverrides = field(repr=False)  # the file as it would be

    @property
    def first_changed(self) -> date | None:
        """The first day that changes; a newly published year changes from its first day."""
        return min((change.day for change in self.changes), default=None)


def plan_import(
    text: str, year: int, calendar: WorkCalendar, overrides: CalendarOverrides, source: str = ""
) -> ImportPlan:
    """Read a notice and say what loading it would change; writes nothing.

    Args:
        text: the notice, plain text.
        year: the year it arranges.
        calendar: as it is loaded now, ``overrides`` included.
        overrides: the override file as it is now.
        source: title and number of the notice; taken from the text where that names them.

    Raises:
        NoticeRefusedError: it is of another year, a sentence could not be read, it leaves out
            holidays of a year that has no notice yet, or nothing names its source.
    """
    notice = read_notice(text, year, arranged(calendar, year))
    _check(notice, calendar)
    source = source or _source(notice)
    if not source:
        raise NoticeRefusedError(year, "原文没有标题和文号，请用 --source 写明来源")
    publishes = not notice.missing_holidays
    changed = (
        _with_year(overrides, notice, source)
        if publishes
        else _with_days(overrides, notice, source)
    )
    after = apply_overrides(calendar, changed)
    return ImportPlan(notice, source, publishes, _changes(calendar, after, notice), changed)


def arranged(calendar: WorkCalendar, year: int) -> dict[date, SpecialDay]:
    """Return what a notice of ``year`` may lean on: the days that are arranged already."""
    return {day: entry for day, entry in calendar.special_days.items() if day.year == year}


def _check(notice: Notice, calendar: WorkCalendar) -> None:
    year = notice.year
    if notice.title_year not in {None, year}:
        raise NoticeRefusedError(year, f"原文是{notice.title_year}年的通知")
    if notice.refused:
        listed = "；".join(f"“{each.text}”（{each.reason}）" for each in notice.refused)
        raise NoticeRefusedError(year, f"有{len(notice.refused)}句读不懂：{listed}")
    if not notice.days:
        raise NoticeRefusedError(year, "没有找到放假或调休的日期")
    if notice.missing_holidays and not calendar.is_published(year):
        raise NoticeRefusedError(year, f"缺少{'、'.join(notice.missing_holidays)}的安排")


def _source(notice: Notice) -> str:
    if notice.title_year is None and not notice.number:
        return ""
    title = f"国务院办公厅关于{notice.year}年部分节假日安排的通知"
    return f"{title}（{notice.number}）" if notice.number else title


def _with_year(overrides: CalendarOverrides, notice: Notice, source: str) -> CalendarOverrides:
    holidays: dict[str, list[date]] = defaultdict(list)
    makeup: list[date] = []
    for day, entry in notice.days.items():
        if entry.working:
            makeup.append(day)
        else:
            holidays[entry.name].append(day)
    published = PublishedYear(
        source=source,
        holidays={name: tuple(days) for name, days in holidays.items()},
        makeup_working_days=tuple(makeup),
    )
    return CalendarOverrides(
        years={**overrides.years, notice.year: published}, days=dict(overrides.days)
    )


def _with_days(overrides: CalendarOverrides, notice: Notice, source: str) -> CalendarOverrides:
    changed = {
        day: ChangedDay(source=source, working=entry.working, name=entry.name)
        for day, entry in notice.days.items()
    }
    return CalendarOverrides(years=dict(overrides.years), days={**overrides.days, **changed})


def _changes(before: WorkCalendar, after: WorkCalendar, notice: Notice) -> tuple[DayChange, ...]:
    days = {*before.special_days, *after.special_days}
    concerned = (day for day in sorted(days) if day.year == notice.year or day in notice.days)
    found = []
    for day in concerned:
        worked = before.is_working_day(day) if before.is_published(day.year) else None
        working = after.provisional().is_working_day(day)
        if worked is None or worked is not working:
            found.append(DayChange(day, working, _name(day, after.special_days), worked))
    return tuple(found)


def _name(day: date, special: Mapping[date, SpecialDay]) -> str:
    return special[day].name if day in special else ""


def write_overrides(path: Path, overrides: CalendarOverrides) -> None:
    """Replace the override file; readers see the old one or the new one, never a part.

    Raises:
        CalendarOverrideError: what was written cannot be read back.
    """
    data: dict[str, Any] = {}
    if overrides.years:
        data["years"] = {
            year: {
                "source": entry.source,
                "holidays": {name: list(days) for name, days in entry.holidays.items()},
                "makeup_working_days": list(entry.makeup_working_days),
            }
            for year, entry in sorted(overrides.years.items())
        }
    if overrides.days:
        data["days"] = {
            day: {"source": entry.source, "working": entry.working, "name": entry.name}
            for day, entry in sorted(overrides.days.items())
        }
    body = yaml.safe_dump(data, allow_unicode=True, sort_keys=False, default_flow_style=None)
    written = path.with_suffix(".yml.new")
    with written.open("w", encoding="utf-8") as file:
        file.write(_HEADER + body)
        file.flush()
        os.fsync(file.fileno())
    read_overrides(written)
    written.replace(path)
