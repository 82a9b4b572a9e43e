"""One open WebSocket of a citizen's page.

First frame: hello with the token and the last entry seen. Then everything said flows down in
order, without gap or repetition: the subscription is opened before the transcript is read, and
what comes twice is dropped by its number.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable
from contextlib import suppress

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from bot.conversation.transcript import Entry, Receipt
from connectors.web_chat.contract import Conversations
from connectors.web_chat.errors import FrameRefusedError, SessionRefusedError
from connectors.web_chat.frames import (
    draft_frame,
    entry_frame,
    error_frame,
    read_frame,
    unsaved_frame,
)
from connectors.web_chat.schemas import (
    ClientFrame,
    DraftFrame,
    Hello,
    MessageFrame,
    RatingFrame,
    ServerFrame,
)
from connectors.web_chat.sessions import ChatSessions
from connectors.web_chat.turns import Turns
from foundation.errors import HotlineError, UnavailableError

logger = logging.getLogger(__name__)

_HELLO_TIMEOUT_SECONDS = 10.0
_SESSION_REFUSED = 4401  # the page asks for a new session
_TRY_AGAIN = 1013
# A page that keeps sending what cannot be read is not a page.
_MALFORMED_AT_MOST = 20


class ChatSocket:
    """Reads frames, hands messages over, sends what is said; ends with its connection."""

    def __init__(
        self,
        socket: WebSocket,
        sessions: ChatSessions,
        conversations: Conversations,
        turns: Turns,
    ) -> None:
        self._socket = socket
        self._sessions = sessions
        self._conversations = conversations
        self._turns = turns
        self._sending = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self._sent_up_to = 0
        self._malformed = 0

    async def run(self) -> None:
        """Serve the connection until either side ends it."""
        await self._socket.accept()
        try:
            await self._serve()
        except (WebSocketDisconnect, TimeoutError):
            pass
        except SessionRefusedError as error:
            await self._send(error_frame(error))
            await self._socket.close(_SESSION_REFUSED)
        finally:
            for task in self._tasks:
                task.cancel()
            if self._socket.application_state is WebSocketState.CONNECTED:
                with suppress(RuntimeError):  # the other side closed at the same moment
                    await self._socket.close()

    async def _serve(self) -> None:
        async with asyncio.timeout(_HELLO_TIMEOUT_SECONDS):
            hello = await self._hello()
        key = self._sessions.key(hello.token)
        conversation_id = await self._conversations.open("web", key)
        self._sent_up_to = hello.after
        async with self._conversations.subscribe(conversation_id) as said:
            for entry in await self._conversations.transcript(conversation_id, hello.after):
                await self._send_new(entry)
            await self._send_draft(conversation_id)
            await self._send({"type": "ready"})
            self._spawn(self._follow(said))
            while self._malformed < _MALFORMED_AT_MOST:
                frame = await self._next_frame()
                if frame is not None:
                    self._spawn(self._handle(frame, key, conversation_id))

    async def _hello(self) -> Hello:
        while self._malformed < _MALFORMED_AT_MOST:
            frame = await self._next_frame()
            if isinstance(frame, Hello):
                return frame
            if frame is not None:
                await self._send(error_frame(SessionRefusedError("hello comes first")))
        raise WebSocketDisconnect

    async def _next_frame(self) -> ClientFrame | None:
        message = await self._socket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1000))
        try:
            return read_frame(dict(message))
        except FrameRefusedError as error:
            self._malformed += 1
            await self._send(error_frame(error))
            return None

    async def _handle(self, frame: ClientFrame, key: str, conversation_id: str) -> None:
        about = frame.id if isinstance(frame, MessageFrame) else None
        try:
            match frame:
                case MessageFrame():
                    await self._message(frame, key, conversation_id)
                case DraftFrame():
                    self._turns.check_edit(key)
                    edited = await self._conversations.edit_draft(conversation_id, frame.changes)
                    await self._send(draft_frame(edited))
                case RatingFrame():
                    self._turns.check_edit(key)
                    await self._conversations.rate(conversation_id, frame.seq, frame.useful)
                    await self._send({"type": "rated", "seq": frame.seq, "useful": frame.useful})
                case _:
                    await self._send({"type": "pong"})
        except HotlineError as error:
            logger.info("frame refused: type=%s %s", frame.type, error)
            await self._send(error_frame(error, about))
        except Exception:
            logger.exception("frame failed: type=%s", frame.type)
            await self._send(error_frame(UnavailableError("frame failed"), about))

    async def _message(self, frame: MessageFrame, key: str, conversation_id: str) -> None:
        await self._send({"type": "typing", "id": frame.id})
        receipt = await self._turns.take(key, frame)
        if not receipt.stored:
            await self._send(unsaved_frame(receipt, frame.id))
            return
        # The replies come through the subscription like everything else that is said; the page is
        # told that its message is dealt with only when it has them.
        await self._catch_up(conversation_id, receipt)
        await self._send({"type": "handled", "id": frame.id, "seq": receipt.seq})
        await self._send(draft_frame(receipt.draft))

    async def _catch_up(self, conversation_id: str, receipt: Receipt) -> None:
        if any(entry.seq > self._sent_up_to for entry in receipt.entries):
            for entry in await self._conversations.transcript(conversation_id, self._sent_up_to):
                await self._send_new(entry)

    async def _follow(self, said: AsyncIterator[Entry]) -> None:
        try:
            async for entry in said:
                await self._send_new(entry)
        except Exception:
            # The page connects again and asks for what came after the last entry it has.
            logger.exception("subscription failed")
            await self._socket.close(_TRY_AGAIN)

    async def _send_new(self, entry: Entry) -> None:
        # Noted before it is sent: two tasks send entries, each once and in order.
        if entry.seq > self._sent_up_to:
            self._sent_up_to = entry.seq
            await self._send(entry_frame(entry))

    async def _send_draft(self, conversation_id: str) -> None:
        await self._send(draft_frame(await self._conversations.draft(conversation_id)))

    async def _send(self, frame: ServerFrame) -> None:
        async with self._sending:
            if self._socket.application_state is WebSocketState.CONNECTED:
                with suppress(WebSocketDisconnect, RuntimeError):  # the page has just gone
                    await self._socket.send_json(frame, mode="text")

    def _spawn(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
