"""The chat over HTTP: new sessions, the socket, and the same things without a socket."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, WebSocket
from starlette.requests import HTTPConnection

from connectors.http.guards import client_address
from connectors.web_chat.errors import NotStoredError, SessionRefusedError
from connectors.web_chat.frames import draft_frame, entry_frame, progress_frame
from connectors.web_chat.schemas import (
    ChatAnswer,
    ProgressAnswer,
    ProgressQuestion,
    SentDraft,
    SentMessage,
    SentRating,
    ServerFrame,
)
from connectors.web_chat.socket import ChatSocket
from connectors.web_chat.web_chat import WebChat, client_key

router = APIRouter(prefix="/api")


async def web_chat(connection: HTTPConnection) -> WebChat:
    """Return the assembled web chat of this application.

    Asynchronous, like all dependencies here: FastAPI sends every other kind to a thread.
    """
    found = connection.app.state.services.web_chat
    assert isinstance(found, WebChat)
    return found


Chat = Annotated[WebChat, Depends(web_chat)]


@dataclass(frozen=True, slots=True)
class _Session:
    key: str
    conversation_id: str


async def _session_key(
    chat: Chat, x_chat_session: Annotated[str | None, Header(max_length=128)] = None
) -> str:
    if x_chat_session is None:
        raise SessionRefusedError("no session header")
    return chat.sessions.key(x_chat_session)


SessionKey = Annotated[str, Depends(_session_key)]


async def _session(chat: Chat, key: SessionKey) -> _Session:
    return _Session(key, await chat.conversations.open("web", key))


Session = Annotated[_Session, Depends(_session)]


@router.post("/chat/sessions", status_code=201)
async def new_session(chat: Chat, connection: HTTPConnection) -> dict[str, str]:
    """Issue a token; the conversation begins with the first thing said."""
    chat.new_sessions.check(client_address(connection))
    return {"token": chat.sessions.issue()}


@router.websocket("/chat/socket")
async def socket(websocket: WebSocket, chat: Chat) -> None:
    """Talk over one WebSocket (the page's Origin was checked before)."""
    with chat.metrics.open_sockets.track_inprogress():
        await ChatSocket(websocket, chat.sessions, chat.conversations, chat.turns).run()


@router.post("/chat/messages")
async def send_message(chat: Chat, key: SessionKey, message: SentMessage) -> ServerFrame:
    """Hand one message over and answer with what came of it; the first makes the conversation."""
    receipt = await chat.turns.take(key, message)
    if not receipt.stored:
        said = "\n".join(reply.text for reply in receipt.unsaved)
        raise NotStoredError(said)
    return {
        "seq": receipt.seq,
        "entries": [entry_frame(entry) for entry in receipt.entries],
        **draft_frame(receipt.draft),
    }


@router.get("/chat/entries")
async def entries(
    chat: Chat, session: Session, after: Annotated[int, Query(ge=0)] = 0
) -> ServerFrame:
    """Return what was said after ``after``, and the draft."""
    said = await chat.conversations.transcript(session.conversation_id, after)
    return {
        "entries": [entry_frame(entry) for entry in said],
        **draft_frame(await chat.conversations.draft(session.conversation_id)),
    }


@router.post("/chat/draft")
async def edit_draft(chat: Chat, session: Session, edit: SentDraft) -> ServerFrame:
    """Change fields of the draft."""
    chat.turns.check_edit(session.key)
    edited = await chat.conversations.edit_draft(session.conversation_id, edit.changes)
    return draft_frame(edited)


@router.post("/chat/rate", status_code=204)
async def rate(chat: Chat, session: Session, rating: SentRating) -> None:
    """Note whether an answer helped."""
    chat.turns.check_edit(session.key)
    await chat.conversations.rate(session.conversation_id, rating.seq, rating.useful)


@router.post("/chat/answers")
async def answer_in_chat(chat: Chat, session: Session, said: ChatAnswer) -> ServerFrame:
    """Take an answer to a department's question, or a supplement, in its own conversation."""
    chat.turns.check_edit(session.key)
    view = await chat.conversations.say_in_conversation(
        said.number, session.conversation_id, said.text, said.question
    )
    return progress_frame(view)


@router.post("/progress/answers")
async def answer(chat: Chat, connection: HTTPConnection, said: ProgressAnswer) -> ServerFrame:
    """Take the same from whoever knows number and code; return how the appeal stands."""
    address = client_address(connection)
    chat.progress_questions.check(address)
    view = await chat.conversations.say_of_appeal(
        said.number, said.code, client_key(address), said.text, said.question
    )
    return progress_frame(view)


@router.post("/progress")
async def progress(
    chat: Chat, connection: HTTPConnection, question: ProgressQuestion
) -> ServerFrame:
    """Show how an appeal is coming along; wrong number and wrong code are one answer."""
    address = client_address(connection)
    chat.progress_questions.check(address)
    view = await chat.conversations.progress(question.number, question.code, client_key(address))
    return progress_frame(view)
