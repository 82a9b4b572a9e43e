"""Finding tickets (工单查找): words and conditions, saved filters, a list by pages, export."""

import asyncio
from collections.abc import Mapping
from urllib.parse import urlencode

from nicegui import ui
from pydantic import ValidationError
from sqlalchemy.orm import Session

from connectors.desks.attachments.panel import AttachmentPanel
from connectors.desks.due import due_words, when_words
from connectors.desks.finding.ending_panel import EndingPanel
from connectors.desks.finding.form import FilterForm
from connectors.desks.frame import Door, say, told
from connectors.desks.ticket_frame import draw_facts, draw_head, draw_print
from connectors.desks.widgets import KeyedList, button, heading
from connectors.ticket_api.matrix import PREFIX, reach_of
from foundation.access.permissions import OF_A_DEPARTMENT, Permission
from foundation.access.service import AccessService, Account
from foundation.clock import Clock
from foundation.database.session import Database
from routing.appeals.assembly import Casework
from routing.deadlines.service import DeadlineService
from routing.finding.assembly import Related
from routing.finding.schemas import KeptFilter, TicketQuery
from routing.tickets.listing import StaffTicket, TicketRow, staff_ticket
from routing.tickets.schemas import PromiseView

_PAGE = 50
_NOTHING = "没有符合条件的工单。可以换个说法，或者减少条件。"
_CHOOSE = "请在左边选择一张工单。"
_BAD = "查找的内容太长或条件不对，请改短后再查。"


