"""Knowledge desk (待补问题): what nobody could answer, or whose answer did not help, by meaning."""

import asyncio
from collections.abc import Callable
from functools import partial

import anyio.to_thread
from nicegui import ui
from sqlalchemy.orm import Session

from connectors.desks.due import when_words
from connectors.desks.frame import Door, say, told
from connectors.desks.knowledge.asking import Question, ask_reason
from connectors.desks.knowledge.parts import (
    QUESTIONS_PATH,
    KnowledgeParts,
    draw_pages,
    entry_path,
)
from connectors.desks.knowledge.question_dialogs import ask_assign, ask_due, ask_entry
from connectors.desks.knowledge.question_panel import (
    QuestionActs,
    QuestionPanel,
    draw_due,
)
from connectors.desks.widgets import KeyedList, button, heading
from foundation.access.permissions import Permission
from foundation.access.service import Account
from knowledge_base.questions.schemas import GroupDetail, GroupView, Wanted
from knowledge_base.questions.states import WAITING, QuestionState
from retrieval.schemas import Candidate

_READ = Permission.KNOWLEDGE_READ_INTERNAL
PAGE_ROWS = 30
_EMPTY = "没有待补的问题。市民问了答不上、或答了说没解决的，会自动归组出现在这里。"
_NONE = "没有符合条件的问题。换个词，或清空筛选。"
_ALL_STATES = "waiting"
_STATES = {_ALL_STATES: "待处理"} | {one.value: one.label for one in QuestionState}
_EVERYBODY, _MINE, _OVERDUE = "all", "mine", "overdue"
_WHOSE = {_EVERYBODY: "所有人", _MINE: "我负责的", _OVERDUE: "已逾期的"}


