"""The agent desk (坐席工作台): queue, conversation, help — live by push."""

import asyncio
import logging
from datetime import datetime

from nicegui import background_tasks, context, ui
from nicegui.client import Client
from sqlalchemy.orm import Session

from bot.conversation.broadcast import Watch
from bot.conversation.desk import OperatorDesk
from bot.conversation.schemas import Author
from bot.conversation.service import ConversationService
from bot.conversation.suggesting import Suggestion
from bot.conversation.transcript import LiveConversation
from connectors.desks.agent.appeal_panel import AppealPanel
from connectors.desks.agent.draft_panel import DraftPanel
from connectors.desks.agent.queue_panel import CHANNELS, QueuePanel
from connectors.desks.agent.suggestion_panel import SuggestionPanel
from connectors.desks.agent.transcript_panel import TranscriptPanel
from connectors.desks.due import when_words
from connectors.desks.frame import FAILED, Door, say, to_login, told
from connectors.desks.widgets import button
from foundation.access.errors import LoginRefusedError
from foundation.access.permissions import Permission
from foundation.access.service import AccessService
from foundation.database.session import Database
from routing.appeals.citizens_word import CitizensWord

logger = logging.getLogger(__name__)

_KEYS = (
    "F2、F3 采用第一、第二条建议 · F8 第一条不对 · F9 没有答案 · F4 刷新建议 · "
    "Ctrl+Enter 发送或记录 · Ctrl+K 搜索会话 · ? 显示快捷键"
)
_TELEPHONE = "telephone"


