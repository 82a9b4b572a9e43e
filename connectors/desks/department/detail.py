"""One ticket as its department sees it, with what can be done."""

from collections.abc import Awaitable, Callable, Sequence

from nicegui import ui

from connectors.desks.department.answer_panel import AnswerPanel
from connectors.desks.department.relay_panel import RelayPanel
from connectors.desks.department.reply_panel import ReplyPanel
from connectors.desks.department.waiting_panel import (
    WaitingActs,
    WaitingPanel,
    waiting_facts,
)
from connectors.desks.due import DueWords, when_words
from connectors.desks.ticket_frame import (
    TicketFrame,
    data_notes,
    draw_contacts,
    draw_facts,
    draw_head,
    draw_print,
)
from connectors.desks.widgets import button, heading
from routing.appeals.schemas import ContactView
from routing.relay.schemas import RelayView
from routing.supervision.views import TicketRecords
from routing.tickets.models import AssignmentRole
from routing.tickets.schemas import TicketView
from routing.tickets.states import WITH_DEPARTMENT, TicketState

_CHOOSE = "请在左边选择一张工单。"


class DetailPanel:
    """Draws the selected ticket."""

    def __init__(
        self,
        accept: Callable[[], Awaitable[None]],
        send_back: Callable[[str, str], Awaitable[None]],
        read_contacts: Callable[[], Awaitable[None]],
        extend: Callable[[int, str], Awaitable[None]],
        reply: ReplyPanel,
        answers: AnswerPanel,
        waiting: WaitingActs,
        relay: RelayPanel,
    ) -> None:
        self._accept = accept
        self._send_back = send_back
        self._reply = reply
        self._answers = answers
        self._relay = relay
        self._read_contacts = read_contacts
        self._extend = extend
        self.view: TicketView | None = None
        self._waiting = WaitingPanel(waiting, lambda: self.view.row.version if self.view else None)
        self._frame = TicketFrame(_CHOOSE)

    def clear(self) -> None:
        """Show that nothing is selected."""
        self.view = None
        self._frame.clear()

    def show(
        self, view: TicketView, due: DueWords, records: TicketRecords, relay: RelayView
    ) -> None:
        """Draw one ticket."""
        self.view = view
        with self._frame.drawing():
            self._head(view, due)
            self._answers.draw(records)
            self._facts(view)
            self._contacts = ui.element("div")
            self.files = ui.element("div")  # drawn by the page: they are read apart
            self._relay.draw(view, relay)
            self._actions(view)
            draw_print(view.row.ticket_no)
        self._frame.draw_timeline(
            view.timeline, data_notes("reason", "duty_basis", "asked", "said", "promised_on")
        )

    def show_contacts(self, contacts: Sequence[ContactView]) -> None:
        """Show how to reach the citizens."""
        with self._contacts:
            draw_contacts(contacts)

    def _head(self, view: TicketView, due: DueWords) -> None:
        row = view.row
        draw_head(row.kind, row.ticket_no, row.state, confidential=row.confidential)
        over = view.row.state not in WITH_DEPARTMENT
        with ui.element("details").classes("desk-due").props("data-mark=due"):
            with ui.element("summary"):
                # Once answered nobody counts any more.
                ui.label("时限" if over else due.state).classes(
                    "due" if over else f"due {due.style}"
                )
                ui.label(f"{due.when}前办结" if due.when else "")
                if row.due_provisional:
                    ui.label("暂按周末推算，节假日安排公布后更正").classes("desk-note")
                ui.label("怎么算的").classes("desk-link")
                ui.tooltip("\n".join(view.due_derivation)).classes("derivation")
            ui.label("\n".join(view.due_derivation)).classes("derivation")

    def _facts(self, view: TicketView) -> None:
        row = view.row
        facts = (
            ("内容", view.text),
            ("并入的诉求", "\n".join(view.asked)),
            ("地点", row.place),
            ("区县", row.district),
            ("时间", view.occurred),
            ("分类", row.category),
            ("诉求人", view.citizen),
            ("受理", when_words(row.registered_at)),
            ("退单截止", when_words(row.send_back_until) if row.send_back_until else None),
            ("答复", view.reply),
            *waiting_facts(view),
        )
        draw_facts(facts)

    def _actions(self, view: TicketView) -> None:
        state, leads = view.row.state, view.row.role is AssignmentRole.LEAD
        if state not in WITH_DEPARTMENT or (not leads and view.reply):
            return
        begun = state in {TicketState.ACCEPTED, TicketState.HANDLING}
        if begun or not leads:
            self._reply.draw(view.row.ticket_no, leads=leads)
        with ui.element("div").classes("desk-actions"):
            if state is TicketState.DISPATCHED or not leads:
                button("签收", self._accept, "main", mark="accept")
            if state in {TicketState.DISPATCHED, TicketState.ACCEPTED} and not view.designated:
                button("退回", self._ask_why, mark="send-back")
            # In a later round the supervision order sets the time: nothing extends that.
            if view.row.due_at is not None and view.row.round == 1:
                button("申请延期", self._ask_for_time, "quiet", mark="extend")
            self._waiting.draw(view)
            if not view.row.confidential:
                button("查看联系方式", self._read_contacts, "quiet", mark="contacts")
            if view.designated:
                ui.label("已由热线指定承办，不能退回。").classes("desk-note")

    def _ask_for_time(self) -> None:
        version = self.view.row.version if self.view else None
        with ui.dialog(value=True) as dialog, ui.card().classes("desk-dialog"):
            heading("申请延期")
            days = ui.number("几个工作日", value=5, min=1, precision=0)
            days.props("outlined data-mark=extend-days")
            reason = ui.textarea("理由").props("autogrow outlined data-mark=extend-reason")
            reason.classes("reply")
            ui.label("热线同意之前时限不变；同意后市民会收到新的时限和理由。").classes("desk-note")

            async def send() -> None:
                await self._extend(int(days.value or 0), reason.value or "")
                # Refused: the words stay to be completed.
                if self.view is None or self.view.row.version != version:
                    dialog.close()

            with ui.element("div").classes("desk-actions"):
                button("申请", send, "main", mark="extend-confirm")
                button("取消", dialog.close, "quiet")

    def _ask_why(self) -> None:
        with ui.dialog(value=True) as dialog, ui.card().classes("desk-dialog"):
            heading("退回工单")
            reason = ui.textarea("理由").props("autogrow outlined data-mark=send-back-reason")
            basis = ui.textarea("职责依据（权责清单条目或文件）").props("autogrow outlined")
            basis.props("data-mark=send-back-basis")
            for field in (reason, basis):
                field.classes("reply")
            ui.label("退回后由派单员重新派单，办结时限不变。").classes("desk-note")

            async def send() -> None:
                await self._send_back(reason.value or "", basis.value or "")
                # Refused: the words stay to be completed.
                if self.view is None:
                    dialog.close()

            with ui.element("div").classes("desk-actions"):
                button("退回", send, "main", mark="send-back-confirm")
                button("取消", dialog.close, "quiet")
