"""The follow-up desk (回访工作台): answered tickets, their citizens asked, then closed."""

import asyncio
from collections.abc import Callable, Mapping
from functools import partial

import anyio.to_thread
from nicegui import ui
from sqlalchemy.orm import Session

from connectors.desks.due import when_words
from connectors.desks.follow_up.detail import DetailPanel, FollowUpActs
from connectors.desks.frame import Door, say, told
from connectors.desks.widgets import KeyedList, button, heading
from foundation.access.permissions import Permission
from foundation.access.service import AccessService
from foundation.database.session import Database
from knowledge_base.schema import Department
from routing.follow_ups.schemas import AnsweredRow, AnsweredTicket, FollowUpResult
from routing.follow_ups.service import FollowUpService
from routing.follow_ups.views import ASKED, PAGE, TO_ASK, answered_rows, answered_ticket
from routing.tickets.closing import Closing
from routing.tickets.errors import StaleVersionError, TicketNotFoundError
from routing.tickets.learning import InquiryLearning
from routing.tickets.schemas import Actor
from routing.tickets.states import TicketState

_POLL_SECONDS = 10.0
_TO_ASK, _ASKED = "待回访", "已办结"
_EMPTIES = {
    _TO_ASK: "没有等待回访的工单。承办单位答复后，工单会出现在这里。",
    _ASKED: "还没有办结的工单。",
}
_STATES = {_TO_ASK: TO_ASK, _ASKED: ASKED}


