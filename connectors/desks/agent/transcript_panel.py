"""The middle column: what was said, and the line one writes oneself."""

import json
from collections.abc import Awaitable, Callable, Sequence

from nicegui import ui
from nicegui.events import GenericEventArguments

from bot.conversation.links import link_lines
from bot.conversation.schemas import Author
from bot.conversation.transcript import Entry
from connectors.desks.frame import told
from connectors.desks.widgets import button, heading

_AUTHORS = {
    Author.CITIZEN: "市民",
    Author.ASSISTANT: "助手",
    Author.OPERATOR: "坐席",
    Author.SYSTEM: "系统",
}
_CLOSED = "接入后可直接回复市民"
_TO_CITIZEN = "回复市民，Ctrl+Enter 发送"
_TO_CALL = "逐行录入来电人说的话，Ctrl+Enter 记录"


class TranscriptPanel:
    """Draws the transcript as text only; new entries are appended, none is redrawn."""

    def __init__(
        self,
        send: Callable[[str, str], Awaitable[None]],
        take_over: Callable[[], Awaitable[None]],
        hand_back: Callable[[], Awaitable[None]],
    ) -> None:
        self._send = send
        self._conversation_id = ""
        self._telephone = False
        with ui.element("section").classes("desk-work").props('aria-label="对话"'):
            with ui.element("div").classes("desk-bar"):
                self._title = heading("对话")
                self._standing = ui.label().classes("desk-count")
                self._take = button("接入", take_over, "main", mark="take-over")
                self._back = button("交回助手", hand_back, mark="hand-back")
            with ui.element("div").classes("desk-scroll").props("tabindex=0"):
                self._entries = ui.element("div").props("role=log aria-live=polite")
                self._empty = ui.label("请在左边选择一个会话，或者点“＋来电”登记来电。")
                self._empty.classes("desk-empty")
            with ui.element("div").classes("desk-writing"):
                self._input = ui.element("textarea").props("data-composer rows=3 maxlength=5000")
                self._input.props('aria-label="要说的话"')
                self._input.on("said", told(self._said), args=["detail"])
                # Sent by the page's script, which owns what is typed.
                self._send_button = button("发送", None, "main", mark="send")
                self._send_button.props("data-send")
        self.controls(may_take=False, holds=False, standing="")

    def start(self, conversation_id: str, title: str, *, telephone: bool) -> None:
        """Empty the transcript for another conversation."""
        self._conversation_id, self._telephone = conversation_id, telephone
        self._title.text = title
        self._entries.clear()
        self._empty.set_visibility(False)
        ui.run_javascript(f"hotlineDesk.open({json.dumps(conversation_id)})")

    def add(self, entries: Sequence[Entry]) -> None:
        """Append what was said since."""
        with self._entries:
            for entry in entries:
                with ui.element("article").classes(f"said {entry.author}"):
                    author = "来电人" if self._called(entry) else _AUTHORS[entry.author]
                    ui.label(f"{author} {entry.at:%H:%M}").classes("said-by")
                    ui.label("\n".join([entry.text, *link_lines(entry, "")])).classes("said-text")

    def adopt(self, text: str) -> None:
        """Put a suggested answer into the line, after what is typed there."""
        ui.run_javascript(f"hotlineDesk.adopt({json.dumps(text)})")

    def controls(self, *, may_take: bool, holds: bool, standing: str) -> None:
        """Enable what can be done now."""
        self._standing.text = standing
        self._take.set_visibility(may_take)
        self._back.set_visibility(holds)
        self._back.text = "结束来电" if self._telephone else "交回助手"
        self._send_button.text = "记录" if self._telephone else "发送"
        self._send_button.set_enabled(holds)
        hint = _TO_CALL if self._telephone else _TO_CITIZEN
        self._input.props["placeholder"] = hint if holds else _CLOSED
        self._input.props["disabled"] = not holds
        self._input.update()

    def _called(self, entry: Entry) -> bool:
        return self._telephone and entry.author is Author.CITIZEN

    async def _said(self, event: GenericEventArguments) -> None:
        conversation_id, text = self._conversation_id, str(event.args["detail"])
        try:
            await self._send(conversation_id, text)
        except Exception:
            back = f"hotlineDesk.restore({json.dumps(conversation_id)}, {json.dumps(text)})"
            ui.run_javascript(back)
            raise
