"""Counting against known dates and against an independent computation."""

from datetime import UTC, date, datetime, time, timedelta

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.clock import SHANGHAI
from routing.deadlines.calendar import shipped_calendar
from routing.deadlines.counting import (
    LimitUnit,
    Pause,
    RollOver,
    due_at,
    elapsed,
    end_of,
    last_calendar_day,
    last_working_day,
)
from routing.deadlines.errors import CalendarNotPublishedError, UncountableAmountError

CALENDAR = shipped_calendar()
_SPAN = datetime(2026, 1, 1, tzinfo=SHANGHAI) - datetime(2024, 1, 1, tzinfo=SHANGHAI)
STARTS = st.integers(0, int(_SPAN.total_seconds()) - 1).map(
    lambda seconds: datetime(2024, 1, 1, tzinfo=SHANGHAI) + timedelta(seconds=seconds)
)


def test_last_working_day_counts_makeup_sunday_and_skips_spring_festival() -> None:
    friday = date(2025, 1, 24)
    # State Council notice for 2025: 26 January (Sunday) is worked, 28 January to 4 February is off.
    assert last_working_day(friday, 2, CALENDAR) == date(2025, 1, 27)
    assert last_working_day(friday, 3, CALENDAR) == date(2025, 2, 5)


def test_last_working_day_counts_a_makeup_saturday_in_2026() -> None:
    # Notice for 2026: 15 to 23 February is off; Saturday 14 and Saturday 28 are worked.
    assert last_working_day(date(2026, 2, 13), 1, CALENDAR) == date(2026, 2, 14)
    assert last_working_day(date(2026, 2, 13), 6, CALENDAR) == date(2026, 2, 28)


def test_starting_day_never_counts_even_on_a_holiday_or_just_before_midnight() -> None:
    late = datetime(2024, 10, 1, 23, 59, 59, tzinfo=SHANGHAI)
    assert due_at(late, 1, LimitUnit.WORKING_DAYS, CALENDAR) == end_of(date(2024, 10, 8))


def test_starting_day_is_the_day_in_shanghai() -> None:
    # 17:00 UTC on 4 March is 01:00 on 5 March in Shanghai.
    start = datetime(2025, 3, 4, 17, tzinfo=UTC)
    assert due_at(start, 1, LimitUnit.WORKING_DAYS, CALENDAR) == end_of(date(2025, 3, 6))


def test_calendar_days_do_not_roll_over_unless_told() -> None:
    start = date(2025, 9, 24)
    assert last_calendar_day(start, 7, CALENDAR) == date(2025, 10, 1)
    rolled = last_calendar_day(start, 7, CALENDAR, RollOver.NEXT_WORKING_DAY)
    assert rolled == date(2025, 10, 9)


def test_hours_pass_in_elapsed_time_over_the_summer_time_of_1991() -> None:
    # Clocks in China went back one hour on 15 September 1991.
    start = datetime(1991, 9, 14, 12, tzinfo=SHANGHAI)
    assert elapsed(start, 24, LimitUnit.HOURS) - start.astimezone(UTC) == timedelta(hours=24)
    assert elapsed(start, 24, LimitUnit.HOURS).hour == 11


def test_due_at_refuses_to_enter_an_unpublished_year() -> None:
    start = datetime(max(CALENDAR.years), 12, 31, 10, tzinfo=SHANGHAI)
    with pytest.raises(CalendarNotPublishedError):
        due_at(start, 1, LimitUnit.WORKING_DAYS, CALENDAR)


@pytest.mark.parametrize(
    ("amount", "unit"),
    [
        (0, LimitUnit.HOURS),
        (-1, LimitUnit.WORKING_DAYS),
        (1.5, LimitUnit.WORKING_DAYS),
        (1e9, LimitUnit.CALENDAR_DAYS),
        (float("nan"), LimitUnit.HOURS),
        (float("inf"), LimitUnit.WORKING_DAYS),
    ],
)
def test_due_at_refuses_what_no_limit_can_be(amount: float, unit: LimitUnit) -> None:
    with pytest.raises(UncountableAmountError):
        due_at(datetime(2025, 1, 1, tzinfo=SHANGHAI), amount, unit, CALENDAR)


