"""The shapes of appeals as they come in and as the citizen reads them."""

from dataclasses import dataclass
from datetime import datetime

from routing.appeals.models import Appeal
from routing.relay.schemas import CitizenQuestion
from routing.schemas import AppealKind
from routing.tickets.states import TicketState


@dataclass(frozen=True, slots=True)
class NewAppeal:
    """An appeal as a channel hands it over: the citizen's own words, personal data put back."""

    idempotency_key: str  # at most 200 characters; the same key registers once
    channel: str
    kind: AppealKind
    text: str
    conversation_id: str | None = None
    place: str | None = None
    district: str | None = None
    when: str | None = None  # as said
    name: str | None = None
    phone: str | None = None
    confidential: bool = False
    registered_at: datetime | None = None  # now, unless given


@dataclass(frozen=True, slots=True)
class Asked:
    """What one ticket is about of an appeal, as handling roles may read it."""

    appeal: Appeal
    words: str
    place: str | None
    occurred: str | None


@dataclass(frozen=True, slots=True)
class RegisteredTicket:
    """One ticket of an appeal as the citizen is told of it."""

    ticket_no: str
    text: str  # shielded
    state: TicketState
    state_label: str
    department_code: str | None  # None while a dispatcher decides
    department_name: str | None
    due_at: datetime | None
    provisional: bool
    derivation: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RegisteredAppeal:
    """What the citizen is told after registering."""

    number: str
    query_code: str
    ticket_no: str
    state: TicketState
    state_label: str
    department_code: str | None  # None while a dispatcher decides
    department_name: str | None
    due_at: datetime | None
    provisional: bool
    derivation: tuple[str, ...]
    confidential: bool
    part: str | None = None  # what the first ticket is about; None: all of the appeal
    further: tuple[RegisteredTicket, ...] = ()  # where different bodies must act


@dataclass(frozen=True, slots=True)
class ProgressStage:
    """One step that was reached."""

    label: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ProgressPart:
    """What became of a further part of an appeal that was split."""

    ticket_no: str
    text: str | None  # the part; None: all of the appeal
    state_label: str
    department: str | None
    due_at: datetime | None
    provisional: bool
    reply: str | None
    replied_at: datetime | None


@dataclass(frozen=True, slots=True)
class EarlierReply:
    """A reply of an earlier round, or of a ticket that the appeal was under before."""

    department: str | None
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ProgressView:
    """Where an appeal stands, for its citizen. Holds nothing of who they are."""

    number: str
    ticket_no: str
    kind_label: str
    state: TicketState
    state_label: str
    stages: tuple[ProgressStage, ...]
    department: str | None  # name; None while a dispatcher decides
    due_at: datetime | None
    provisional: bool
    derivation: tuple[str, ...]
    reply: str | None
    replied_at: datetime | None
    confidential: bool
    part: str | None = None  # what the first ticket is about; None: all of the appeal
    parts: tuple[ProgressPart, ...] = ()  # beside the first, where there are several tickets
    earlier_replies: tuple[EarlierReply, ...] = ()  # the oldest first
    asked: str | None = None  # what the department waits for
    declined_because: str | None = None
    promised_until: datetime | None = None  # a later day, agreed to; the due time stays
    may_withdraw: bool = False
    may_add: bool = False  # words, photographs
    questions: tuple[CitizenQuestion, ...] = ()  # of departments, through the relay
    hears: bool = False  # whether its protected citizen may still add something


@dataclass(frozen=True, slots=True)
class ContactView:
    """How a handling department reaches a citizen whose appeal is not confidential."""

    number: str
    name: str | None
    phone: str | None
    text: str  # as said
    place: str | None