class FollowUpPage:
    """One operator's open page."""

    def __init__(
        self,
        door: Door,
        database: Database,
        follow_ups: FollowUpService,
        closing: Closing,
        access: AccessService,
        inquiries: InquiryLearning,
        departments: Mapping[str, Department],
    ) -> None:
        self._door = door
        self._database = database
        self._follow_ups = follow_ups
        self._closing = closing
        self._access = access
        self._inquiries = inquiries
        self._departments = departments
        self._offset = 0
        self._total = 0
        self._selected: str | None = None
        self._listing = asyncio.Lock()  # the look that began last is shown last

    async def build(self) -> None:
        """Draw the page."""
        with ui.element("div").classes("desk-columns department"):
            with ui.element("section").classes("desk-queue").props('aria-label="答复过的工单"'):
                with ui.element("div").classes("desk-bar"):
                    heading("答复过的工单")
                    self._count = ui.label().classes("desk-count").props("role=status")
                    button("刷新（F4）", told(self._list), "quiet", key="F4", mark="refresh")
                self._filter = ui.toggle(list(_STATES), value=_TO_ASK, on_change=told(self._again))
                self._filter.props("dense no-caps unelevated spread").classes("desk-filter")
                choose = told(self._select)
                self._rows: KeyedList[AnsweredRow] = KeyedList(
                    lambda row: row.ticket_no, self._draw, choose, _EMPTIES[_TO_ASK]
                )
                with ui.element("div").classes("desk-paging"):
                    self._before = button("上一页", told(partial(self._turn, -PAGE)), "quiet")
                    self._after = button("下一页", told(partial(self._turn, PAGE)), "quiet")
            acts = FollowUpActs(
                begin=told(self._begin),
                read_contacts=told(self._read_contacts),
                record=told(self._record),
                archive=told(self._archive),
                draft=told(self._draft) if self._may_draft else None,
            )
            self._detail = DetailPanel(acts, self._name_of)
        ui.timer(_POLL_SECONDS, told(self._list), immediate=False)
        await self._list()

    @property
    def _may_draft(self) -> bool:
        return self._door.account.may(Permission.KNOWLEDGE_EDIT)

    def _name_of(self, code: str) -> str:
        known = self._departments.get(code)
        return code if known is None else known.name

    async def _list(self) -> None:
        await self._door.require(Permission.TICKET_FOLLOW_UP)
        async with self._listing:
            states, offset = _STATES[self._filter.value], self._offset
            rows, self._total = await self._database.read(
                lambda session: answered_rows(session, states, PAGE, offset)
            )
            self._count.text = f"共 {self._total}"
            self._before.set_enabled(offset > 0)
            self._after.set_enabled(offset + PAGE < self._total)
            self._rows.show(rows, self._selected, _EMPTIES[self._filter.value])

    async def _again(self) -> None:
        self._offset = 0
        await self._list()

    async def _turn(self, rows: int) -> None:
        if 0 <= self._offset + rows < max(self._total, 1):
            self._offset += rows
            await self._list()

    def _draw(self, row: AnsweredRow) -> None:
        with ui.element("span").classes("desk-row-top"):
            ui.label(row.kind.label).classes("desk-channel")
            if row.confidential:
                ui.label("身份保密").classes("desk-standing protected")
            if row.round > 1:
                ui.label(f"第 {row.round} 次办理").classes("desk-standing waiting")
            ui.label(row.state.label).classes("desk-standing")
            ui.label(when_words(row.replied_at)).classes("desk-time")
        ui.label(row.title).classes("desk-last")
        ui.label(self._name_of(row.department_code)).classes("desk-standing")

    async def _select(self, ticket_no: str) -> None:
        await self._show(ticket_no)
        self._selected = ticket_no
        await self._list()

    async def _show(self, ticket_no: str) -> None:
        account = await self._door.require(Permission.TICKET_FOLLOW_UP)

        def load(session: Session) -> AnsweredTicket:
            view = answered_ticket(session, ticket_no)
            self._access.record(session, account.id, "ticket.read", ticket_no)
            return view

        self._detail.show(await self._database.write(load))

    async def _begin(self) -> None:
        await self._act(
            lambda session, view, actor: self._follow_ups.begin(
                session, view.row.ticket_no, actor, view.row.version
            )
        )

    async def _archive(self) -> None:
        await self._act(
            lambda session, view, actor: self._closing.archive(
                session, view.row.ticket_no, actor, view.row.version
            )
        )
        say("已归档，此后只能查看。", "positive")

    async def _record(self, number: str, result: FollowUpResult) -> None:
        await self._act(
            lambda session, view, actor: self._follow_ups.record(
                session, view.row.ticket_no, number, result, actor, view.row.version
            )
        )
        view = self._detail.view
        if view is None:
            say("市民不满意，已退回重新办理，等待派单。", "positive")
        elif view.row.state is TicketState.RESOLVED:
            say("工单已办结。", "positive")
        else:
            say("已记录。", "positive")

    async def _read_contacts(self) -> None:
        """Show whom to call; the reading becomes an event of the ticket."""
        account, view = await self._door.require(Permission.TICKET_FOLLOW_UP), self._detail.view
        if view is None:
            return
        number, actor = view.row.ticket_no, Actor(f"user:{account.id}")
        contacts = await self._database.write(
            lambda session: self._follow_ups.contacts(session, number, actor)
        )
        await self._show(number)
        self._detail.show_contacts(contacts)

    async def _draft(self) -> None:
        account, view = await self._door.require(Permission.KNOWLEDGE_EDIT), self._detail.view
        if view is None:
            return
        number = view.row.ticket_no
        saved = await anyio.to_thread.run_sync(self._inquiries.draft, account, number)
        say(f"已写入 {saved.code} 的草稿，请到知识工作台补全", "positive")
        await self._show(number)

    async def _act(self, action: Callable[[Session, AnsweredTicket, Actor], object]) -> None:
        """Run one action on the shown ticket, and show it as it stands then."""
        view = self._detail.view  # as it was clicked; another may be opened meanwhile
        account = await self._door.require(Permission.TICKET_FOLLOW_UP)
        if view is None:
            return
        actor = Actor(f"user:{account.id}")

        def act(session: Session) -> None:
            action(session, view, actor)

        try:
            await self._database.write(act)
        except StaleVersionError:
            await self._show_again(view.row.ticket_no)
            raise
        await self._show_again(view.row.ticket_no)

    async def _show_again(self, ticket_no: str) -> None:
        try:
            await self._show(ticket_no)
        except TicketNotFoundError:  # handled once more: nobody has replied to this round
            self._selected = None
            self._detail.clear()
        await self._list()
