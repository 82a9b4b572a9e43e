"""The version of an informant's words (遮盖稿) that a dispatcher looks over before the dispatch."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from nicegui import ui
from sqlalchemy.orm import Session

from connectors.desks.due import when_words
from connectors.desks.frame import Door, say, told
from connectors.desks.widgets import button, heading
from foundation.access.permissions import Permission
from foundation.access.service import AccessService
from foundation.database.session import Database
from routing.redactions.marking import Piece
from routing.redactions.schemas import RedactionView, Wording
from routing.redactions.service import Redactions
from routing.tickets.schemas import Actor

_TO_CONFIRM = "承办单位只看得到您确认的这一稿。灰底的是已经隐去的；还有能认出举报人的，请一并删去。"
_CONFIRMED = "承办单位看到的是这一稿。改动后再确认，就成为新的一稿。"
_WHY = "补上原稿没有的内容，须写理由（会留痕）"


class RedactionPanel:
    """Draws the versions of one confidential ticket; who opens them is recorded."""

    def __init__(
        self,
        door: Door,
        database: Database,
        redactions: Redactions,
        access: AccessService,
        changed: Callable[[str], Awaitable[None]],
    ) -> None:
        """Take what keeps the versions, and what shows a ticket again after a change."""
        self._door = door
        self._database = database
        self._redactions = redactions
        self._access = access
        self._changed = changed

    async def draw(self, ticket_no: str, version: int) -> None:
        """Draw the versions in the present slot, as they stand at this version of the ticket."""
        area = ui.element("div").props("data-mark=redactions")
        account = await self._door.require(Permission.TICKET_DISPATCH)

        def load(session: Session) -> list[RedactionView]:
            found = self._redactions.views(session, ticket_no)
            self._access.record(session, account.id, "redaction.read", ticket_no)
            return found

        views = await self._database.write(load)
        if area.is_deleted:  # another ticket is shown by now
            return
        with area:
            for view in views:
                self._one(ticket_no, version, view)

    def _one(self, ticket_no: str, version: int, view: RedactionView) -> None:
        with ui.element("article").classes("desk-form").props(f"data-redaction={view.number}"):
            with ui.element("div").classes("desk-bar"):
                heading("遮盖稿")
                label = "待确认" if view.waiting else f"已确认第{view.version}稿"
                ui.label(label).classes("desk-tag protected")
            ui.label(_TO_CONFIRM if view.waiting else _CONFIRMED).classes("desk-note")
            draw_pieces(view.pieces)
            wording = view.wording
            text = ui.textarea("承办单位看到的内容", value=wording.text)
            text.props("autogrow outlined maxlength=20000 data-mark=redaction-text")
            place = ui.input("地点", value=wording.place or "").props("dense outlined")
            place.props("data-mark=redaction-place")
            when = ui.input("时间", value=wording.occurred or "").props("dense outlined")
            why = ui.input(_WHY).props("dense outlined data-mark=redaction-reason")
            for field in (text, place, when, why):
                field.classes("reply")

            async def confirm() -> None:
                edited = Wording(text.value or "", place.value or None, when.value or None)
                await self._confirm(ticket_no, version, view.number, edited, why.value or "")

            does = "确认遮盖稿" if view.waiting else "确认新的一稿"
            button(
                does, told(confirm), "main" if view.waiting else "plain", mark="confirm-redaction"
            )
            self._history(view)

    def _history(self, view: RedactionView) -> None:
        if len(view.versions) < 2:  # noqa: PLR2004 -- the proposal alone is no history
            return
        with ui.element("details"):
            with ui.element("summary"):
                ui.label(f"以前的{len(view.versions) - 1}稿").classes("desk-link")
            for one in view.versions[:-1]:
                by = "系统提出" if one.confirmed_by is None else "派单员确认"
                ui.label(f"{when_words(one.at)} {by}").classes("desk-note")
                ui.label(one.text).classes("fact-value")

    async def _confirm(
        self, ticket_no: str, version: int, number: str, wording: Wording, reason: str
    ) -> None:
        account = await self._door.require(Permission.TICKET_DISPATCH)
        confirm = partial(self._redactions.confirm, version=version)
        actor = Actor(account.ref)
        await self._database.write(
            lambda session: confirm(session, ticket_no, number, wording, actor, reason)
        )
        say("已确认，承办单位只看得到这一稿。", "positive")
        await self._changed(ticket_no)


def draw_pieces(found: Sequence[Piece]) -> None:
    """Draw a text with what was taken out of it marked."""
    with ui.element("p").classes("desk-redacted").props("data-mark=redacted"):
        for one in found:
            element = ui.element("mark" if one.removed else "span")
            with element:
                ui.label(one.text)
