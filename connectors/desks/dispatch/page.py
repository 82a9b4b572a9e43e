"""The dispatcher's desk (派单工作台): tickets whose department a person must choose."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from nicegui import ui
from sqlalchemy.orm import Session

from connectors.desks.due import due_words, when_words
from connectors.desks.frame import Door, say, told
from connectors.desks.widgets import KeyedList, button, heading
from foundation.access.permissions import Permission
from foundation.access.service import AccessService
from foundation.clock import Clock
from foundation.database.session import Database
from knowledge_base.schema import Department
from routing.deadlines.service import DeadlineService
from routing.tickets.schemas import Actor, QueueRow
from routing.tickets.service import TicketService
from routing.tickets.views import queue_rows

_POLL_SECONDS = 5.0
_KEYS = ("F2", "F3")
_EMPTY = "没有等待派单的工单。"
_CHOOSE = "请在左边选择一张工单。"


class DispatchPage:
    """One dispatcher's open page."""

    def __init__(
        self,
        door: Door,
        database: Database,
        tickets: TicketService,
        access: AccessService,
        deadlines: DeadlineService,
        departments: Mapping[str, Department],
        clock: Clock,
    ) -> None:
        self._door = door
        self._database = database
        self._tickets = tickets
        self._access = access
        self._deadlines = deadlines
        self._departments = departments
        self._clock = clock
        self._rows: list[QueueRow] = []
        self._selected: QueueRow | None = None

    async def build(self) -> None:
        """Draw the page."""
        with ui.element("div").classes("desk-columns"):
            with ui.element("section").classes("desk-queue").props('aria-label="待派工单"'):
                with ui.element("div").classes("desk-bar"):
                    heading("待派工单")
                    self._count = ui.label().classes("desk-count").props("role=status")
                choose = told(self._select)
                self._list = KeyedList(lambda row: row.ticket_no, self._draw, choose, _EMPTY)
            with ui.element("section").classes("desk-work").props('aria-label="工单"'):
                self._body = ui.element("div").classes("desk-scroll")
            with ui.element("section").classes("desk-help").props('aria-label="派往哪里"'):
                heading("建议承办单位")
                self._help = ui.element("div")
        ui.timer(_POLL_SECONDS, told(self._refresh), immediate=False)
        await self._refresh()
        self._show(None)

    async def _refresh(self) -> None:
        await self._door.require(Permission.TICKET_DISPATCH)
        self._rows = await self._database.read(queue_rows)
        self._count.text = f"共 {len(self._rows)}"
        chosen = self._selected.ticket_no if self._selected else None
        self._list.show(self._rows, chosen)

    def _draw(self, row: QueueRow) -> None:
        due = due_words(row.due_at, self._clock.now(), self._deadlines)
        with ui.element("span").classes("desk-row-top"):
            ui.label(row.kind.label).classes("desk-channel")
            if row.urgent:
                ui.label("! 紧急").classes("desk-standing waiting")
            if row.dispatch_count:
                ui.label(f"第{row.dispatch_count + 1}次派单").classes("desk-standing")
        ui.label(row.title).classes("desk-last")
        with ui.element("span").classes("desk-row-top"):
            ui.label(due.state).classes(f"due {due.style}")
            ui.label(due.when).classes("desk-time")

    async def _select(self, ticket_no: str) -> None:
        account = await self._door.require(Permission.TICKET_DISPATCH)
        await self._refresh()
        row = next((row for row in self._rows if row.ticket_no == ticket_no), None)
        if row is not None:
            await self._database.write(
                lambda session: self._access.record(session, account.id, "ticket.read", ticket_no)
            )
        else:
            say("该工单已由其他派单员派出。", "info")
        self._show(row)

    def _show(self, row: QueueRow | None) -> None:
        self._selected = row
        self._list.show(self._rows, row.ticket_no if row else None, at_once=row is None)
        self._body.clear()
        self._help.clear()
        with self._body:
            if row is None:
                ui.label(_CHOOSE if self._rows else _EMPTY).classes("desk-empty")
            else:
                self._facts(row)
        with self._help:
            if row is not None:
                self._candidates(row)

    def _facts(self, row: QueueRow) -> None:
        with ui.element("div").classes("desk-bar"):
            heading(f"{row.kind.label} {row.ticket_no}").props("data-mark=ticket-no")
            if row.confidential:
                ui.label("身份保密").classes("desk-tag protected")
        due = due_words(row.due_at, self._clock.now(), self._deadlines)
        for label, value in (
            ("时限", f"{due.state}  {due.when}"),
            ("内容", row.text),
            ("地点", row.place),
            ("区县", row.district or "未定"),
            ("分类", row.category or "未定"),
            ("受理", when_words(row.registered_at)),
            ("已派", f"{row.dispatch_count} 次" if row.dispatch_count else None),
        ):
            if value:
                with ui.element("div").classes("fact"):
                    ui.label(label).classes("fact-name")
                    ui.label(value).classes("fact-value")

    def _candidates(self, row: QueueRow) -> None:
        found: Sequence[Mapping[str, Any]] = row.proposal.get("candidates", ())
        able = [one for one in found if self._tickets.takes_tickets(one["code"])]
        if not able:
            ui.label("没有足够把握的建议，请从下面选择。").classes("desk-empty")
        for number, candidate in enumerate(able):
            self._candidate(number, candidate)
        with ui.element("div").classes("desk-form"):
            heading("派给其他单位")
            choices = {
                code: department.name
                for code, department in self._departments.items()
                if department.receives_tickets
            }
            chosen = ui.select(choices, label="主办单位", with_input=True, clearable=True)
            chosen.props("dense outlined data-mark=lead").classes("reply")
            support = ui.select(choices, label="协办单位（可不选）", multiple=True, with_input=True)
            support.props("dense outlined use-chips").classes("reply")

            async def send() -> None:
                if chosen.value is None:
                    say("请先选择主办单位。", "warning")
                else:
                    await told(self._dispatch)(chosen.value, tuple(support.value or ()))

            button("派出", send, "main", mark="dispatch-other")

    def _candidate(self, number: int, candidate: Mapping[str, Any]) -> None:
        code = str(candidate["code"])
        key = _KEYS[number] if number < len(_KEYS) else None
        with ui.element("article").classes("suggestion"):
            with ui.element("div").classes("desk-bar"):
                ui.label(self._departments[code].name).classes("suggestion-title")
                text = f"派出（{key}）" if key else "派出"
                send = partial(told(self._dispatch), code)
                button(text, send, key=key, mark=f"dispatch-{number + 1}")
            for words in candidate.get("evidence", ()) or ("没有找到条目，请核对后再派",):
                ui.label(f"依据：{words}").classes("suggestion-because")

    async def _dispatch(self, lead: str, co: Sequence[str] = ()) -> None:
        account = await self._door.require(Permission.TICKET_DISPATCH)
        row = self._selected
        if row is None:
            return

        def work(session: Session) -> None:
            actor = Actor(f"user:{account.id}")
            self._tickets.dispatch(session, row.ticket_no, lead, actor, co, row.version)

        try:
            await self._database.write(work)
            say(f"已派给{self._departments[lead].name}。", "positive")
        finally:
            await self._refresh()
            self._show(None)
