"""Possible duplicates (疑似重复) at the dispatcher's desk: why, merge with one click, or not."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from nicegui import ui

from connectors.desks.due import when_words
from connectors.desks.frame import told
from connectors.desks.widgets import button, heading
from foundation.errors import ConflictError
from routing.duplicates.schemas import Candidate, OpenPair

_NONE = "没有待判断的疑似重复。"
_NOTE = "并入后各市民保留自己的编号、查询码、答复、回访和要求重办的权利。"


class DuplicatePanel:
    """Draws the candidates of one ticket, and the list of all that wait for a decision."""

    def __init__(
        self,
        candidates: Callable[[str], Awaitable[Sequence[Candidate]]],
        pairs: Callable[[], Awaitable[Sequence[OpenPair]]],
        merge: Callable[[str, str, int | None], Awaitable[None]],
        refuse: Callable[[str, str], Awaitable[None]],
    ) -> None:
        self._candidates = candidates
        self._pairs = pairs
        self._merge = merge
        self._refuse = refuse

    def build(self) -> None:
        """Draw the button with the number of pairs in the present slot."""
        self._button = button("疑似重复", told(self._open), "quiet", mark="duplicates")
        with ui.dialog() as self._dialog, ui.card().classes("desk-dialog wide"):
            heading("疑似重复")
            ui.label(_NOTE).classes("desk-note")
            self._list = ui.element("div").classes("desk-scroll")
            button("关闭", self._dialog.close, "quiet")

    async def refresh(self) -> None:
        """Count what waits for a decision."""
        count = len(await self._pairs())
        self._button.text = f"疑似重复 {count}" if count else "疑似重复"

    async def draw(self, ticket_no: str) -> None:
        """Draw what may be the same as one ticket in the present slot."""
        with ui.element("div").props("data-mark=candidates") as area:
            pass
        await self._fill(area, ticket_no)

    async def _fill(self, area: ui.element, ticket_no: str) -> None:
        found = await self._candidates(ticket_no)
        if area.is_deleted:
            return
        area.clear()
        if not found:
            return
        with area:
            heading("可能是同一件事")
            for one in found:
                self._article(ticket_no, None, one, partial(self._fill, area, ticket_no))

    async def _open(self) -> None:
        await self._show()
        self._dialog.open()

    async def _show(self) -> None:
        found = await self._pairs()
        self._list.clear()
        with self._list:
            if not found:
                ui.label(_NONE).classes("desk-empty")
            for one in found:
                ui.label(f"{one.ticket_no} {one.title}").classes("desk-heading")
                self._article(one.ticket_no, one.version, one.other, self._show)
        self._button.text = f"疑似重复 {len(found)}" if found else "疑似重复"

    def _article(
        self,
        ticket_no: str,
        version: int | None,
        one: Candidate,
        again: Callable[[], Awaitable[None]],
    ) -> None:
        key = f"{ticket_no}+{one.ticket_no}"
        with ui.element("article").classes("suggestion").props(f'data-pair="{key}"'):
            with ui.element("div").classes("desk-bar"):
                ui.label(one.ticket_no).classes("suggestion-title")
                ui.label(one.state.label).classes("desk-tag")
            ui.label(one.text).classes("suggestion-text")
            ui.label("；".join(one.why)).classes("suggestion-because")
            ui.label(f"{when_words(one.registered_at)}登记").classes("suggestion-because")

            async def merge() -> None:
                try:
                    await self._merge(ticket_no, one.ticket_no, version)
                except ConflictError:
                    await again()
                    raise
                if version is not None:
                    await again()

            async def refuse() -> None:
                await self._refuse(ticket_no, one.ticket_no)
                await again()

            with ui.element("div").classes("desk-actions"):
                button("并入这张", told(merge), mark="merge-duplicate")
                button("不是重复", told(refuse), "quiet", mark="not-duplicate")
