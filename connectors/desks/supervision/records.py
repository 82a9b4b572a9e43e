"""Cards, reminders and orders of one ticket, drawn the same way at every desk."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from nicegui import ui

from connectors.desks.due import when_words
from connectors.desks.ticket_frame import draw_facts
from connectors.desks.widgets import heading
from routing.supervision.states import CardColour, RecordState
from routing.supervision.telling import CLOCK_LABELS
from routing.supervision.views import Answer, CardView, Ending, OrderView, ReminderView

COLOUR_STYLES = {CardColour.RED: "due due-overdue", CardColour.YELLOW: "due due-soon"}
Record = CardView | ReminderView | OrderView
NONE = "没有亮牌、催办和督办。"


@dataclass(frozen=True, slots=True)
class Shown:
    """One record in words."""

    mark: str  # 红牌, 第2次催办, 督办
    style: str
    about: str
    text: str | None
    decision: str | None
    ending: Ending
    answer: Answer
    at: datetime


def shown(record: Record, now: datetime) -> Shown:
    """Return a record in words."""
    if isinstance(record, CardView):
        about = f"{CLOCK_LABELS[record.clock]} {when_words(record.due_at)}"
        style = COLOUR_STYLES[record.colour]
        return Shown(
            record.colour.label, style, about, None, None, record.ending, record.answer, record.at
        )
    if isinstance(record, ReminderView):
        due, late = record.answer_due_at, record.unanswered
        mark, decision = f"第{record.number}次催办", None
    else:
        due, late, mark, decision = record.reply_due_at, record.overdue, "督办", record.decision
    waits = record.ending.state is RecordState.OPEN
    over = late or (waits and now > due)
    about = f"{'! 逾期未回复，应于' if over else ''}{when_words(due)}前回复"
    if isinstance(record, OrderView):
        about = f"{record.cause.label}，{about}{'（暂定）' if record.due_provisional else ''}"
    style = "due due-overdue" if over else "desk-tag protected"
    return Shown(mark, style, about, record.text, decision, record.ending, record.answer, record.at)


def draw_records(
    records: Sequence[Record],
    now: datetime,
    further: Callable[[Record], None],
    name: str = "督办记录",
) -> None:
    """Draw records in the present slot; ``further`` draws what can be done about each."""
    heading(name).classes("follow-up-head")
    if not records:
        ui.label(NONE).classes("desk-empty")
    for record in records:
        one = shown(record, now)
        with ui.element("article").classes("supervision-record").props("data-mark=record"):
            with ui.element("div").classes("desk-bar"):
                ui.label(one.mark).classes(one.style)
                ui.label(one.about).classes("desk-note")
                ui.label(_state(one)).classes("desk-tag").props("data-mark=record-state")
                ui.label(when_words(one.at)).classes("desk-time")
            draw_facts((("要求", one.text), ("回复", one.answer.text), ("审核意见", one.decision)))
            further(record)


def _state(one: Shown) -> str:
    reason = one.ending.close_reason
    return one.ending.state.label if reason is None else f"已结束：{reason.label}"


def live_first(records: Sequence[Record]) -> list[Record]:
    """Return records with those that wait for somebody first, then the newest."""
    return sorted(records, key=lambda one: (not one.ending.state.live, -one.at.timestamp()))


def kind_of(record: Record) -> str:
    """Return what a record is: card, reminder or order."""
    if isinstance(record, CardView):
        return "card"
    return "reminder" if isinstance(record, ReminderView) else "order"
