"""Merging (并单) and splitting (拆分) at the dispatcher's desk."""

from collections.abc import Awaitable, Callable, Mapping

from nicegui import ui

from connectors.desks.frame import told
from connectors.desks.widgets import button, heading
from routing.tickets.regrouping import NewPart
from routing.tickets.schemas import QueueRow

_MERGE_NOTE = "各市民保留自己的编号、查询码、答复、回访和要求重办的权利；时限取较早的。"
_SPLIT_NOTE = "分出的工单从诉求登记之日起算时限，单独答复市民。"


class RegroupPanel:
    """Draws the two forms, folded away: most tickets need neither."""

    def __init__(
        self,
        merge: Callable[[str, str], Awaitable[None]],
        split: Callable[[NewPart], Awaitable[None]],
        departments: Mapping[str, str],
    ) -> None:
        """Take what to do, and the departments that take tickets: code → name."""
        self._merge = told(merge)
        self._split = told(split)
        self._departments = dict(departments)

    def draw(self, row: QueueRow) -> None:
        """Draw the forms of one ticket in the present slot."""
        with ui.element("details").classes("desk-form").props("data-mark=merge-form"):
            with ui.element("summary"):
                heading("并入另一张工单")
            into = ui.input("工单编号").props("dense outlined data-mark=merge-into")
            reason = ui.input("理由（可不写）").props("dense outlined data-mark=merge-reason")
            ui.label(_MERGE_NOTE).classes("desk-note")
            button(
                "并入",
                lambda: self._merge((into.value or "").strip(), reason.value or ""),
                mark="merge",
            )
        with ui.element("details").classes("desk-form").props("data-mark=split-form"):
            with ui.element("summary"):
                heading("分出一张工单")
            number = ui.input("诉求编号", value=row.ticket_no.rpartition("-")[0])
            number.props("dense outlined data-mark=split-number")
            text = ui.textarea("分出的部分").props("autogrow outlined data-mark=split-text")
            remaining = ui.textarea("本单留下的部分（不写则不变）").props("autogrow outlined")
            for field in (text, remaining):
                field.classes("reply")
            lead = ui.select(self._departments, label="承办单位（可不选）", with_input=True)
            lead.props("dense outlined clearable data-mark=split-lead").classes("reply")
            ui.label(_SPLIT_NOTE).classes("desk-note")

            async def split() -> None:
                await self._split(
                    NewPart(
                        number=(number.value or "").strip(),
                        text=text.value or "",
                        remaining=remaining.value or None,
                        lead=lead.value,
                    )
                )

            button("分出", split, mark="split")
