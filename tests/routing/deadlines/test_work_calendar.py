from datetime import date
from pathlib import Path

import pytest

from routing.deadlines.calendar import (
    SpecialDay,
    WorkCalendar,
    apply_overrides,
    read_overrides,
    shipped_calendar,
)
from routing.deadlines.errors import CalendarNotPublishedError, CalendarOverrideError

# Facts of the State Council's notices for 2024, 2025 and 2026.
OFF = [
    date(2024, 2, 10),
    date(2024, 2, 16),
    date(2024, 4, 5),
    date(2024, 10, 7),
    date(2025, 1, 28),
    date(2025, 2, 4),
    date(2025, 5, 5),
    date(2025, 10, 8),
    date(2026, 1, 2),
    date(2026, 2, 16),
    date(2026, 2, 23),
    date(2026, 10, 7),
]
WORKED = [
    date(2024, 2, 4),
    date(2024, 2, 18),
    date(2024, 4, 7),
    date(2024, 9, 29),
    date(2025, 1, 26),
    date(2025, 2, 8),
    date(2025, 9, 28),
    date(2025, 10, 11),
    date(2026, 1, 4),
    date(2026, 2, 14),
    date(2026, 2, 28),
    date(2026, 10, 10),
]


@pytest.fixture(scope="module")
def calendar() -> WorkCalendar:
    return shipped_calendar()


@pytest.mark.parametrize("day", OFF)
def test_calendar_rests_on_holidays(calendar: WorkCalendar, day: date) -> None:
    assert not calendar.is_working_day(day)


@pytest.mark.parametrize("day", WORKED)
def test_calendar_works_on_makeup_days(calendar: WorkCalendar, day: date) -> None:
    assert day.weekday() >= 5
    assert calendar.is_working_day(day)


def test_calendar_holds_this_year(calendar: WorkCalendar) -> None:
    assert calendar.is_published(2026)


def test_calendar_refuses_a_year_without_notice(calendar: WorkCalendar) -> None:
    with pytest.raises(CalendarNotPublishedError) as refused:
        calendar.is_working_day(date(max(calendar.years) + 1, 3, 1))
    assert refused.value.year == max(calendar.years) + 1


def test_provisional_calendar_knows_weekends_only_in_such_a_year(calendar: WorkCalendar) -> None:
    provisional = calendar.provisional()
    year = max(calendar.years) + 1
    new_year = date(year, 1, 1)
    assert provisional.is_working_day(new_year) == (new_year.weekday() < 5)
    assert not provisional.is_published(year)


OVERRIDES = """
years:
  2031:
    source: 测试用安排
    holidays:
      元旦: [2031-01-01, 2031-01-02]
    makeup_working_days: [2031-01-04]
days:
  2026-12-24:
    source: 测试用安排
    working: false
    name: 测试日
"""


def test_overrides_add_a_year_and_change_a_day(tmp_path: Path, calendar: WorkCalendar) -> None:
    path = tmp_path / "calendar_overrides.yml"
    path.write_text(OVERRIDES, "utf-8")

    changed = apply_overrides(calendar, read_overrides(path))

    assert not changed.is_working_day(date(2031, 1, 2))
    assert changed.is_working_day(date(2031, 1, 4))
    assert changed.special_days[date(2031, 1, 1)] == SpecialDay(working=False, name="元旦")
    assert calendar.is_working_day(date(2026, 12, 24))
    assert not changed.is_working_day(date(2026, 12, 24))


def test_overrides_may_be_absent(tmp_path: Path) -> None:
    assert read_overrides(tmp_path / "none.yml").years == {}


@pytest.mark.parametrize("text", ["years: [", "years: {2031: {holidays: {}}}", "days: {x: 1}"])
def test_overrides_without_sense_or_source_are_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "calendar_overrides.yml"
    path.write_text(text, "utf-8")
    with pytest.raises(CalendarOverrideError):
        read_overrides(path)
