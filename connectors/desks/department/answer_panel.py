"""Cards, reminders and orders at the department's desk, each with the field of its answer."""

from collections.abc import Awaitable, Callable

from nicegui import ui

from connectors.desks.supervision.records import Record, draw_records, kind_of, live_first
from connectors.desks.widgets import button
from foundation.clock import Clock
from routing.supervision.states import RecordState
from routing.supervision.views import TicketRecords

_HINTS = {
    "card": "说明原因和办理安排",
    "reminder": "回复办理情况",
    "order": "回复督办：原因、措施、结果",
}


class AnswerPanel:
    """Draws what supervision asks of the department; nothing where nothing was asked."""

    def __init__(self, answer: Callable[[str, int, str], Awaitable[None]], clock: Clock) -> None:
        self._answer = answer
        self._clock = clock
        self._written: dict[tuple[str, int], str] = {}  # answers begun, by record

    def draw(self, records: TicketRecords) -> None:
        """Draw the records of one ticket in the present slot."""
        found = live_first([*records.orders, *records.reminders, *records.cards])
        if found:
            draw_records(found, self._clock.now(), self._field, "督办、催办、亮牌")

    def _field(self, record: Record) -> None:
        if record.ending.state is not RecordState.OPEN:
            return
        key = (kind_of(record), record.id)
        with ui.element("div").classes("desk-form").props("data-enter"):
            text = ui.textarea(_HINTS[key[0]], value=self._written.get(key))
            text.props(f"autogrow outlined maxlength=1000 data-mark=answer-{key[0]}")
            text.classes("reply")
            text.on_value_change(lambda: self._written.update({key: text.value or ""}))

            async def send() -> None:
                await self._answer(*key, text.value or "")

            save = button("回复", send, "main", mark=f"answer-{key[0]}-send")
            save.props("data-submit")
