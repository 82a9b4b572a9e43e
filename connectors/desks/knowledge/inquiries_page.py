"""Knowledge desk (已办结咨询): what departments answered, made into a draft in one step."""

import anyio.to_thread
from nicegui import ui

from connectors.desks.due import day_words, when_words
from connectors.desks.frame import Door, say, told
from connectors.desks.knowledge.parts import (
    INQUIRIES_PATH,
    KnowledgeParts,
    draw_pages,
    entry_path,
    link,
)
from connectors.desks.widgets import KeyedList, button, heading
from foundation.access.permissions import Permission
from routing.tickets.learning import LearnableInquiry, LearnableText

_EMPTY = "还没有可转为草稿的咨询。咨询工单经回访办结后出现在这里；举报和要求保密的不会出现。"
_NONE = "没有符合条件的咨询。"
_CHOOSE = "请在左边选择一条咨询；↑↓ 移动，回车打开。"
_NOT_EDITOR = "转为草稿由知识编辑办理，您的角色不能办理。"
_MASKED = "姓名、电话、门牌已隐去。转为草稿后请再读一遍，补全依据再提交审核。"


class InquiriesPage:
    """One editor's open page."""

    def __init__(self, door: Door, parts: KnowledgeParts) -> None:
        self._door = door
        self._parts = parts
        self._inquiries = parts.learning.inquiries
        self._rows: list[LearnableInquiry] = []
        self._selected: str | None = None

    async def build(self) -> None:
        """Draw the page."""
        draw_pages(INQUIRIES_PATH)
        if not self._door.account.may(Permission.KNOWLEDGE_EDIT):
            with ui.element("main").classes("know-page"):
                ui.label(_NOT_EDITOR).classes("desk-empty")
            return
        with ui.element("div").classes("desk-columns knowledge two"):
            with ui.element("section").classes("desk-queue").props('aria-label="已办结咨询"'):
                with ui.element("div").classes("desk-bar"):
                    heading("已办结咨询")
                    self._count = ui.label().classes("desk-count").props("role=status")
                    button("刷新（F4）", told(self._list), "quiet", key="F4", mark="refresh")
                self._search = ui.input(placeholder="搜索（Ctrl+K）", on_change=self._show_rows)
                self._search.props('dense outlined clearable aria-label="搜索咨询"')
                self._search.classes("desk-search")
                self._list_of: KeyedList[LearnableInquiry] = KeyedList(
                    lambda row: row.ticket_no, _draw_row, told(self._select), _EMPTY
                )
            with ui.element("section").classes("desk-work").props('aria-label="咨询与答复"'):
                self._work = ui.element("div").classes("know-work")
        with self._work:
            ui.label(_CHOOSE).classes("desk-empty")
        await self._list()

    async def _list(self) -> None:
        account = await self._door.require(Permission.KNOWLEDGE_EDIT)
        self._rows = await anyio.to_thread.run_sync(self._inquiries.learnable, account)
        self._show_rows()

    def _show_rows(self) -> None:
        wanted = (self._search.value or "").strip()
        rows = [
            row for row in self._rows if wanted in f"{row.ticket_no} {row.title} {row.category}"
        ]
        self._count.text = f"共 {len(rows)}"
        self._list_of.show(rows, self._selected, _NONE if self._rows else _EMPTY, at_once=True)

    async def _select(self, ticket_no: str) -> None:
        account = await self._door.require(Permission.KNOWLEDGE_EDIT)
        read = await anyio.to_thread.run_sync(self._inquiries.read, account, ticket_no)
        self._selected = ticket_no
        self._show(read)
        self._show_rows()

    def _show(self, read: LearnableText) -> None:
        row = next((one for one in self._rows if one.ticket_no == read.ticket_no), None)
        code = None if row is None else row.entry_code
        self._work.clear()
        with self._work:
            heading(f"咨询 {read.ticket_no}").props("data-mark=inquiry-no")
            with ui.element("div").classes("desk-actions know-acts"):
                if code is None:
                    act = told(self._draft)
                    button("转为草稿（F2）", act, "main", key="F2", mark="inquiry-draft")
                else:
                    link(f"已转为 {code} 的草稿，去编辑", entry_path(code, edit=True))
            ui.label(_MASKED).classes("desk-note")
            with ui.element("div").classes("desk-scroll").props("tabindex=0"):
                for name, value in (
                    ("问题", read.question),
                    ("答复", read.reply),
                    ("答复单位", read.department),
                    ("答复日期", day_words(read.replied_on)),
                ):
                    with ui.element("div").classes("fact"):
                        ui.label(name).classes("fact-name")
                        ui.label(value).classes("fact-value")

    async def _draft(self) -> None:
        account, ticket_no = await self._door.require(Permission.KNOWLEDGE_EDIT), self._selected
        if ticket_no is None:
            return
        saved = await anyio.to_thread.run_sync(self._inquiries.draft, account, ticket_no)
        say(f"已写入 {saved.code} 的草稿", "positive")
        await self._list()
        await self._select(ticket_no)


def _draw_row(row: LearnableInquiry) -> None:
    with ui.element("span").classes("desk-row-top"):
        standing = "待转" if row.entry_code is None else f"✓ 已转 {row.entry_code}"
        ui.label(standing).classes("desk-standing")
        ui.label(when_words(row.registered_at)).classes("desk-time")
    ui.label(row.title).classes("know-title")
    if row.category:
        ui.label(row.category).classes("desk-last")
