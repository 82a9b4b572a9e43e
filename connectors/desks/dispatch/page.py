"""The dispatcher's desk (派单工作台): tickets whose department a person must choose."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from nicegui import ui
from sqlalchemy.orm import Session

from connectors.desks.attachments.panel import AttachmentPanel
from connectors.desks.dispatch.decline_panel import DeclinePanel
from connectors.desks.dispatch.extension_panel import ExtensionPanel, Request, request_of
from connectors.desks.dispatch.informant_panel import InformantPanel
from connectors.desks.dispatch.reading import reading_facts, risk_words
from connectors.desks.dispatch.redaction_panel import RedactionPanel
from connectors.desks.dispatch.regroup_panel import RegroupPanel
from connectors.desks.dispatch.related import RelatedTickets
from connectors.desks.due import due_words, when_words
from connectors.desks.frame import Door, say, told
from connectors.desks.hot_issues.panel import HotIssuePanel
from connectors.desks.promise_panel import PromisePanel
from connectors.desks.supervision.notices_panel import NoticesPanel
from connectors.desks.ticket_frame import draw_facts, draw_head
from connectors.desks.widgets import KeyedList, button, heading
from foundation.access.permissions import Permission
from foundation.access.service import AccessService
from foundation.clock import Clock
from foundation.database.session import Database
from knowledge_base.schema import Department
from routing.appeals.assembly import Casework
from routing.deadlines.service import DeadlineService
from routing.finding.assembly import Related
from routing.ticket_clocks.repository import pending_extensions
from routing.tickets.errors import StaleVersionError
from routing.tickets.regrouping import NewPart
from routing.tickets.schemas import Actor, QueueRow, Sibling
from routing.tickets.views import queue_rows

_POLL_SECONDS = 5.0
_COUNT_SECONDS = 30.0
_KEYS = ("F2", "F3")
_EMPTY = "没有等待派单的工单。"
_CHOOSE = "请在左边选择一张工单。"


class DispatchPage:
    """One dispatcher's open page."""

    def __init__(
        self,
        door: Door,
        database: Database,
        casework: Casework,
        access: AccessService,
        *,
        deadlines: DeadlineService,
        departments: Mapping[str, Department],
        clock: Clock,
        related: Related,
    ) -> None:
        self._door = door
        self._database = database
        self._tickets = casework.tickets
        self._closing = casework.closing
        self._regrouping = regrouping = casework.regrouping
        self._extensions = casework.extensions
        self._access = access
        self._deadlines = deadlines
        self._departments = departments
        self._clock = clock
        self._rows: list[QueueRow] = []
        self._selected: QueueRow | None = None
        self._refreshing = asyncio.Lock()  # the look that began last is shown last
        able = {code: one.name for code, one in departments.items() if one.receives_tickets}
        self._names = {code: one.name for code, one in departments.items()}
        self._regroup = RegroupPanel(self._merge, self._split, able)
        self._refusal = DeclinePanel(self._decline, departments)
        self._promises = PromisePanel(
            door, database, casework.promises, self._names, Permission.TICKET_DISPATCH
        )
        self._requests = ExtensionPanel(self._pending, self._approve, self._refuse)
        self._duplicates = RelatedTickets(door, database, related, regrouping, access).panel(
            self._merged
        )
        self._hot = HotIssuePanel(door, database, related.hot_issues, access)
        self._files = AttachmentPanel(
            door, database, related.attachments, access, Permission.TICKET_DISPATCH, self._select
        )
        self._notices = NoticesPanel(door, database, clock)
        self._redactions = RedactionPanel(door, database, casework.redactions, access, self._select)
        self._informants = InformantPanel(
            door, database, casework.redactions, casework.relay, self._refresh
        )

    async def build(self) -> None:
        """Draw the page."""
        with ui.element("div").classes("desk-columns"):
            with ui.element("section").classes("desk-queue").props('aria-label="待派工单"'):
                with ui.element("div").classes("desk-bar"):
                    heading("待派工单")
                    self._count = ui.label().classes("desk-count").props("role=status")
                with ui.element("div").classes("desk-bar"):
                    self._requests.build()
                    self._promises.build()
                    self._informants.build()
                    self._duplicates.build()
                    self._hot.build()
                    self._notices.build()
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
        await self._count_related()
        ui.timer(_COUNT_SECONDS, told(self._count_related), immediate=False)

    async def _count_related(self) -> None:
        """Count what the two buttons lead to; seldom, because nobody waits for it."""
        await self._door.require(Permission.TICKET_DISPATCH)
        await self._duplicates.refresh()
        await self._hot.refresh()

    async def _merged(self, ticket_no: str) -> None:
        """Go on after a duplicate was merged: a ticket that was shown is gone."""
        if self._selected is not None and self._selected.ticket_no == ticket_no:
            self._show(None)
        await self._refresh()

    async def _refresh(self) -> None:
        await self._door.require(Permission.TICKET_DISPATCH)
        async with self._refreshing:
            self._rows = await self._database.read(queue_rows)
            self._count.text = f"共 {len(self._rows)}"
            chosen = self._selected.ticket_no if self._selected else None
            self._list.show(self._rows, chosen)
        await self._requests.refresh()
        await self._promises.refresh()
        await self._informants.refresh()
        await self._notices.refresh()

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
        if row is not None:
            with self._body:
                related = ui.element("div")
            with related:
                if row.confidential:
                    await self._redactions.draw(ticket_no, row.version)
                if not related.is_deleted:
                    await self._duplicates.draw(ticket_no)
                if not related.is_deleted:  # another ticket was opened meanwhile, or this one sent
                    await self._files.draw(ticket_no)

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
        draw_head(row.kind, row.ticket_no, None, confidential=row.confidential)
        due = due_words(row.due_at, self._clock.now(), self._deadlines)
        facts = (
            ("时限", f"{due.state}  {due.when}"),
            ("内容", row.text),
            ("地点", row.place),
            ("区县", row.district or "未定"),
            ("分类", row.category or "未定"),
            ("受理", when_words(row.registered_at)),
            ("已派", f"{row.dispatch_count} 次" if row.dispatch_count else None),
            *reading_facts(row.proposal),
            *(("同一诉求", self._sibling(one)) for one in row.siblings),
        )
        draw_facts(facts)

    def _sibling(self, one: Sibling) -> str:
        lead = self._names.get(one.lead or "", "未派")
        return f"{one.ticket_no}（{one.state.label}，{lead}）{one.title}"

    def _candidates(self, row: QueueRow) -> None:
        found: Sequence[Mapping[str, Any]] = row.proposal.get("candidates", ())
        able = [one for one in found if self._tickets.takes_tickets(one["code"])]
        if not able:
            ui.label("没有足够把握的建议，请从下面选择。").classes("desk-empty")
        for number, candidate in enumerate(able):
            risk = (
                risk_words(row.proposal) if candidate["code"] == row.proposal.get("lead") else None
            )
            self._candidate(number, candidate, risk)
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
        self._regroup.draw(row)
        self._refusal.draw(row)

    def _candidate(self, number: int, candidate: Mapping[str, Any], risk: str | None) -> None:
        code = str(candidate["code"])
        key = _KEYS[number] if number < len(_KEYS) else None
        with ui.element("article").classes("suggestion"):
            with ui.element("div").classes("desk-bar"):
                ui.label(self._departments[code].name).classes("suggestion-title")
                text = f"派出（{key}）" if key else "派出"
                send = partial(told(self._dispatch), code)
                button(text, send, key=key, mark=f"dispatch-{number + 1}")
            if risk is not None:
                ui.label(risk).classes("suggestion-because").props("data-mark=send-back-risk")
            for words in candidate.get("evidence", ()) or ("没有找到条目，请核对后再派",):
                ui.label(f"依据：{words}").classes("suggestion-because")

    async def _merge(self, into: str, reason: str) -> None:
        def work(session: Session, row: QueueRow, actor: Actor) -> None:
            self._regrouping.merge(session, row.ticket_no, into, actor, reason, row.version)

        await self._act(work, f"已并入{into}。")

    async def _split(self, part: NewPart) -> None:
        def work(session: Session, row: QueueRow, actor: Actor) -> None:
            self._regrouping.split(session, row.ticket_no, part, actor, row.version)

        await self._act(work, "已分出一张工单。")

    async def _decline(self, channel: str, reason: str) -> None:
        def work(session: Session, row: QueueRow, actor: Actor) -> None:
            self._closing.decline(session, row.ticket_no, channel, reason, actor, row.version)

        await self._act(work, "已不予受理，市民会收到理由和应当去找的单位。")

    async def _pending(self) -> Sequence[Request]:
        await self._door.require(Permission.TICKET_DISPATCH)
        found = await self._database.read(pending_extensions)
        return [request_of(extension, ticket, self._names) for extension, ticket in found]

    async def _approve(self, one: Request, days: int) -> None:
        account = await self._door.require(Permission.TICKET_DISPATCH)
        actor = Actor(f"user:{account.id}")
        await self._database.write(
            lambda session: self._extensions.approve(
                session, one.ticket_no, actor, days, one.version
            )
        )
        say("已同意，市民会收到新的时限。", "positive")

    async def _refuse(self, one: Request, reason: str) -> None:
        account = await self._door.require(Permission.TICKET_DISPATCH)
        actor = Actor(f"user:{account.id}")
        await self._database.write(
            lambda session: self._extensions.refuse(
                session, one.ticket_no, actor, reason, one.version
            )
        )
        say("未同意，时限不变。", "positive")

    async def _dispatch(self, lead: str, co: Sequence[str] = ()) -> None:
        def work(session: Session, row: QueueRow, actor: Actor) -> None:
            self._tickets.dispatch(session, row.ticket_no, lead, actor, co, row.version)

        await self._act(work, f"已派给{self._departments[lead].name}。")

    async def _act(self, work: Callable[[Session, QueueRow, Actor], None], done: str) -> None:
        """Run one action on the shown ticket and say that it is done."""
        row = self._selected  # as it was clicked; another may be opened meanwhile
        account = await self._door.require(Permission.TICKET_DISPATCH)
        if row is None:
            return
        try:
            actor = Actor(f"user:{account.id}")
            await self._database.write(lambda session: work(session, row, actor))
        except StaleVersionError:
            await self._refresh()
            self._show(None)
            raise
        say(done, "positive")
        await self._refresh()
        self._show(None)
