"""Every change of an entry: its lock version grows, the audit and the outbox hear of it."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from foundation.access.service import AccessService, Account
from foundation.clock import Clock
from foundation.events.outbox import Outbox
from foundation.text.storable import storable
from knowledge_base.entries import repository
from knowledge_base.entries.content import Content, guide_form
from knowledge_base.entries.errors import EntryReasonMissingError
from knowledge_base.entries.models import Entry, EntryVersion
from knowledge_base.entries.schemas import Saved
from knowledge_base.library import Library


@dataclass(frozen=True, slots=True)
class Base:
    """What a draft is compared with."""

    version: int
    content: Content


class EntryBook:
    """Entries over the shipped library; the only code that counts a change."""

    def __init__(
        self, shipped: Library, access: AccessService, outbox: Outbox, clock: Clock
    ) -> None:
        self.shipped = shipped
        self.clock = clock
        self._access = access
        self._outbox = outbox

    def today(self) -> date:
        """Return today's date, Asia/Shanghai."""
        return self.clock.now().date()

    def locked(
        self, session: Session, code: str, lock_version: int, *, create: bool = False
    ) -> Entry:
        """Return the entry, locked; see ``repository.locked_entry``."""
        first = (self.shipped_version(code) or 0) if create else None
        now = self.clock.now()
        return repository.locked_entry(session, code, lock_version, now, first_version=first)

    def shipped_version(self, code: str) -> int | None:
        """Return the version of the shipped guide; None where there is none."""
        matter = self.shipped.matters.get(code)
        return None if matter is None else matter.version

    def base(self, session: Session, code: str) -> Base | None:
        """Return what was published last: by the city, else as shipped; None of a new matter."""
        row = repository.latest_numbered(session, code)
        if row is not None and row.version is not None:
            return Base(row.version, row.content)
        return self.shipped_base(code)

    def shipped_base(self, code: str) -> Base | None:
        """Return the shipped guide."""
        matter = self.shipped.matters.get(code)
        return None if matter is None else Base(matter.version, guide_form(matter))

    def next_version(self, entry: Entry) -> int:
        """Give out the next version number."""
        latest = max(entry.latest_version, self.shipped_version(entry.code) or 0)
        entry.latest_version = latest + 1
        return entry.latest_version

    def note(
        self, session: Session, entry: Entry, version: EntryVersion, act: str, account: Account
    ) -> Saved:
        """Count the change and record it: who did ``act`` (past tense) to which version."""
        entry.lock_version += 1
        entry.updated_at = version.updated_at = self.clock.now()
        number = "draft" if version.version is None else version.version
        self._access.record(session, account.id, f"knowledge.{act}", f"{entry.code} {number}")
        payload = {"code": entry.code, "version": version.version, "state": version.state.value}
        key = f"knowledge:{entry.code}:{entry.lock_version}"
        self._outbox.enqueue(session, f"knowledge.{act}", key, payload)
        session.flush()
        return Saved(
            code=entry.code,
            lock_version=entry.lock_version,
            state=version.state,
            version=version.version,
            in_force_from=version.in_force_from,
        )


def said(code: str, reason: str) -> str:
    """Return the reason.

    Raises:
        EntryReasonMissingError: it has no words.
    """
    words = storable(reason)
    if not words:
        raise EntryReasonMissingError(code)
    return words
