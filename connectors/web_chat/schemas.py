"""What travels between the page and us: the same shapes over WebSocket and HTTP."""

from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
)


def _well_formed(text: str) -> str:
    """Refuse halves of a surrogate pair: JSON lets them through, no database keeps them."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ValueError("not well-formed Unicode") from error
    return text


WellFormed = AfterValidator(_well_formed)

MessageId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{8,64}$")]
# A field of the draft as its form sends it; the service checks which may be changed.
DraftChanges = dict[
    Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,32}$")],
    Annotated[str, StringConstraints(max_length=2000), WellFormed],
]
EditableFields = Annotated[DraftChanges, Field(min_length=1, max_length=12)]


class _Frame(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SentMessage(_Frame):
    """One message; ``id`` makes a resend harmless."""

    id: MessageId
    text: Annotated[str, WellFormed]


class SentRating(_Frame):
    """Whether the answer with this number helped."""

    seq: Annotated[int, Field(ge=1)]
    useful: bool


class SentDraft(_Frame):
    """Fields of the draft that the citizen changed."""

    changes: EditableFields


class ProgressQuestion(_Frame):
    """An appeal's number and its query code (or the phone's last four digits)."""

    number: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40), WellFormed
    ]
    code: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20), WellFormed
    ]


class ProgressAnswer(ProgressQuestion):
    """What a protected citizen answers to a question, or adds without being asked."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=2000), WellFormed]
    question: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None


class ChatAnswer(_Frame):
    """The same in the conversation that registered the appeal: no code is needed."""

    number: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40), WellFormed
    ]
    text: Annotated[str, StringConstraints(min_length=1, max_length=2000), WellFormed]
    question: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None


class Hello(_Frame):
    """The first frame: who this is and what it has already seen."""

    type: Literal["hello"]
    token: Annotated[str, StringConstraints(max_length=128)]
    after: Annotated[int, Field(ge=0)] = 0


class MessageFrame(SentMessage):
    """A message over the socket."""

    type: Literal["message"]


class RatingFrame(SentRating):
    """A rating over the socket."""

    type: Literal["rate"]


class DraftFrame(SentDraft):
    """A change of the draft over the socket."""

    type: Literal["edit_draft"]


class Ping(_Frame):
    """Keeps the connection open through proxies that close idle ones."""

    type: Literal["ping"]


ClientFrame = Annotated[
    Hello | MessageFrame | RatingFrame | DraftFrame | Ping, Field(discriminator="type")
]
client_frame: TypeAdapter[ClientFrame] = TypeAdapter(ClientFrame)

ServerFrame = dict[str, Any]
