"""Deciding a turn: by Rasa, or by the intent patterns when Rasa is slow or away."""

import logging
import time
from dataclasses import dataclass
from typing import Protocol

from bot.conversation.dialogue_acts import hear
from bot.conversation.errors import RasaUnavailableError
from bot.conversation.intent_patterns import guess_intent
from bot.conversation.perform import Performer
from bot.conversation.schemas import Outcome, Turn

logger = logging.getLogger(__name__)

# After a failure Rasa is left alone this long, so that one slow answer does not slow all others.
_LEAVE_ALONE_SECONDS = 5.0


class Deciding(Protocol):
    """Rasa, as the conversation sees it."""

    async def decide(self, turn: Turn, sender: str, resume: bool) -> Outcome:
        """Return the turn's outcome; raises ``RasaUnavailableError``."""
        ...


@dataclass(frozen=True, slots=True)
class Decided:
    """An outcome, and why it came without Rasa (``None``: it came with)."""

    outcome: Outcome
    degraded: str | None


class Decider:
    """Asks Rasa, and goes on without it when it does not answer."""

    def __init__(self, rasa: Deciding | None, performer: Performer) -> None:
        self._rasa = rasa
        self._performer = performer
        self._leave_alone_until = 0.0

    async def decide(self, turn: Turn, sender: str, *, resume: bool) -> Decided:
        """Return the outcome of a turn; never fails because of Rasa."""
        if self._rasa is None:
            return self._alone(turn, "off")
        if time.monotonic() < self._leave_alone_until:
            return self._alone(turn, "recently_unavailable")
        try:
            return Decided(await self._rasa.decide(turn, sender, resume), None)
        except RasaUnavailableError as error:
            self._leave_alone_until = time.monotonic() + _LEAVE_ALONE_SECONDS
            logger.warning("rasa did not decide: turn=%s reason=%s", turn.turn_id, error.reason)
            return self._alone(turn, error.reason)

    def _alone(self, turn: Turn, reason: str) -> Decided:
        act, intent = hear(guess_intent(turn), turn)
        return Decided(self._performer.perform(act, intent, turn), reason)
