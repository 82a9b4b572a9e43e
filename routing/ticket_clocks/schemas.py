"""What the clocks of tickets give."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class DueChange:
    """A due time that was counted again; aware, ``None`` where there is no limit."""

    ticket_no: str
    before: datetime | None
    after: datetime | None
    provisional: bool
    why: str  # Chinese


@dataclass(frozen=True, slots=True)
class RulesOutcome:
    """What another rule pack makes of one open ticket."""

    ticket_no: str
    pack_before: str | None
    before: datetime | None
    after: datetime | None
    kept: bool  # the new time had passed already, so the old one stays
