"""Take out what Rasa 3.6.21 wastes on each action call.

* It validates every response of the action server with ``jsonschema.validate``, which first checks
  the *schema* against its meta-schema: two thirds of the CPU time of a turn, for a constant.
* It sends every event of the episode along; each holds the message, its parse and its metadata.

Rasa 3.6.21 is the last open-source release and its version is pinned, so what is replaced here
cannot change underneath; ``tests/connectors/test_rasa_end_to_end.py`` drives the real thing.
"""

from __future__ import annotations

from typing import Any, Dict, Text

import rasa
from jsonschema import ValidationError
from jsonschema.validators import validator_for
from rasa.core.actions.action import RemoteAction
from rasa.shared.core.constants import SESSION_START_METADATA_SLOT
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker, EventVerbosity


def make_action_calls_quicker() -> None:
    """Let all remote actions share one response validator and send only what is read."""
    RemoteAction._validate_action_result = _shared_validation()  # noqa: SLF001 -- see above
    RemoteAction._action_call_format = _call_without_history  # noqa: SLF001 -- same


def _shared_validation() -> Any:
    schema = RemoteAction.action_response_format_spec()
    validator_class = validator_for(schema)
    validator_class.check_schema(schema)
    validator = validator_class(schema)

    def validate(_action: RemoteAction, result: Dict[Text, Any]) -> bool:
        for error in validator.iter_errors(result):
            raise ValidationError(f"the action server's response is not valid: {error.message}")
        return True

    return validate


def _call_without_history(
    action: RemoteAction,
    tracker: DialogueStateTracker,
    _domain: Domain,
) -> Dict[Text, Any]:
    """Return the call: the latest message with its metadata, the slots, the active form."""
    state = tracker.current_state(EventVerbosity.NONE)
    # A fresh tracker carries the first message's metadata a second time, as a slot.
    state["slots"].pop(SESSION_START_METADATA_SLOT, None)
    return {
        "next_action": action.name(),
        "sender_id": tracker.sender_id,
        "tracker": {**state, "events": []},
        "version": rasa.__version__,
    }
