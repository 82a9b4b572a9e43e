"""Every query of entries; what a reader may not see is left out in SQL."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session, defer

from foundation.access.models import AccountRow
from knowledge_base.entries.errors import EntryNotFoundError, StaleEntryError
from knowledge_base.entries.models import Entry, EntryImport, EntryVersion, StagedDraft
from knowledge_base.entries.states import OPEN, EntryState
from knowledge_base.schema import Visibility

PAGE = 200


def visible() -> ColumnElement[bool]:
    """Return what holds for every version that may be seen.

    A draft of an import that is not shown yet may not; nor, once it is, the draft that it stands
    for. Both are few or none at most times: two look-ups by key.
    """
    hidden = exists().where(
        StagedDraft.version_id == EntryVersion.id,
        StagedDraft.import_id == EntryImport.id,
        EntryImport.shown_at.is_(None),
    )
    replaced = exists().where(
        StagedDraft.replaces_id == EntryVersion.id,
        StagedDraft.import_id == EntryImport.id,
        EntryImport.shown_at.is_not(None),
    )
    return ~hidden & ~replaced


def locked_entry(
    session: Session, code: str, lock_version: int, now: datetime, *, first_version: int | None
) -> Entry:
    """Return the entry with its row locked (on SQLite the whole transaction is).

    Args:
        session: a writing transaction.
        code: of the matter.
        lock_version: the one the reader loaded; 0 for an entry without changes so far.
        now: the moment it is created, should this be its first change.
        first_version: of the shipped guide; None refuses to create the entry.

    Raises:
        EntryNotFoundError: there is none and none may be created.
        StaleEntryError: it was changed since.
    """
    if first_version is not None:
        ensure_entries(session, {code: first_version}, now)
    query = (
        select(Entry)
        .where(Entry.code == code)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    entry = session.scalars(query).one_or_none()
    if entry is None:
        raise EntryNotFoundError(code)
    if entry.lock_version != lock_version:
        raise StaleEntryError(code, lock_version, entry.lock_version)
    return entry


def ensure_entries(session: Session, first_versions: Mapping[str, int], now: datetime) -> None:
    """Create the entries that are not there; ``first_versions``: of the shipped guides, else 0."""
    # Two first changes at once: the second waits for the row here and then finds it changed.
    sqlite = session.get_bind().dialect.name == "sqlite"
    insert = sqlite_insert if sqlite else postgresql_insert
    rows = [
        {
            "code": code,
            "lock_version": 0,
            "latest_version": first_version,
            "created_at": now,
            "updated_at": now,
        }
        for code, first_version in sorted(first_versions.items())
    ]
    session.execute(insert(Entry).on_conflict_do_nothing(index_elements=["code"]), rows)


def lock_version_of(session: Session, code: str) -> int:
    """Return the entry's lock version; 0 where nothing was changed so far."""
    return session.scalar(select(Entry.lock_version).where(Entry.code == code)) or 0


def lock_versions_of(session: Session, codes: Collection[str]) -> dict[str, int]:
    """Return the lock versions of the entries that have changes of their own."""
    query = select(Entry.code, Entry.lock_version).where(Entry.code.in_(codes))
    return {row[0]: row[1] for row in session.execute(query)}


def open_versions(session: Session, codes: Collection[str]) -> dict[str, EntryVersion]:
    """Return what is open of these entries, by code."""
    one = EntryVersion
    query = select(one).where(one.code.in_(codes), one.state.in_(OPEN), visible())
    return {one.code: one for one in session.scalars(query)}


def open_version(session: Session, code: str) -> EntryVersion | None:
    """Return the draft, or what waits for review; an entry has one at most."""
    one = EntryVersion
    query = select(one).where(one.code == code, one.state.in_(OPEN), visible())
    return session.scalars(query).one_or_none()


