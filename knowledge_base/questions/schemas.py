"""The shapes that open questions are handed in and read in."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime

from knowledge_base.questions.states import WAITING, QuestionSource, QuestionState


@dataclass(frozen=True, slots=True)
class NewQuestion:
    """A question as it comes in from a conversation."""

    origin: str  # one turn, e.g. turn:…; the same origin is taken once
    source: QuestionSource
    text: str  # masked here once more
    channel: str
    matter_code: str | None = None  # of the answer that did not help


@dataclass(frozen=True, slots=True)
class DueDay:
    """By when; provisional where the count entered a year without a published calendar."""

    day: date
    provisional: bool


# (from, working days) → the last day; given from above, where the calendar is.
DueOn = Callable[[date, int], DueDay]


@dataclass(frozen=True, slots=True)
class GroupView:
    """One group as staff read it."""

    id: int
    lock_version: int
    text: str
    state: QuestionState
    times: int
    first_seen_at: datetime
    last_seen_at: datetime
    matter_code: str | None
    owner: str | None  # display name
    owner_id: str | None
    due_on: date | None
    due_provisional: bool
    overdue: bool
    draft_code: str | None
    answered_code: str | None
    answered_version: int | None
    dismissed_reason: str | None
    examples: tuple[str, ...] = ()  # other wordings, masked, the newest first; in lists only


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list of groups is narrowed to; empty fields pass everything."""

    states: Collection[QuestionState] = WAITING
    owner: str | None = None  # account id
    words: str = ""  # in the question, or in one of its wordings
    overdue: bool = False


@dataclass(frozen=True, slots=True)
class AskedView:
    """One question of a group."""

    text: str
    source: QuestionSource
    channel: str
    matter_code: str | None
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class GroupDetail:
    """A group with what was asked, the newest first."""

    group: GroupView
    asked: tuple[AskedView, ...]
