"""The WeChat channel: the same conversation, answered within WeChat's five seconds."""

import asyncio
import logging

from sqlalchemy.orm import Session

from bot.conversation import replies
from bot.conversation.schemas import IncomingMessage
from bot.conversation.service import ConversationService
from bot.conversation.transcript import Receipt
from connectors.wechat.messages import WeChatMessage
from connectors.wechat.models import WeChatDeliveryRow, WeChatRequestRow
from connectors.wechat.rendering import cut, render
from foundation.database.session import Database
from foundation.errors import HotlineError

logger = logging.getLogger(__name__)

# WeChat hangs up after 5 s; half a second is left for the way back.
ANSWER_WITHIN_SECONDS = 4.5
ACKNOWLEDGED = "已收到，正在为您查询。请稍等几秒后回复任意内容查看结果。"
ONLY_TEXT = "目前只能处理文字和语音消息。请用文字说说您要办的事或遇到的问题。"
_MORE = frozenset({"更多", "继续"})


class WeChatChannel:
    """Takes a message in and returns the text of the passive reply."""

    def __init__(
        self,
        conversations: ConversationService,
        database: Database,
        answer_within_seconds: float = ANSWER_WITHIN_SECONDS,
        site: str | None = None,
    ) -> None:
        self._conversations = conversations
        self._database = database
        self._answer_within_seconds = answer_within_seconds
        self._site = site.rstrip("/") if site else None
        self._running: set[asyncio.Task[Receipt]] = set()

    async def answer(self, message: WeChatMessage) -> str:
        """Return what WeChat is to show now; an answer that comes later is given next time."""
        if message.kind == "event":
            return replies.GREETING if message.event == "subscribe" else ""
        if not message.text:
            return ONLY_TEXT
        conversation_id = await self._conversations.open("wechat", message.open_id)
        if message.text.strip() in _MORE:
            rest = await self._database.write(lambda s: _take_remainder(s, conversation_id))
            if rest:
                return await self._fit(conversation_id, rest)
        from_seq = await self._database.write(
            lambda session: _open_request(session, message.message_id, conversation_id)
        )
        receipt = await self._receive(message)
        if receipt is None:
            return ACKNOWLEDGED
        if not receipt.stored:
            return "\n\n".join(reply.text for reply in receipt.unsaved)
        return await self._undelivered(conversation_id, from_seq)

    async def _receive(self, message: WeChatMessage) -> Receipt | None:
        """Handle the message; ``None`` when it takes longer than WeChat waits (it goes on)."""
        task = asyncio.create_task(
            self._conversations.receive(
                IncomingMessage(
                    channel="wechat",
                    conversation_key=message.open_id,
                    message_id=message.message_id,
                    text=message.text,
                )
            )
        )
        self._running.add(task)
        task.add_done_callback(self._done)
        finished, _ = await asyncio.wait({task}, timeout=self._answer_within_seconds)
        return task.result() if finished else None

    def _done(self, task: asyncio.Task[Receipt]) -> None:
        self._running.discard(task)
        if not task.cancelled() and isinstance(error := task.exception(), HotlineError):
            logger.warning("wechat turn failed: %s", error)

    async def _undelivered(self, conversation_id: str, from_seq: int) -> str:
        entries = await self._conversations.transcript(conversation_id, from_seq)
        last = max((entry.seq for entry in entries), default=from_seq)
        await self._database.write(lambda s: _mark_delivered(s, conversation_id, last))
        return await self._fit(conversation_id, render(entries, self._site))

    async def _fit(self, conversation_id: str, text: str) -> str:
        shown, rest = cut(text)
        await self._database.write(lambda s: _keep_remainder(s, conversation_id, rest or None))
        return shown


def _delivery(session: Session, conversation_id: str) -> WeChatDeliveryRow:
    row = session.get(WeChatDeliveryRow, conversation_id)
    if row is None:
        row = WeChatDeliveryRow(conversation_id=conversation_id, delivered_seq=0)
        session.add(row)
        session.flush()
    return row


def _open_request(session: Session, message_id: str, conversation_id: str) -> int:
    known = session.get(WeChatRequestRow, message_id)
    if known is not None:
        return known.from_seq
    from_seq = _delivery(session, conversation_id).delivered_seq
    session.add(
        WeChatRequestRow(message_id=message_id, conversation_id=conversation_id, from_seq=from_seq)
    )
    session.flush()
    return from_seq


def _mark_delivered(session: Session, conversation_id: str, seq: int) -> None:
    row = _delivery(session, conversation_id)
    row.delivered_seq = max(row.delivered_seq, seq)
    session.flush()


def _keep_remainder(session: Session, conversation_id: str, rest: str | None) -> None:
    _delivery(session, conversation_id).remainder = rest
    session.flush()


def _take_remainder(session: Session, conversation_id: str) -> str | None:
    row = _delivery(session, conversation_id)
    rest, row.remainder = row.remainder, None
    session.flush()
    return rest