class TicketsPage:
    """One open page; the account's reach decides what it finds."""

    def __init__(
        self,
        door: Door,
        database: Database,
        related: Related,
        access: AccessService,
        deadlines: DeadlineService,
        clock: Clock,
        departments: Mapping[str, str],
        *,
        casework: Casework,
    ) -> None:
        self._door = door
        self._database = database
        self._finding = related.finding
        self._access = access
        self._deadlines = deadlines
        self._clock = clock
        self._departments = departments
        self._rows: list[TicketRow] = []
        self._pages: list[str | None] = [None]  # the last number before each page that was shown
        self._loading = asyncio.Lock()  # the search that began last is shown last
        may = door.account.may
        everything = may(Permission.TICKET_READ_ALL)
        self._reads = Permission.TICKET_READ_ALL if everything else Permission.TICKET_READ_OWN
        self._files = AttachmentPanel(
            door, database, related.attachments, access, self._reads, self._select
        )

        self._ending = EndingPanel(door, database, casework, self._select)

    async def build(self) -> None:
        """Draw the page."""
        hotline = self._reads not in OF_A_DEPARTMENT
        with ui.element("div").classes("desk-columns finding"):
            with ui.element("section").classes("desk-queue").props('aria-label="查找条件"'):
                heading("查找工单")
                self._form = FilterForm(
                    told(self._search),
                    told(self._keep),
                    told(self._use),
                    told(self._drop),
                    self._departments if hotline else {},
                )
                if self._door.account.may(Permission.TICKET_EXPORT):
                    button("导出表格", told(self._export), mark="export")
                    ui.label("导出的内容已遮盖个人信息，每次导出都留痕。").classes("desk-note")
            with ui.element("section").classes("desk-work").props('aria-label="工单列表"'):
                with ui.element("div").classes("desk-bar"):
                    heading("结果")
                    self._count = ui.label().classes("desk-count").props("role=status")
                with ui.element("div").classes("desk-scroll"):
                    choose = told(self._select)
                    self._list = KeyedList(lambda row: row.ticket_no, self._draw, choose, _NOTHING)
                with ui.element("div").classes("desk-paging"):
                    self._back = button("上一页", told(self._previous), "quiet", mark="previous")
                    self._on = button("下一页", told(self._next), "quiet", mark="next")
            with ui.element("section").classes("desk-help").props('aria-label="工单"'):
                self._body = ui.element("div")
        with self._body:
            ui.label(_CHOOSE).classes("desk-empty")
        await self._show_kept()
        await self._search()

    async def _search(self) -> None:
        self._pages = [None]
        await self._load()

    async def _next(self) -> None:
        if self._rows:
            self._pages.append(self._rows[-1].ticket_no)
            await self._load()

    async def _previous(self) -> None:
        if len(self._pages) > 1:
            self._pages.pop()
            await self._load()

    async def _load(self) -> None:
        account = await self._account()
        async with self._loading:
            await self._load_as(account)

    async def _load_as(self, account: Account) -> None:
        query, after = self._query(), self._pages[-1]
        if query is None:
            return
        found = await self._database.read(
            lambda session: self._finding.listed(
                session, reach_of(account), query, after, _PAGE + 1
            )
        )
        self._rows = found[:_PAGE]
        self._list.show(self._rows, None, at_once=True)
        first = _PAGE * (len(self._pages) - 1)
        last = first + len(self._rows)
        self._count.text = f"第 {first + 1}–{last} 张" if self._rows else "没有找到"
        self._back.set_enabled(len(self._pages) > 1)
        self._on.set_enabled(len(found) > _PAGE)

    def _query(self) -> TicketQuery | None:
        try:
            return self._form.query()
        except ValidationError:
            say(_BAD, "warning")
            return None

    async def _account(self) -> Account:
        return await self._door.require(self._reads)

    def _draw(self, row: TicketRow) -> None:
        due = due_words(row.due_at, self._clock.now(), self._deadlines)
        with ui.element("span").classes("desk-row-top"):
            ui.label(row.kind.label).classes("desk-channel")
            ui.label(row.ticket_no).classes("desk-standing")
            ui.label(row.state.label).classes("desk-standing")
            if row.urgent:
                ui.label("! 紧急").classes("desk-standing waiting")
            if row.confidential:
                ui.label("身份保密").classes("desk-standing protected")
            ui.label(self._departments.get(row.lead or "", "")).classes("desk-time")
        ui.label(row.title).classes("desk-last")
        with ui.element("span").classes("desk-row-top"):
            ui.label(row.place or row.district or "").classes("desk-standing")
            # Once answered nobody counts any more.
            running = row.state.running
            ui.label(due.state if running else "").classes(f"due {due.style}" if running else "")
            ui.label(f"{when_words(row.registered_at)}登记").classes("desk-time")

    async def _select(self, ticket_no: str) -> None:
        account = await self._account()

        def load(session: Session) -> StaffTicket:
            found = staff_ticket(session, ticket_no, reach_of(account))
            self._access.record(session, account.id, "ticket.read", ticket_no)
            return found

        ticket = await self._database.write(load)
        self._list.show(self._rows, ticket_no)
        self._body.clear()
        with self._body:
            self._facts(ticket)
            self._ending.draw(ticket)
            await self._files.draw(ticket_no)

    def _facts(self, ticket: StaffTicket) -> None:
        row = ticket.row
        draw_head(row.kind, row.ticket_no, None, confidential=row.confidential)
        lead = self._departments.get(row.lead or "", row.lead)
        replies = [one.reply for one in ticket.shares if one.reply]
        facts = (
            ("状态", row.state.label),
            ("内容", ticket.text),
            ("地点", row.place),
            ("区县", row.district),
            ("分类", row.category),
            ("主办", lead),
            ("受理", when_words(row.registered_at)),
            ("时限", when_words(row.due_at) if row.due_at else None),
            ("并入", row.merged_into),
            *(("答复", reply) for reply in replies),
            *(("承诺", _promised(one)) for one in ticket.promises),
        )
        draw_facts(facts)
        draw_print(row.ticket_no)

    async def _export(self) -> None:
        await self._door.require(Permission.TICKET_EXPORT)
        query = self._query()
        if query is not None:
            said = query.model_dump(mode="json", exclude_defaults=True)
            address = f"{PREFIX}/export?{urlencode({**said, 'format': 'xlsx'}, doseq=True)}"
            ui.run_javascript(f"location.assign({address!r})")

    async def _show_kept(self) -> None:
        account = await self._account()
        kept = await self._database.read(lambda session: self._finding.kept(session, account.id))
        self._form.show_kept(kept)

    async def _keep(self, name: str) -> None:
        account, query = await self._account(), self._query()
        if not name.strip() or query is None:
            say("请先给这组条件起个名字。", "warning")
            return
        await self._database.write(
            lambda session: self._finding.keep(session, account.id, name, query)
        )
        say("已保存为常用筛选。", "positive")
        await self._show_kept()

    async def _use(self, kept: KeptFilter) -> None:
        self._form.put(kept.query)
        await self._search()

    async def _drop(self, kept: KeptFilter) -> None:
        account = await self._account()
        await self._database.write(lambda session: self._finding.drop(session, account.id, kept.id))
        await self._show_kept()


def _promised(one: PromiseView) -> str:
    return f"{when_words(one.until)}前办结（{one.state.label}）：{one.reason}"