@given(STARTS, st.integers(1, 60))
def test_working_days_equal_a_count_over_the_whole_span(start: datetime, amount: int) -> None:
    due = due_at(start, amount, LimitUnit.WORKING_DAYS, CALENDAR)

    # Independently: the package's own list of working days strictly after the starting day.
    first = start.date() + timedelta(days=1)
    worked = chinese_calendar.get_workdays(first, first + timedelta(days=250))
    assert due == datetime.combine(worked[amount - 1], time(23, 59, 59), tzinfo=SHANGHAI)


@given(STARTS, st.integers(1, 400))
def test_calendar_days_equal_ordinal_arithmetic(start: datetime, amount: int) -> None:
    due = due_at(start, amount, LimitUnit.CALENDAR_DAYS, CALENDAR)
    assert due.date() == date.fromordinal(start.date().toordinal() + amount)
    assert due.time().isoformat() == "23:59:59"


@given(STARTS, st.integers(1, 1000))
def test_hours_equal_arithmetic_on_seconds(start: datetime, amount: int) -> None:
    due = due_at(start, amount, LimitUnit.HOURS, CALENDAR)
    assert due.timestamp() == pytest.approx(start.timestamp() + 3600 * amount, abs=1e-3)


@given(STARTS, st.integers(1, 59))
def test_one_more_working_day_is_never_earlier(start: datetime, amount: int) -> None:
    sooner = due_at(start, amount, LimitUnit.WORKING_DAYS, CALENDAR)
    assert due_at(start, amount + 1, LimitUnit.WORKING_DAYS, CALENDAR) > sooner


def _pause(start: datetime, after_hours: int, hours: int) -> Pause:
    begun = start + timedelta(hours=after_hours)
    return Pause(begun, begun + timedelta(hours=hours))


PAUSES = st.tuples(st.integers(0, 1500), st.integers(0, 700))
UNITS = st.sampled_from(list(LimitUnit))


@given(STARTS, st.integers(1, 30), UNITS, st.lists(PAUSES, max_size=3), PAUSES)
def test_one_more_pause_is_never_earlier(
    start: datetime,
    amount: int,
    unit: LimitUnit,
    some: list[tuple[int, int]],
    more: tuple[int, int],
) -> None:
    pauses = [_pause(start, *each) for each in some]
    before = due_at(start, amount, unit, CALENDAR, RollOver.NEXT_WORKING_DAY, pauses)
    added = [*pauses, _pause(start, *more)]
    assert due_at(start, amount, unit, CALENDAR, RollOver.NEXT_WORKING_DAY, added) >= before


@given(STARTS, st.integers(1, 30), UNITS, st.lists(PAUSES, max_size=3))
def test_limit_never_runs_out_within_a_pause(
    start: datetime, amount: int, unit: LimitUnit, some: list[tuple[int, int]]
) -> None:
    pauses = [_pause(start, *each) for each in some]
    due = due_at(start, amount, unit, CALENDAR, pauses=pauses)
    assert not any(pause.start <= due < pause.end for pause in pauses)


def test_pause_over_days_takes_those_after_its_first() -> None:
    monday = datetime(2025, 3, 3, 9, tzinfo=SHANGHAI)
    asked, answered = monday + timedelta(days=2), monday + timedelta(days=3, hours=8)
    one = [Pause(asked, answered)]
    # Tuesday, Wednesday, then Friday: the day of asking counts, that of the answer does not.
    assert due_at(monday, 3, LimitUnit.WORKING_DAYS, CALENDAR, pauses=one) == end_of(
        date(2025, 3, 7)
    )
    assert due_at(monday, 3, LimitUnit.CALENDAR_DAYS, CALENDAR, pauses=one) == end_of(
        date(2025, 3, 7)
    )
    assert due_at(monday, 72, LimitUnit.HOURS, CALENDAR, pauses=one) == monday + timedelta(
        hours=72 + 32
    )


def test_last_day_that_a_pause_took_is_counted_again() -> None:
    monday = datetime(2025, 3, 3, 9, tzinfo=SHANGHAI)
    asked = datetime(2025, 3, 4, 15, tzinfo=SHANGHAI)  # the only day of a limit of one
    answered = datetime(2025, 3, 10, 8, tzinfo=SHANGHAI)
    due = due_at(monday, 1, LimitUnit.WORKING_DAYS, CALENDAR, pauses=[Pause(asked, answered)])
    assert due == end_of(date(2025, 3, 11))
