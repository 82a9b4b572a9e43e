"""Several entries of the review list chosen, published or returned together, told line by line."""

from collections.abc import Awaitable, Callable, Sequence

import anyio.to_thread
from nicegui import ui

from connectors.bulk_lines import outcome_of, sum_of
from connectors.desks.due import when_words
from connectors.desks.frame import Door, say
from connectors.desks.knowledge.asking import Question, ask_reason
from connectors.desks.knowledge.parts import KnowledgeParts, entry_path, link
from connectors.desks.widgets import button, heading
from foundation.access.permissions import Permission
from knowledge_base.entries.bulk import AT_ONCE, Locks
from knowledge_base.entries.catalogue import OpenVersion
from knowledge_base.entries.schemas import BulkLine

_NOT_REVIEWER = "您可以查看，发布和退回由审核人员办理。"
_NONE_CHOSEN = "请先勾选条目。"
_PUBLISH = "逐条检查，与单条发布的规则相同；通过的一并生效，未通过的逐条列明原因，仍在审核列表中。"
_SEND_BACK = "编写人会看到您的意见，修改后可再次提交。"


class BatchPanel:
    """What waits, with a box to tick before each; then what became of each."""

    def __init__(
        self,
        door: Door,
        parts: KnowledgeParts,
        waiting: Sequence[OpenVersion],
        changed: Callable[[], Awaitable[None]],
    ) -> None:
        """``changed`` is awaited once anything was published or returned."""
        self._door, self._parts, self._changed = door, parts, changed
        self._shown = waiting[:AT_ONCE]
        self._rest = len(waiting) - len(self._shown)
        self._titles = {one.code: one.title for one in self._shown}
        self._boxes: dict[str, ui.checkbox] = {}

    def build(self) -> None:
        """Draw it where the caller stands."""
        with ui.element("div").classes("know-batch") as self._whole:
            heading("批量办理")
            if not self._door.account.may(Permission.KNOWLEDGE_REVIEW):
                ui.label(_NOT_REVIEWER).classes("desk-note")
                return
            with ui.element("div").classes("desk-actions know-acts"):
                button("发布所选", self._ask_publish, "main", mark="batch-publish")
                button("退回所选", self._ask_send_back, mark="batch-send-back")
                self._chosen = ui.label().classes("desk-note").props("role=status")
            if self._rest:
                ui.label(f"列出等候最久的 {AT_ONCE} 条，另有 {self._rest} 条。").classes(
                    "desk-note"
                )
            with ui.element("div").classes("desk-scroll").props("tabindex=0"):
                self._draw_rows()
        self._count()

    def _draw_rows(self) -> None:
        everything = ui.checkbox("全选", on_change=lambda event: self._tick_all(event.value))
        everything.props("data-mark=batch-all")
        with ui.element("ul").classes("know-batch-rows"):
            for row in self._shown:
                with ui.element("li").classes("know-batch-row"):
                    box = ui.checkbox(f"{row.code} {row.title}", on_change=self._count)
                    box.props(f'data-mark="batch-{row.code}"')
                    self._boxes[row.code] = box
                    about = f"编写 {row.author} · {when_words(row.updated_at)}"
                    ui.label("自己编写 · " + about if row.own else about).classes("desk-note")

    def _tick_all(self, ticked: bool) -> None:
        for box in self._boxes.values():
            box.value = ticked

    def _count(self) -> None:
        self._chosen.text = f"已选 {len(self._locks())} 条"

    def _locks(self) -> Locks:
        """Return what is ticked, each as it stood when it was listed."""
        return {one.code: one.lock_version for one in self._shown if self._boxes[one.code].value}

    def _ask_publish(self) -> None:
        if not (locks := self._locks()):
            say(_NONE_CHOSEN, "warning")
            return

        async def publish(reason: str, override: str) -> None:
            account = await self._door.require(Permission.KNOWLEDGE_REVIEW)
            bulk = self._parts.entries.bulk
            # Each is compared with every other entry: seconds for many.
            lines = await anyio.to_thread.run_sync(
                lambda: bulk.publish(account, locks, reason, override.strip() or None)
            )
            await self._tell(lines)

        ask_reason(
            Question(
                f"发布所选的 {len(locks)} 条？",
                _PUBLISH,
                "发布",
                label="审核意见",
                second="放行理由（留空则检查有提示的不发布）",
                mark="batch-publish",
            ),
            publish,
        )

    def _ask_send_back(self) -> None:
        if not (locks := self._locks()):
            say(_NONE_CHOSEN, "warning")
            return

        async def send_back(note: str, _second: str) -> None:
            account = await self._door.require(Permission.KNOWLEDGE_REVIEW)
            bulk = self._parts.entries.bulk
            lines = await anyio.to_thread.run_sync(lambda: bulk.send_back(account, locks, note))
            await self._tell(lines)

        title = f"退回所选的 {len(locks)} 条？"
        ask_reason(
            Question(title, _SEND_BACK, "退回", label="退回意见", mark="batch-send-back"), send_back
        )

    async def _tell(self, lines: Sequence[BulkLine]) -> None:
        """Draw the report in the place of the list."""
        self._whole.clear()
        with self._whole:
            heading("办理结果")
            ui.label(sum_of(lines)).props("role=status data-mark=batch-sum")
            with (
                ui.element("div").classes("desk-scroll").props("tabindex=0"),
                ui.element("ul").classes("know-batch-rows").props("data-mark=batch-report"),
            ):
                for line in lines:
                    self._draw_line(line)
        await self._changed()

    def _draw_line(self, line: BulkLine) -> None:
        kept_out = line.refusal is not None
        with ui.element("li").classes("know-batch-row"):
            link(f"{line.code} {line.title or self._titles[line.code]}", entry_path(line.code))
            outcome = ui.label(f"{'!' if kept_out else '✓'} {outcome_of(line)}")
            outcome.classes("know-failed" if kept_out else "know-passed")
