from datetime import date, datetime, timedelta

import pytest

from foundation.clock import SHANGHAI, FixedClock
from routing.deadlines.calendar import WorkCalendar, shipped_calendar
from routing.deadlines.counting import LimitUnit, RollOver, end_of
from routing.deadlines.rule_packs import load_rule_pack
from routing.deadlines.service import DeadlineService
from routing.schemas import AppealKind

SUNDAY = datetime(2026, 11, 22, 10, 0, tzinfo=SHANGHAI)


@pytest.fixture
def service() -> DeadlineService:
    return DeadlineService(shipped_calendar(), load_rule_pack("guangdong_2022"), FixedClock(SUNDAY))


def test_resolve_due_counts_by_kind_from_now(service: DeadlineService) -> None:
    assert {kind.label: service.resolve_due(kind).due_at for kind in AppealKind} == {
        "咨询": end_of(date(2026, 11, 24)),
        "求助": end_of(date(2026, 12, 4)),
        "投诉": end_of(date(2026, 12, 11)),
        "举报": end_of(date(2026, 12, 11)),
        "建议": end_of(date(2026, 12, 4)),
        "表扬": None,
    }


def test_resolve_due_shows_rule_and_working(service: DeadlineService) -> None:
    deadline = service.resolve_due(AppealKind.ASSISTANCE, SUNDAY)
    assert deadline.derivation == (
        "依据：广东省2022年规定：求助、建议类10个工作日（据公开报道，未与原文核对）。",
        "起算：2026年11月22日（周日）10:00:00，当日不计，次日起算。",
        "2026年11月28日（周六）至2026年11月29日（周日）：周末，不计。",
        "第10个工作日为2026年12月4日（周五），截止23:59:59。",
    )
    assert (deadline.certainty, deadline.rule_pack, deadline.limit, deadline.provisional) == (
        "B",
        "guangdong_2022",
        "10个工作日",
        False,
    )


def test_resolve_due_says_that_a_commendation_has_no_limit(service: DeadlineService) -> None:
    deadline = service.resolve_due(AppealKind.COMMENDATION)
    assert deadline.due_at is None
    assert deadline.derivation == ("已知规定没有为表扬类载明办理时限。",)


def test_count_into_an_unpublished_year_is_provisional_and_says_so() -> None:
    shipped = shipped_calendar()
    calendar = WorkCalendar(frozenset({2024, 2025}), shipped.special_days)
    service = DeadlineService(calendar, load_rule_pack("guangdong_2022"), FixedClock(SUNDAY))
    start = datetime(2025, 12, 30, 9, 0, tzinfo=SHANGHAI)

    sure = service.count(start, LimitUnit.WORKING_DAYS, 1)
    unsure = service.count(start, LimitUnit.WORKING_DAYS, 15)

    assert (sure.due_at, sure.provisional) == (end_of(date(2025, 12, 31)), False)
    assert unsure.provisional
    assert unsure.derivation[-1].startswith("2026年节假日安排尚未载入")


def test_count_of_next_month_enters_a_year_without_calendar(service: DeadlineService) -> None:
    start = datetime(2026, 12, 17, 9, 0, tzinfo=SHANGHAI)
    deadline = service.resolve_due(AppealKind.COMPLAINT, start)
    # 18 December is day 1, 31 December day 10; weekends alone are known of 2027.
    assert (deadline.due_at, deadline.provisional) == (end_of(date(2027, 1, 7)), True)


def test_derivation_names_holidays_and_makeup_days(service: DeadlineService) -> None:
    start = datetime(2025, 1, 24, 9, 0, tzinfo=SHANGHAI)
    assert service.count(start, LimitUnit.WORKING_DAYS, 3).derivation == (
        "起算：2025年1月24日（周五）09:00:00，当日不计，次日起算。",
        "2025年1月25日（周六）：周末，不计。",
        "2025年1月26日（周日）：调休上班，计入。",
        "2025年1月28日（周二）至2025年2月4日（周二）：春节放假，不计。",
        "第3个工作日为2025年2月5日（周三），截止23:59:59。",
    )


def test_send_back_window_is_one_working_day_and_two_for_the_complex(
    service: DeadlineService,
) -> None:
    friday = datetime(2026, 11, 20, 16, 0, tzinfo=SHANGHAI)
    ordinary = service.send_back_until(AppealKind.COMPLAINT, friday)
    complicated = service.send_back_until(AppealKind.COMPLAINT, friday, grade=4)
    assert ordinary.due_at == end_of(date(2026, 11, 23))
    assert complicated.due_at == end_of(date(2026, 11, 24))


def test_rolled_over_calendar_days_say_that_the_year_is_not_published(
    service: DeadlineService,
) -> None:
    year = max(service.calendar.years) + 1
    start = datetime(year - 1, 12, 30, 9, tzinfo=SHANGHAI)
    days, rolling = LimitUnit.CALENDAR_DAYS, RollOver.NEXT_WORKING_DAY
    plain, rolled = service.count(start, days, 10), service.count(start, days, 10, rolling)
    said = f"{year}年节假日安排尚未载入，该年暂按仅周末休息计算，时限为暂定，公布后重算。"
    assert (plain.provisional, said in plain.derivation) == (False, False)
    assert (rolled.provisional, said in rolled.derivation) == (True, True)


def test_due_soon_begins_with_a_fifth_left_or_one_working_day(service: DeadlineService) -> None:
    friday, monday = end_of(date(2026, 11, 27)), end_of(date(2026, 11, 30))
    # Two days before a Monday: the last working day begins when Friday has ended.
    assert service.due_soon_from(monday - timedelta(days=2), monday) == friday
    assert service.due_soon_from(monday - timedelta(days=30), monday) == monday - timedelta(days=6)
    hours = service.due_soon_from(monday - timedelta(hours=10), monday, in_days=False)
    assert hours == monday - timedelta(hours=2)
