"""Reading of holiday notices: published vectors, whole notices, and what is refused."""

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import chinese_calendar
import pytest
import yaml

from routing.deadlines.calendar import SpecialDay
from routing.deadlines.notices import Sentence, Verdict, read_notice

FOLDER = Path(__file__).parent
CASES: list[dict[str, Any]] = yaml.safe_load((FOLDER / "notice_cases.yml").read_text("utf-8"))[
    "cases"
]


def _days(spans: list[date | str]) -> list[date]:
    found: list[date] = []
    for span in spans:
        first, _, last = str(span).partition("/")
        day, end = date.fromisoformat(first), date.fromisoformat(last or first)
        found += [day + timedelta(days=n) for n in range((end - day).days + 1)]
    return found


def _before(case: dict[str, Any]) -> dict[date, SpecialDay]:
    if "before" not in case:
        return {}
    return dict(read_notice(f"二、春节：{case['before']}", case["year"]).days)


def test_vectors_are_all_there() -> None:
    assert len(CASES) == 48


@pytest.mark.parametrize("case", CASES, ids=[f"{c['year']} {c['text'][:14]}" for c in CASES])
def test_sentence_gives_the_published_days(case: dict[str, Any]) -> None:
    notice = read_notice(case["text"], case["year"], _before(case))

    assert notice.refused == ()
    expected = dict.fromkeys(_days(case["days_off"]), False)
    expected |= dict.fromkeys(_days(case.get("days_worked", [])), True)
    assert {day: entry.working for day, entry in notice.days.items()} == expected


def _notice(name: int | str) -> str:
    return (FOLDER / "notices" / f"{name}.txt").read_text("utf-8")


def _reading(year: int, special: Mapping[date, SpecialDay]) -> list[bool]:
    days = _year(year)
    return [special[d].working if d in special else d.weekday() < 5 for d in days]


def _year(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days)]


@pytest.mark.parametrize(
    ("year", "number"),
    [
        (2009, ""),
        (2010, "国办发明电〔2009〕27号"),
        (2017, "国办发明电〔2016〕17号"),
        (2023, ""),
        (2024, "国办发明电〔2023〕7号"),
        (2025, "国办发明电〔2024〕12号"),
        (2026, "国办发明电〔2025〕7号"),
    ],
)
def test_whole_notice_gives_the_working_days_of_its_year(year: int, number: str) -> None:
    notice = read_notice(_notice(year), year)

    assert (notice.title_year, notice.number) == (year, number)
    assert (notice.refused, notice.missing_holidays) == ((), ())
    # chinesecalendar was written down by other hands.
    assert _reading(year, notice.days) == [chinese_calendar.is_workday(day) for day in _year(year)]


def test_second_notice_of_a_year_adds_to_the_first() -> None:
    first = read_notice(_notice(2015), 2015)
    second = read_notice(_notice("2015-september"), 2015, first.days)
    assert (first.refused, second.refused) == ((), ())
    together = {**first.days, **second.days}
    assert _reading(2015, together) == [chinese_calendar.is_workday(day) for day in _year(2015)]


def test_notice_on_one_holiday_takes_its_name_from_the_title() -> None:
    text = (
        "国务院办公厅关于调整2019年劳动节假期安排的通知\n"
        "经国务院批准，现将2019年劳动节假期调整安排通知如下：\n"
        "一、2019年5月1日至4日放假调休，共4天。4月28日（星期日）、5月5日（星期日）上班。\n"
        "二、因工作不能休假的职工，应按规定安排补休。"
    )
    notice = read_notice(text, 2019)
    assert (notice.title_year, notice.refused) == (2019, ())
    assert list(notice.days) == [
        date(2019, 4, 28),
        *(date(2019, 5, day) for day in range(1, 6)),
    ]
    assert notice.days[date(2019, 5, 2)] == SpecialDay(working=False, name="劳动节")


def test_notice_names_the_holiday_of_each_day() -> None:
    days = read_notice(_notice(2025), 2025).days
    assert days[date(2025, 2, 4)] == SpecialDay(working=False, name="春节")
    assert days[date(2025, 9, 28)] == SpecialDay(working=True, name="国庆节、中秋节")


