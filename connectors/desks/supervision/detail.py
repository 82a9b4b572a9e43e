"""One ticket as a supervisor sees it: how it stands, what was asked, what can be done."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from nicegui import ui

from connectors.desks.due import DueWords, when_words
from connectors.desks.frame import told
from connectors.desks.supervision.parts import SupervisionParts
from connectors.desks.supervision.records import Record, draw_records, live_first
from connectors.desks.supervision.vault_panel import VaultPanel
from connectors.desks.ticket_frame import TicketFrame, draw_facts, draw_head
from connectors.desks.widgets import button, heading
from routing.appeals.vault import Identity
from routing.supervision.states import RecordState
from routing.supervision.views import OrderView, TicketRecords
from routing.tickets.listing import StaffTicket
from routing.tickets.schemas import TimelineEntry
from routing.tickets.states import OVER, WITH_DEPARTMENT

_CHOOSE = "请在左边选择一张工单，或按编号查找。"
_NOBODY = "没有单位正在承办，不能催办、督办。"


@dataclass(frozen=True, slots=True)
class SupervisionActs:
    """What a supervisor can do about the shown ticket."""

    remind: Callable[[str, str], Awaitable[None]]  # words, department
    order: Callable[[str, str, int], Awaitable[None]]  # words, department, working days
    approve: Callable[[int], Awaitable[None]]
    refuse: Callable[[int, str], Awaitable[None]]
    cancel: Callable[[int], Awaitable[None]]
    open_vault: Callable[[str, str], Awaitable[Identity]]  # number of the appeal, why
    show_again: Callable[[], Awaitable[None]]


class DetailPanel:
    """Draws the selected ticket."""

    def __init__(self, parts: SupervisionParts, acts: SupervisionActs) -> None:
        self._parts = parts
        self._acts = acts
        self._vault = VaultPanel(acts.open_vault, acts.show_again)
        self.ticket: StaffTicket | None = None
        self._frame = TicketFrame(_CHOOSE)

    def clear(self) -> None:
        """Show that nothing is selected."""
        self.ticket = None
        self._frame.clear()

    def show(self, ticket: StaffTicket, records: TicketRecords, due: DueWords) -> None:
        """Draw one ticket."""
        self.ticket = ticket
        found = live_first([*records.orders, *records.reminders, *records.cards])
        with self._frame.drawing():
            self._head(ticket, due)
            self._actions(ticket)
            draw_records(found, self._parts.clock.now(), self._decisions)
            self._facts(ticket)
            self._vault.draw(ticket)
        self._frame.draw_timeline(ticket.events, self._concerned)

    def _concerned(self, entry: TimelineEntry) -> list[str]:
        code = entry.data.get("department")
        return [self._parts.name_of(str(code))] if code else []

    def _head(self, ticket: StaffTicket, due: DueWords) -> None:
        row = ticket.row
        draw_head(row.kind, row.ticket_no, row.state, confidential=row.confidential)
        with ui.element("details").classes("desk-due"):
            with ui.element("summary"):
                ui.label(due.state).classes(f"due {due.style}")
                ui.label(f"{due.when}前办结" if due.when else "")
                ui.label("怎么算的").classes("desk-link")
            ui.label("\n".join(ticket.due_derivation)).classes("derivation")

    def _facts(self, ticket: StaffTicket) -> None:
        row, active = ticket.row, [one for one in ticket.shares if one.active]
        names = "、".join(
            f"{self._parts.name_of(one.department)}（{one.role.label}）" for one in active
        )
        replies = [one.reply for one in active if one.reply]
        heading("工单").classes("follow-up-head")
        draw_facts(
            (
                ("内容", ticket.text),
                ("地点", row.place),
                ("区县", row.district),
                ("分类", row.category),
                ("承办", names or "未派出"),
                ("派单", f"第{row.dispatch_count}次" if row.dispatch_count else None),
                ("轮次", f"第{row.round}次办理" if row.round > 1 else None),
                ("受理", when_words(row.registered_at)),
                ("答复", "\n".join(replies)),
            )
        )

    def _actions(self, ticket: StaffTicket) -> None:
        active = {
            one.department: self._parts.name_of(one.department)
            for one in ticket.shares
            if one.active
        }
        if not active or ticket.row.state in OVER:
            ui.label(_NOBODY).classes("desk-note")
            return
        lead = ticket.row.lead or next(iter(active))
        with ui.element("div").classes("desk-actions"):
            if ticket.row.state in WITH_DEPARTMENT:
                ask = self._asking("催办", "请写明要求", lead, active, with_days=False)
                button("催办（F2）", ask, key="F2", mark="remind")
            ask = self._asking("督办", "要求单位说明或整改的内容", lead, active, with_days=True)
            button("督办（F3）", ask, "main", key="F3", mark="order")

    def _asking(
        self, title: str, hint: str, lead: str, active: dict[str, str], *, with_days: bool
    ) -> Callable[[], None]:
        """Return what opens the form of a reminder or an order."""

        def open_form() -> None:
            with ui.dialog(value=True) as dialog, ui.card().classes("desk-dialog"):
                dialog.props("data-mark=supervise-dialog")
                heading(title)
                whom = ui.select(active, value=lead, label="单位").props("dense outlined")
                whom.classes("reply")
                with ui.element("div").classes("desk-form").props("data-enter"):
                    words = ui.textarea(hint).props(
                        "autogrow outlined autofocus maxlength=1000 data-mark=supervise-words"
                    )
                    words.classes("reply")
                    days = None
                    if with_days:
                        usual = self._parts.supervision.policy.order_reply_working_days
                        days = ui.number("几个工作日内回复", value=usual, min=1, precision=0)
                        days.props("dense outlined data-mark=order-days")
                    ui.label("不要写市民的姓名、电话。单位会立即收到提醒。").classes("desk-note")

                    async def send() -> None:
                        if days is None:
                            await self._acts.remind(words.value or "", whom.value)
                        else:
                            await self._acts.order(
                                words.value or "", whom.value, int(days.value or 0)
                            )
                        dialog.close()

                    with ui.element("div").classes("desk-actions"):
                        save = button(
                            "发出（Ctrl+Enter）", told(send), "main", mark="supervise-confirm"
                        )
                        save.props("data-submit")
                        button("取消", dialog.close, "quiet")

        return open_form

    def _decisions(self, record: Record) -> None:
        if not isinstance(record, OrderView) or not record.ending.state.live:
            return
        key = record.id
        with ui.element("div").classes("desk-actions"):
            if record.ending.state is RecordState.ANSWERED:
                why = ui.input("不通过的理由").props("dense outlined data-mark=refuse-words")

                async def refuse() -> None:
                    await self._acts.refuse(key, why.value or "")

                button("通过", told(lambda: self._acts.approve(key)), "main", mark="approve-order")
                button("退回补充", told(refuse), mark="refuse-order")
            button("撤销", lambda: self._confirm_cancel(key), "quiet", mark="cancel-order")

    def _confirm_cancel(self, key: int) -> None:
        with ui.dialog(value=True) as dialog, ui.card().classes("desk-dialog"):
            heading("撤销这件督办吗？")
            ui.label("撤销后单位不必再回复，记录保留。").classes("desk-note")

            async def cancel() -> None:
                await self._acts.cancel(key)
                dialog.close()

            with ui.element("div").classes("desk-actions"):
                button("撤销", told(cancel), "main", mark="cancel-confirm")
                button("不撤销", dialog.close, "quiet")
