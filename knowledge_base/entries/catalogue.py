"""Everything an editor may open: guides, what is being written, matters without a guide."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.access.permissions import Permission
from foundation.access.service import Account
from foundation.text.normalise import normalise
from knowledge_base.entries.models import Entry, EntryVersion
from knowledge_base.entries.repository import names_of, visible
from knowledge_base.entries.states import OPEN, EntryState
from knowledge_base.entries.views import readable_tiers
from knowledge_base.library import Library
from knowledge_base.schema import Visibility


class Shelf(StrEnum):
    """What there is of a matter today."""

    ANSWERED = "answered"
    ENDED = "ended"
    UNWRITTEN = "unwritten"

    @property
    def label(self) -> str:
        """The word people see."""
        return _LABELS[self]


_LABELS = {Shelf.ANSWERED: "在用", Shelf.ENDED: "已停用", Shelf.UNWRITTEN: "未编写"}


@dataclass(frozen=True, slots=True)
class OpenVersion:
    """A draft, or what waits for review."""

    code: str
    title: str
    state: EntryState
    author: str  # display name
    own: bool  # the reader wrote in it, and may not review it
    updated_at: datetime
    lock_version: int  # of the entry as it is listed


@dataclass(frozen=True, slots=True)
class CatalogueRow:
    """One line of the list."""

    code: str
    title: str
    category: str
    department: str  # code; "" where no guide says
    visibility: Visibility
    shelf: Shelf
    open: OpenVersion | None
    said: tuple[str, ...]  # what the search looks through


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the list is narrowed to; empty fields pass everything."""

    words: str = ""
    category: str = ""
    department: str = ""
    shelf: Shelf | None = None
    state: EntryState | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A part of the list, and how long it is."""

    rows: tuple[CatalogueRow, ...]
    total: int


def open_versions(
    session: Session, account: Account, states: Collection[EntryState] = OPEN
) -> list[OpenVersion]:
    """Return what is being written or waits for review, what waits longest first.

    Raises:
        ActionNotAllowedError: the account may not read the knowledge base as staff.
    """
    tiers = readable_tiers(account)
    if not (account.may(Permission.KNOWLEDGE_EDIT) or account.may(Permission.KNOWLEDGE_REVIEW)):
        return []
    one = EntryVersion
    query = (
        select(
            *(one.code, one.title, one.state, one.author, one.contributors, one.updated_at),
            Entry.lock_version,
        )
        .join(Entry, Entry.code == one.code)
        .where(one.state.in_(states), one.visibility.in_(tiers), visible())
        .order_by(one.updated_at, one.code)
    )
    rows = session.execute(query).all()
    names = names_of(session, {row.author for row in rows})
    return [
        OpenVersion(
            code=row.code,
            title=row.title,
            state=row.state,
            author=names.get(row.author, row.author),
            own=account.id in row.contributors,
            updated_at=row.updated_at,
            lock_version=row.lock_version,
        )
        for row in rows
    ]


def ended_titles(session: Session, account: Account, answered: Library) -> dict[str, str]:
    """Return code and title of what was published once and is not answered today."""
    one = EntryVersion
    query = (
        select(one.code, one.title)
        .where(one.version.is_not(None), one.visibility.in_(readable_tiers(account)))
        .order_by(one.version)
    )
    return {code: title for code, title in session.execute(query) if code not in answered.matters}


def catalogue(
    account: Account,
    answered: Library,
    being_written: Sequence[OpenVersion],
    ended: Mapping[str, str],
) -> list[CatalogueRow]:
    """Return every matter once, in order of code.

    Args:
        account: what it may not read is left out.
        answered: the library of today.
        being_written: from ``open_versions``.
        ended: from ``ended_titles``.
    """
    tiers, drafts = readable_tiers(account), {one.code: one for one in being_written}
    hidden = {m.code for m in answered.matters.values() if m.visibility not in tiers}
    codes = {*answered.matters, *answered.index, *drafts, *ended} - hidden
    return [_row(code, answered, drafts.get(code), ended) for code in sorted(codes)]


def _row(
    code: str, answered: Library, draft: OpenVersion | None, ended: Mapping[str, str]
) -> CatalogueRow:
    matter, entry = answered.matters.get(code), answered.index.get(code)
    said = [code, *(() if entry is None else (entry.title, *entry.aliases))]
    if matter is not None:
        said += [matter.title, *matter.aliases, *matter.sample_questions]
    titles = [one.title for one in (matter, draft, entry) if one is not None]
    title = titles[0] if titles else ended.get(code, code)
    named = matter or entry
    missing = Shelf.ENDED if code in ended else Shelf.UNWRITTEN
    return CatalogueRow(
        code=code,
        title=title,
        category="" if named is None else named.category,
        department="" if matter is None else matter.department,
        visibility=Visibility.PUBLIC if matter is None else matter.visibility,
        shelf=missing if matter is None else Shelf.ANSWERED,
        open=draft,
        said=(*said, title),
    )


def narrowed(rows: Sequence[CatalogueRow], wanted: Wanted, limit: int, offset: int) -> Page:
    """Return one page of the rows that fit; every word must stand somewhere in a row."""
    # Word by word: normalising takes out the gap between two Chinese words.
    words = [normalise(word).lower() for word in wanted.words.split()]
    fitting = [row for row in rows if _fits(row, wanted, words)]
    return Page(tuple(fitting[offset : offset + limit]), len(fitting))


def _fits(row: CatalogueRow, wanted: Wanted, words: Sequence[str]) -> bool:
    return (
        wanted.category in {"", row.category}
        and wanted.department in {"", row.department}
        and wanted.shelf in {None, row.shelf}
        and (wanted.state is None or (row.open is not None and row.open.state is wanted.state))
        and _says(row, words)
    )


def _says(row: CatalogueRow, words: Sequence[str]) -> bool:
    if not words:  # normalising the names of 100,000 drafts takes seconds
        return True
    text = normalise("\n".join(row.said)).lower()
    return all(word in text for word in words)
