"""Time comes from a ``Clock`` that is passed in; nothing else asks the system for it."""

from datetime import UTC, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


class Clock(Protocol):
    """Where the present moment comes from."""

    def now(self) -> datetime:
        """Return the present moment, aware, in Asia/Shanghai."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Return the present moment, aware, in Asia/Shanghai."""
        return datetime.now(tz=SHANGHAI)


class FixedClock:
    """A clock that stands still until it is moved; for tests, demos and replays."""

    def __init__(self, moment: datetime) -> None:
        if moment.tzinfo is None:
            raise ValueError("a clock needs an aware datetime")
        self.moment = moment.astimezone(SHANGHAI)

    def now(self) -> datetime:
        """Return the moment it was set to."""
        return self.moment


def as_utc(moment: datetime) -> datetime:
    """Return an aware moment in UTC; a naive one is refused."""
    if moment.tzinfo is None:
        raise ValueError("naive datetime where an aware one is needed")
    return moment.astimezone(UTC)
