"""Questions to an informant (转问举报人) at the department's desk, with what came back."""

from collections.abc import Awaitable, Callable

from nicegui import ui

from connectors.desks.due import when_words
from connectors.desks.ticket_frame import draw_question
from connectors.desks.widgets import button, heading
from routing.relay.schemas import MessageView, RelayView, pseudonym
from routing.relay.service import QUESTION_CHARACTERS
from routing.relay.states import MessageKind
from routing.tickets.models import AssignmentRole
from routing.tickets.schemas import TicketView
from routing.tickets.states import TicketState

_NOTE = "举报人凭查询码看到问题和您单位的名称，可以不答。请只问事情本身；回答经派单员遮盖后转来。"
_ASKABLE = (TicketState.ACCEPTED, TicketState.HANDLING, TicketState.AWAITING_CITIZEN)


class RelayPanel:
    """Draws what was asked and answered, and the form of a question."""

    def __init__(
        self,
        ask: Callable[[str, int | None, bool], Awaitable[None]],
        go_on: Callable[[], Awaitable[None]],
    ) -> None:
        self._ask = ask
        self._go_on = go_on

    def draw(self, view: TicketView, relay: RelayView) -> None:
        """Draw the panel of a ticket in the present slot; nothing where nobody is protected."""
        if not relay.informants:
            return
        with ui.element("section").classes("desk-form").props("data-mark=relay"):
            heading("转问举报人")
            asked = {one.id: one.text for one in relay.messages if one.kind is MessageKind.QUESTION}
            for one in relay.messages:
                self._message(one, asked.get(one.question_id or 0))
            if view.row.state is TicketState.AWAITING_CITIZEN:
                ui.label("正在等举报人回答，办理时限暂停。").classes("desk-note")
                button("不再等候，继续办理", self._go_on, "quiet", mark="go-on")
            if view.row.state in _ASKABLE and not view.reply:
                self._form(view, relay)

    def _message(self, one: MessageView, answers: str | None) -> None:
        asks = one.kind is MessageKind.QUESTION
        by = "提问" if asks else f"{one.pseudonym}{one.kind.label}"
        with ui.element("article").classes("suggestion").props(f"data-message={one.id}"):
            with ui.element("div").classes("desk-bar"):
                ui.label(by).classes("suggestion-title")
                ui.label(one.state.label).classes("desk-tag")
                ui.label(when_words(one.at)).classes("desk-note")
            if answers is not None:
                draw_question(answers)
            if one.text is not None:
                ui.label(one.text).classes("fact-value")

    def _form(self, view: TicketView, relay: RelayView) -> None:
        with ui.element("details"):
            with ui.element("summary").props("data-mark=ask-form"):
                ui.label("写一个问题").classes("desk-link")
            whom = None
            if relay.informants > 1:
                choices = {at: pseudonym(at) for at in range(1, relay.informants + 1)}
                whom = ui.select(choices, value=1, label="问谁").props("dense outlined")
            text = ui.textarea("问题").props(
                f"autogrow outlined maxlength={QUESTION_CHARACTERS} data-mark=question-text"
            )
            text.classes("reply")
            leads = view.row.role is AssignmentRole.LEAD
            pause = ui.checkbox("没有回答办不下去，等回答期间暂停计时") if leads else None
            ui.label(_NOTE).classes("desk-note")

            async def send() -> None:
                informant = None if whom is None else int(whom.value or 1)
                await self._ask(text.value or "", informant, bool(pause and pause.value))

            button("转问", send, mark="ask-informant")
