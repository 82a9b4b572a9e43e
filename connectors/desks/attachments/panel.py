"""Attachments (附件) of the ticket that a desk shows: to look at, to add, to black out."""

from collections.abc import Awaitable, Callable

from nicegui import events, ui
from sqlalchemy.orm import Session

from connectors.desks.attachments.redaction import ask_boxes
from connectors.desks.frame import Door, say, told
from connectors.desks.widgets import button, heading
from connectors.ticket_api.matrix import PREFIX, reach_of
from foundation.access.permissions import Permission
from foundation.access.service import AccessService, Account
from foundation.database.session import Database
from routing.attachments.inspection import LARGEST_BYTES, Box
from routing.attachments.service import Attachments, AttachmentView
from routing.tickets.listing import require_reach
from routing.tickets.schemas import Actor

_ACCEPTED = ".jpg,.jpeg,.png,.webp,.pdf"
_WITHHELD = "遮盖之前承办单位看不到"


class AttachmentPanel:
    """Draws the files of one ticket; who opens one is recorded."""

    def __init__(
        self,
        door: Door,
        database: Database,
        attachments: Attachments,
        access: AccessService,
        permission: Permission,
        changed: Callable[[str], Awaitable[None]],
    ) -> None:
        """Take what the files are kept by, and what shows a ticket again after a change.

        ``permission`` is asked again before each act.
        """
        self._door = door
        self._database = database
        self._attachments = attachments
        self._access = access
        self._permission = permission
        self._changed = changed

    async def draw(self, ticket_no: str) -> None:
        """Draw the list and the form in the present slot."""
        with ui.element("div").props("data-mark=attachments") as area:
            heading("附件")
            listed = ui.element("div")
            if self._may_add(self._door.account):
                self._form(ticket_no)
        with area:
            await self._list(listed, ticket_no)

    def _form(self, ticket_no: str) -> None:
        async def take(event: events.UploadEventArguments) -> None:
            content = await event.file.read()
            drawn.reset()
            await self._add(ticket_no, event.file.name, content)

        drawn = ui.upload(
            label="添加图片或PDF（10MB以内）",
            auto_upload=True,
            max_file_size=LARGEST_BYTES,
            on_upload=told(take),
            on_rejected=lambda: say("文件超过10MB，请压缩后再传。", "warning"),
        )
        drawn.props(f'accept="{_ACCEPTED}" flat bordered data-mark=attach').classes("desk-upload")

    async def _list(self, listed: ui.element, ticket_no: str) -> None:
        account = await self._door.require(self._permission)
        found = await self._database.read(
            lambda session: self._attachments.listed(session, ticket_no, reach_of(account))
        )
        if listed.is_deleted:  # another ticket is shown by now
            return
        listed.clear()
        with listed:
            if not found:
                ui.label("没有附件。").classes("desk-empty")
            for one in found:
                self._draw(ticket_no, one)

    def _draw(self, ticket_no: str, one: AttachmentView) -> None:
        address = f"{PREFIX}/{ticket_no}/attachments/{one.id}"
        with ui.element("div").classes("desk-bar").props(f"data-attachment={one.id}"):
            with ui.element("a").props(f'href="{address}" target="_blank"').classes("desk-link"):
                ui.label(one.name)
            ui.label(f"{one.size / 1024:.0f} KB").classes("desk-note")
            if one.protected:
                decided = "已遮盖" if one.cleared else "不给看" if one.withheld else _WITHHELD
                ui.label(decided).classes("desk-tag protected")
                self._redaction(ticket_no, one)
                self._withholding(ticket_no, one)

    def _redaction(self, ticket_no: str, one: AttachmentView) -> None:
        image = one.media_type.startswith("image/")
        if not image or not self._door.account.may(Permission.TICKET_DISPATCH):
            return

        async def clear(boxes: tuple[Box, ...]) -> None:
            account = await self._door.require(Permission.TICKET_DISPATCH)
            await self._database.write(
                lambda session: self._attachments.clear(
                    session, ticket_no, one.id, boxes, Actor(account.ref)
                )
            )
            say("已生成遮盖后的版本，承办单位只能看到这一版。", "positive")
            await self._changed(ticket_no)

        async def ask() -> None:
            account = await self._door.require(Permission.TICKET_DISPATCH)

            def load(session: Session) -> bytes:
                found = self._attachments.read(session, ticket_no, one.id, reach_of(account))
                about = f"{ticket_no} {one.id}"
                self._access.record(session, account.id, "attachment.read", about)
                return found.content

            ask_boxes(await self._database.write(load), clear)

        button("遮盖", told(ask), "quiet", mark="redact")

    def _withholding(self, ticket_no: str, one: AttachmentView) -> None:
        if one.withheld or not self._door.account.may(Permission.TICKET_DISPATCH):
            return

        async def withhold() -> None:
            account = await self._door.require(Permission.TICKET_DISPATCH)
            await self._database.write(
                lambda session: self._attachments.withhold(
                    session, ticket_no, one.id, Actor(account.ref)
                )
            )
            say("承办单位看不到这个附件。", "positive")
            await self._changed(ticket_no)

        button("不给看", told(withhold), "quiet", mark="withhold")

    async def _add(self, ticket_no: str, name: str, content: bytes) -> None:
        account = await self._door.require(self._permission)
        dispatches = account.may(Permission.TICKET_DISPATCH)
        actor = Actor(account.ref, None if dispatches else account.department_code)

        def work(session: Session) -> None:
            require_reach(session, ticket_no, reach_of(account))
            self._attachments.add(session, ticket_no, name, content, actor)

        await self._database.write(work)
        say("附件已添加。", "positive")
        # The ticket has a new version: what is done next must not be taken for outdated.
        await self._changed(ticket_no)

    def _may_add(self, account: Account) -> bool:
        return account.may(Permission.TICKET_DISPATCH) or account.may(Permission.TICKET_HANDLE)
