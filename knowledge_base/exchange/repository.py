"""What the database says of the matters that a file names."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge_base.entries.models import Entry, EntryVersion
from knowledge_base.entries.recording import Base
from knowledge_base.entries.repository import (
    latest_numbered_of,
    lock_versions_of,
    open_versions,
    visible,
)
from knowledge_base.entries.states import EntryState

_FETCH = 2_000


@dataclass(frozen=True, slots=True)
class Standing:
    """One entry as it stands: what a row is laid over."""

    lock_version: int = 0
    published: Base | None = None
    draft: Mapping[str, Any] | None = None
    in_review: bool = False
    # Of the open draft, which a new one would stand for.
    draft_id: int | None = None
    contributors: Sequence[str] = ()
    began_at: datetime | None = None


def known_codes(session: Session) -> set[str]:
    """Return the codes of all entries."""
    return set(session.scalars(select(Entry.code)))


def codes_by(session: Session, field: str) -> dict[str, str]:
    """Return our code for every value that ``field`` has in any version, read piece by piece."""
    value = EntryVersion.content[field].as_string()
    query = (
        select(value, EntryVersion.code)
        .where(value.is_not(None), visible())
        .order_by(EntryVersion.id)
        .execution_options(yield_per=_FETCH)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def standings_of(session: Session, codes: Collection[str]) -> dict[str, Standing]:
    """Return how these entries stand; the shipped guide below them is not looked at."""
    locks = lock_versions_of(session, codes)
    last = latest_numbered_of(session, locks)
    drafts = open_versions(session, locks)
    found: dict[str, Standing] = {}
    for code, lock_version in locks.items():
        row, draft = last.get(code), drafts.get(code)
        published = None if row is None or row.version is None else Base(row.version, row.content)
        found[code] = Standing(
            lock_version,
            published,
            None if draft is None else draft.content,
            draft is not None and draft.state is EntryState.REVIEW,
            None if draft is None else draft.id,
            () if draft is None else draft.contributors,
            None if draft is None else draft.created_at,
        )
    return found