def test_recommendation_introduction_and_signature_are_set_aside_with_a_reason() -> None:
    aside = [
        s for s in read_notice(_notice(2024), 2024).sentences if s.verdict is Verdict.SET_ASIDE
    ]
    assert [(each.text[:6], each.reason) for each in aside] == [
        ("国务院办公厅", "标题和引言"),
        ("部分节假日安", "标题和引言"),
        ("国办发明电〔", "标题和引言"),
        ("各省、自治区", "标题和引言"),
        ("经国务院批准", "标题和引言"),
        ("鼓励各单位结", "只是鼓励，不是放假安排"),
        ("节假日期间，", "放假期间的工作要求"),
        ("国务院办公厅", "没有日期和放假安排"),
        ("2023年1", "落款日期"),
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("5月1日至5日放假调休，共4天。", "写作4天，所列日期为5天"),
        ("1月1日（周四）放假。", "2025-01-01是星期三，文中写作星期四"),
        ("4月27日（周一）上班。", "2025-04-27是星期日，文中写作星期一"),
        ("4月28日上班。", "2025-04-28不是周末，无须调休上班"),
        ("5月1日放假，5月1日上班。", "2025-05-01既放假又上班"),
        ("10月3日至1日放假。", "2025-10-03至2025-10-01不是一个假期的起止"),
        ("2月30日放假。", "没有2025年2月30日这一天"),
        ("13月1日放假。", "没有2025年13月1日这一天"),
        ("3日放假。", "“3日”之前没有月份"),
        ("2023年5月1日放假。", "2023-05-01不属于2025年的安排"),
        ("5月1日放假，妇女5月2日放假半天。", "“妇女（日期）放假半天”不是已知的写法"),
        ("5月1日前后放假。", "“（日期）前后放假”不是已知的写法"),
        ("劳动节放假五天。", "“劳动节放假五天”不是已知的写法"),
        ("延长春节假期至2月6日。", "不知道春节原来放到哪一天，须先载入原通知"),
        ("将4月26日、27日两个公休日调至5月4日。", "2个公休日调至1天，数目不符"),
    ],
)
def test_sentence_that_makes_no_sense_is_refused_and_gives_no_day(text: str, reason: str) -> None:
    notice = read_notice(text, 2025)
    assert notice.sentences == (Sentence(text, Verdict.REFUSED, reason),)
    assert notice.days == {}


@pytest.mark.parametrize("line", ["八、妇女节：3月8日放假。", "八、妇女3月8日放假。"])
def test_day_off_for_some_is_refused(line: str) -> None:
    (sentence,) = read_notice(line, 2027).sentences
    assert sentence.verdict is Verdict.REFUSED
    assert "不是全体公民放假的节日" in sentence.reason


def test_refused_sentence_leaves_the_others_read() -> None:
    notice = read_notice("一、元旦：1月1日放假。\n二、春节：1月28日起放假八天。", 2025)
    assert [each.verdict for each in notice.sentences] == [Verdict.READ, Verdict.REFUSED]
    assert list(notice.days) == [date(2025, 1, 1)]


def test_later_sentence_may_not_say_the_opposite() -> None:
    text = "四、劳动节：5月1日至5日放假调休，共5天。\n五、端午节：5月3日（周六）上班。"
    (refused,) = read_notice(text, 2025).refused
    assert refused.reason == "2025-05-03与前文相反"


def test_leap_day_is_found_beside_its_year() -> None:
    notice = read_notice("2023年12月31日放假。2月29日放假。", 2024)
    assert list(notice.days) == [date(2023, 12, 31), date(2024, 2, 29)]


def test_part_of_a_notice_says_which_holidays_are_missing() -> None:
    notice = read_notice("一、元旦：1月1日放假。\n二、春节：1月28日至31日放假。", 2025)
    assert notice.missing_holidays == ("清明", "劳动节", "端午", "中秋", "国庆")
