"""What informants said after their appeal (举报人的话): passed on, or not, by a dispatcher."""

from collections.abc import Awaitable, Callable, Sequence

from nicegui import ui

from connectors.desks.dispatch.redaction_panel import draw_pieces
from connectors.desks.due import when_words
from connectors.desks.frame import Door, say
from connectors.desks.request_panel import RequestPanel
from connectors.desks.ticket_frame import draw_question
from connectors.desks.widgets import button
from foundation.access.permissions import Permission
from foundation.database.session import Database
from routing.redactions.schemas import WaitingView, Wording
from routing.redactions.service import Redactions
from routing.relay.service import Relay
from routing.tickets.schemas import Actor

_NONE = "没有等待确认的。"


class InformantPanel(RequestPanel[WaitingView]):
    """Draws the button with the number of things to confirm, and their list behind it."""

    def __init__(
        self,
        door: Door,
        database: Database,
        redactions: Redactions,
        relay: Relay,
        changed: Callable[[], Awaitable[None]],
    ) -> None:
        note = "承办单位看不到原话，只看得到您确认的。"
        super().__init__("待确认的遮盖稿", _NONE, "confirmations", note, changed)
        self._door = door
        self._database = database
        self._redactions = redactions
        self._relay = relay

    async def _load(self) -> Sequence[WaitingView]:
        await self._door.require(Permission.TICKET_DISPATCH)
        return await self._database.read(self._redactions.waiting)

    def _draw(self, one: WaitingView) -> None:
        answer = "举报人的补充" if one.question is None else "举报人的回答"
        said = "诉求内容" if one.message_id is None else answer
        with ui.element("article").classes("suggestion").props(f"data-waiting={one.ticket_no}"):
            with ui.element("div").classes("desk-bar"):
                ui.label(f"{one.ticket_no} {said}").classes("suggestion-title")
                ui.label(when_words(one.at)).classes("desk-note")
            if one.question is not None:
                draw_question(one.question)
            draw_pieces(one.pieces)
            text = ui.textarea("承办单位看到的内容", value=one.text)
            text.props("autogrow outlined maxlength=5000 data-mark=message-text").classes("reply")
            why = ui.input("补上原稿没有的，或不转交，须写理由").props("dense outlined")
            why.props("data-mark=message-reason").classes("reply")

            async def confirm() -> None:
                await self._confirm(one, text.value or "", why.value or "")

            async def withhold() -> None:
                await self._withhold(one, why.value or "")

            with ui.element("div").classes("desk-actions"):
                button("确认转交", self._decided(confirm), "main", mark="confirm-message")
                if one.message_id is not None:
                    button("不转交", self._decided(withhold), mark="withhold-message")

    async def _confirm(self, one: WaitingView, text: str, reason: str) -> None:
        account = await self._door.require(Permission.TICKET_DISPATCH)
        actor, number, version = Actor(account.ref), one.ticket_no, one.ticket_version
        if one.message_id is None:
            wording = Wording(text, one.place, one.occurred)
            await self._database.write(
                lambda session: self._redactions.confirm(
                    session, number, one.number, wording, actor, reason, version
                )
            )
        else:
            key = one.message_id
            await self._database.write(
                lambda session: self._relay.confirm(
                    session, number, key, text, actor, reason, version
                )
            )
        say("已确认，承办单位只看得到这一稿。", "positive")

    async def _withhold(self, one: WaitingView, reason: str) -> None:
        account = await self._door.require(Permission.TICKET_DISPATCH)
        actor, key = Actor(account.ref), one.message_id or 0
        await self._database.write(
            lambda session: self._relay.withhold(
                session, one.ticket_no, key, actor, reason, one.ticket_version
            )
        )
        say("不转交，承办单位看不到。", "positive")
