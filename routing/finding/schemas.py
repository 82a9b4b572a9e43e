"""What is looked for, as the API takes it and as it is kept."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from routing.schemas import AppealKind
from routing.supervision.states import CardColour
from routing.tickets.states import TicketState

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Code = Annotated[str, StringConstraints(min_length=1, max_length=64)]


class Due(StrEnum):
    """How a running ticket stands to its due time."""

    OVERDUE = "overdue"
    SOON = "soon"  # by the end of the next working day

    @property
    def label(self) -> str:
        """The word people see."""
        return "已超期" if self is Due.OVERDUE else "临期"


class TicketQuery(BaseModel):
    """What of the tickets within reach is wanted; everything unless said."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    q: Words | None = None  # words, or a number
    state: Annotated[tuple[TicketState, ...], Field(max_length=20)] = ()
    kind: Annotated[tuple[AppealKind, ...], Field(max_length=10)] = ()
    category: Code | None = None  # a code, the beginning of one, or of the category's name
    district: Code | None = None
    department: Annotated[str, StringConstraints(min_length=1, max_length=16)] | None = None
    urgent: bool | None = None
    due: Due | None = None
    due_before: AwareDatetime | None = None
    card: CardColour | None = None  # with a live card of this colour


@dataclass(frozen=True, slots=True)
class KeptFilter:
    """A saved filter as its owner sees it."""

    id: int
    name: str
    query: TicketQuery
