"""The department inbox (承办单位工作台): own tickets by due time; accept, send back, reply."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import date

from nicegui import ui
from sqlalchemy.orm import Session

from connectors.desks.attachments.panel import AttachmentPanel
from connectors.desks.department.answer_panel import AnswerPanel
from connectors.desks.department.detail import DetailPanel
from connectors.desks.department.relay_panel import RelayPanel
from connectors.desks.department.reply_panel import ReplyPanel
from connectors.desks.department.waiting_panel import WaitingActs
from connectors.desks.due import DueWords, due_words
from connectors.desks.frame import Door, to_login, told
from connectors.desks.supervision.notices_panel import NoticesPanel
from connectors.desks.supervision.parts import SupervisionParts
from connectors.desks.supervision.records import COLOUR_STYLES
from connectors.desks.widgets import KeyedList, heading
from foundation.access.errors import LoginRefusedError
from foundation.access.permissions import Permission
from foundation.access.service import AccessService, Account
from foundation.database.session import Database
from foundation.errors import NotFoundError, PermissionDeniedError
from routing.appeals.assembly import Casework
from routing.deadlines.service import DeadlineService
from routing.finding.assembly import Related
from routing.relay.schemas import RelayView
from routing.relay.views import department_relay
from routing.reply_gate.schemas import ReplyFinding
from routing.supervision.states import CardColour
from routing.supervision.views import (
    TicketRecords,
    live_colours,
    ticket_records,
    waiting_for_answer,
)
from routing.tickets.errors import StaleVersionError
from routing.tickets.listing import TicketReach
from routing.tickets.models import AssignmentRole
from routing.tickets.schemas import Actor, InboxRow, TicketView
from routing.tickets.states import TicketState
from routing.tickets.views import inbox_rows, ticket_view

_POLL_SECONDS = 5.0
_EMPTY = "没有待办工单。新派来的工单会出现在这里。"
_NONE_FOUND = "没有符合条件的工单。"
_ALL, _TO_ACCEPT, _HANDLING, _PRESSING = "全部", "待签收", "办理中", "临期与超期"


class DepartmentPage:
    """One handler's open page."""

    def __init__(
        self,
        door: Door,
        database: Database,
        casework: Casework,
        access: AccessService,
        deadlines: DeadlineService,
        supervision: SupervisionParts,
        *,
        related: Related,
    ) -> None:
        self._door = door
        self._database = database
        self._casework = casework
        self._tickets = casework.tickets
        self._extensions = casework.extensions
        self._appeals = casework.appeals
        self._relay = casework.relay
        self._access = access
        self._deadlines = deadlines
        self._clock = supervision.clock
        self._supervision = supervision.supervision
        self._files = AttachmentPanel(
            door,
            database,
            related.attachments,
            access,
            Permission.TICKET_READ_OWN,
            self._show_again,
        )
        self._colours: dict[str, CardColour] = {}
        self._asked: dict[str, int] = {}
        self._rows: list[InboxRow] = []
        self._known: frozenset[str] | None = None
        self._selected: str | None = None
        self._refreshing = asyncio.Lock()  # the look that began last is shown last

    async def build(self) -> None:
        """Draw the page."""
        _department(self._door.account)
        with ui.element("div").classes("desk-columns department"):
            with ui.element("section").classes("desk-queue").props('aria-label="工单列表"'):
                with ui.element("div").classes("desk-bar"):
                    heading("待办工单")
                    self._count = ui.label().classes("desk-count")
                    self._notices = NoticesPanel(self._door, self._database, self._clock)
                    self._notices.build()
                self._search = ui.input(
                    placeholder="搜索工单（Ctrl+K）", on_change=self._search_rows
                )
                self._search.props('dense outlined clearable aria-label="搜索工单"')
                self._search.classes("desk-search")
                self._filter = (
                    ui.toggle(
                        [_ALL, _TO_ACCEPT, _HANDLING, _PRESSING],
                        value=_ALL,
                        on_change=self._show_rows,
                    )
                    .props("dense no-caps unelevated spread")
                    .classes("desk-filter")
                )
                self._news = ui.label().classes("desk-news").props("role=status")
                choose = told(self._select)
                self._list = KeyedList(lambda row: row.ticket_no, self._draw, choose, _EMPTY)
            self._detail = DetailPanel(
                told(self._accept),
                told(self._send_back),
                told(self._read_contacts),
                told(self._extend),
                ReplyPanel(
                    self._review,
                    told(self._reply),
                    may_override=self._door.account.may(Permission.TICKET_REPLY_OVERRIDE),
                ),
                AnswerPanel(told(self._answer), self._clock),
                WaitingActs(
                    told(self._note_contact),
                    told(self._ask_citizen),
                    told(self._go_on),
                    told(self._promise),
                ),
                RelayPanel(told(self._ask), told(self._go_on)),
            )
        ui.timer(_POLL_SECONDS, told(self._look), immediate=False)
        await self._refresh()

    async def _look(self) -> None:
        """Look for something new while the page lies open."""
        try:
            await self._refresh()
        except LoginRefusedError:
            to_login()

    async def _refresh(self, *, at_once: bool = False) -> None:
        account = await self._door.require(Permission.TICKET_READ_OWN)
        department = _department(account)

        def load(session: Session) -> list[InboxRow]:
            self._colours = live_colours(session, department)
            self._asked = waiting_for_answer(session, department)
            return inbox_rows(session, department)

        async with self._refreshing:
            self._rows = await self._database.read(load)
            await self._notices.refresh()
            numbers = frozenset(row.ticket_no for row in self._rows)
            if self._known is not None and numbers - self._known:
                self._news.text = f"新到工单 {len(numbers - self._known)} 件"
            self._known = numbers
            self._show_rows(at_once=at_once)

    def _show_rows(self, *, at_once: bool = False) -> None:
        styles = [self._due(row).style for row in self._rows]
        overdue = styles.count("due-overdue")
        self._count.text = f"共 {len(styles)} · 超期 {overdue}" if overdue else f"共 {len(styles)}"
        wanted = (self._search.value or "").strip()
        rows = [
            row
            for row, style in zip(self._rows, styles, strict=True)
            if wanted in f"{row.ticket_no} {row.title} {row.category} {row.place}"
            and _passes(self._filter.value, row, style)
        ]
        empty = _NONE_FOUND if self._rows else _EMPTY
        self._list.show(rows, self._selected, empty, at_once=at_once)

    def _due(self, row: InboxRow) -> DueWords:
        return due_words(row.due_at, self._clock.now(), self._deadlines, row.paused_at)

    def _search_rows(self) -> None:
        self._show_rows(at_once=True)

    def _draw(self, row: InboxRow) -> None:
        due = self._due(row)
        with ui.element("span").classes("desk-row-top"):
            ui.label(row.kind.label).classes("desk-channel")
            if row.urgent:
                ui.label("! 紧急").classes("desk-standing waiting")
            if row.role is AssignmentRole.CO_HANDLING:
                ui.label("协办").classes("desk-standing")
            if row.round > 1:
                ui.label(f"第 {row.round} 次办理").classes("desk-standing waiting")
            if row.confidential:
                ui.label("身份保密").classes("desk-standing protected")
            ui.label(row.state.label).classes("desk-standing")
            if (colour := self._colours.get(row.ticket_no)) is not None:
                ui.label(colour.label).classes(COLOUR_STYLES[colour])
            if row.ticket_no in self._asked:
                ui.label("待回复督办催办").classes("desk-standing protected")
        ui.label(row.title).classes("desk-last")
        with ui.element("span").classes("desk-row-top"):
            ui.label(due.state).classes(f"due {due.style}")
            ui.label(due.when).classes("desk-time")

    async def _select(self, ticket_no: str) -> None:
        await self._show(ticket_no)
        self._selected = ticket_no
        await self._refresh()

    async def _show(self, ticket_no: str) -> None:
        account = await self._door.require(Permission.TICKET_READ_OWN)
        department = _department(account)

        def load(session: Session) -> tuple[TicketView, TicketRecords, RelayView]:
            view = ticket_view(session, ticket_no, department)
            records = ticket_records(session, ticket_no, TicketReach(department=department))
            self._access.record(session, account.id, "ticket.read", ticket_no)
            return view, records, department_relay(session, ticket_no, department)

        view, records, relay = await self._database.write(load)
        self._detail.show(view, self._due(view.row), records, relay)
        with self._detail.files:
            await self._files.draw(ticket_no)

    async def _accept(self) -> None:
        await self._act(
            lambda session, view, actor: self._tickets.accept(
                session, view.row.ticket_no, actor, view.row.version
            )
        )

    async def _go_on(self) -> None:
        await self._act(
            lambda session, view, actor: self._tickets.start_handling(
                session, view.row.ticket_no, actor, view.row.version
            )
        )

    async def _note_contact(self) -> None:
        await self._act(
            lambda session, view, actor: self._casework.contacting.note_contact(
                session, view.row.ticket_no, actor, view.row.version
            )
        )

    async def _ask_citizen(self, text: str) -> None:
        await self._act(
            lambda session, view, actor: self._casework.contacting.ask_citizen(
                session, view.row.ticket_no, actor, text, view.row.version
            )
        )

    async def _promise(self, day: date, reason: str) -> None:
        await self._act(
            lambda session, view, actor: self._casework.promises.promise(
                session, view.row.ticket_no, actor, day, reason, view.row.version
            )
        )

    async def _send_back(self, reason: str, duty_basis: str) -> None:
        await self._act(
            lambda session, view, actor: self._tickets.send_back(
                session, view.row.ticket_no, actor, reason, duty_basis, view.row.version
            )
        )

    async def _extend(self, working_days: int, reason: str) -> None:
        await self._act(
            lambda session, view, actor: self._extensions.request(
                session, view.row.ticket_no, actor, working_days, reason, view.row.version
            )
        )

    async def _reply(self, text: str, override: str | None) -> None:
        if override is not None:
            await self._door.require(Permission.TICKET_REPLY_OVERRIDE)
        await self._act(
            lambda session, view, actor: self._tickets.reply(
                session, view.row.ticket_no, actor, text, view.row.version, override
            )
        )

    async def _answer(self, kind: str, record_id: int, text: str) -> None:
        answer = {
            "card": self._supervision.answer_card,
            "reminder": self._supervision.answer_reminder,
            "order": self._supervision.answer_order,
        }[kind]
        await self._act(
            lambda session, view, actor: answer(
                session, view.row.ticket_no, record_id, actor, text, view.row.version
            )
        )

    async def _ask(self, text: str, informant: int | None, pause: bool) -> None:
        await self._act(
            lambda session, view, actor: self._relay.ask(
                session,
                view.row.ticket_no,
                actor,
                text,
                informant,
                view.row.version,
                pause=pause,
            )
        )

    async def _review(self, text: str) -> Sequence[ReplyFinding]:
        """Return what would keep a reply from leaving, while it is being written."""
        account = await self._door.require(Permission.TICKET_HANDLE)
        actor = Actor(f"user:{account.id}", _department(account))
        view = self._detail.view
        if view is None:
            return ()
        number = view.row.ticket_no
        return await self._database.read(
            lambda session: self._tickets.review_reply(session, number, actor, text)
        )

    async def _read_contacts(self) -> None:
        """Show how to reach the citizen; the reading becomes an event of the ticket."""
        account = await self._door.require(Permission.TICKET_HANDLE)
        actor = Actor(f"user:{account.id}", _department(account))
        view = self._detail.view
        if view is None:
            return
        number = view.row.ticket_no
        contacts = await self._database.write(
            lambda session: self._appeals.contacts(session, number, actor)
        )
        await self._show_again(number)
        self._detail.show_contacts(contacts)

    async def _act(self, action: Callable[[Session, TicketView, Actor], object]) -> None:
        """Run one action on the shown ticket; permission is checked before the version."""
        view = self._detail.view  # as it was clicked; another may be opened meanwhile
        account = await self._door.require(Permission.TICKET_HANDLE)
        actor = Actor(f"user:{account.id}", _department(account))
        if view is None:
            return
        try:
            await self._database.write(lambda session: _run(action, session, view, actor))
        except StaleVersionError:
            await self._show_again(view.row.ticket_no)
            raise
        await self._show_again(view.row.ticket_no)

    async def _show_again(self, ticket_no: str) -> None:
        """Show the ticket as it stands now; one that went elsewhere leaves the page."""
        try:
            await self._show(ticket_no)
        except NotFoundError:
            self._selected = None
            self._detail.clear()
        await self._refresh(at_once=True)


def _run(
    action: Callable[[Session, TicketView, Actor], object],
    session: Session,
    view: TicketView,
    actor: Actor,
) -> None:
    action(session, view, actor)


def _department(account: Account) -> str:
    if account.department_code is None:
        raise PermissionDeniedError(f"account {account.id} has no department")
    return account.department_code


def _passes(chosen: str, row: InboxRow, style: str) -> bool:
    if chosen == _TO_ACCEPT:
        return row.state is TicketState.DISPATCHED
    if chosen == _HANDLING:
        return row.state is not TicketState.DISPATCHED
    return chosen != _PRESSING or style in {"due-soon", "due-overdue"}
