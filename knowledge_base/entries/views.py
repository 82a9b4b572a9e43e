"""Entries as staff read them; each reader sees only the tiers that their roles open."""

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy.orm import Session

from foundation.access.permissions import Permission
from foundation.access.service import Account
from knowledge_base.entries import repository
from knowledge_base.entries.diff import FieldChange, field_changes
from knowledge_base.entries.errors import EntryNotFoundError
from knowledge_base.entries.models import Entry, EntryVersion
from knowledge_base.entries.published import in_force, is_over
from knowledge_base.entries.recording import EntryBook
from knowledge_base.entries.schemas import EntryView, Standing, VersionContent, VersionView
from knowledge_base.entries.states import OPEN, EntryState
from knowledge_base.schema import Visibility


def readable_tiers(account: Account) -> frozenset[Visibility]:
    """Return which entries an account may read.

    Raises:
        ActionNotAllowedError: it may not read the knowledge base as staff.
    """
    account.require(Permission.KNOWLEDGE_READ)
    tiers = {Visibility.PUBLIC, Visibility.OPERATORS}
    if account.may(Permission.KNOWLEDGE_READ_INTERNAL):
        tiers.add(Visibility.INTERNAL)
    return frozenset(tiers)


class EntryViews:
    """Reads; every method takes a reading transaction."""

    def __init__(self, book: EntryBook) -> None:
        self._book = book

    def versions(
        self,
        session: Session,
        account: Account,
        state: EntryState | None = None,
        limit: int = repository.PAGE,
        offset: int = 0,
    ) -> list[VersionView]:
        """Return versions of all entries, the entry changed last first; drafts for editors only."""
        tiers, states = readable_tiers(account), _readable_states(account)
        if state is not None:
            states &= {state}
        rows = repository.page_of_versions(session, tiers, states, limit, offset)
        codes = {entry.code for entry, _ in rows}
        standings = self._standings(repository.all_numbered(session, codes))
        names = repository.names_of(session, _people(version for _, version in rows))
        return [_view(entry, version, standings, names) for entry, version in rows]

    def entry(self, session: Session, account: Account, code: str) -> EntryView:
        """Return one entry with every version that the account may read.

        Raises:
            EntryNotFoundError: there is none, or none for this account.
        """
        rows = self._readable(session, account, code)
        shipped = self._book.shipped.matters.get(code)
        if not rows and (shipped is None or shipped.visibility not in readable_tiers(account)):
            raise EntryNotFoundError(code)
        numbered = repository.all_numbered(session, [code])
        standings = self._standings(numbered)
        names = repository.names_of(session, _people(rows))
        entry = Entry(code=code, lock_version=repository.lock_version_of(session, code))
        present = in_force(numbered, self._book.today())
        shipped_version = self._book.shipped_version(code)
        return EntryView(
            code=code,
            title=rows[0].title if rows else (shipped.title if shipped is not None else code),
            lock_version=entry.lock_version,
            shipped_version=shipped_version,
            shipped_newer=present is not None
            and (shipped_version or 0) > (present.shipped_version or 0),
            versions=tuple(_view(entry, version, standings, names) for version in rows),
        )

    def content(
        self, session: Session, account: Account, code: str, version: int | None = None
    ) -> VersionContent:
        """Return one version's content; without a number the open draft, else what came last.

        Raises:
            EntryNotFoundError: there is none, or none for this account.
        """
        rows = self._readable(session, account, code)
        for row in rows:
            if version is None or row.version == version:
                changes = tuple(FieldChange.model_validate(one) for one in row.diff)
                return VersionContent(code, row.version, row.state, row.content, changes)
        shipped = self._book.shipped_base(code)
        if shipped is None or version not in {None, shipped.version}:
            raise EntryNotFoundError(code, version)
        if self._book.shipped.matters[code].visibility not in readable_tiers(account):
            raise EntryNotFoundError(code, version)
        return VersionContent(code, shipped.version, None, shipped.content, ())

    def compare(
        self, session: Session, account: Account, code: str, before: int, after: int | None
    ) -> tuple[FieldChange, ...]:
        """Return what differs between two versions; ``after`` None: the draft or the last one.

        Raises:
            EntryNotFoundError: one of them does not exist for this account.
        """
        old = self.content(session, account, code, before)
        new = self.content(session, account, code, after)
        return tuple(field_changes(old.content, new.content))

    def _readable(self, session: Session, account: Account, code: str) -> list[EntryVersion]:
        tiers, states = readable_tiers(account), _readable_states(account)
        return repository.versions_of(session, code, tiers, states)

    def _standings(self, numbered: Sequence[EntryVersion]) -> dict[int, Standing]:
        today = self._book.today()
        by_code: dict[str, list[EntryVersion]] = {}
        for one in numbered:
            by_code.setdefault(one.code, []).append(one)
        return {
            one.id: _standing(one, in_force(versions, today), today)
            for versions in by_code.values()
            for one in versions
        }


def _standing(one: EntryVersion, present: EntryVersion | None, today: date) -> Standing:
    if is_over(one, today):
        return Standing.ENDED
    if one.in_force_from is not None and one.in_force_from > today:
        return Standing.SCHEDULED
    if present is not None and one.id == present.id:
        return Standing.IN_FORCE
    return Standing.REPLACED


def _readable_states(account: Account) -> frozenset[EntryState]:
    works = account.may(Permission.KNOWLEDGE_EDIT) or account.may(Permission.KNOWLEDGE_REVIEW)
    return frozenset(EntryState) - (frozenset() if works else frozenset(OPEN))


def _people(versions: Iterable[EntryVersion]) -> set[str]:
    return {person for one in versions for person in (one.author, one.reviewer) if person}


def _view(
    entry: Entry, version: EntryVersion, standings: dict[int, Standing], names: dict[str, str]
) -> VersionView:
    return VersionView(
        code=version.code,
        title=version.title,
        version=version.version,
        state=version.state,
        standing=standings.get(version.id, Standing.OPEN),
        visibility=version.visibility,
        lock_version=entry.lock_version,
        base_version=version.base_version,
        restores_version=version.restores_version,
        effective_on=version.effective_on,
        in_force_from=version.in_force_from,
        expires_on=version.expires_on,
        superseded_by=version.superseded_by,
        author=names.get(version.author, version.author),
        reviewer=None if version.reviewer is None else names.get(version.reviewer),
        reason=version.reason,
        review_note=version.review_note,
        override_reason=version.override_reason,
        ended_on=version.ended_on,
        end_reason=version.end_reason,
        updated_at=version.updated_at,
        published_at=version.published_at,
    )
