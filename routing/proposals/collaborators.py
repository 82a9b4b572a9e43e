"""What routing needs of others."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from knowledge_base.schema import Department, Place
from routing.schemas import AppealKind


class Library(Protocol):
    """What routing needs of the knowledge base."""

    @property
    def departments(self) -> Mapping[str, Department]:
        """Bodies by code."""
        ...

    @property
    def places(self) -> Sequence[Place]:
        """The gazetteer."""
        ...


class ResolveDeadline(Protocol):
    """The end of the time to resolve."""

    @property
    def due_at(self) -> datetime | None:
        """Aware; ``None`` where the rules set no limit."""
        ...


class Deadlines(Protocol):
    """What routing needs of the deadline service."""

    def resolve_due(self, kind: AppealKind, registered_at: datetime) -> ResolveDeadline:
        """Return by when an appeal registered at that moment must be resolved."""
        ...
