"""What each side reads of the relay."""

from dataclasses import dataclass
from datetime import datetime

from routing.redactions.marking import Piece
from routing.relay.states import MessageKind, MessageState


@dataclass(frozen=True, slots=True)
class MessageView:
    """One message as staff read it.

    Of an informant's words a department reads the confirmed version alone, a dispatcher the latest
    one: proposed or confirmed, never the words as written.
    """

    id: int
    informant: int  # the pseudonym: 举报人1, 举报人2 …
    kind: MessageKind
    state: MessageState
    department: str | None  # code of who asked
    question_id: int | None
    text: str | None  # None: not confirmed yet, or not passed on
    pieces: tuple[Piece, ...]  # cut at what was taken out; a dispatcher's
    version: int  # confirmed so far
    at: datetime

    @property
    def pseudonym(self) -> str:
        """What stands for the informant."""
        return pseudonym(self.informant)


@dataclass(frozen=True, slots=True)
class RelayView:
    """The relay of one ticket."""

    informants: int  # protected citizens under the ticket
    messages: tuple[MessageView, ...]  # the oldest first


@dataclass(frozen=True, slots=True)
class CitizenQuestion:
    """A question as its informant reads it."""

    id: int
    department: str | None  # name
    text: str
    at: datetime
    answered: bool


def pseudonym(number: int) -> str:
    """Return what stands for an informant at a ticket."""
    return f"举报人{number}"
