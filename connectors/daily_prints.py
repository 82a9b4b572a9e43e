"""PDFs for citizens, each made once a day."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from datetime import date
from typing import Final

from foundation.clock import Clock

_KEPT: Final = 300  # of some 70 KB each


class DailyPrints:
    """Keeps what was printed today; half a second of processor time is not spent twice on one."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._made: OrderedDict[tuple[str, date], bytes] = OrderedDict()
        self._lock = threading.Lock()

    def pdf(self, key: str, make: Callable[[date], bytes]) -> bytes:
        """Return today's print under ``key``, made by ``make`` where there is none; blocks."""
        today = self._clock.now().date()
        with self._lock:  # one at a time: many who ask at once must not fill every thread
            if (key, today) not in self._made:
                self._made[key, today] = make(today)
            self._made.move_to_end((key, today))
            while len(self._made) > _KEPT:
                self._made.popitem(last=False)
            return self._made[key, today]