class QuestionsPage:
    """One editor's or reviewer's open page."""

    def __init__(self, door: Door, parts: KnowledgeParts) -> None:
        self._door = door
        self._parts = parts
        self._queue = parts.learning.queue
        self._selected: GroupView | None = None
        self._offset = 0
        self._total = 0
        self._listing = asyncio.Lock()  # the look that began last is shown last

    async def build(self) -> None:
        """Draw the page."""
        draw_pages(QUESTIONS_PATH)
        with ui.element("div").classes("desk-columns knowledge"):
            with ui.element("section").classes("desk-queue").props('aria-label="待补问题"'):
                self._draw_filters()
                self._rows: KeyedList[GroupView] = KeyedList(
                    lambda row: str(row.id), _draw_row, told(self._select), _EMPTY
                )
                with ui.element("div").classes("know-paging"):
                    self._before = button(
                        "上一页", told(partial(self._turn, -1)), "quiet", mark="page-before"
                    )
                    self._where = ui.label().classes("desk-count")
                    self._after = button(
                        "下一页", told(partial(self._turn, 1)), "quiet", mark="page-after"
                    )
            acts = QuestionActs(
                take=told(self._take),
                assign=told(self._ask_assign),
                set_due=self._ask_due,
                write_new=told(self._write_new),
                add_to=told(self._ask_entry),
                dismiss=self._ask_dismiss,
            )
            self._panel = QuestionPanel(self._door.account, acts)
        await self._list()

    def _draw_filters(self) -> None:
        with ui.element("div").classes("desk-bar"):
            heading("待补问题")
            self._count = ui.label().classes("desk-count").props("role=status")
            button("刷新（F4）", told(self._list), "quiet", key="F4", mark="refresh")
        again = told(self._again)
        self._search = ui.input(placeholder="搜索问法（Ctrl+K）", on_change=again)
        self._search.props('dense outlined clearable debounce=250 aria-label="搜索问法"')
        self._search.classes("desk-search")
        with ui.element("div").classes("know-filters two"):
            self._state = ui.select(_STATES, value=_ALL_STATES, on_change=again)
            self._state.props(
                'dense outlined options-dense aria-label="状态" data-mark=filter-state'
            )
            self._whose = ui.select(_WHOSE, value=_EVERYBODY, on_change=again)
            self._whose.props(
                'dense outlined options-dense aria-label="负责人" data-mark=filter-whose'
            )

    def _wanted(self, account: Account) -> Wanted:
        chosen = self._state.value
        return Wanted(
            states=WAITING if chosen == _ALL_STATES else (QuestionState(chosen),),
            owner=account.id if self._whose.value == _MINE else None,
            words=(self._search.value or "").strip()[:100],
            overdue=self._whose.value == _OVERDUE,
        )

    async def _list(self) -> None:
        account = await self._door.require(_READ)
        async with self._listing:
            await self._list_for(account)

    async def _list_for(self, account: Account) -> None:
        wanted, offset = self._wanted(account), self._offset

        def read(session: Session) -> tuple[list[GroupView], int, int]:
            rows = self._queue.groups(session, account, wanted, PAGE_ROWS, offset)
            total = self._queue.count(session, account, wanted)
            return rows, total, self._queue.waiting_to_be_grouped(session)

        rows, self._total, loose = await self._parts.database.read(read)
        self._count.text = f"共 {self._total}" + (f" · {loose} 个正在归组" if loose else "")
        first = offset + 1 if rows else 0
        self._where.text = f"{first}–{offset + len(rows)}"
        self._before.set_enabled(offset > 0)
        self._after.set_enabled(offset + PAGE_ROWS < self._total)
        narrowed = wanted != Wanted()
        chosen = None if self._selected is None else str(self._selected.id)
        self._rows.show(rows, chosen, _NONE if narrowed else _EMPTY, at_once=True)

    async def _again(self) -> None:
        self._offset = 0
        await self._list()

    async def _turn(self, pages: int) -> None:
        offset = self._offset + pages * PAGE_ROWS
        if 0 <= offset < max(self._total, 1):
            self._offset = offset
            await self._list()

    async def _select(self, key: str) -> None:
        account = await self._door.require(_READ)
        detail = await self._parts.database.read(
            lambda session: self._queue.group(session, account, int(key))
        )
        await self._show(detail)
        await self._list()

    async def _show(self, detail: GroupDetail) -> None:
        self._selected = detail.group
        self._panel.show(detail, self._title_of)
        if self._panel.drafts:
            near = await anyio.to_thread.run_sync(self._near, detail.group.text)
            if self._selected is detail.group:
                self._panel.show_near(near)

    def _near(self, text: str) -> tuple[Candidate, ...]:
        return self._parts.retriever.suggest(text)

    def _title_of(self, code: str) -> str:
        return self._parts.retriever.library.title_of(code) or code

    async def _take(self) -> None:
        group, username = self._selected, self._door.account.username
        if group is not None:
            await self._step(
                lambda s, account: self._queue.assign(
                    s, account, group.id, username, group.lock_version
                ),
                "已由您承接",
            )

    async def _ask_assign(self) -> None:
        group = self._selected
        await self._door.require(Permission.KNOWLEDGE_REVIEW)
        editors = await self._parts.database.read(self._queue.editors)
        if group is not None:
            ask_assign(editors, partial(self._assign, group))

    async def _assign(self, group: GroupView, username: str, working_days: int) -> None:
        await self._step(
            lambda s, account: self._queue.assign(
                s, account, group.id, username, group.lock_version, working_days
            ),
            "已分派",
        )

    def _ask_due(self) -> None:
        group = self._selected
        if group is None:
            return
        ask_due(
            group.due_on,
            lambda day: self._step(
                lambda s, account: self._queue.set_due(
                    s, account, group.id, day, group.lock_version
                ),
                "期限已改",
            ),
        )

    async def _write_new(self) -> None:
        """Open the question's draft in the editor; begin one where there is none."""
        account, group = await self._door.require(Permission.KNOWLEDGE_EDIT), self._selected
        if group is None:
            return
        code = group.draft_code
        if code is None:
            drafting = self._parts.learning.drafting
            saved = await self._parts.database.write(
                lambda session: drafting.draft(session, account, group.id, group.lock_version)
            )
            code = saved.code
        ui.run_javascript(f"location.assign('{entry_path(code, edit=True)}')")

    async def _ask_entry(self, code: str | None = None) -> None:
        await self._door.require(Permission.KNOWLEDGE_EDIT)
        group = self._selected
        if group is None:
            return
        titles = {
            one.code: f"{one.code} {one.title}"
            for one in self._parts.retriever.library.matters.values()
        }
        ask_entry(group.text, titles, code, partial(self._add_to, group))

    async def _add_to(self, group: GroupView, code: str, *, as_alias: bool) -> None:
        account = await self._door.require(Permission.KNOWLEDGE_EDIT)
        saved = await self._parts.database.write(
            lambda session: self._parts.learning.drafting.draft(
                session, account, group.id, group.lock_version, code, as_alias=as_alias
            )
        )
        say(f"已写入 {saved.code} 的草稿，提交审核后生效", "positive")
        await self._select(str(group.id))

    def _ask_dismiss(self) -> None:
        group = self._selected
        if group is None:
            return
        question = Question(
            "不予处理？",
            "以后再有人问只计次数，不再提醒；需要时可以重新承接。",
            "不予处理",
            mark="dismiss",
        )
        ask_reason(question, partial(self._dismiss, group))

    async def _dismiss(self, group: GroupView, reason: str, _second: str) -> None:
        await self._step(
            lambda s, account: self._queue.dismiss(
                s, account, group.id, reason, group.lock_version
            ),
            "已标为不予处理",
        )

    async def _step(self, step: Callable[[Session, Account], GroupView], done: str) -> None:
        """Run one step on the selected group, tell it and show the group as it is then."""
        account = await self._door.require(_READ)
        group = await self._parts.database.write(lambda session: step(session, account))
        # Before the group is drawn anew: what was clicked goes with the old drawing.
        say(done, "positive")
        await self._select(str(group.id))


def _draw_row(row: GroupView) -> None:
    with ui.element("span").classes("desk-row-top"):
        ui.label(f"问过 {row.times} 次").classes("desk-channel")
        ui.label(row.state.label).classes("desk-standing")
        ui.label(when_words(row.last_seen_at)).classes("desk-time")
    ui.label(row.text).classes("know-title")
    for example in row.examples[:2]:
        ui.label(f"也问：{example}").classes("desk-last")
    if row.owner or row.due_on:
        with ui.element("span").classes("desk-row-top"):
            ui.label(row.owner or "").classes("desk-standing")
            draw_due(row)
