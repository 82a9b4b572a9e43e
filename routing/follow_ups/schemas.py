"""The shapes that follow-ups are handed in and read in. None holds a citizen's identity."""

from dataclasses import dataclass
from datetime import datetime

from routing.follow_ups.states import FollowUpOutcome, Satisfaction
from routing.schemas import AppealKind
from routing.tickets.schemas import TimelineEntry
from routing.tickets.states import TicketState


@dataclass(frozen=True, slots=True)
class FollowUpResult:
    """What came of one try to ask a citizen."""

    outcome: FollowUpOutcome
    solved: bool | None = None  # where the citizen was reached
    satisfaction: Satisfaction | None = None
    note: str = ""  # masked here


@dataclass(frozen=True, slots=True)
class AnsweredRow:
    """One line of the list: a ticket that was answered."""

    ticket_no: str
    version: int
    state: TicketState
    kind: AppealKind
    category: str | None
    title: str
    round: int
    confidential: bool
    department_code: str
    replied_at: datetime


@dataclass(frozen=True, slots=True)
class TryView:
    """One try as operators read it."""

    outcome: FollowUpOutcome
    solved: bool | None
    satisfaction: Satisfaction | None
    note: str
    at: datetime


@dataclass(frozen=True, slots=True)
class AskedAppeal:
    """One citizen's part of the ticket."""

    number: str
    channel: str
    has_phone: bool  # that an operator may be shown
    done: bool  # in this round
    tries: tuple[TryView, ...]  # of this round, the oldest first


@dataclass(frozen=True, slots=True)
class AnsweredTicket:
    """One ticket as the operator sees it who asks the citizens."""

    row: AnsweredRow
    text: str
    place: str | None
    reply: str
    appeals: tuple[AskedAppeal, ...]
    timeline: tuple[TimelineEntry, ...]


@dataclass(frozen=True, slots=True)
class RatedTry:
    """One try to ask a citizen, in one round of handling."""

    round: int
    number: str  # of the appeal
    said: TryView


@dataclass(frozen=True, slots=True)
class Ratings:
    """What citizens said of a ticket, round by round: before and after it was put right."""

    ticket_no: str
    version: int
    state: TicketState
    round: int
    tries: tuple[RatedTry, ...]  # the oldest first
