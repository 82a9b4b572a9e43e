"""What a citizen is told of an appeal, told where it was made: in its own conversation."""

from sqlalchemy.orm import Session

from bot.conversation import repository
from bot.conversation.broadcast import Broadcaster
from bot.conversation.schemas import Reply
from foundation.clock import Clock
from foundation.database.session import Database
from foundation.events.models import OutboxMessage
from foundation.events.worker import Handler
from routing.appeals.announcing import DUE_MOVED, NOTICE, REPLIED
from routing.relay.service import ASKED


class ReplyNotices:
    """Handles what is announced to citizens; a message given twice is told once."""

    def __init__(self, database: Database, broadcaster: Broadcaster, clock: Clock) -> None:
        self._database = database
        self._broadcaster = broadcaster
        self._clock = clock

    @property
    def handlers(self) -> dict[str, Handler]:
        """What this answers to, by topic."""
        return dict.fromkeys((REPLIED, DUE_MOVED, NOTICE, ASKED), self.tell)

    async def tell(self, message: OutboxMessage) -> None:
        """Add the notice to the conversation; an appeal without one is followed by its number."""
        conversation_id = message.payload["conversation_id"]
        if conversation_id is None:
            return
        await self._database.write(lambda session: self._add(session, conversation_id, message))
        self._broadcaster.notify(conversation_id)

    def _add(self, session: Session, conversation_id: str, message: OutboxMessage) -> None:
        conversation = repository.lock(session, conversation_id)
        channel = conversation.channel
        if repository.by_channel_message(session, channel, message.key) is not None:
            return
        said = Reply(text=_words(message))
        repository.append_reply(
            session, conversation, said, self._clock.now(), channel_message_id=message.key
        )


def _words(message: OutboxMessage) -> str:
    number, text = message.payload["number"], message.payload["text"]
    if message.topic == ASKED:
        return (
            f"您的诉求{number}，{text}有个问题想问您。\n"
            "回复“查进度”可以看到问题；办理单位不知道您是谁，您可以不答。"
        )
    if message.topic == DUE_MOVED:
        return f"您的诉求{number}的办理时限调整为：{text}。\n回复“查进度”可以看办理经过。"
    if message.topic == NOTICE:
        return f"您的诉求{number}有新情况：\n{text}\n回复“查进度”可以看办理经过。"
    return f"您的诉求{number}有答复了：\n{text}\n回复“查进度”可以看办理经过。"
