"""Knowledge desk, last page (导入): a file is read, shown row by row, and taken in whole or not."""

import asyncio
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

import anyio.to_thread
from nicegui import context, events, ui

from connectors.desks.errors import FileNotTakenError
from connectors.desks.frame import Door, say, told
from connectors.desks.knowledge.asking import Question, ask_reason
from connectors.desks.knowledge.import_preview import draw_plan
from connectors.desks.knowledge.parts import IMPORT_PATH, KnowledgeParts, draw_pages
from connectors.desks.widgets import button, heading
from foundation.access.permissions import Permission
from knowledge_base.exchange.mapping import Mapping, load_mapping
from knowledge_base.exchange.plan import ImportPlan
from knowledge_base.exchange.report import write_report
from knowledge_base.exchange.writers.sheets import write_template

T = TypeVar("T")

MAX_MIB = 19  # the desks take bodies of 20 MiB; longer lists go in by the command line
_MAPPINGS = Path(__file__).resolve().parents[3] / "knowledge_base" / "exchange" / "mappings"
_OWN = "本系统的模板或导出文件"
_ENDINGS = (".xlsx", ".csv", ".json", ".yaml", ".yml")
_MAPPING_ENDINGS = (".yml", ".yaml")
_UPLOADED = "uploaded"
_NOTE = (
    f"支持 xlsx、csv、json、yaml，最大 {MAX_MIB} MB；更大的文件请管理员用命令导入。"
    "导入的内容都成为草稿，审核发布后才用来回答。"
)
_NOT_EDITOR = "导入由知识编辑办理，您的角色不能导入。"
_READING = "正在读取…"


