"""What is proposed as a duplicate. No view holds more than handling roles may read."""

from dataclasses import dataclass
from datetime import datetime

from routing.tickets.states import TicketState


@dataclass(frozen=True, slots=True)
class Candidate:
    """A ticket that may tell of the same."""

    ticket_no: str
    state: TicketState
    title: str
    text: str
    place: str | None
    district: str | None
    category: str | None
    confidential: bool
    registered_at: datetime
    score: int  # 0 to 100; orders them, means nothing else
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OpenPair:
    """Two tickets on which a dispatcher decides; the later would go under the earlier."""

    ticket_no: str
    version: int
    title: str
    found_at: datetime
    other: Candidate
