"""From our values to what the page reads, and from the page's text to frames."""

from typing import Any

from pydantic import ValidationError

from bot.conversation.cards import draft_fields
from bot.conversation.schemas import AppealDraft
from bot.conversation.telling import progress_reply
from bot.conversation.transcript import Entry, Receipt
from connectors.http.errors import TooManyRequestsError
from connectors.http.middleware import BODY_LIMIT_BYTES
from connectors.web_chat.errors import FrameRefusedError, FrameTooLargeError
from connectors.web_chat.schemas import ClientFrame, ServerFrame, client_frame
from foundation.errors import HotlineError
from routing.appeals.schemas import ProgressView


def read_frame(message: dict[str, Any]) -> ClientFrame:
    """Return the frame that a WebSocket message holds.

    Raises:
        FrameRefusedError: binary, not JSON, not a frame we know.
        FrameTooLargeError: more bytes than a message over HTTP may have.
    """
    text = message.get("text")
    if text is None:
        raise FrameRefusedError("binary frame")
    if len(text.encode("utf-8", "surrogatepass")) > BODY_LIMIT_BYTES:
        raise FrameTooLargeError(f"frame of {len(text)} characters")
    try:
        return client_frame.validate_json(text)
    except (ValidationError, UnicodeEncodeError) as error:
        # The error quotes what was sent: it is not chained into the log.
        raise FrameRefusedError("not a known frame") from error


def entry_frame(entry: Entry) -> ServerFrame:
    """Return one thing said."""
    return {
        "type": "entry",
        "seq": entry.seq,
        "author": entry.author,
        "text": entry.text,
        "cards": [card.model_dump(mode="json") for card in entry.cards],
        "choices": [choice.model_dump(mode="json") for choice in entry.choices],
        "sources": list(entry.sources),
        "at": entry.at.isoformat(timespec="seconds"),
        "useful": entry.useful,
    }


def draft_frame(draft: AppealDraft | None) -> ServerFrame:
    """Return the draft as its form shows it; ``None`` closes the form."""
    return {"type": "draft", "draft": draft_fields(draft) if draft is not None else None}


def progress_frame(view: ProgressView) -> ServerFrame:
    """Return an appeal's progress: its card and the same in words."""
    reply = progress_reply(view)
    return {"text": reply.text, "card": reply.cards[0].model_dump(mode="json")}


def error_frame(error: HotlineError, about: str | None = None) -> ServerFrame:
    """Return a refusal; ``about`` is the id of the message refused, which was not kept."""
    frame: ServerFrame = {"type": "error", "message": error.user_message, "id": about}
    if isinstance(error, TooManyRequestsError):
        frame["retry_after_seconds"] = round(error.retry_after_seconds, 1)
    return frame


def unsaved_frame(receipt: Receipt, about: str) -> ServerFrame:
    """Return what is said when nothing could be saved: the danger's card, and the truth."""
    cards = [card.model_dump(mode="json") for reply in receipt.unsaved for card in reply.cards]
    said = receipt.unsaved[-1].text
    return {"type": "error", "message": said, "id": about, "cards": cards}
