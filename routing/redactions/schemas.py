"""What a dispatcher reads and writes of redactions."""

from dataclasses import dataclass
from datetime import datetime

from routing.redactions.marking import Piece
from routing.redactions.models import Redaction


@dataclass(frozen=True, slots=True)
class Wording:
    """One version of an appeal: its words, its place and when it happened."""

    text: str
    place: str | None = None
    occurred: str | None = None

    @property
    def parts(self) -> tuple[str | None, ...]:
        """All of it, for comparing."""
        return (self.text, self.place, self.occurred)


def wording_of(row: Redaction) -> Wording:
    """Return what a version says."""
    return Wording(row.text, row.place, row.occurred)


@dataclass(frozen=True, slots=True)
class VersionView:
    """One version, as a dispatcher reads it."""

    number: int
    confirmed_by: str | None  # None: proposed by the shield
    at: datetime
    text: str
    place: str | None
    occurred: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class RedactionView:
    """What stands to be confirmed of one appeal, and what was."""

    number: str  # of the appeal
    version: int  # confirmed so far; 0: departments read nothing of it
    waiting: bool
    wording: Wording  # the latest version, to be confirmed or edited
    pieces: tuple[Piece, ...]  # its text, cut at what was taken out
    versions: tuple[VersionView, ...]  # the oldest first


@dataclass(frozen=True, slots=True)
class WaitingView:
    """One thing that waits for a dispatcher's confirmation."""

    ticket_no: str
    ticket_version: int
    number: str  # of the appeal
    message_id: int | None  # said through the relay; None: the appeal itself
    question: str | None  # that the words answer; None: said without being asked
    text: str
    place: str | None
    occurred: str | None
    pieces: tuple[Piece, ...]
    at: datetime
