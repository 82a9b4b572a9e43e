"""A notice on its way into the calendar: preview, refusals, the file, a running service."""

from datetime import date, datetime
from pathlib import Path

import pytest

from foundation.clock import SHANGHAI, FixedClock
from foundation.settings import Settings
from routing.deadlines.calendar import (
    OVERRIDE_FILE,
    CalendarOverrides,
    WorkCalendar,
    apply_overrides,
    load_calendar,
    read_overrides,
    shipped_calendar,
)
from routing.deadlines.calendar_import import DayChange, plan_import, write_overrides
from routing.deadlines.counting import end_of
from routing.deadlines.errors import NoticeRefusedError
from routing.deadlines.service import load_deadline_service
from routing.schemas import AppealKind

NOTICES = Path(__file__).parent / "notices"
NONE = CalendarOverrides()


def _without(year: int) -> WorkCalendar:
    """Return the calendar as it was before that year's notice."""
    shipped = shipped_calendar()
    known = {day: entry for day, entry in shipped.special_days.items() if day.year < year}
    return WorkCalendar(frozenset(range(2004, year)), known)


def _text(year: int) -> str:
    return (NOTICES / f"{year}.txt").read_text("utf-8")


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_loaded_notice_makes_the_year_equal_to_the_shipped_one(tmp_path: Path, year: int) -> None:
    calendar = _without(year)
    path = tmp_path / OVERRIDE_FILE

    plan = plan_import(_text(year), year, calendar, NONE)
    write_overrides(path, plan.overrides)
    loaded = apply_overrides(calendar, read_overrides(path))

    assert plan.publishes_year
    assert read_overrides(path) == plan.overrides
    first, last = date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal()
    days = [date.fromordinal(number) for number in range(first, last + 1)]
    shipped = shipped_calendar()
    assert [loaded.is_working_day(day) for day in days] == [
        shipped.is_working_day(day) for day in days
    ]


def test_preview_says_which_days_change_and_writes_nothing(tmp_path: Path) -> None:
    plan = plan_import(_text(2025), 2025, _without(2025), NONE)
    assert plan.source == "国务院办公厅关于2025年部分节假日安排的通知（国办发明电〔2024〕12号）"
    assert plan.changes[0] == DayChange(
        date(2025, 1, 1), working=False, name="元旦", worked_before=None
    )
    assert len(plan.changes) == 28 + 5
    assert list(tmp_path.iterdir()) == []


def test_notice_of_a_known_year_changes_nothing() -> None:
    plan = plan_import(_text(2026), 2026, shipped_calendar(), NONE)
    assert plan.changes == ()


def test_amendment_changes_single_days_of_a_published_year(tmp_path: Path) -> None:
    # The first notice for 2020, then the one that lengthened its Spring Festival.
    spring = "二、春节：1月24日至30日放假调休，共7天。1月19日（星期日）、2月1日（星期六）上班。"
    known = apply_overrides(
        _without(2020),
        plan_import(
            "国务院办公厅关于2020年部分节假日安排的通知\n"
            "一、元旦：1月1日放假。\n" + spring + "\n三、清明节：4月4日至6日放假。\n"
            "四、劳动节：5月1日至5日放假。\n五、端午节：6月25日至27日放假。\n"
            "六、国庆节、中秋节：10月1日至8日放假。",
            2020,
            _without(2020),
            NONE,
        ).overrides,
    )
    text = (
        "国务院办公厅关于延长2020年春节假期的通知\n"
        "延长2020年春节假期至2月2日（农历正月初九，星期日），2月3日（星期一）起正常上班。"
    )

    plan = plan_import(text, 2020, known, NONE, source="国办发明电〔2020〕1号")

    assert not plan.publishes_year
    assert [(change.day, change.working, change.worked_before) for change in plan.changes] == [
        (date(2020, 1, 31), False, True),
        (date(2020, 2, 1), False, True),
    ]
    write_overrides(tmp_path / OVERRIDE_FILE, plan.overrides)
    assert read_overrides(tmp_path / OVERRIDE_FILE).days[date(2020, 2, 1)].working is False


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (_text(2025), "原文是2025年的通知"),
        ("一、元旦：1月1日放假。\n二、春节：放假八天。", "有1句读不懂：“放假八天。”"),
        ("一、元旦：1月1日放假。", "缺少春节、清明、劳动节、端午、中秋、国庆的安排"),
        ("各单位注意防火。", "没有找到放假或调休的日期"),
        (
            "一、元旦、春节、清明节、劳动节、端午节、中秋节、国庆节：1月1日放假。",
            "原文没有标题和文号，请用 --source 写明来源",
        ),
    ],
)
def test_notice_that_may_not_be_loaded_is_refused(text: str, reason: str) -> None:
    with pytest.raises(NoticeRefusedError) as refused:
        plan_import(text, 2027, shipped_calendar(), NONE)
    assert reason in refused.value.user_message


def test_year_replaced_keeps_the_december_days_of_the_next_notice() -> None:
    # 29 December 2018 is worked by the notice for 2019.
    year = plan_import(
        "一、元旦、春节、清明节、劳动节、端午节、中秋节、国庆节：1月1日放假。",
        2018,
        shipped_calendar(),
        NONE,
        source="测试用安排",
    )
    changed = apply_overrides(shipped_calendar(), year.overrides)
    assert changed.is_working_day(date(2018, 12, 29))
    assert changed.is_working_day(date(2018, 10, 1))


def test_running_service_counts_with_a_notice_that_was_loaded_meanwhile(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    start = datetime(2026, 12, 24, 9, tzinfo=SHANGHAI)
    service = load_deadline_service(settings, FixedClock(start))
    before = service.resolve_due(AppealKind.ASSISTANCE)

    text = (
        "一、元旦：2027年1月1日至3日放假，共3天。\n"
        "二、春节、清明节、劳动节、端午节、中秋节、国庆节：10月1日放假。"
    )
    plan = plan_import(text, 2027, load_calendar(settings), NONE, source="测试用安排")
    write_overrides(tmp_path / OVERRIDE_FILE, plan.overrides)
    after = service.resolve_due(AppealKind.ASSISTANCE)

    assert (before.due_at, before.provisional) == (end_of(date(2027, 1, 7)), True)
    assert (after.due_at, after.provisional) == (end_of(date(2027, 1, 8)), False)
    assert before.derivation[-1].startswith("2027年节假日安排尚未载入")
    assert not any("尚未载入" in line for line in after.derivation)


def test_running_service_keeps_the_last_good_calendar(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    service = load_deadline_service(settings, FixedClock(datetime(2026, 11, 23, tzinfo=SHANGHAI)))
    (tmp_path / OVERRIDE_FILE).write_text("years: [", "utf-8")
    assert service.resolve_due(AppealKind.INQUIRY).due_at == end_of(date(2026, 11, 25))
