"""The due time of one ticket from what it rests on: limit, pauses, approved extensions.

A ticket that took another's due time over, in a merge or a split, keeps what that rests on under
``taken_over`` in its ``due_basis``; counted again, it ends where the other would have ended.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from routing.deadlines.counting import LimitUnit, Pause, RollOver
from routing.deadlines.derivation import moment_words
from routing.deadlines.service import DeadlineService
from routing.ticket_clocks.models import Extension, ExtensionState, TicketPause
from routing.tickets.models import Ticket

_LABEL = re.compile(r"([\d.]+)(\D+)")


@dataclass(frozen=True, slots=True)
class TicketLimit:
    """What a ticket's resolve clock counts."""

    amount: float
    unit: LimitUnit
    roll_over: RollOver = RollOver.NONE


@dataclass(frozen=True, slots=True)
class ClockHistory:
    """What a resolve clock has gone through."""

    start: datetime
    pauses: tuple[Pause, ...] = ()
    granted_days: tuple[int, ...] = ()  # working days of each approved extension, in order

    def kept(self, at: datetime) -> dict[str, Any]:
        """Return it as a ``due_basis`` keeps what was taken over at a moment."""
        return {
            "at": at.isoformat(),
            "start": self.start.isoformat(),
            "pauses": [[one.start.isoformat(), one.end.isoformat()] for one in self.pauses],
            "granted_days": list(self.granted_days),
        }


@dataclass(frozen=True, slots=True)
class TicketDue:
    """When a ticket is due, and how that was found."""

    due_at: datetime
    provisional: bool
    derivation: tuple[str, ...]  # Chinese, line by line; without the rule


def limit_of(basis: Mapping[str, Any]) -> TicketLimit | None:
    """Return the limit that a ticket's ``due_basis`` keeps; ``None`` where it has none."""
    if basis.get("amount") is not None:
        return TicketLimit(
            basis["amount"], LimitUnit(basis["unit"]), RollOver(basis.get("roll_over", "none"))
        )
    # Kept by an earlier version, which knew no roll-over: 15个工作日.
    found = _LABEL.fullmatch(basis.get("limit") or "")
    units = {unit.label: unit for unit in LimitUnit}
    if found is None or found[2] not in units:
        return None
    return TicketLimit(float(found[1]), units[found[2]])


def clock_history(
    ticket: Ticket,
    pauses: Sequence[TicketPause],
    extensions: Sequence[Extension],
    until: datetime | None = None,
) -> ClockHistory:
    """Return what a ticket's clock has gone through, its own and what it took over.

    Args:
        ticket: which.
        pauses: of the ticket; one that goes on has not moved anything yet.
        extensions: requests for the ticket, in order, whatever became of them.
        until: count a pause that goes on as ended then.
    """
    taken = ticket.due_basis.get("taken_over")
    own = [
        Pause(one.started_at, end) for one in pauses if (end := one.ended_at or until) is not None
    ]
    granted = [one for one in extensions if one.state is ExtensionState.APPROVED]
    if taken is None:
        return ClockHistory(ticket.registered_at, tuple(own), tuple(map(_days, granted)))
    # Until then another clock ran: what stood still or was granted here had no part in it.
    at = datetime.fromisoformat(taken["at"])
    before = [Pause(*map(datetime.fromisoformat, pair)) for pair in taken["pauses"]]
    since = [one for one in own if one.start >= at]
    later = [_days(one) for one in granted if one.decided_at is not None and one.decided_at > at]
    return ClockHistory(
        datetime.fromisoformat(taken["start"]),
        (*before, *since),
        (*taken["granted_days"], *later),
    )


def _days(extension: Extension) -> int:
    return extension.granted_working_days or extension.working_days


def dispatch_start(ticket: Ticket) -> datetime:
    """Return from when the time for dispatching a ticket counts."""
    kept = ticket.due_basis.get("dispatch_from")
    return ticket.registered_at if kept is None else datetime.fromisoformat(kept)


def kept_starts(basis: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a ``due_basis`` keeps whichever rules it is counted by."""
    return {name: basis[name] for name in ("taken_over", "dispatch_from") if name in basis}


def ticket_due(deadlines: DeadlineService, limit: TicketLimit, history: ClockHistory) -> TicketDue:
    """Count a ticket's limit, then each approved extension from where the one before ended.

    Raises:
        UncountableAmountError: the limit, or an extension, is none.
    """
    start, pauses = history.start, history.pauses
    counted = deadlines.count(start, limit.unit, limit.amount, limit.roll_over, pauses)
    lines, due, provisional = list(counted.derivation), counted.due_at, counted.provisional
    for days in history.granted_days:
        added = deadlines.count(due, LimitUnit.WORKING_DAYS, days, pauses=pauses)
        lines.append(f"经批准延期{days}个工作日，自原时限{moment_words(due)}之后续计：")
        lines += added.derivation[1:]
        due, provisional = added.due_at, provisional or added.provisional
    return TicketDue(due, provisional, tuple(lines))
