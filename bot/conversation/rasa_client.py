"""Ask Rasa what a turn is: one post; the outcome of the action it chose comes back with it."""

import asyncio
import logging
from typing import Any

import httpx
from pydantic import ValidationError

from bot.conversation.errors import RasaUnavailableError
from bot.conversation.schemas import Outcome, Turn
from foundation.settings import Settings

logger = logging.getLogger(__name__)


class RasaClient:
    """Speaks to one Rasa over a keep-alive client that the caller owns.

    A new sender in the middle of a draft needs no preparation: the turn carries the draft, and
    the first action on the fresh tracker brings the form back.
    """

    def __init__(self, settings: Settings, http: httpx.AsyncClient) -> None:
        self._url = settings.rasa_url.rstrip("/")
        self._timeout_seconds = settings.rasa_timeout_seconds
        self._http = http

    async def decide(self, turn: Turn, sender: str, resume: bool) -> Outcome:
        """Return the outcome of the action that Rasa chose for ``turn``.

        Args:
            turn: everything known of the turn; travels as metadata.
            sender: the episode's id, unknown to Rasa when the episode is new.
            resume: the episode is new and a draft is open.

        Raises:
            RasaUnavailableError: too slow, away, or without an outcome; the reason is one of
                timeout, connection, status, no_outcome, invalid_outcome.
        """
        if resume:
            logger.info("rasa continues a draft on a fresh tracker: turn=%s", turn.turn_id)
        body = {
            "sender": sender,
            "message": _as_words(turn.text),
            "metadata": {"turn": turn.model_dump(mode="json")},
        }
        return _outcome_of(await self._post(body))

    async def ready(self) -> bool:
        """Tell whether Rasa answers; it listens only once its model is loaded."""
        try:
            response = await self._http.get(f"{self._url}/", timeout=self._timeout_seconds)
        except httpx.HTTPError:
            return False
        return response.is_success

    async def _post(self, body: dict[str, Any]) -> Any:
        try:
            # httpx limits each read; the citizen waits for the whole.
            async with asyncio.timeout(self._timeout_seconds):
                response = await self._http.post(
                    f"{self._url}/webhooks/rest/webhook", json=body, timeout=self._timeout_seconds
                )
            response.raise_for_status()
            return response.json()
        except (TimeoutError, httpx.TimeoutException) as error:
            raise RasaUnavailableError("timeout") from error
        except (httpx.HTTPStatusError, ValueError) as error:
            raise RasaUnavailableError("status") from error
        except httpx.HTTPError as error:
            raise RasaUnavailableError("connection") from error


def _as_words(text: str) -> str:
    """Return what Rasa is told: it takes ``/greet`` for a command, and a citizen commands nothing.

    A message of nothing else is a full stop, because Rasa has no features for empty text.
    """
    return text.lstrip("/ ") or "。"


def _outcome_of(messages: Any) -> Outcome:
    """Return the one outcome among Rasa's messages."""
    found = [
        message["custom"]["outcome"]
        for message in messages
        if isinstance(message, dict) and "outcome" in (message.get("custom") or {})
    ]
    if not found:
        raise RasaUnavailableError("no_outcome")
    try:
        return Outcome.model_validate(found[-1])
    except ValidationError as error:
        raise RasaUnavailableError("invalid_outcome") from error
