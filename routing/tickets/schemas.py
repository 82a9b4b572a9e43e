"""The shapes that tickets come in and are read in. No view holds a citizen's identity."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from routing.deadlines.service import ResolveDeadline
from routing.promises.states import PromiseState
from routing.schemas import AppealKind
from routing.tickets.models import AssignmentRole
from routing.tickets.states import TicketState


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a reference for the event log, and the department they act for."""

    ref: str  # "system", "user:17"; at most 64 characters, never a name
    department: str | None = None


SYSTEM = Actor("system")


class AskedBy(StrEnum):
    """Who asked for a withdrawal (谁要求的); never a name, because events are kept for good."""

    CITIZEN = "citizen"
    FAMILY = "family"
    AGENT = "agent"

    @property
    def label(self) -> str:
        """The word people see."""
        return _ASKED_BY[self]

    def note(self, reason: str) -> str:
        """Return what the event says: who asked, and why where somebody said it."""
        return f"{self.label}要求撤回：{reason}" if reason else f"{self.label}要求撤回"


_ASKED_BY = {
    AskedBy.CITIZEN: "诉求人本人",
    AskedBy.FAMILY: "诉求人的家人",
    AskedBy.AGENT: "受诉求人委托的人",
}


@dataclass(frozen=True, slots=True)
class NewTicket:
    """A ticket to be opened; every text is already the version that handling roles may see."""

    ticket_no: str
    kind: AppealKind
    text: str
    place: str | None = None
    district: str | None = None
    occurred: str | None = None
    category_code: str | None = None
    category: str | None = None
    urgent: bool = False
    confidential: bool = False
    registered_at: datetime | None = None  # now, unless given
    deadline: ResolveDeadline | None = None
    proposal: Mapping[str, Any] = field(default_factory=dict)
    origin: Mapping[str, Any] = field(default_factory=dict)  # references for the first event


@dataclass(frozen=True, slots=True)
class InboxRow:
    """One line of a department's inbox."""

    ticket_no: str
    version: int
    state: TicketState
    role: AssignmentRole
    kind: AppealKind
    category: str | None
    title: str
    place: str | None
    district: str | None
    urgent: bool
    confidential: bool
    registered_at: datetime
    dispatched_at: datetime
    due_at: datetime | None
    due_provisional: bool
    round: int
    paused_at: datetime | None  # since when the citizen is waited for; nothing becomes overdue
    send_back_until: datetime | None


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One event as staff read it."""

    seq: int
    kind: str
    label: str
    at: datetime
    actor: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PromiseView:
    """One promise (承诺办理) of a ticket's lead."""

    number: int
    until: datetime
    reason: str
    state: PromiseState
    decision: str | None  # why it was refused


@dataclass(frozen=True, slots=True)
class TicketView:
    """One ticket as a handling department sees it."""

    row: InboxRow
    text: str
    # What further citizens said, after a merge, or the part that this ticket is about.
    asked: tuple[str, ...]
    occurred: str | None
    due_derivation: tuple[str, ...]
    due_clause: str | None
    due_certainty: str | None
    designated: bool
    citizen: str  # 市民, or that the identity is protected; never a name
    reply: str | None
    timeline: tuple[TimelineEntry, ...]
    contacted_at: datetime | None
    asked_citizen: str | None  # what the citizen was last asked for
    promise: PromiseView | None  # that waits for its decision, or is to be kept


@dataclass(frozen=True, slots=True)
class Sibling:
    """Another ticket of the same appeal: another issue, or the part that was split off."""

    ticket_no: str
    state: TicketState
    lead: str | None  # department code
    title: str


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One ticket that waits for a dispatcher."""

    ticket_no: str
    version: int
    kind: AppealKind
    category: str | None
    title: str
    text: str
    place: str | None
    district: str | None
    urgent: bool
    confidential: bool
    registered_at: datetime
    due_at: datetime | None
    dispatch_count: int
    round: int
    proposal: Mapping[str, Any]
    siblings: tuple[Sibling, ...] = ()


@dataclass(frozen=True, slots=True)
class ChainFault:
    """What the verifier found wrong, and where."""

    ticket_no: str
    seq: int
    problem: str  # Chinese


@dataclass(frozen=True, slots=True)
class CheckpointFault:
    """What the verifier found wrong with a checkpoint."""

    number: int
    problem: str  # Chinese
