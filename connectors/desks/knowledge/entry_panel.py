"""The middle and right columns: one entry read, edited or compared, its history beside."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from nicegui import ui

from connectors.desks.frame import Door, told
from connectors.desks.knowledge.asking import Question, ask_reason, ask_yes
from connectors.desks.knowledge.differences import draw_differences
from connectors.desks.knowledge.editor import EditorPanel
from connectors.desks.knowledge.history_panel import HistoryActs, draw_history
from connectors.desks.knowledge.parts import REVIEW_PATH, KnowledgeParts, link
from connectors.desks.knowledge.reading import draw_content
from connectors.desks.knowledge.tests_panel import StoredTestsPanel
from connectors.desks.widgets import button, heading
from knowledge_base.entries.content import Content
from knowledge_base.entries.diff import FieldChange
from knowledge_base.entries.schemas import EntryView, VersionContent
from knowledge_base.entries.states import OPEN, EntryState
from knowledge_base.entries.text_form import as_text, read_text

_EMPTY = "请在左边选择一个条目，或按 Ctrl+K 搜索。"
_NEW = ""  # where the text of an entry without a code is kept


@dataclass(frozen=True, slots=True)
class Opened:
    """One entry as it is shown."""

    code: str
    title: str
    category: str
    department: str
    view: EntryView | None  # None: nothing was ever written
    content: VersionContent | None
    outline: Content  # what an editor begins with where nothing is written

    @property
    def open_state(self) -> EntryState | None:
        """Whether a draft lies there, or waits for review."""
        states = {one.state for one in self.view.versions} if self.view else set()
        return next((one for one in (EntryState.DRAFT, EntryState.REVIEW) if one in states), None)


class EntryActs(Protocol):
    """What the page does for the panel."""

    async def save(self, text: str, reason: str) -> None:
        """Store the text as the draft."""

    async def submit(self, text: str, reason: str) -> None:
        """Store the text and submit it."""

    async def submit_draft(self) -> None:
        """Submit the stored draft."""

    async def withdraw(self, note: str, _second: str) -> None:
        """Take back what was submitted."""

    async def discard(self) -> None:
        """Throw the draft away."""


@dataclass(frozen=True, slots=True)
class _Unsaved:
    text: str
    reason: str


class EntryPanel:
    """Draws the selected entry; every text is a text node."""

    def __init__(
        self,
        door: Door,
        parts: KnowledgeParts,
        history: HistoryActs,
        acts: EntryActs,
        *,
        edits: bool,
    ) -> None:
        self._door = door
        self._parts, self._history, self._acts, self._edits = parts, history, acts, edits
        self._opened: Opened | None = None
        self._editor: EditorPanel | None = None
        self._unsaved: dict[str, _Unsaved] = {}
        with ui.element("section").classes("desk-work").props('aria-label="条目内容"'):
            self._work = ui.element("div").classes("know-work")
        with ui.element("section").classes("desk-help").props('aria-label="检查与经过"'):
            self._help = ui.element("div")
        with self._work:
            ui.label(_EMPTY).classes("desk-empty")

    def show(self, opened: Opened) -> None:
        """Draw one entry for reading; what was typed and not saved is offered again."""
        self._opened, self._editor = opened, None
        self._clear()
        with self._work:
            self._head(opened)
            with ui.element("div").classes("desk-scroll").props("tabindex=0"):
                if opened.content is None:
                    ui.label("还没有编写。市民问到这个事项时，会请他们转接坐席。").classes(
                        "desk-empty"
                    )
                else:
                    draw_content(opened.content.content, self._parts.retriever.library)
        with self._help:
            draw_history(opened.view, self._history)
            self._draw_tests(opened.code, self._draft_of(opened))

    def show_differences(self, changes: Sequence[FieldChange], before: str, after: str) -> None:
        """Draw two versions beside each other."""
        if self._opened is None:
            return
        self._editor = None
        self._work.clear()
        with self._work:
            self._head(self._opened)
            heading(f"{before} 与 {after} 的差别，共 {len(changes)} 处")
            with ui.element("div").classes("desk-scroll").props("tabindex=0"):
                draw_differences(changes, before, after)

    def edit_new(self, content: Content) -> None:
        """Open the editor on an entry that has no code yet."""
        self._opened = None
        kept = self._unsaved.get(_NEW) or _Unsaved(as_text(content), "")
        self._draw_editor(None, kept.text, kept.reason)

    def keep_text(self) -> None:
        """Remember what was typed and not saved, until the entry is opened again."""
        editor = self._editor
        if editor is not None and editor.changed:
            self._unsaved[editor.code or _NEW] = _Unsaved(editor.text, editor.reason)

    def saved(self) -> None:
        """What stands in the editor was stored."""
        if self._editor is not None:
            self._editor.saved()
            self._unsaved.pop(self._editor.code or _NEW, None)

    def named(self, code: str) -> None:
        """Tell the editor which entry it works on, once that is stored."""
        if self._editor is not None:
            self._editor.code = code

    def is_stored(self, version: int) -> bool:
        """Whether a version lies in the database; the shipped guide does not."""
        view = None if self._opened is None else self._opened.view
        return view is not None and version in {one.version for one in view.versions}

    def _clear(self) -> None:
        self._work.clear()
        self._help.clear()

    def _head(self, opened: Opened) -> None:
        with ui.element("div").classes("know-head"):
            heading(opened.title).props("data-mark=entry-title").classes("know-entry-title")
            with ui.element("div").classes("know-tags"):
                ui.label(opened.code).classes("desk-tag know-code").props("data-mark=entry-code")
                for tag in (self._shown_name(opened), opened.category):
                    if tag:
                        ui.label(tag).classes("desk-tag")
                if opened.department:
                    name = self._parts.department_name(opened.department)
                    ui.label(name).classes("desk-tag")
        with ui.element("div").classes("desk-actions know-acts"):
            self._actions(opened)

    def _shown_name(self, opened: Opened) -> str:
        content = opened.content
        if content is None:
            return "未编写"
        if content.state is None:
            return f"第 {content.version} 版 · 产品随附"
        number = "" if content.version is None else f"第 {content.version} 版 · "
        return number + content.state.label

    def _actions(self, opened: Opened) -> None:
        state = opened.open_state
        if state is EntryState.REVIEW:
            link("去审核", f"{REVIEW_PATH}?code={opened.code}")
        if not self._edits:
            return
        if state is EntryState.REVIEW:
            button("撤回修改", self._ask_withdraw, mark="withdraw")
            return
        begun = "继续编辑（F2）" if opened.code in self._unsaved or state else "编辑（F2）"
        button(begun, told(self._edit), "main", key="F2", mark="edit")
        if state is EntryState.DRAFT:
            button("提交审核", told(self._acts.submit_draft), mark="submit-draft")
            button("放弃草稿", self._ask_discard, "quiet", mark="discard")

    def _draft_of(self, opened: Opened) -> Callable[[], Content | None] | None:
        """Return what questions are tried on while reading: the draft, where one is shown."""
        content = opened.content
        if content is None or content.state not in OPEN:
            return None
        return lambda: content.content

    def _draw_tests(self, code: str, draft: Callable[[], Content | None] | None) -> None:
        heading("测试问题").classes("know-help-part")
        panel = StoredTestsPanel(self._door, self._parts, code, draft)
        ui.timer(0.05, told(panel.load), once=True)

    async def edit(self) -> None:
        """Open the editor on the entry that is shown, where that may be edited."""
        opened = self._opened
        if self._edits and opened is not None and opened.open_state is not EntryState.REVIEW:
            await self._edit()

    async def _edit(self) -> None:
        opened = self._opened
        if opened is None:
            return
        kept = self._unsaved.get(opened.code)
        content = opened.outline if opened.content is None else opened.content.content
        text = as_text(content) if kept is None else kept.text
        reason = self._draft_reason(opened) if kept is None else kept.reason
        self._draw_editor(opened.code, text, reason)

    def _draft_reason(self, opened: Opened) -> str:
        versions = opened.view.versions if opened.view else ()
        return next((one.reason for one in versions if one.state is EntryState.DRAFT), "")

    def _draw_editor(self, code: str | None, text: str, reason: str) -> None:
        self._clear()
        self._editor = EditorPanel(self._parts.entries, self._acts.save, self._acts.submit)
        with self._work:
            with ui.element("div").classes("desk-bar"):
                shown = "新条目" if self._opened is None else f"编辑 {self._opened.title}"
                heading(shown).classes("know-entry-title")
                if code is not None:
                    button("返回查看", told(self._leave), "quiet", mark="leave-editor")
            self._editor.build(self._help, code, text, reason)
        if code is not None:
            with self._help:
                self._draw_tests(code, partial(_content_of, self._editor))

    async def _leave(self) -> None:
        self.keep_text()
        if self._opened is not None:
            await self._history.read(None)

    def _ask_withdraw(self) -> None:
        question = Question("撤回这次提交？", "撤回后可以继续修改。", "撤回", mark="withdraw")
        ask_reason(question, self._acts.withdraw)

    def _ask_discard(self) -> None:
        note = "草稿内容会删去，发布的版本不受影响。"
        ask_yes("放弃这份草稿？", note, "放弃", self._acts.discard, "discard")


def _content_of(editor: EditorPanel) -> Content | None:
    content = read_text(editor.text).content
    return None if content is None else dict(content)
