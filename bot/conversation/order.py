"""First come, first served within this process: one lock a key, gone when nobody waits."""

import asyncio
from weakref import WeakValueDictionary


class OrderLocks:
    """Locks by key; ``asyncio.Lock`` lets those who wait in, in the order they came."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def of(self, key: str) -> asyncio.Lock:
        """Return the lock of ``key``; hold on to it while it is needed."""
        lock = self._locks.get(key)
        if lock is None:
            lock = self._locks[key] = asyncio.Lock()
        return lock
