"""What supervision has told the people at this desk (督办提醒): counted, read, put away."""

from collections.abc import Sequence

from nicegui import ui

from connectors.desks.due import when_words
from connectors.desks.frame import Door, told
from connectors.desks.widgets import button, heading
from connectors.ticket_api.matrix import told_of
from foundation.clock import Clock
from foundation.database.session import Database
from routing.supervision.notices import NoticeView, mark_read, unread

_NONE = "没有新的督办提醒。"


class NoticesPanel:
    """Draws the button with the number of notices, and their list behind it."""

    def __init__(self, door: Door, database: Database, clock: Clock) -> None:
        self._door = door
        self._database = database
        self._clock = clock

    def build(self) -> None:
        """Draw the button in the present slot."""
        self._button = button("提醒", told(self._open), "quiet", mark="notices")
        with ui.dialog() as self._dialog, ui.card().classes("desk-dialog"):
            heading("督办提醒")
            self._list = ui.element("div").classes("desk-scroll")
            with ui.element("div").classes("desk-actions"):
                self._done = button("知道了", told(self._read), "main", mark="notices-read")
                button("关闭", self._dialog.close, "quiet")

    async def refresh(self) -> None:
        """Count what nobody has read."""
        found = await self._load()
        self._button.text = f"提醒 {len(found)}" if found else "提醒"

    async def _load(self) -> Sequence[NoticeView]:
        reader = told_of(await self._door.check())
        return await self._database.read(lambda session: unread(session, reader))

    async def _open(self) -> None:
        found = await self._load()
        self._shown = [one.id for one in found]
        self._done.set_visibility(bool(found))
        self._list.clear()
        with self._list:
            if not found:
                ui.label(_NONE).classes("desk-empty")
            for one in found:
                with ui.element("div").classes("fact"):
                    ui.label(when_words(one.at)).classes("desk-time")
                    ui.label(one.text).classes("fact-value")
        self._dialog.open()

    async def _read(self) -> None:
        account, ids = await self._door.check(), self._shown
        reader = told_of(account)
        await self._database.write(
            lambda session: mark_read(session, reader, ids, account.ref, self._clock)
        )
        self._dialog.close()
        await self.refresh()
