"""Search, saved filters and export; whoever calls says how far its reader reaches."""

from dataclasses import replace
from datetime import datetime, time, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from foundation.clock import SHANGHAI, Clock
from foundation.text.storable import storable
from routing.deadlines.service import DeadlineService
from routing.finding.errors import (
    NothingToFindError,
    SavedFilterNotFoundError,
    TooManyFiltersError,
)
from routing.finding.models import SavedFilter
from routing.finding.schemas import Due, KeptFilter, TicketQuery
from routing.finding.words import QueryReader
from routing.tickets.listing import PAGE, TicketFilter, TicketReach, TicketRow, listed

MOST_FILTERS = 30
MOST_EXPORTED = 10_000
_NAME_CHARACTERS = 40
_LONGEST_REST = 15  # calendar days that any row of holidays stays under


class Finding:
    """Finds tickets."""

    def __init__(self, clock: Clock, deadlines: DeadlineService, reader: QueryReader) -> None:
        self._clock = clock
        self._deadlines = deadlines
        self._reader = reader

    def listed(
        self,
        session: Session,
        reach: TicketReach,
        query: TicketQuery,
        after: str | None = None,
        limit: int = PAGE,
    ) -> list[TicketRow]:
        """Return one page of what is wanted within ``reach``: the newest first.

        Where words are looked for, before that what answers them best: in its number, its title,
        its words.

        Raises:
            NothingToFindError: words were given, and none can be looked for.
        """
        return listed(session, reach, self.filter_of(query), after, limit)

    def filter_of(self, query: TicketQuery) -> TicketFilter:
        """Return what SQL is asked for; raises as ``listed``."""
        now = self._clock.now()
        before, after = query.due_before, None
        if query.due is Due.OVERDUE:
            before = min(now, before) if before else now
        elif query.due is Due.SOON:
            soon = self._soon(now)
            before, after = min(soon, before) if before else soon, now
        terms = self._reader.terms(query.q) if query.q else ()
        if query.q and not terms:
            raise NothingToFindError
        return TicketFilter(
            states=query.state,
            kinds=query.kind,
            district=query.district,
            urgent=query.urgent,
            due_before=before,
            due_after=after,
            running=query.due is not None,
            category=query.category,
            department=query.department,
            card=query.card,
            terms=terms,
        )

    def export_rows(
        self, session: Session, reach: TicketReach, query: TicketQuery
    ) -> list[TicketRow]:
        """Return everything wanted, the newest first, at most ``MOST_EXPORTED`` rows."""
        rows, after = list[TicketRow](), None
        wanted = replace(self.filter_of(query), best_first=False)
        while len(rows) < MOST_EXPORTED:
            page = listed(session, reach, wanted, after, limit=200)
            rows += page
            if len(page) < 200:  # noqa: PLR2004 -- the page asked for
                break
            after = page[-1].ticket_no
        return rows[:MOST_EXPORTED]

    def kept(self, session: Session, account_id: str) -> list[KeptFilter]:
        """Return the account's filters by name."""
        query = select(SavedFilter).where(SavedFilter.account_id == account_id)
        rows = session.scalars(query.order_by(SavedFilter.name))
        return [_kept(row) for row in rows]

    def one_kept(self, session: Session, account_id: str, filter_id: int) -> KeptFilter:
        """Return one of them; raises ``SavedFilterNotFoundError``."""
        row = session.get(SavedFilter, filter_id)
        if row is None or row.account_id != account_id:
            raise SavedFilterNotFoundError(filter_id)
        return _kept(row)

    def keep(self, session: Session, account_id: str, name: str, query: TicketQuery) -> KeptFilter:
        """Keep a filter under a name; the same name is written over.

        Raises:
            TooManyFiltersError: there are ``MOST_FILTERS`` already.
        """
        name = storable(name, _NAME_CHARACTERS)
        own = SavedFilter.account_id == account_id
        row = session.scalars(select(SavedFilter).where(own, SavedFilter.name == name)).first()
        if row is None:
            count = session.scalar(select(func.count()).select_from(SavedFilter).where(own)) or 0
            if count >= MOST_FILTERS:
                raise TooManyFiltersError(account_id)
            row = SavedFilter(account_id=account_id, name=name, created_at=self._clock.now())
            session.add(row)
        row.query = query.model_dump(mode="json", exclude_defaults=True)
        session.flush()
        return _kept(row)

    def drop(self, session: Session, account_id: str, filter_id: int) -> None:
        """Remove one of the account's filters; raises ``SavedFilterNotFoundError``."""
        own = SavedFilter.id == filter_id, SavedFilter.account_id == account_id
        gone = session.execute(delete(SavedFilter).where(*own).returning(SavedFilter.id))
        if gone.first() is None:
            raise SavedFilterNotFoundError(filter_id)

    def _soon(self, now: datetime) -> datetime:
        """Return the last moment that is still within the next working day."""
        local = now.astimezone(SHANGHAI)
        last = datetime.combine(local.date(), time.max, SHANGHAI)
        for _ in range(_LONGEST_REST):
            following = last + timedelta(days=1)
            if self._deadlines.working_days_left(now, following) > 1:
                break
            last = following
        return last


def _kept(row: SavedFilter) -> KeptFilter:
    return KeptFilter(row.id, row.name, TicketQuery.model_validate(row.query))
