"""The auditor's desk (审计工作台): who opened the vault and why; who read or did what."""

from collections.abc import Iterable, Sequence

from nicegui import ui
from sqlalchemy.orm import Session

from connectors.desks.due import when_words
from connectors.desks.frame import Door, told
from connectors.desks.supervision.notices_panel import NoticesPanel
from connectors.desks.widgets import button, heading, table
from foundation.access.models import AuditRow
from foundation.access.permissions import Permission
from foundation.access.service import AccessService
from foundation.clock import Clock
from foundation.database.session import Database
from routing.appeals.vault import Opening, openings

_PAGE = 50
_NONE = "没有人调阅过举报人身份。"


class AuditPage:
    """One auditor's open page."""

    def __init__(self, door: Door, database: Database, access: AccessService, clock: Clock) -> None:
        self._door = door
        self._database = database
        self._access = access
        self._notices = NoticesPanel(door, database, clock)
        self._offset = 0

    async def build(self) -> None:
        """Draw the page."""
        with (
            ui.element("div").classes("desk-columns audit"),
            ui.element("section").classes("desk-work").props('aria-label="审计"'),
        ):
            with ui.element("div").classes("desk-bar"):
                heading("举报人身份的调阅")
                self._notices.build()
                button("刷新（F4）", told(self._refresh), "quiet", key="F4", mark="refresh")
            with ui.element("div").classes("desk-scroll"):
                self._openings = ui.element("div").props("data-mark=openings")
                with ui.element("div").classes("desk-bar"):
                    heading("审计记录")
                    self._before = button("较新的", told(self._newer), "quiet", mark="newer")
                    self._after = button("较早的", told(self._older), "quiet", mark="older")
                self._records = ui.element("div").props("data-mark=audit-records")
        await self._refresh()

    async def _newer(self) -> None:
        self._offset = max(0, self._offset - _PAGE)
        await self._refresh()

    async def _older(self) -> None:
        self._offset += _PAGE
        await self._refresh()

    async def _refresh(self) -> None:
        await self._door.require(Permission.AUDIT_READ)

        def load(session: Session) -> tuple[dict[str, str], list[Opening], list[AuditRow]]:
            names = {one.id: one.display_name for one in self._access.accounts(session)}
            found = self._access.audited(session, _PAGE + 1, self._offset)
            return names, openings(session, _PAGE), found

        names, opened, records = await self._database.read(load)
        self._before.set_enabled(self._offset > 0)
        self._after.set_enabled(len(records) > _PAGE)
        self._openings.clear()
        with self._openings:
            if not opened:
                ui.label(_NONE).classes("desk-empty")
            else:
                table(("时间", "谁", "工单", "诉求", "理由"), _opening_rows(opened, names))
        self._records.clear()
        with self._records:
            table(("时间", "谁", "做了什么", "对象"), _record_rows(records[:_PAGE], names))
        await self._notices.refresh()


def _opening_rows(opened: Sequence[Opening], names: dict[str, str]) -> Iterable[Sequence[str]]:
    for one in opened:
        who = names.get(one.actor.partition(":")[2], one.actor)
        yield when_words(one.at), who, one.ticket_no, one.number, one.reason


def _record_rows(records: Sequence[AuditRow], names: dict[str, str]) -> Iterable[Sequence[str]]:
    for one in records:
        who = names.get(one.account_id or "", one.account_id or "系统")
        yield when_words(one.at), who, one.action, one.subject