class AgentPage:
    """One operator's open page."""

    def __init__(
        self,
        door: Door,
        desk: OperatorDesk,
        conversations: ConversationService,
        database: Database,
        access: AccessService,
        word: CitizensWord,
    ) -> None:
        self._door = door
        self._desk = desk
        self._conversations = conversations
        self._database = database
        self._access = access
        self._appeal = AppealPanel(door, database, access, word)
        self._selected: str | None = None
        self._seen = 0
        self._asked = False  # whether the citizen has said anything
        self._rows: tuple[LiveConversation, ...] = ()
        self._refreshing = asyncio.Lock()

    async def build(self) -> None:
        """Draw the page and keep it live until it is closed."""
        may = self._door.account.may
        with ui.element("div").classes("desk-columns"):
            self._queue = QueuePanel(
                self._me,
                told(self._select),
                told(self._open_call),
                may_call=may(Permission.CALL_REGISTER),
            )
            self._transcript = TranscriptPanel(
                self._send, told(self._take_over), told(self._hand_back)
            )
            with ui.element("section").classes("desk-help").props('aria-label="建议与登记"'):
                self._suggestions = SuggestionPanel(
                    told(self._adopt), told(self._suggest_again), told(self._report_question)
                )
                self._draft = DraftPanel(self._edit, self._register)
                if may(Permission.CALL_REGISTER):
                    self._appeal.build()
                button("快捷键（?）", lambda: say(_KEYS), "quiet", key="?", mark="keys")
        client = context.client
        task = background_tasks.create(self._follow(client), name="agent desk")
        client.on_delete(task.cancel)
        await self._refresh()

    @property
    def _me(self) -> str:
        return self._door.account.id

    async def _follow(self, client: Client) -> None:
        with self._desk.watching_all() as watch, client:
            await self._follow_changes(watch)

    async def _follow_changes(self, watch: Watch) -> None:
        told_of_failure = False
        while True:
            await watch.changed()
            try:
                await self._door.require(Permission.CONVERSATION_READ)
                await self._refresh()
                told_of_failure = False
            except LoginRefusedError:
                # Ended elsewhere: nothing more is shown here.
                to_login()
                return
            except Exception:  # the page must outlive one failed look
                logger.exception("agent desk: refresh failed")
                if not told_of_failure:
                    say(f"会话列表刷新{FAILED}", "negative")
                told_of_failure = True

    async def _refresh(self) -> None:
        async with self._refreshing:
            self._rows = await self._desk.live()
            self._queue.show(self._rows, self._selected)
            if self._selected is not None:
                await self._refresh_selected(self._selected)

    async def _refresh_selected(self, conversation_id: str) -> None:
        entries = await self._conversations.transcript(conversation_id, self._seen, masked=True)
        row = self._row(conversation_id)
        holds = row is not None and row.holder_id == self._me
        draft = await self._desk.draft(conversation_id, self._me)
        if conversation_id != self._selected:
            return  # another one was opened while this one was read
        self._transcript.add(entries)
        self._transcript.controls(
            may_take=row is not None and row.holder_id is None and row.channel != _TELEPHONE,
            holds=holds,
            standing=_standing(row, self._me),
        )
        self._draft.show(conversation_id, draft, editable=holds)
        if entries:
            self._seen = entries[-1].seq
            found = await self._desk.suggestions(conversation_id)
            said = bool(found) or any(entry.author is Author.CITIZEN for entry in entries)
            self._asked = self._asked or said
            self._suggestions.show(found, asked=self._asked)

    def _row(self, conversation_id: str) -> LiveConversation | None:
        return next((row for row in self._rows if row.id == conversation_id), None)

    async def _select(self, conversation_id: str) -> None:
        account = await self._door.require(Permission.CONVERSATION_READ)
        await self._database.write(
            lambda session: self._access.record(
                session, account.id, "conversation.read", conversation_id
            )
        )
        async with self._refreshing:
            self._selected, self._seen, self._asked = conversation_id, 0, False
            row = self._row(conversation_id)
            channel = row.channel if row is not None else _TELEPHONE
            title = f"{CHANNELS.get(channel, channel)}会话 {conversation_id[:6]}"
            telephone = channel == _TELEPHONE
            self._transcript.start(conversation_id, title, telephone=telephone)
            self._suggestions.show((), asked=False)
            self._draft.show_registered(None)
        await self._refresh()

    async def _open_call(self) -> None:
        account = await self._door.require(Permission.CALL_REGISTER)
        conversation_id = await self._desk.open_call(account.id)
        await self._select(conversation_id)
        ui.run_javascript("document.querySelector('textarea[data-composer]').focus()")

    async def _take_over(self) -> None:
        conversation_id = self._selected  # as it was clicked; another may be opened meanwhile
        account = await self._door.require(Permission.CONVERSATION_TAKE_OVER)
        if conversation_id is not None:
            try:
                await self._desk.take_over(conversation_id, account.id)
            finally:
                await self._refresh()

    async def _hand_back(self) -> None:
        conversation_id = self._selected
        account = await self._door.require(Permission.CONVERSATION_TAKE_OVER)
        if conversation_id is not None:
            await self._desk.hand_back(conversation_id, account.id)
            await self._refresh()

    async def _send(self, conversation_id: str, text: str) -> None:
        account = await self._door.require(Permission.CONVERSATION_TAKE_OVER)
        row = self._row(conversation_id)
        if row is not None and row.channel == _TELEPHONE:
            await self._desk.call_line(conversation_id, account.id, text)
        else:
            await self._desk.say(conversation_id, account.id, text)
        await self._refresh()

    async def _adopt(self, suggestion: Suggestion) -> None:
        row = self._row(self._selected) if self._selected is not None else None
        if row is None or row.holder_id != self._me:
            say("请先接入会话，再采用建议。", "warning")
            return
        self._transcript.adopt(suggestion.text)

    async def _suggest_again(self) -> None:
        await self._door.require(Permission.CONVERSATION_READ)
        if self._selected is not None:
            self._suggestions.show(await self._desk.suggestions(self._selected))
            self._suggestions.exchange()

    async def _report_question(self, matter_code: str | None) -> None:
        """Mark the last question as without a good answer; the knowledge desk hears of it."""
        conversation_id = self._selected
        account = await self._door.require(Permission.CONVERSATION_TAKE_OVER)
        if conversation_id is None or not self._asked:
            say("市民还没有提问。", "warning")
            return

        def report(session: Session) -> bool:
            added = self._desk.report_question(session, conversation_id, matter_code)
            act = "question.no_answer" if matter_code is None else "question.wrong_answer"
            self._access.record(session, account.id, act, f"{conversation_id} {matter_code or ''}")
            return added

        added = await self._database.write(report)
        say("已记入待补问题。" if added else "这个问题已在待补问题里。", "positive")

    async def _register(self, conversation_id: str) -> None:
        account = await self._door.require(Permission.CALL_REGISTER)
        registered = await self._desk.register(conversation_id, account.id)
        if conversation_id == self._selected:
            self._draft.show_registered(registered.card, _due(registered.card.get("due_at")))
        await self._refresh()

    async def _edit(self, conversation_id: str, changes: dict[str, str]) -> None:
        account = await self._door.require(Permission.CONVERSATION_TAKE_OVER)
        await self._desk.edit_draft(conversation_id, account.id, changes)
        # A look that began earlier ends before the field may be written over again.
        await self._refresh()


def _due(due_at: str | None) -> str:
    return f"{when_words(datetime.fromisoformat(due_at))}前" if due_at else "无办结时限"


def _standing(row: LiveConversation | None, me: str) -> str:
    if row is None:
        return "已结束"
    if row.holder_id == me:
        return "由您接入"
    return "由其他坐席接入" if row.holder_id is not None else "由助手服务"
