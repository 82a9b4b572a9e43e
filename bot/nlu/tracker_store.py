"""Rasa's memory of an episode: the form's state and nothing that was said.

The service owns the dialogue and sends what a turn needs along with it, so of a finished turn Rasa
keeps the slots and the active form only. No word of a citizen is stored here or on disk, and the
hundredth turn costs what the second does. A lost memory loses nothing: the first action on a fresh
tracker brings an open form back (``bot/actions/projection.py``), on any replica of Rasa.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any, Dict, Iterable, List, Optional, Text

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.constants import (
    ACTION_LISTEN_NAME,
    ACTION_SESSION_START_NAME,
    SESSION_START_METADATA_SLOT,
)
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, Event, SessionStarted, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker

from bot.nlu.quicker_actions import make_action_calls_quicker

_KEPT_SECONDS = 24 * 3600
# About 1 kB each; an episode ends after 20 turns.
_KEPT_EPISODES = 20_000


@dataclass(frozen=True)
class _Memory:
    """One episode between two turns."""

    slots: Dict[Text, Any]
    active_form: Optional[Text]
    expires_at: float  # seconds of the monotonic clock


class EpisodeTrackerStore(TrackerStore):
    """Keeps the projection of each episode in memory for a day."""

    def __init__(
        self,
        domain: Optional[Domain],
        host: Optional[Text] = None,  # Rasa passes the endpoint's url, which there is none of
        event_broker: Optional[EventBroker] = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(domain, event_broker, **kwargs)
        self._memories: OrderedDict[Text, _Memory] = OrderedDict()
        make_action_calls_quicker()

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Keep what the next turn needs; forget what is too old or too many."""
        now = time.monotonic()
        self._memories[tracker.sender_id] = _Memory(
            slots=_projection(tracker),
            active_form=tracker.active_loop_name,
            expires_at=now + _KEPT_SECONDS,
        )
        self._memories.move_to_end(tracker.sender_id)
        self._forget(now)

    async def retrieve(self, sender_id: Text) -> Optional[DialogueStateTracker]:
        """Return a tracker that waits for the next message, or None for a new episode."""
        memory = self._memories.get(sender_id)
        if memory is None or memory.expires_at < time.monotonic():
            return None
        tracker = self.init_tracker(sender_id)
        tracker.update_with_events(_events_of(memory), self.domain)
        return tracker

    async def keys(self) -> Iterable[Text]:
        """Return the sender ids that are remembered."""
        return list(self._memories)

    def _forget(self, now: float) -> None:
        # The oldest stand first: each save moves its episode to the end.
        while self._memories:
            oldest = next(iter(self._memories.values()))
            if oldest.expires_at >= now and len(self._memories) <= _KEPT_EPISODES:
                return
            self._memories.popitem(last=False)


def _projection(tracker: DialogueStateTracker) -> Dict[Text, Any]:
    return {
        name: value
        for name, value in tracker.current_slot_values().items()
        if value is not None and name != SESSION_START_METADATA_SLOT
    }


def _events_of(memory: _Memory) -> List[Event]:
    """Return the events after which a tracker stands as the episode stood."""
    events: List[Event] = [ActionExecuted(ACTION_SESSION_START_NAME), SessionStarted()]
    events += [SlotSet(name, value) for name, value in memory.slots.items()]
    if memory.active_form is not None:
        events.append(ActiveLoop(memory.active_form))
    return [*events, ActionExecuted(ACTION_LISTEN_NAME)]
