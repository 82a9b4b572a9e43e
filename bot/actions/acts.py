"""The actions Rasa calls: each reads the turn, carries its act out, returns what came of it."""

import asyncio
from types import MappingProxyType
from typing import Any, Protocol

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from bot.actions.projection import FORM, projection_events
from bot.conversation.dialogue_acts import hear
from bot.conversation.intents import Intent
from bot.conversation.schemas import Act, Outcome, Turn

# The names of ``bot/domain.yml`` (a test compares both).
ACT_OF_ACTION = MappingProxyType(
    {
        "action_answer_question": Act.ANSWER_QUESTION,
        "action_continue_appeal": Act.APPEAL,
        "action_cancel_appeal": Act.CANCEL_APPEAL,
        "action_show_progress": Act.PROGRESS,
        "action_choose": Act.CHOOSE,
        "action_hand_over": Act.HANDOVER,
        "action_greet": Act.GREET,
        "action_accept_thanks": Act.THANKS,
        "action_say_goodbye": Act.GOODBYE,
        "action_answer_abuse": Act.ABUSE,
        "action_decline_topic": Act.OUT_OF_SCOPE,
        "action_fall_back": Act.FALLBACK,
    }
)


class Performing(Protocol):
    """What carries an act out (``bot.conversation.perform.Performer``)."""

    def perform(self, act: Act, intent: Intent | None, turn: Turn) -> Outcome:
        """Return the new state, what is said, what must be done."""
        ...


class ActAction(Action):  # type: ignore[misc]  # rasa_sdk ships no types
    """One action of the domain; ``chosen`` is the act its rule stands for."""

    def __init__(self, name: str, chosen: Act | None, performing: Performing) -> None:
        self._name = name
        self._chosen = chosen
        self._performing = performing

    def name(self) -> str:
        """Return the action's name in the domain."""
        return self._name

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any] | None
    ) -> list[dict[str, Any]]:
        """Carry the act out; the outcome travels back in the response's ``custom``."""
        turn, classified = read_call(tracker)
        act, intent = hear(classified, turn, self._chosen)
        # routing's proposal encodes text: off the event loop
        outcome = await asyncio.to_thread(self._performing.perform, act, intent, turn)
        dispatcher.utter_message(json_message={"outcome": outcome.model_dump(mode="json")})
        return projection_events(outcome.state.draft, tracker)


class ValidateAppealForm(ActAction):
    """Every turn inside the form, in one call: the intake answers, asks, or lets others answer.

    No act is chosen here: a question, a wish for a person, a cancellation interrupt the form by
    their intent. Rejecting the form and coming back to it would cost two more calls.
    """

    def __init__(self, performing: Performing) -> None:
        super().__init__(f"validate_{FORM}", None, performing)


def read_call(tracker: Tracker) -> tuple[Turn, Intent | None]:
    """Return the turn that travelled as metadata and the intent Rasa heard."""
    latest = tracker.latest_message
    turn = Turn.model_validate(latest["metadata"]["turn"])
    name = str((latest.get("intent") or {}).get("name"))
    # nlu_fallback, or nothing heard at all
    return turn, Intent(name) if name in set(Intent) else None
