"""Take out what Rasa 3.6.21 wastes on each action call.

* It validates every response of the action server with ``jsonschema.validate``, which first checks
  the *schema* against its meta-schema: two thirds of the CPU time of a turn, for a constant. The
  events alone, held against each kind of event in turn, still took half a millisecond.
* It sends every event of the episode along; each holds the message, its parse and its metadata.
* It opens a connection for each call, which both ends must set up and take down.

Rasa 3.6.21 is the last open-source release and its version is pinned, so what is replaced here
cannot change underneath; ``tests/connectors/test_rasa_end_to_end.py`` drives the real thing.
"""

from __future__ import annotations

import asyncio
from typing import Any, Dict, Text
from weakref import WeakKeyDictionary

import aiohttp
import rasa
from jsonschema import ValidationError
from rasa.core.actions.action import RemoteAction
from rasa.shared.core.constants import SESSION_START_METADATA_SLOT
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker, EventVerbosity
from rasa.utils.endpoints import DEFAULT_REQUEST_TIMEOUT, EndpointConfig

# Less than the five seconds after which the service closes a connection that rests: none is used
# at the moment in which it is being closed.
_KEPT_SECONDS = 3.0

_connectors: WeakKeyDictionary[asyncio.AbstractEventLoop, aiohttp.TCPConnector] = (
    WeakKeyDictionary()
)


def make_action_calls_quicker() -> None:
    """Let remote actions keep their connection, send only what is read, and look once at it."""
    RemoteAction._validate_action_result = _validate  # noqa: SLF001 -- see above
    RemoteAction._action_call_format = _call_without_history  # noqa: SLF001 -- same
    EndpointConfig.session = _session_over_kept_connections


def _validate(_action: RemoteAction, result: Any) -> bool:
    """Refuse what is no response; whether an event is one, is told where it is read.

    Raises:
        ValidationError: not an object with two lists of objects, each event with its name.
    """
    if not isinstance(result, dict):
        raise ValidationError("the action server's response is not valid: no object")
    events, responses = result.get("events", []), result.get("responses", [])
    for name, listed in (("events", events), ("responses", responses)):
        if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
            raise ValidationError(f"the action server's response is not valid: {name}")
    if not all(isinstance(event.get("event"), str) for event in events):
        raise ValidationError("the action server's response is not valid: an event without name")
    return True


def _session_over_kept_connections(endpoint: EndpointConfig) -> aiohttp.ClientSession:
    """Return a session that leaves its connection open behind it, for the next call."""
    loop = asyncio.get_running_loop()
    connector = _connectors.get(loop)
    if connector is None or connector.closed:
        connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=_KEPT_SECONDS)
        _connectors[loop] = connector
    auth = aiohttp.BasicAuth(**endpoint.basic_auth) if endpoint.basic_auth else None
    return aiohttp.ClientSession(
        connector=connector,
        connector_owner=False,
        headers=endpoint.headers,
        auth=auth,
        timeout=aiohttp.ClientTimeout(total=DEFAULT_REQUEST_TIMEOUT),
    )


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
