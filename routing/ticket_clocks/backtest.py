"""A rule pack tried on past tickets: what would have been late."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from routing.deadlines.rule_packs import RulePack
from routing.deadlines.service import DeadlineService
from routing.schemas import AppealKind
from routing.ticket_clocks import repository
from routing.ticket_clocks.counting import clock_history, limit_of, ticket_due
from routing.tickets.drafting import due_basis_of
from routing.tickets.models import Assignment, Ticket


@dataclass(frozen=True, slots=True)
class TriedTicket:
    """One past ticket under the rules it had and under those that are tried."""

    ticket_no: str
    kind: AppealKind
    department: str | None  # of the lead that answered, or that has it now
    registered_at: datetime
    answered_at: datetime | None  # None: nobody has answered yet
    due_before: datetime | None
    due_after: datetime | None
    late_before: bool
    late_after: bool

    @property
    def newly_late(self) -> bool:
        """In time as it was, late under the pack."""
        return self.late_after and not self.late_before

    @property
    def no_longer_late(self) -> bool:
        """Late as it was, in time under the pack."""
        return self.late_before and not self.late_after


@dataclass(slots=True)
class Tally:
    """Counts over tickets."""

    tickets: int = 0
    late_before: int = 0
    late_after: int = 0
    newly_late: int = 0
    no_longer_late: int = 0

    def add(self, one: TriedTicket) -> None:
        """Count one ticket."""
        self.tickets += 1
        self.late_before += one.late_before
        self.late_after += one.late_after
        self.newly_late += one.newly_late
        self.no_longer_late += one.no_longer_late


def backtest(
    session: Session,
    deadlines: DeadlineService,
    pack: RulePack,
    begin: datetime,
    end: datetime,
    now: datetime,
) -> Iterator[TriedTicket]:
    """Yield every ticket that was answered, or still waits for an answer, with both due times.

    The pack's limit counts from registration; the ticket's own pauses and approved extensions
    count under it as they did. Late is a first reply of the lead after the due time, or none yet
    while it has passed. Tickets that were declined, answered directly, merged or withdrawn are
    left out: no reply of a department was due.

    Args:
        session: reading.
        deadlines: for the calendar.
        pack: the rules to try.
        begin: registered from.
        end: registered before.
        now: what is still open is judged by.
    """
    tried = deadlines.under(pack)
    for ticket, leads in repository.registered_between(session, begin, end):
        answered = min((one.replied_at for one in leads if one.replied_at), default=None)
        if answered is None and ticket.state not in repository.RUNNING:
            continue
        after = _due_under(session, tried, ticket)
        before, moment = ticket.resolve_due_at, answered or now
        waits = answered is None and ticket.paused_at is not None
        yield TriedTicket(
            ticket_no=ticket.ticket_no,
            kind=ticket.kind,
            department=_department(leads),
            registered_at=ticket.registered_at,
            answered_at=answered,
            due_before=before,
            due_after=after,
            late_before=not waits and before is not None and moment > before,
            late_after=not waits and after is not None and moment > after,
        )


def _due_under(session: Session, tried: DeadlineService, ticket: Ticket) -> datetime | None:
    limit = limit_of(due_basis_of(tried.resolve_due(ticket.kind, ticket.registered_at)))
    if limit is None:
        return None
    pauses = repository.pauses_of(session, ticket.id)
    extensions = repository.extensions_of(session, ticket.id)
    return ticket_due(tried, limit, clock_history(ticket, pauses, extensions)).due_at


def _department(leads: list[Assignment]) -> str | None:
    answered = [one for one in leads if one.replied_at is not None]
    chosen = answered or [one for one in leads if one.active]
    return chosen[0].department_code if chosen else None


def by_kind(tried: Iterable[TriedTicket]) -> Mapping[str, Tally]:
    """Return the counts by kind, in the kinds' order; those without a ticket left out."""
    found: dict[str, Tally] = defaultdict(Tally)
    for one in tried:
        found[one.kind.label].add(one)
    return {kind.label: found[kind.label] for kind in AppealKind if kind.label in found}


def by_department(tried: Iterable[TriedTicket]) -> Mapping[str, Tally]:
    """Return the counts by department, the one with most newly late tickets first."""
    found: dict[str, Tally] = defaultdict(Tally)
    for one in tried:
        found[one.department or "—"].add(one)
    return dict(sorted(found.items(), key=lambda pair: (-pair[1].newly_late, pair[0])))
