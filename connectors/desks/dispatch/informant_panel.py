"""What informants said after their appeal (举报人的话): passed on, or not, by a dispatcher."""

from collections.abc import Awaitable, Callable, Sequence

from nicegui import ui

from connectors.desks.dispatch.redaction_panel import draw_pieces
from connectors.desks.due import when_words
from connectors.desks.frame import Door, say, told
from connectors.desks.ticket_frame import draw_question
from connectors.desks.widgets import button, heading
from foundation.access.permissions import Permission
from foundation.database.session import Database
from foundation.errors import ConflictError
from routing.redactions.schemas import WaitingView, Wording
from routing.redactions.service import Redactions
from routing.relay.service import Relay
from routing.tickets.schemas import Actor

_NONE = "没有等待确认的。"


class InformantPanel:
    """Draws the button with the number of things to confirm, and their list behind it."""

    def __init__(
        self,
        door: Door,
        database: Database,
        redactions: Redactions,
        relay: Relay,
        changed: Callable[[], Awaitable[None]],
    ) -> None:
        self._door = door
        self._database = database
        self._redactions = redactions
        self._relay = relay
        self._changed = changed

    def build(self) -> None:
        """Draw the button in the present slot."""
        self._button = button("待确认的遮盖稿", told(self._open), "quiet", mark="confirmations")
        with ui.dialog() as self._dialog, ui.card().classes("desk-dialog"):
            heading("待确认的遮盖稿")
            ui.label("承办单位看不到原话，只看得到您确认的。").classes("desk-note")
            self._list = ui.element("div").classes("desk-scroll")
            button("关闭", self._dialog.close, "quiet")

    async def refresh(self) -> None:
        """Count what waits."""
        count = len(await self._load())
        self._button.text = f"待确认的遮盖稿 {count}" if count else "待确认的遮盖稿"

    async def _load(self) -> Sequence[WaitingView]:
        await self._door.require(Permission.TICKET_DISPATCH)
        return await self._database.read(self._redactions.waiting)

    async def _open(self) -> None:
        await self._show()
        self._dialog.open()

    async def _show(self) -> None:
        found = await self._load()
        self._list.clear()
        with self._list:
            if not found:
                ui.label(_NONE).classes("desk-empty")
            for one in found:
                self._draw(one)

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

    def _decided(self, decide: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
        async def run() -> None:
            try:
                await decide()
            except ConflictError:
                # Decided elsewhere, or changed: show how it stands.
                await self._show()
                raise
            await self._show()
            await self.refresh()
            await self._changed()

        return told(run)
