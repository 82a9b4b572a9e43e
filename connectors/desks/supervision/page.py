"""The supervision desk (督办工作台): cards by severity, orders to decide on; remind and order."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from nicegui import context, ui
from sqlalchemy.orm import Session

from connectors.desks.due import due_words
from connectors.desks.frame import Door, say, told
from connectors.desks.hot_issues.panel import HotIssuePanel
from connectors.desks.promise_panel import PromisePanel
from connectors.desks.supervision.detail import DetailPanel, SupervisionActs
from connectors.desks.supervision.notices_panel import NoticesPanel
from connectors.desks.supervision.parts import SupervisionParts, draw_pages
from connectors.desks.supervision.records import Record, kind_of, shown
from connectors.desks.widgets import KeyedList, button, heading
from connectors.staff.sessions import SUPERVISION
from foundation.access.permissions import Permission
from routing.appeals.vault import Identity
from routing.supervision import views
from routing.supervision.models import Reminder, SupervisionCard, SupervisionOrder
from routing.supervision.states import LIVE, CardColour, RecordState
from routing.supervision.views import PAGE, RecordFilter, TicketRecords
from routing.tickets.errors import StaleVersionError, TicketNotFoundError
from routing.tickets.listing import StaffTicket, TicketReach, staff_ticket
from routing.tickets.schemas import Actor

_POLL_SECONDS = 5.0
_COUNT_SECONDS = 30.0
_ALL = TicketReach(everything=True)
_CARDS, _RED, _YELLOW, _REVIEW, _REMINDED = "全部亮牌", "红牌", "黄牌", "督办", "催办"
_EMPTIES = {
    _CARDS: "现在没有亮牌的工单。",
    _RED: "没有红牌。",
    _YELLOW: "没有黄牌。",
    _REVIEW: "没有进行中的督办。",
    _REMINDED: "没有等待回复的催办。",
}


@dataclass(frozen=True, slots=True)
class _Row:
    """One line of the list."""

    key: str
    ticket_no: str
    mark: str
    style: str
    about: str
    title: str
    department: str
    tags: tuple[str, ...]


class SupervisionPage:
    """One supervisor's open page."""

    def __init__(self, door: Door, parts: SupervisionParts) -> None:
        self._door = door
        self._parts = parts
        self._rows: dict[str, _Row] = {}
        self._selected: str | None = None
        self._offset = 0
        self._total = 0
        self._refreshing = asyncio.Lock()  # the look that began last is shown last
        self._hot = HotIssuePanel(door, parts.database, parts.hot_issues, parts.access)

        names = {code: one.name for code, one in parts.departments.items()}
        self._promises = PromisePanel(
            door, parts.database, parts.promises, names, Permission.TICKET_SUPERVISE
        )

    async def build(self) -> None:
        """Draw the page."""
        draw_pages(SUPERVISION.path)
        with ui.element("div").classes("desk-columns department supervision"):
            with ui.element("section").classes("desk-queue").props('aria-label="亮牌与督办"'):
                self._filters()
                choose = told(self._select)
                self._list: KeyedList[_Row] = KeyedList(
                    lambda row: row.key, self._draw, choose, _EMPTIES[_CARDS]
                )
                with ui.element("div").classes("desk-paging"):
                    self._before = button("上一页", told(partial(self._turn, -PAGE)), "quiet")
                    self._after = button("下一页", told(partial(self._turn, PAGE)), "quiet")
            acts = SupervisionActs(
                self._remind,
                self._order,
                self._approve,
                self._refuse,
                self._cancel,
                self._open_vault,
                self._show_again,
            )
            self._detail = DetailPanel(self._parts, acts)
        ui.timer(_POLL_SECONDS, told(self._refresh), immediate=False)
        # Seldom: hot issues are looked for every ten minutes.
        ui.timer(_COUNT_SECONDS, told(self._hot.refresh), immediate=False)
        await self._refresh()
        await self._hot.refresh()

    def _filters(self) -> None:
        with ui.element("div").classes("desk-bar"):
            heading("亮牌与督办")
            self._count = ui.label().classes("desk-count").props("role=status")
            self._notices = NoticesPanel(self._door, self._parts.database, self._parts.clock)
            self._notices.build()
            self._hot.build()
            self._promises.build()
            button("刷新（F4）", told(self._refresh), "quiet", key="F4", mark="refresh")
        self._number = ui.input(placeholder="按工单编号打开（Ctrl+K），回车")
        self._number.props('dense outlined clearable aria-label="工单编号"').classes("desk-search")
        self._number.on("keydown.enter", told(self._open_number))
        self._kind = ui.toggle(list(_EMPTIES), value=_CARDS, on_change=told(self._again))
        self._kind.props("dense no-caps unelevated spread data-mark=kind").classes("desk-filter")
        names = {
            code: one.short_name
            for code, one in self._parts.departments.items()
            if one.receives_tickets
        }
        asked = context.client.request
        wanted = asked.query_params.get("department") if asked is not None else None
        self._department = ui.select(
            names,
            value=wanted if wanted in names else None,
            label="单位",
            with_input=True,
            clearable=True,
            on_change=told(self._again),
        )
        self._department.props("dense outlined data-mark=department").classes("desk-filter-field")

    async def _refresh(self) -> None:
        await self._door.require(Permission.TICKET_SUPERVISE)
        async with self._refreshing:
            await self._show_chosen()
        await self._notices.refresh()
        await self._promises.refresh()

    async def _show_chosen(self) -> None:
        now, kind, offset = self._parts.clock.now(), self._kind.value, self._offset
        wanted = self._wanted(kind)

        def load(session: Session) -> tuple[Sequence[Record], int]:
            if kind == _REVIEW:
                found: Sequence[Record] = views.orders(session, _ALL, wanted, PAGE, offset)
                return found, views.count(session, SupervisionOrder, _ALL, wanted)
            if kind == _REMINDED:
                found = views.reminders(session, _ALL, wanted, PAGE, offset)
                return found, views.count(session, Reminder, _ALL, wanted)
            found = views.cards(session, _ALL, wanted, PAGE, offset)
            return found, views.count(session, SupervisionCard, _ALL, wanted)

        records, self._total = await self._parts.database.read(load)
        rows = [self._row(record, now) for record in records]
        self._rows = {row.key: row for row in rows}
        self._count.text = f"共 {self._total}"
        self._before.set_enabled(offset > 0)
        self._after.set_enabled(offset + PAGE < self._total)
        self._list.show(rows, self._selected, _EMPTIES[kind])

    def _wanted(self, kind: str) -> RecordFilter:
        colours = {_RED: (CardColour.RED,), _YELLOW: (CardColour.YELLOW,)}.get(kind, ())
        states = (RecordState.OPEN,) if kind == _REMINDED else LIVE
        return RecordFilter(colours, states=states, department=self._department.value)

    def _row(self, record: Record, now: datetime) -> _Row:
        ticket, one = record.ticket, shown(record, now)
        tags = ["! 紧急"] if ticket.urgent else []
        tags += ["身份保密"] if ticket.confidential else []
        tags += ["等待诉求人"] if ticket.waiting else []
        return _Row(
            key=f"{kind_of(record)}-{record.id}",
            ticket_no=ticket.ticket_no,
            mark=one.mark,
            style=one.style,
            about=one.about,
            title=ticket.title,
            department=self._parts.name_of(record.department),
            tags=(*tags, one.ending.state.label),
        )

    def _draw(self, row: _Row) -> None:
        with ui.element("span").classes("desk-row-top"):
            ui.label(row.mark).classes(row.style)
            ui.label(row.department).classes("desk-channel")
            for tag in row.tags:
                ui.label(tag).classes("desk-standing")
        ui.label(row.title).classes("desk-last")
        ui.label(row.about).classes("desk-standing")
        ui.label(row.ticket_no).classes("desk-standing")

    async def _again(self) -> None:
        self._offset = 0
        await self._refresh()

    async def _turn(self, rows: int) -> None:
        if 0 <= self._offset + rows < max(self._total, 1):
            self._offset += rows
            await self._refresh()

    async def _select(self, key: str) -> None:
        row = self._rows.get(key)
        if row is not None:
            self._selected = key
            await self._show(row.ticket_no)
        await self._refresh()

    async def _open_number(self) -> None:
        number = (self._number.value or "").strip()
        if number:
            self._selected = None
            await self._show(number)

    async def _show(self, ticket_no: str) -> None:
        account = await self._door.require(Permission.TICKET_SUPERVISE)
        parts = self._parts

        def load(session: Session) -> tuple[StaffTicket, TicketRecords]:
            found = staff_ticket(session, ticket_no, _ALL)
            records = views.ticket_records(session, ticket_no, _ALL)
            parts.access.record(session, account.id, "ticket.read", ticket_no)
            return found, records

        ticket, records = await parts.database.write(load)
        due = due_words(ticket.row.due_at, parts.clock.now(), parts.deadlines)
        self._detail.show(ticket, records, due)

    async def _remind(self, words: str, department: str) -> None:
        await self._act(
            lambda session, ticket, actor: self._parts.supervision.remind(
                session, ticket.row.ticket_no, actor, words, department, ticket.row.version
            ),
            "已催办，单位会收到提醒。",
            Permission.TICKET_REMIND,
        )

    async def _order(self, words: str, department: str, days: int) -> None:
        await self._act(
            lambda session, ticket, actor: self._parts.supervision.order(
                session,
                ticket.row.ticket_no,
                actor,
                words,
                days or None,
                department,
                ticket.row.version,
            ),
            "已发出督办，单位会收到提醒。",
        )

    async def _approve(self, order_id: int) -> None:
        await self._act(
            lambda session, ticket, actor: self._parts.supervision.approve_order(
                session, ticket.row.ticket_no, order_id, actor, ticket.row.version
            ),
            "督办已通过。",
        )

    async def _refuse(self, order_id: int, why: str) -> None:
        await self._act(
            lambda session, ticket, actor: self._parts.supervision.refuse_order(
                session, ticket.row.ticket_no, order_id, actor, why, ticket.row.version
            ),
            "已退回，单位须重新回复。",
        )

    async def _cancel(self, order_id: int) -> None:
        await self._act(
            lambda session, ticket, actor: self._parts.supervision.cancel_order(
                session, ticket.row.ticket_no, order_id, actor, ticket.row.version
            ),
            "已撤销。",
        )

    async def _open_vault(self, number: str, reason: str) -> Identity:
        account, ticket = await self._door.require(Permission.VAULT_OPEN), self._detail.ticket
        if ticket is None:
            raise TicketNotFoundError(number)
        ticket_no = ticket.row.ticket_no

        def work(session: Session) -> Identity:
            found = self._parts.vault.open(session, ticket_no, number, reason, Actor(account.ref))
            self._parts.access.record(session, account.id, "vault.open", f"{ticket_no} {number}")
            return found

        return await self._parts.database.write(work)

    async def _show_again(self) -> None:
        if self._detail.ticket is not None:
            await self._show(self._detail.ticket.row.ticket_no)

    async def _act(
        self,
        work: Callable[[Session, StaffTicket, Actor], object],
        done: str,
        permission: Permission = Permission.TICKET_SUPERVISE,
    ) -> None:
        """Run one action on the shown ticket, and show it as it stands then."""
        account, ticket = await self._door.require(permission), self._detail.ticket
        if ticket is None:
            return
        actor = Actor(account.ref)

        def act(session: Session) -> None:
            work(session, ticket, actor)

        try:
            await self._parts.database.write(act)
        except StaleVersionError:
            await self._show(ticket.row.ticket_no)
            raise
        say(done, "positive")
        await self._show(ticket.row.ticket_no)
        await self._refresh()
