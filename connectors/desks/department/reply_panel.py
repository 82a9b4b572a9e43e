"""The reply being written, with what keeps it from leaving right beside it."""

from collections.abc import Awaitable, Callable, Sequence

from nicegui import ui

from connectors.desks.frame import say, told
from connectors.desks.widgets import button, heading
from routing.reply_gate.schemas import ReplyFinding

_TO_CITIZEN = "答复将发给市民，并出现在进度查询中；发出后不能修改。"
_TO_LEAD = "您单位为协办，意见交给主办单位，不直接发给市民。"
_TO_REPAIR = "请按下面各条修改后再发出。"
_ASK_LEAD = "确需原样发出的，请单位负责人说明理由后放行。"
_NEVER = "可能暴露举报人的内容任何人都不能放行。"
_LOOK_SECONDS = 0.8  # between two looks at a reply that is being written


class ReplyPanel:
    """Draws the form of a reply: checked while it is written, and again when it is sent."""

    def __init__(
        self,
        review: Callable[[str], Awaitable[Sequence[ReplyFinding]]],
        send: Callable[[str, str | None], Awaitable[None]],
        *,
        may_override: bool,
    ) -> None:
        self._review = review
        self._send = send
        self._may_override = may_override
        self._written: dict[str, str] = {}  # replies begun, by ticket
        self._looked_at = ""

    def draw(self, ticket_no: str, *, leads: bool) -> None:
        """Draw the form in the present slot."""
        self._looked_at = ""
        with ui.element("div").classes("desk-form").props("data-enter"):
            text = ui.textarea(
                "答复内容" if leads else "协办意见", value=self._written.get(ticket_no)
            )
            text.props("autogrow outlined maxlength=5000 data-mark=reply-text").classes("reply")
            ui.label(_TO_CITIZEN if leads else _TO_LEAD).classes("desk-note")

            text.on_value_change(lambda: self._written.update({ticket_no: text.value or ""}))
            look = told(self._look)

            async def look_again() -> None:
                if (text.value or "") != self._looked_at:
                    await look(text.value or "")

            ui.timer(_LOOK_SECONDS, look_again, immediate=False)
            ask = told(self._ask)
            send = button("答复", lambda: ask(text.value or ""), "main", mark="reply")
            send.props("data-submit")
            # Below the button: what comes and goes while one writes moves nothing one may click.
            self._findings = (
                ui.element("div")
                .classes("desk-findings")
                .props("role=status data-mark=reply-findings")
            )

    async def _look(self, text: str) -> Sequence[ReplyFinding]:
        """Show what would keep ``text`` from leaving."""
        self._looked_at = text
        found = await self._review(text) if text.strip() else ()
        if text == self._looked_at:  # a look at what was written since may have been quicker
            self._show(text, found)
        return found

    def _show(self, text: str, found: Sequence[ReplyFinding]) -> None:
        self._findings.clear()
        if not found:
            return
        with self._findings:
            ui.label(_TO_REPAIR).classes("desk-note")
            with ui.element("ul"):
                for one in found:
                    with ui.element("li").props(f"data-rule={one.rule.value}"):
                        ui.label(one.rule.label).classes("desk-tag")
                        ui.label(one.reason)
            if not all(one.rule.overridable for one in found):
                ui.label(_NEVER).classes("desk-note")
            elif self._may_override:
                button("仍要发出", lambda: self._ask_reason(text), "quiet", mark="reply-override")
            else:
                ui.label(_ASK_LEAD).classes("desk-note")

    async def _ask(self, text: str) -> None:
        if await self._look(text):
            say("答复还不能发出，原因在输入框下面。", "warning")
            return
        with ui.dialog(value=True) as dialog, ui.card().classes("desk-dialog"):
            heading("发出这条答复？")
            ui.label(text).classes("fact-value")

            async def send() -> None:
                dialog.close()
                await self._send(text, None)

            with ui.element("div").classes("desk-actions"):
                button("发出", send, "main", mark="reply-confirm")
                button("再改改", dialog.close, "quiet")

    def _ask_reason(self, text: str) -> None:
        with ui.dialog(value=True) as dialog, ui.card().classes("desk-dialog"):
            heading("放行这条答复")
            ui.label(text).classes("fact-value")
            reason = ui.textarea("放行理由").props("autogrow outlined data-mark=override-reason")
            reason.classes("reply")
            ui.label("理由和放行人会记入工单经过，不能删除。").classes("desk-note")

            async def send() -> None:
                if not (reason.value or "").strip():
                    say("请写明放行理由。", "warning")
                    return
                dialog.close()
                await self._send(text, reason.value)

            with ui.element("div").classes("desk-actions"):
                button("发出", send, "main", mark="override-confirm")
                button("再改改", dialog.close, "quiet")
