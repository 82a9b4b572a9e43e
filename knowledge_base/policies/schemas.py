"""What the service of policy documents takes and gives."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from hashlib import sha256

from foundation.text.storable import storable
from knowledge_base.entries.states import EntryState
from knowledge_base.policies.schema import PolicyDocument
from knowledge_base.schema import Visibility


class Outcome(StrEnum):
    """What an import did."""

    ADDED = "added"
    RENEWED = "renewed"  # a new text of a known document waits for review
    UNCHANGED = "unchanged"

    @property
    def label(self) -> str:
        """The word people see."""
        return {"added": "新增", "renewed": "更新", "unchanged": "无变化"}[self.value]


@dataclass(frozen=True, slots=True)
class Source:
    """The file a document was read from."""

    name: str
    digest: str  # SHA-256, hexadecimal

    @classmethod
    def of(cls, data: bytes, name: str) -> "Source":
        """Return what is remembered of a file."""
        return cls(storable(name, 255), sha256(data).hexdigest())


@dataclass(frozen=True, slots=True)
class SavedPolicy:
    """Where a document stands after a step."""

    code: str
    lock_version: int
    state: EntryState
    version: int | None
    outcome: Outcome | None = None  # of an import


@dataclass(frozen=True, slots=True)
class PolicyLine:
    """One version in a list."""

    code: str
    version: int | None
    state: EntryState
    visibility: Visibility
    title: str
    number: str | None
    issued_on: date | None
    in_force_from: date | None
    in_force_to: date | None
    lock_version: int


@dataclass(frozen=True, slots=True)
class PolicyContent:
    """One version, whole."""

    code: str
    version: int | None
    state: EntryState
    document: PolicyDocument
    remarks: tuple[str, ...]
    source_name: str
