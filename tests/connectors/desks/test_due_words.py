from datetime import datetime, timedelta

import pytest

from connectors.desks.due import due_words
from foundation.clock import SHANGHAI
from routing.deadlines.service import DeadlineService

MONDAY = datetime(2026, 11, 23, 9, 30, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("due_at", "state", "style"),
    [
        (None, "无时限", "due-in-time"),
        (datetime(2026, 11, 25, 23, 59, 59, tzinfo=SHANGHAI), "还剩 2 个工作日", "due-in-time"),
        # Friday's next working day is Monday.
        (datetime(2026, 11, 30, 23, 59, 59, tzinfo=SHANGHAI), "还剩 5 个工作日", "due-in-time"),
        (
            datetime(2026, 11, 24, 23, 59, 59, tzinfo=SHANGHAI),
            "◷ 临期，还剩 1 个工作日",
            "due-soon",
        ),
        (MONDAY + timedelta(hours=3), "◷ 临期，还剩 3 小时", "due-soon"),
        (MONDAY - timedelta(minutes=5), "! 已超期 5 分钟", "due-overdue"),
        (MONDAY - timedelta(days=2), "! 已超期 2 天", "due-overdue"),
    ],
)
def test_due_words_say_what_the_colour_says(
    deadlines: DeadlineService, due_at: datetime | None, state: str, style: str
) -> None:
    words = due_words(due_at, MONDAY, deadlines)

    assert (words.state, words.style) == (state, style)


def test_due_words_count_weekends_alone_in_a_year_without_a_calendar(
    deadlines: DeadlineService,
) -> None:
    thursday = datetime(2026, 12, 31, 9, 0, tzinfo=SHANGHAI)

    words = due_words(datetime(2027, 1, 5, 23, 59, 59, tzinfo=SHANGHAI), thursday, deadlines)

    assert (words.state, words.when) == ("还剩 3 个工作日", "1月5日（周二）23:59")


def test_due_words_of_a_paused_ticket_are_never_overdue(deadlines: DeadlineService) -> None:
    due, asked = MONDAY - timedelta(days=1), MONDAY - timedelta(days=2)
    words = due_words(due, MONDAY, deadlines, paused_at=asked)
    assert (words.state, words.style) == ("等待诉求人补充，暂停计时", "due-in-time")
    assert due_words(due, MONDAY, deadlines).style == "due-overdue"
