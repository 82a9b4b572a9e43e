"""Telling those who watch a conversation that something was said.

In one process an event is enough; where several share a database, watchers also look again
every second (DESIGN: revision rows polled; faster ways only make it faster).
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

EVERY_CONVERSATION = "*"


class Watch:
    """One watcher. ``changed`` returns when there may be something new."""

    def __init__(self, poll_seconds: float | None) -> None:
        self._poll_seconds = poll_seconds
        self._event = asyncio.Event()

    def wake(self) -> None:
        """Say that there is something new."""
        self._event.set()

    async def changed(self) -> None:
        """Wait for a notice, at most one poll interval where processes share the database."""
        try:
            await asyncio.wait_for(self._event.wait(), self._poll_seconds)
        except TimeoutError:
            return
        self._event.clear()


class Broadcaster:
    """Wakes the watchers of a conversation, and those of all conversations."""

    def __init__(self, poll_seconds: float | None) -> None:
        self._poll_seconds = poll_seconds
        self._watching: dict[str, set[Watch]] = defaultdict(set)

    def notify(self, conversation_id: str) -> None:
        """Wake everybody who watches this conversation or all of them."""
        for key in (conversation_id, EVERY_CONVERSATION):
            for watch in tuple(self._watching.get(key, ())):
                watch.wake()

    @contextmanager
    def watching(self, conversation_id: str) -> Iterator[Watch]:
        """Watch one conversation (or ``EVERY_CONVERSATION``) for the length of the block."""
        watch = Watch(self._poll_seconds)
        self._watching[conversation_id].add(watch)
        try:
            yield watch
        finally:
            self._watching[conversation_id].discard(watch)
            if not self._watching[conversation_id]:
                del self._watching[conversation_id]
