"""Knowledge desk, second page (审核): what waits, what it changes, what the checks say of it."""

import asyncio
from functools import partial

import anyio.to_thread
from nicegui import ui

from connectors.desks.due import when_words
from connectors.desks.frame import Door, say, told
from connectors.desks.knowledge.asking import Question, ask_reason
from connectors.desks.knowledge.batch_panel import BatchPanel
from connectors.desks.knowledge.differences import draw_differences
from connectors.desks.knowledge.findings import draw_findings, shown_of, summary
from connectors.desks.knowledge.parts import (
    REVIEW_PATH,
    KnowledgeParts,
    asked_for,
    draw_pages,
    entry_path,
    link,
)
from connectors.desks.widgets import KeyedList, button, heading
from foundation.access.permissions import Permission
from knowledge_base.entries.catalogue import OpenVersion, open_versions
from knowledge_base.entries.schemas import CheckReport, EntryView, VersionContent, VersionView
from knowledge_base.entries.states import EntryState

_READ = Permission.KNOWLEDGE_READ_INTERNAL
_EMPTY = "没有等待审核的条目。"
_CHOOSE = "请在左边选择一个等待审核的条目。"
_OWN = "这份草稿您参与过编写，须由其他审核人员发布。"
_NOT_REVIEWER = "您可以查看，发布和退回由审核人员办理。"


