"""Ask Rasa what a turn is: one post; the outcome of the action it chose comes back with it."""

import json
import logging
from types import TracebackType
from typing import Any, Self

import aiohttp
from pydantic import ValidationError

from bot.conversation.errors import RasaUnavailableError
from bot.conversation.schemas import Outcome, Turn
from foundation.settings import Settings

logger = logging.getLogger(__name__)


_JSON = {"Content-Type": "application/json"}
# Sanic, which serves Rasa, closes a connection that rests for five seconds: none is used at that
# moment.
_KEPT_SECONDS = 3.0
_REFUSED = 400


class RasaClient:
    """Speaks to one Rasa over connections that are kept, within one event loop; to be closed.

    aiohttp and not httpx, as everywhere else: of a turn's 8 ms of event loop httpx took 2.7.

    A new sender in the middle of a draft needs no preparation: the turn carries the draft, and
    the first action on the fresh tracker brings the form back.
    """

    def __init__(self, settings: Settings) -> None:
        self._url = settings.rasa_url.rstrip("/")
        # For the whole of a call: the citizen waits for that.
        self._timeout = aiohttp.ClientTimeout(total=settings.rasa_timeout_seconds)
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        """Return the client; its connections are opened when they are needed."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close it."""
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections; the next call would open new ones."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

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
            async with self._http().get(f"{self._url}/") as response:
                return response.ok
        except (TimeoutError, aiohttp.ClientError):
            return False

    async def _post(self, body: dict[str, Any]) -> Any:
        sent = json.dumps(body, ensure_ascii=False).encode()
        try:
            async with self._http().post(
                f"{self._url}/webhooks/rest/webhook", data=sent, headers=_JSON
            ) as response:
                answered = await response.read()
            if response.status >= _REFUSED:
                raise RasaUnavailableError("status")
            return json.loads(answered)
        except TimeoutError as error:
            raise RasaUnavailableError("timeout") from error
        except ValueError as error:
            raise RasaUnavailableError("status") from error
        except aiohttp.ClientError as error:
            raise RasaUnavailableError("connection") from error

    def _http(self) -> aiohttp.ClientSession:
        if self._session is None:  # which wants a running event loop to be made in
            connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=_KEPT_SECONDS)
            self._session = aiohttp.ClientSession(connector=connector, timeout=self._timeout)
        return self._session


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