class ImportPage:
    """One editor's open page; what it keeps on disk goes when the page is closed."""

    def __init__(self, door: Door, parts: KnowledgeParts) -> None:
        self._door = door
        self._parts = parts
        self._plan: ImportPlan | None = None
        self._own_mapping: Mapping | None = None
        self._folder = tempfile.TemporaryDirectory(prefix="hotline-import-")
        self._share: float | None = 0.0
        self._rows = 0
        self._reading = False
        self._busy = asyncio.Lock()  # with the one file that is read or taken in
        self._mapping_reading = asyncio.Lock()  # the mapping given last is the one that is used

    async def build(self) -> None:
        """Draw the page."""
        draw_pages(IMPORT_PATH)
        context.client.on_delete(self._close)
        with ui.element("main").classes("know-page"):
            if not self._door.account.may(Permission.KNOWLEDGE_EDIT):
                ui.label(_NOT_EDITOR).classes("desk-empty")
                return
            with ui.element("section").classes("know-step"):
                heading("1 选择文件")
                ui.label(_NOTE).classes("desk-note")
                self._choices()
            self._progress = ui.label().classes("know-check").props("role=status")
            self._result = ui.element("div").props("data-mark=import-result")
        ui.timer(0.5, self._tell_progress)

    def _choices(self) -> None:
        options = {"": _OWN} | {
            path.name: load_mapping(path).name for path in sorted(_MAPPINGS.glob("*.yml"))
        }
        with ui.element("div").classes("know-import"):
            self._mapping = ui.select(options, value="", label="文件的列怎么对应")
            self._mapping.props("outlined dense data-mark=mapping")
            self._file = self._upload(
                "要导入的文件：点 ＋ 选择，或拖到这里", _ENDINGS, self._take, "file"
            )
            self._mapping_file = self._upload(
                "自己的映射文件（YAML，可不选）", _MAPPING_ENDINGS, self._take_mapping, "mapping"
            )
            button("下载空白模板", told(self._template), mark="template")

    def _upload(
        self,
        label: str,
        endings: tuple[str, ...],
        take: Callable[[events.UploadEventArguments], object],
        mark: str,
    ) -> ui.upload:
        drawn = ui.upload(
            label=label,
            auto_upload=True,
            max_file_size=MAX_MIB * 2**20,
            on_upload=take,
            on_rejected=lambda: say(f"文件类型不对，或超过 {MAX_MIB} MB。", "warning"),
        )
        return drawn.props(f'accept="{",".join(endings)}" flat bordered data-mark=upload-{mark}')

    async def _take(self, event: events.UploadEventArguments) -> None:
        await told(self._read)(event)
        self._file.reset()

    async def _take_mapping(self, event: events.UploadEventArguments) -> None:
        await told(self._read_mapping)(event)
        self._mapping_file.reset()

    async def _read_mapping(self, event: events.UploadEventArguments) -> None:
        """Take an editor's own mapping for this page; its faults are told with their lines."""
        await self._door.require(Permission.KNOWLEDGE_EDIT)
        async with self._mapping_reading:
            path = Path(self._folder.name) / "mapping.yml"
            await event.file.save(path)
            mapping = await anyio.to_thread.run_sync(load_mapping, path)
            self._own_mapping = mapping
        known = dict(self._mapping.options)
        options = {**known, _UPLOADED: f"自己的映射：{mapping.name}"}
        self._mapping.set_options(options, value=_UPLOADED)
        say(f"映射文件可用，共 {len(mapping.columns)} 列；现在选择要导入的文件", "positive")

    def _chosen(self) -> Mapping | None:
        chosen = self._mapping.value
        if chosen == _UPLOADED:
            return self._own_mapping
        return load_mapping(_MAPPINGS / chosen) if chosen else None

    async def _read(self, event: events.UploadEventArguments) -> None:
        await self._door.require(Permission.KNOWLEDGE_EDIT)
        if self._busy.locked():
            raise FileNotTakenError("a file is being read")
        async with self._busy:
            await self._read_file(event)

    async def _read_file(self, event: events.UploadEventArguments) -> None:
        name = Path(event.file.name).name
        ending = Path(name).suffix.lower()
        # The name is the sender's: only its ending reaches the disk.
        path = Path(self._folder.name) / f"file{ending if ending in _ENDINGS else ''}"
        await event.file.save(path)
        mapping = self._chosen()
        self._result.clear()
        plan = await self._working(partial(self._planned, path, name, mapping))
        self._let_go()
        self._plan = plan
        self._show(applied=False)

    def _planned(self, path: Path, name: str, mapping: Mapping | None) -> ImportPlan:
        plan = self._parts.imports.plan(path, mapping, self._note)
        plan.name = name
        return plan

    async def _working(self, work: Callable[[], T]) -> T:
        """Run slow work on a thread, its progress shown."""
        self._share, self._rows, self._reading = None, 0, True
        self._progress.text = _READING
        try:
            return await anyio.to_thread.run_sync(work)
        finally:
            self._reading = False
            self._progress.text = ""

    def _note(self, share: float | None, rows: int) -> None:
        self._share, self._rows = share, rows

    def _tell_progress(self) -> None:
        if self._reading:
            share = "" if self._share is None else f"，完成 {self._share:.0%}"
            self._progress.text = f"{_READING}{self._rows} 行{share}"

    def _show(self, *, applied: bool) -> None:
        plan = self._plan
        if plan is None:
            return
        self._result.clear()
        with self._result, ui.element("section").classes("know-step"):
            heading("2 预览" if not applied else "2 已导入")
            draw_plan(plan, applied=applied)
            with ui.element("div").classes("desk-actions"):
                if plan.draft_count and not plan.counts.errors and not applied:
                    words = f"导入为 {plan.draft_count} 份草稿"
                    button(words, self._ask_apply, "main", mark="apply", key="F2")
                report = partial(self._report, applied=applied)
                button("下载逐行报告", told(report), mark="report")

    def _ask_apply(self) -> None:
        plan = self._plan
        if plan is None:
            return
        question = Question(
            f"导入 {plan.draft_count} 份草稿？",
            "整个文件一次写入；发布前还要提交审核。",
            "导入",
            label="导入理由",
            value=f"导入 {plan.name}"[:200],
            mark="apply",
        )
        ask_reason(question, self._apply)

    async def _apply(self, reason: str, _second: str) -> None:
        account, plan = await self._door.require(Permission.KNOWLEDGE_EDIT), self._plan
        if plan is None or self._busy.locked():
            return
        imports = self._parts.imports
        async with self._busy:
            await self._working(lambda: imports.apply(plan, account, reason, self._note))
        say(f"已导入 {plan.draft_count} 份草稿", "positive")
        self._show(applied=True)

    async def _report(self, *, applied: bool) -> None:
        await self._door.require(Permission.KNOWLEDGE_EDIT)
        plan, path = self._plan, Path(self._folder.name) / "report.xlsx"
        if plan is not None:
            await anyio.to_thread.run_sync(partial(write_report, plan, path, applied=applied))
            ui.download.content(path.read_bytes(), "导入报告.xlsx")

    async def _template(self) -> None:
        await self._door.require(Permission.KNOWLEDGE_EDIT)
        path = Path(self._folder.name) / "template.xlsx"
        library = self._parts.retriever.library
        await anyio.to_thread.run_sync(write_template, path, library)
        ui.download.content(path.read_bytes(), "知识库导入模板.xlsx")

    def _let_go(self) -> None:
        if self._plan is not None:
            self._plan.__exit__(None, None, None)
            self._plan = None

    def _close(self) -> None:
        self._let_go()
        self._folder.cleanup()
