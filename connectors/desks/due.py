"""Due times in words; the word says what the colour says."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from foundation.clock import SHANGHAI
from routing.deadlines.service import DeadlineService

# The yellow mark's default: one working day.
_SOON_WORKING_DAYS = 1
_WEEKDAYS = "一二三四五六日"


@dataclass(frozen=True, slots=True)
class DueWords:
    """A due time as it is shown."""

    state: str  # 还剩 2 个工作日
    when: str  # 11月24日（周二）18:00
    style: str  # class of its colour


def when_words(moment: datetime) -> str:
    """Return a moment as people read it: ``11月24日（周二）18:00``."""
    local = moment.astimezone(SHANGHAI)
    return f"{local.month}月{local.day}日（周{_WEEKDAYS[local.weekday()]}）{local:%H:%M}"


def day_words(day: date) -> str:
    """Return a day as people read it: ``11月24日（周二）``."""
    return f"{day.month}月{day.day}日（周{_WEEKDAYS[day.weekday()]}）"


def due_words(
    due_at: datetime | None,
    now: datetime,
    deadlines: DeadlineService,
    paused_at: datetime | None = None,
) -> DueWords:
    """Return how a due time stands at ``now``; paused, it stands still."""
    if due_at is None:
        return DueWords("无时限", "", "due-in-time")
    when = when_words(due_at)
    if paused_at is not None:
        return DueWords("等待诉求人补充，暂停计时", when, "due-in-time")
    if due_at <= now:
        return DueWords(f"! 已超期 {_duration(now - due_at)}", when, "due-overdue")
    left = deadlines.working_days_left(now, due_at)
    if left > _SOON_WORKING_DAYS:
        return DueWords(f"还剩 {left} 个工作日", when, "due-in-time")
    state = "1 个工作日" if left else _duration(due_at - now)
    return DueWords(f"◷ 临期，还剩 {state}", when, "due-soon")


def _duration(span: timedelta) -> str:
    if span >= timedelta(days=1):
        return f"{span.days} 天"
    hours = int(span.total_seconds() // 3600)
    return f"{hours} 小时" if hours else f"{int(span.total_seconds() // 60)} 分钟"