class ReviewPage:
    """One reviewer's open page; editors may look."""

    def __init__(self, door: Door, parts: KnowledgeParts) -> None:
        self._door = door
        self._parts = parts
        self._selected: str | None = None
        self._waiting: dict[str, OpenVersion] = {}
        self._lock_version = 0
        self._report: CheckReport | None = None  # None: still being checked
        self._publish_button: ui.button | None = None
        # The look that began last is shown last: of the list, and of the entry.
        self._listing = asyncio.Lock()
        self._looking = asyncio.Lock()

    async def build(self) -> None:
        """Draw the page."""
        draw_pages(REVIEW_PATH)
        with ui.element("div").classes("desk-columns knowledge"):
            with ui.element("section").classes("desk-queue").props('aria-label="等待审核"'):
                with ui.element("div").classes("desk-bar"):
                    heading("等待审核")
                    self._count = ui.label().classes("desk-count").props("role=status")
                    button("批量（F8）", told(self._show_batch), "quiet", key="F8", mark="batch")
                    button("刷新（F4）", told(self._list), "quiet", key="F4", mark="refresh")
                self._rows: KeyedList[OpenVersion] = KeyedList(
                    lambda row: row.code, _draw_row, told(self._select), _EMPTY
                )
            with ui.element("section").classes("desk-work").props('aria-label="改动"'):
                self._work = ui.element("div").classes("know-work")
            with ui.element("section").classes("desk-help").props('aria-label="检查结果"'):
                self._help = ui.element("div")
        self._clear()
        await self._list()
        if (code := asked_for("code")) in self._waiting:
            ui.timer(0.05, lambda: told(self._select)(code), once=True)

    async def _list(self) -> None:
        async with self._listing:
            account = await self._door.require(_READ)
            # Drafts may be many thousands after an import: only what waits is read.
            rows = await self._parts.database.read(
                lambda session: open_versions(session, account, (EntryState.REVIEW,))
            )
            self._waiting = {one.code: one for one in rows}
            self._count.text = f"共 {len(self._waiting)}"
            self._rows.show(list(self._waiting.values()), self._selected, at_once=True)

    async def _select(self, code: str) -> None:
        async with self._looking:
            view, content = await self._look(code)
        await self._list()
        # Comparing with every other entry takes seconds: the changes are read meanwhile.
        report = await anyio.to_thread.run_sync(self._parts.entries.check, content.content)
        shown = (code, view.lock_version) == (self._selected, self._lock_version)
        if shown and self._report is None:  # opened twice, it is checked twice
            self._show_report(report)

    async def _look(self, code: str) -> tuple[EntryView, VersionContent]:
        """Show an entry as it stands now."""
        account, views = await self._door.require(_READ), self._parts.entries.views
        view, content = await self._parts.database.read(
            lambda session: (
                views.entry(session, account, code),
                views.content(session, account, code),
            )
        )
        self._selected, self._lock_version = code, view.lock_version
        self._report = None
        self._show(view, content)
        return view, content

    async def _show_batch(self) -> None:
        """Draw the list to choose several from; the selected entry is left."""
        await self._list()
        self._clear()
        self._work.clear()
        with self._work:
            BatchPanel(self._door, self._parts, list(self._waiting.values()), self._list).build()

    def _clear(self) -> None:
        self._selected = None
        self._work.clear()
        self._help.clear()
        with self._work:
            ui.label(_CHOOSE).classes("desk-empty")

    def _show(self, view: EntryView, content: VersionContent) -> None:
        draft = next((one for one in view.versions if one.state is EntryState.REVIEW), None)
        if draft is None:
            self._clear()
            return
        self._work.clear()
        self._help.clear()
        self._publish_button = None
        with self._work:
            self._draw_head(draft)
            base = "新条目" if draft.base_version is None else f"第 {draft.base_version} 版"
            heading(f"与{base}相比，共 {len(content.changes)} 处改动")
            with ui.element("div").classes("desk-scroll").props("tabindex=0"):
                draw_differences(content.changes, base, "提交的内容")
        with self._help:
            heading("发布前检查")
            self._status = ui.label("正在检查，请稍等…").classes("know-check")
            self._status.props("role=status data-mark=check")
            self._findings = ui.element("div").classes("know-findings")

    def _show_report(self, report: CheckReport) -> None:
        self._report, found = report, shown_of(report)
        self._status.text = summary(found)
        with self._findings:
            draw_findings(found)
        if self._publish_button is not None:
            self._publish_button.set_enabled(not report.faults)

    def _draw_head(self, draft: VersionView) -> None:
        with ui.element("div").classes("know-head"):
            heading(draft.title).classes("know-entry-title").props("data-mark=entry-title")
            with ui.element("div").classes("know-tags"):
                ui.label(draft.code).classes("desk-tag know-code")
                ui.label(draft.state.label).classes("desk-tag")
                link("查看全文", entry_path(draft.code))
        for name, value in (("编写", draft.author), ("修改理由", draft.reason)):
            with ui.element("div").classes("fact"):
                ui.label(name).classes("fact-name")
                ui.label(value).classes("fact-value")
        waiting = self._waiting.get(draft.code)
        with ui.element("div").classes("desk-actions know-acts"):
            if not self._door.account.may(Permission.KNOWLEDGE_REVIEW):
                ui.label(_NOT_REVIEWER).classes("desk-note")
                return
            if waiting is not None and waiting.own:
                ui.label(_OWN).classes("desk-note").props("data-mark=own-draft")
            else:
                publish = button("发布（F2）", self._ask_publish, "main", key="F2", mark="publish")
                publish.set_enabled(False)
                self._publish_button = publish
            button("退回（F3）", self._ask_send_back, key="F3", mark="send-back")

    def _ask_publish(self) -> None:
        found = 0 if self._report is None else len(self._report.findings)
        ask_reason(
            Question(
                "发布这次修改？",
                f"检查有 {found} 处提示，确需发布的须写明放行理由。"
                if found
                else "发布后立即用来回答市民。",
                "发布",
                label="审核意见",
                second="放行理由" if found else "",
                mark="publish",
            ),
            partial(self._publish, self._selected or ""),
        )

    async def _publish(self, code: str, reason: str, override: str) -> None:
        account = await self._door.require(Permission.KNOWLEDGE_REVIEW)
        entries, lock = self._parts.entries, self._lock_version
        saved = await anyio.to_thread.run_sync(
            lambda: entries.publish(account, code, lock, reason, override or None)
        )
        begins = saved.in_force_from
        later = begins is not None and begins > self._parts.clock.now().date()
        say(f"已发布为第 {saved.version} 版" + (f"，{begins} 起生效" if later else ""), "positive")
        self._clear()
        await self._list()

    def _ask_send_back(self) -> None:
        note = "编写人会看到您的意见，修改后可再次提交。"
        question = Question("退回修改？", note, "退回", label="退回意见", mark="send-back")
        ask_reason(question, partial(self._send_back, self._selected or ""))

    async def _send_back(self, code: str, note: str, _second: str) -> None:
        account = await self._door.require(Permission.KNOWLEDGE_REVIEW)
        drafts, lock = self._parts.entries.drafts, self._lock_version
        await self._parts.database.write(
            lambda session: drafts.send_back(session, account, code, note, lock)
        )
        say("已退回", "positive")
        self._clear()
        await self._list()


def _draw_row(row: OpenVersion) -> None:
    with ui.element("span").classes("desk-row-top"):
        ui.label(row.code).classes("know-code")
        if row.own:
            ui.label("自己编写").classes("desk-standing")
        ui.label(when_words(row.updated_at)).classes("desk-time")
    ui.label(row.title).classes("know-title")
    ui.label(f"编写 {row.author}").classes("desk-standing")