def numbered(session: Session, code: str, version: int) -> EntryVersion | None:
    """Return one version that was published."""
    query = select(EntryVersion).where(EntryVersion.code == code, EntryVersion.version == version)
    return session.scalars(query).one_or_none()


def latest_numbered(session: Session, code: str) -> EntryVersion | None:
    """Return the version published last, in force or not."""
    query = (
        select(EntryVersion)
        .where(EntryVersion.code == code, EntryVersion.version.is_not(None))
        .order_by(EntryVersion.version.desc())
        .limit(1)
    )
    return session.scalars(query).one_or_none()


def latest_numbered_of(session: Session, codes: Collection[str]) -> dict[str, EntryVersion]:
    """Return the version published last of each of these entries, by code."""
    last = (
        select(EntryVersion.code, func.max(EntryVersion.version).label("version"))
        .where(EntryVersion.code.in_(codes))
        .group_by(EntryVersion.code)
        .subquery()
    )
    query = select(EntryVersion).join(
        last, (EntryVersion.code == last.c.code) & (EntryVersion.version == last.c.version)
    )
    return {one.code: one for one in session.scalars(query)}


def all_numbered(session: Session, codes: Collection[str] | None = None) -> list[EntryVersion]:
    """Return everything ever published, without content; ``codes`` None: of all entries."""
    query = (
        select(EntryVersion)
        .where(EntryVersion.version.is_not(None))
        .options(defer(EntryVersion.content, raiseload=True), defer(EntryVersion.diff))
        .order_by(EntryVersion.code, EntryVersion.version)
    )
    if codes is not None:
        query = query.where(EntryVersion.code.in_(codes))
    return list(session.scalars(query))


def contents(session: Session, ids: Sequence[int]) -> list[tuple[int, dict[str, object]]]:
    """Return (id, content) of these versions."""
    query = select(EntryVersion.id, EntryVersion.content).where(EntryVersion.id.in_(ids))
    return [(row[0], row[1]) for row in session.execute(query)]


def scheduled_after(session: Session, code: str, day: date) -> list[EntryVersion]:
    """Return what is published and takes effect only after ``day``."""
    query = (
        select(EntryVersion)
        .where(
            EntryVersion.code == code,
            EntryVersion.state == EntryState.PUBLISHED,
            EntryVersion.in_force_from > day,
        )
        .order_by(EntryVersion.version)
    )
    return list(session.scalars(query))


def page_of_versions(
    session: Session,
    tiers: Collection[Visibility],
    states: Collection[EntryState],
    limit: int = PAGE,
    offset: int = 0,
) -> list[tuple[Entry, EntryVersion]]:
    """Return versions without content, the entry changed last first, its newest version first."""
    query = (
        select(Entry, EntryVersion)
        .join(EntryVersion, EntryVersion.code == Entry.code)
        .where(EntryVersion.visibility.in_(tiers), EntryVersion.state.in_(states), visible())
        .options(defer(EntryVersion.content, raiseload=True), defer(EntryVersion.diff))
        .order_by(Entry.updated_at.desc(), Entry.code, EntryVersion.id.desc())
        .limit(limit)
        .offset(offset)
    )
    return [(row[0], row[1]) for row in session.execute(query)]


def versions_of(
    session: Session, code: str, tiers: Collection[Visibility], states: Collection[EntryState]
) -> list[EntryVersion]:
    """Return all versions of one entry that the reader may see, the newest first."""
    query = (
        select(EntryVersion)
        .where(
            EntryVersion.code == code,
            EntryVersion.visibility.in_(tiers),
            EntryVersion.state.in_(states),
            visible(),
        )
        .order_by(EntryVersion.id.desc())
    )
    return list(session.scalars(query))


def names_of(session: Session, account_ids: Collection[str]) -> dict[str, str]:
    """Return the display names of accounts."""
    query = select(AccountRow.id, AccountRow.display_name).where(AccountRow.id.in_(account_ids))
    return {row[0]: row[1] for row in session.execute(query)}
