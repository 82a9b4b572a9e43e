"""The engine equals a second computation that shares nothing with it (see ``benchmarks``)."""

import random
from datetime import date

import pytest

from benchmarks import deadline_oracle as oracle
from benchmarks.deadlines import clock_differences, unit_differences
from routing.deadlines.calendar import shipped_calendar
from routing.deadlines.counting import LimitUnit
from routing.deadlines.rule_packs import LimitClock


@pytest.mark.parametrize("unit", LimitUnit)
def test_counts_of_each_unit_are_equal(unit: LimitUnit) -> None:
    assert list(unit_differences(unit, 400, random.Random(7))) == []


@pytest.mark.parametrize("clock", LimitClock)
def test_each_clock_is_equal(clock: LimitClock) -> None:
    assert list(clock_differences(clock, 300, random.Random(7))) == []


def test_comparison_finds_a_day_that_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = sorted({*oracle.WORKING} - {date(2025, 3, 3).toordinal()})
    monkeypatch.setattr(oracle, "WORKING", wrong)
    assert list(unit_differences(LimitUnit.WORKING_DAYS, 400, random.Random(7))) != []


def test_both_know_the_same_working_days() -> None:
    calendar = shipped_calendar()
    days = [date.fromordinal(number) for number in oracle.EVERY_DAY]
    assert [day.toordinal() for day in days if calendar.is_working_day(day)] == oracle.WORKING
