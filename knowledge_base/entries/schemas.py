"""The shapes that entries are handed in and read in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from foundation.errors import HotlineError
from knowledge_base.checks import Finding
from knowledge_base.entries.content import Content
from knowledge_base.entries.diff import FieldChange
from knowledge_base.entries.states import EntryState
from knowledge_base.library import Library
from knowledge_base.schema import Matter, Visibility


class Standing(StrEnum):
    """What a version means today, beside its state."""

    OPEN = "open"
    SCHEDULED = "scheduled"
    IN_FORCE = "in_force"
    REPLACED = "replaced"
    ENDED = "ended"

    @property
    def label(self) -> str:
        """The word people see."""
        return _STANDING_LABELS[self]


_STANDING_LABELS = {
    Standing.OPEN: "未发布",
    Standing.SCHEDULED: "待生效",
    Standing.IN_FORCE: "在用",
    Standing.REPLACED: "已被取代",
    Standing.ENDED: "已失效",
}


@dataclass(frozen=True, slots=True)
class Saved:
    """What a step left behind; the next one names ``lock_version``."""

    code: str
    lock_version: int
    state: EntryState
    version: int | None = None
    in_force_from: date | None = None


@dataclass(frozen=True, slots=True)
class BulkLine:
    """What became of one entry of a step over many: saved, or kept out by a refusal."""

    code: str
    title: str = ""  # empty where it could not be read
    saved: Saved | None = None
    refusal: HotlineError | None = None


@dataclass(frozen=True, slots=True)
class NewDraft:
    """One of many drafts written together, with all that stands beside it: nothing is read again.

    Valid as long as the entry keeps its lock version.
    """

    code: str
    content: Content  # in normal form
    looked_up_by: Mapping[str, object]  # from ``drafting.looked_up_by``
    lock_version: int  # of the entry as the writer loaded it; 0 where nothing was changed so far
    shipped_version: int | None  # of the shipped guide
    base_version: int | None  # what it is compared with
    # Against the base, field by field; None where there is none: every field is added.
    changes: Sequence[Mapping[str, object]] | None
    replaces_id: int | None = None  # the open draft it stands for, with its writers and its day
    contributors: Sequence[str] = ()
    created_at: datetime | None = None


@dataclass(frozen=True)
class Candidate:
    """A guide about to be published, with all that checks need; made in one short reading."""

    code: str
    lock_version: int
    revision: int  # of the library it was laid over
    today: date
    matter: Matter | None  # None: the content is no guide
    replaced: Matter | None  # what is answered today
    # Today's library (of the first day in force, if later) with the guide laid over it.
    library: Library
    content: Content
    restores: int | None = None
    scheduled: tuple[int, ...] = ()  # versions that will take over again later

    @property
    def title(self) -> str:
        """The name people know it by."""
        return self.code if self.matter is None else self.matter.title


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What the checks found of one candidate."""

    faults: tuple[Finding, ...] = ()  # no library could hold it: never published
    findings: tuple[Finding, ...] = ()  # published only with a reason


@dataclass(frozen=True, slots=True)
class VersionView:
    """One version as staff read it, without its content."""

    code: str
    title: str
    version: int | None
    state: EntryState
    standing: Standing
    visibility: Visibility
    lock_version: int
    base_version: int | None
    restores_version: int | None
    effective_on: date | None
    in_force_from: date | None
    expires_on: date | None
    superseded_by: str | None
    author: str  # display names
    reviewer: str | None
    reason: str
    review_note: str | None
    override_reason: str | None
    ended_on: date | None
    end_reason: str | None
    updated_at: datetime
    published_at: datetime | None


@dataclass(frozen=True, slots=True)
class EntryView:
    """One entry with its versions, the newest first; the shipped guide is not among them."""

    code: str
    title: str
    lock_version: int
    shipped_version: int | None
    # The product brought a newer guide than the one that the version in force was made from.
    shipped_newer: bool
    versions: tuple[VersionView, ...]


@dataclass(frozen=True, slots=True)
class VersionContent:
    """One version with its content, and what it changed."""

    code: str
    version: int | None
    state: EntryState | None  # None: the shipped guide
    content: Content
    changes: tuple[FieldChange, ...]
