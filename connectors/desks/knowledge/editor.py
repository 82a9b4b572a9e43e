"""The editor: a guide as YAML in the middle, what the checks say of it beside, while one types."""

import asyncio
from collections.abc import Awaitable, Callable

import anyio.to_thread
from nicegui import ui

from connectors.desks.frame import FAILED, told
from connectors.desks.knowledge.findings import Shown, draw_findings, shown_of, summary
from connectors.desks.widgets import button, heading
from foundation.errors import HotlineError
from knowledge_base.checks import Finding
from knowledge_base.entries.schemas import CheckReport
from knowledge_base.entries.service import EntryService
from knowledge_base.entries.text_form import lines_of, read_text

_PAUSE_SECONDS = 0.6  # after the last key
_MAX_SHOWN = 60
_MARKED_LINE = "know-line"
_HINT = "按指南的字段书写；依据写在 basis 下，法规用全称。不清楚的内容留空，不要猜。"

Save = Callable[[str, str], Awaitable[None]]  # text, reason


class EditorPanel:
    """Holds the text of one entry; ``check_text`` is asked on a thread."""

    def __init__(self, entries: EntryService, save: Save, submit: Save) -> None:
        self._entries = entries
        self._save, self._submit = save, submit
        self.code: str | None = None  # None: the text itself names the entry
        self._asked = 0
        self._checking = asyncio.Lock()
        self._shown_text = ""

    def build(self, findings_place: ui.element, code: str | None, text: str, reason: str) -> None:
        """Draw editor and findings; ``code`` None: the text itself names the entry."""
        self.code, self._shown_text = code, text
        with ui.element("div").classes("know-editor").props("data-enter"):
            ui.label(_HINT).classes("desk-note")
            self._text = ui.codemirror(
                text, on_change=self._changed, language="YAML", line_wrapping=True, indent="  "
            )
            # The page's own key saves; the editor would put an empty line besides.
            self._text.map_key("Mod-Enter", lambda _: None)
            self._text.props('data-mark=entry-text aria-label="条目内容"').classes("know-text")
            with ui.element("div").classes("know-saving"):
                self._reason = ui.input("修改理由（必填）", value=reason)
                self._reason.props("dense outlined maxlength=500 data-mark=save-reason")
                save = button("保存草稿", told(self._save_now), mark="save-draft")
                save.props("data-submit")
                button("保存并提交审核", told(self._submit_now), "main", mark="submit", key="F3")
        with findings_place:
            heading("实时检查")
            self._status = ui.label().classes("know-check").props("role=status data-mark=check")
            self._found = ui.element("div").classes("know-findings")
        ui.timer(0.05, self._check, once=True)

    @property
    def text(self) -> str:
        """What stands in the editor."""
        return self._text.value or ""

    @property
    def changed(self) -> bool:
        """Whether anything was typed since the text was loaded or saved."""
        return self.text != self._shown_text

    @property
    def reason(self) -> str:
        """Why it is changed, as far as that was written."""
        return self._reason.value or ""

    def saved(self) -> None:
        """The text was stored."""
        self._shown_text = self.text
        ui.run_javascript("window.onbeforeunload = null")

    async def _save_now(self) -> None:
        await self._save(self.text, self.reason)

    async def _submit_now(self) -> None:
        await self._submit(self.text, self.reason)

    async def _changed(self) -> None:
        """Check once the typing pauses; the page is not left unasked while something is open."""
        self._asked += 1
        asked = self._asked
        if asked == 1:
            ui.run_javascript("window.onbeforeunload = (event) => event.preventDefault()")
        await asyncio.sleep(_PAUSE_SECONDS)
        if asked == self._asked:
            await self._check()

    async def _check(self) -> None:
        asked, text = self._asked, self.text
        self._status.text = "正在检查，并与其他条目比对…"
        async with self._checking:
            if asked != self._asked:
                return  # more was typed while another check ran
            try:
                found = await anyio.to_thread.run_sync(self._found_in, text)
            except HotlineError as error:
                self._status.text = f"! {error.user_message}"
                return
            except Exception:
                self._status.text = f"! 检查{FAILED}"
                raise
        if asked == self._asked and not self._status.is_deleted:
            self._show(found)

    def _found_in(self, text: str) -> list[Shown]:
        return check_text(self._entries, self.code, text)

    def _show(self, found: list[Shown]) -> None:
        self._status.text = summary(found)
        self._found.clear()
        with self._found:
            draw_findings(found[:_MAX_SHOWN], self._text.reveal_line)
            if len(found) > _MAX_SHOWN:
                ui.label(f"还有 {len(found) - _MAX_SHOWN} 处，先改正上面的。").classes("desk-note")
        lines = self.text.count("\n") + 1
        marked = sorted({one.line for one in found if one.line and one.line <= lines})
        self._text.decorations = [
            {"kind": "line", "line": line, "class": _MARKED_LINE} for line in marked
        ]


def check_text(entries: EntryService, code: str | None, text: str) -> list[Shown]:
    """Return what speaks against a text: its form, its fields, the library around it.

    Args:
        entries: asked what the checks find; nothing is stored.
        code: of the entry that is edited; None for a new one.
        text: as it stands in the editor.
    """
    read = read_text(text)
    if read.content is None:
        problem = Finding(code or "", "record", read.problem or "", "")
        return [Shown(problem, fault=True, line=read.line)]
    named = read.content.get("code")
    if code is not None and named != code:
        message = f"编码应为 {code}，不能改成别的事项"
        other = CheckReport(faults=(Finding(code, "code", message, f"改回 {code}"),))
        return shown_of(other, lines_of(text, other.faults))
    try:
        report = entries.check(read.content)
    except HotlineError as error:  # no code yet
        told_of = Finding("", "code", error.user_message, "")
        return [Shown(told_of, fault=True, line=lines_of(text, [told_of])[0])]
    return shown_of(report, lines_of(text, [*report.faults, *report.findings]))
