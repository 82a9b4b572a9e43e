"""Many entries submitted, published or sent back in one step, each told in a line of its own.

What keeps one entry out keeps no other out. Each passes the same checks as alone, with those of
the same step that passed before it already in the library. What passed is put in force in one
short transaction, so that every worker takes it up as one change.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import islice

from sqlalchemy.orm import Session

from foundation.access.permissions import Permission
from foundation.access.service import Account
from foundation.database.session import Database
from foundation.errors import HotlineError
from knowledge_base.entries.checking import PublishChecks, refuse_blocked
from knowledge_base.entries.drafting import Drafting
from knowledge_base.entries.errors import LibraryMovedError
from knowledge_base.entries.publishing import Publishing, first_day, with_matters
from knowledge_base.entries.recording import said
from knowledge_base.entries.schemas import BulkLine, Candidate, CheckReport, Saved
from knowledge_base.schema import Matter

AT_ONCE = 200  # entries of one transaction: other writers wait 1 to 2 s for it
_TRIES = 3  # others publish meanwhile: read and checked anew

Locks = Mapping[str, int]  # code → the lock version that the reviewer saw
_Checked = list[tuple[Candidate, CheckReport]]


class BulkReview:
    """Opens its own transactions."""

    def __init__(
        self, database: Database, publishing: Publishing, drafts: Drafting, checks: PublishChecks
    ) -> None:
        self._database, self._publishing = database, publishing
        self._drafts, self._checks = drafts, checks

    def publish(
        self, account: Account, locks: Locks, reason: str, override: str | None = None
    ) -> list[BulkLine]:
        """Check and publish each entry; return a line for each, in the order given.

        More than ``AT_ONCE`` go in several transactions, one after the other.

        Args:
            account: the reviewer.
            locks: what to publish.
            reason: the reviewer's word, the same for all.
            override: why those are published of which the checks found something; ``None`` leaves
                them out.

        Raises:
            ActionNotAllowedError: the account may not review.
            EntryReasonMissingError: no reason; a line says what kept a single entry out.
        """
        account.require(Permission.KNOWLEDGE_REVIEW)
        reason = said("of a bulk step", reason)
        lines: dict[str, BulkLine] = {}
        for part in _parts(locks):
            lines |= self._published(account, part, reason, override)
        return [lines[code] for code in locks]

    def submit(self, account: Account, locks: Locks) -> list[BulkLine]:
        """Hand each draft to the reviewers; return a line for each, in the order given.

        Raises:
            ActionNotAllowedError: the account may not edit.
        """
        account.require(Permission.KNOWLEDGE_EDIT)
        return self._each(
            locks, lambda session, code, lock: self._drafts.submit(session, account, code, lock)
        )

    def send_back(self, account: Account, locks: Locks, note: str) -> list[BulkLine]:
        """Return each entry to its writers; return a line for each, in the order given.

        Raises:
            EntryReasonMissingError: no note; a line says what kept a single entry out.
        """
        note = said("of a bulk step", note)
        return self._each(
            locks,
            lambda session, code, lock: self._drafts.send_back(session, account, code, note, lock),
        )

    def _each(self, locks: Locks, step: Callable[[Session, str, int], Saved]) -> list[BulkLine]:
        """Take a step with each entry that needs no checks."""
        lines: dict[str, BulkLine] = {}
        for part in _parts(locks):
            with self._database.transaction() as session:
                # In one order everywhere: of two that lock the same entries one waits.
                for code in sorted(part):
                    try:
                        with session.begin_nested():
                            saved = step(session, code, part[code])
                    except HotlineError as refusal:
                        lines[code] = BulkLine(code, refusal=refusal)
                    else:
                        lines[code] = BulkLine(code, saved=saved)
        return [lines[code] for code in locks]

    def _published(
        self, account: Account, locks: Locks, reason: str, override: str | None
    ) -> dict[str, BulkLine]:
        """Publish what passes; each round either ends it or leaves an entry less to publish."""
        lines: dict[str, BulkLine] = {}
        moved = 0
        while open_ := {code: lock for code, lock in locks.items() if code not in lines}:
            candidates = self._read(account, open_, lines)
            checked = list(self._passing(candidates, override, lines))
            try:
                self._put_in_force(account, checked, reason, override, lines)
            except LibraryMovedError as refusal:
                moved += 1
                if moved == _TRIES:
                    lines |= {one.code: BulkLine(one.code, refusal=refusal) for one, _ in checked}
        return lines

    def _read(self, account: Account, locks: Locks, lines: dict[str, BulkLine]) -> list[Candidate]:
        """Return what waits, each over the library of its first day, without its own guide."""
        found: list[Candidate] = []
        with self._database.reading() as session:
            answered = self._publishing.answered(session)
            for code, lock in locks.items():
                try:
                    one = self._publishing.reviewed(session, account, code, lock, answered)
                except HotlineError as refusal:
                    lines[code] = BulkLine(code, refusal=refusal)
                else:
                    # One library for all: a copy for each would fill memory.
                    day = first_day(one.matter, one.today)
                    found.append(replace(one, library=answered(day)))
        return found

    def _passing(
        self,
        candidates: Iterable[Candidate],
        override: str | None,
        lines: dict[str, BulkLine],
    ) -> Iterator[tuple[Candidate, CheckReport]]:
        """Yield what passes its checks, which are asked as if what passed before were published."""
        passed: list[Matter] = []
        for one in candidates:
            candidate = replace(one, library=with_matters(one.library, _beside(one, passed)))
            report = self._checks.run(candidate)
            try:
                refuse_blocked(one.code, report, override)
            except HotlineError as refusal:
                lines[one.code] = BulkLine(one.code, one.title, refusal=refusal)
                continue
            assert one.matter is not None  # what is no guide has faults
            passed.append(one.matter)
            yield one, report

    def _put_in_force(
        self,
        account: Account,
        checked: _Checked,
        reason: str,
        override: str | None,
        lines: dict[str, BulkLine],
    ) -> None:
        """Publish all in one transaction.

        An entry that was changed meanwhile is refused, and nothing published: the others were
        checked with it in the library. They are checked again without it.
        """
        if not checked:
            return  # nothing to publish, so no change for anybody to take up
        done: dict[str, BulkLine] = {}
        refused = checked[0][0]
        try:
            with self._database.transaction() as session:
                for candidate, report in sorted(checked, key=lambda pair: pair[0].code):
                    refused = candidate
                    saved = self._publishing.put_in_force(
                        session, account, candidate, report, reason, override
                    )
                    done[candidate.code] = BulkLine(candidate.code, candidate.title, saved)
                self._publishing.bump(session, [one for one, _ in checked])
        except LibraryMovedError:
            raise
        except HotlineError as refusal:
            lines[refused.code] = BulkLine(refused.code, refused.title, refusal=refusal)
        else:
            lines |= done


def _beside(candidate: Candidate, passed: Iterable[Matter]) -> Iterator[Matter]:
    """Yield the guides that will be in force on the candidate's first day, and its own."""
    day = first_day(candidate.matter, candidate.today)
    for matter in passed:
        if matter.valid_from <= day and (matter.valid_to is None or day <= matter.valid_to):
            yield matter
    if candidate.matter is not None:
        yield candidate.matter


def _parts(locks: Locks) -> Iterator[Locks]:
    """Yield at most ``AT_ONCE`` entries at a time, in the order given."""
    items = iter(locks.items())
    while part := dict(islice(items, AT_ONCE)):
        yield part
