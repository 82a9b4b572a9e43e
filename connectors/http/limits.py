"""So many in so many seconds for each key, counted in this process.

One conversation's requests reach one process (sticky sessions), so its own count is exact.
"""

import time
from collections import deque
from collections.abc import Callable

from connectors.http.errors import TooManyRequestsError

_MAX_KEYS = 20_000


class SlidingWindow:
    """At most ``limit`` passes within any ``seconds`` for one key."""

    def __init__(
        self,
        what: str,
        limit: int,
        seconds: float,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._what = what
        self._limit = limit
        self._seconds = seconds
        self._monotonic = monotonic
        self._passes: dict[str, deque[float]] = {}

    def check(self, key: str) -> None:
        """Let one through and count it.

        Raises:
            TooManyRequestsError: the key has used up its passes; says when the next is free.
        """
        now = self._monotonic()
        passes = self._passes.setdefault(key, deque())
        while passes and passes[0] <= now - self._seconds:
            passes.popleft()
        if len(passes) >= self._limit:
            raise TooManyRequestsError(self._what, passes[0] + self._seconds - now)
        passes.append(now)
        if len(self._passes) > _MAX_KEYS:
            self._forget_idle(now)

    def give_back(self, key: str) -> None:
        """Take back the latest pass of the key: it was not one of those to be limited."""
        passes = self._passes.get(key)
        if passes:
            passes.pop()

    def _forget_idle(self, now: float) -> None:
        since = now - self._seconds
        self._passes = {
            key: seen for key, seen in self._passes.items() if seen and seen[-1] > since
        }
