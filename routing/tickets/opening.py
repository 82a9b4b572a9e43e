"""Opening tickets in few statements: every step is taken in memory, then all rows are written.

Each ticket goes from ``draft`` to where it stands at the end of its registration (declined, with a
department, or with a dispatcher) through the same transitions and events as one that is moved step
by step. Nobody else can know the ticket yet, so no row is locked and nothing is read back; for the
same reason there is nothing that clocks or supervision would have to end.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from foundation.clock import Clock
from foundation.database.rows import RowBatch
from foundation.events.outbox import Outbox
from routing.deadlines.rule_packs import LimitClock
from routing.deadlines.service import DeadlineService
from routing.tickets.drafting import drafted
from routing.tickets.events import next_event
from routing.tickets.models import Assignment, AssignmentRole, Ticket, TicketEvent
from routing.tickets.recording import message_of
from routing.tickets.schemas import Actor, NewTicket
from routing.tickets.states import TicketState, check_transition


@dataclass(frozen=True, slots=True)
class Opening:
    """A ticket to be opened and where it goes at once."""

    new: NewTicket
    end: TicketState  # DECLINED, DISPATCHING or DISPATCHED
    lead: str | None = None  # with DISPATCHED
    co: tuple[str, ...] = ()
    linked: Mapping[str, Any] | None = None  # references to the other tickets of the appeal

    def __post_init__(self) -> None:
        if self.new.confidential and self.end is TicketState.DISPATCHED:
            # Our mistake, found before anybody is harmed: a dispatcher confirms first.
            raise ValueError(f"ticket {self.new.ticket_no}: confidential, cannot open dispatched")


@dataclass(slots=True)
class OpenedTicket:
    """A ticket to be written, and what belongs beside it; none of it is in the session."""

    ticket: Ticket
    shares: list[Assignment] = field(default_factory=list)
    events: list[TicketEvent] = field(default_factory=list)


class TicketOpener:
    """Opens the tickets of one appeal; permission and departments are checked before."""

    def __init__(self, clock: Clock, deadlines: DeadlineService, outbox: Outbox) -> None:
        self._clock = clock
        self._deadlines = deadlines
        self._outbox = outbox

    def open(
        self, openings: Sequence[Opening], keys: Sequence[int], actor: Actor
    ) -> list[OpenedTicket]:
        """Return the tickets; ``add_to`` has them written in the same transaction.

        Args:
            openings: what to open.
            keys: unused ones of the table of tickets, as many.
            actor: who opens them.
        """
        now = self._clock.now()
        return [
            self._prepared(one, key, actor, now) for one, key in zip(openings, keys, strict=True)
        ]

    def add_to(self, rows: RowBatch, opened: Sequence[OpenedTicket]) -> None:
        """Add the tickets and what stands beside them: shares, events and their messages."""
        rows.add_rows([one.ticket for one in opened])
        rows.add_rows([share for one in opened for share in one.shares])
        rows.add_rows([event for one in opened for event in one.events])
        messages = [message_of(one.ticket, event) for one in opened for event in one.events]
        self._outbox.add_to(rows, messages)

    def share(
        self, ticket: Ticket, code: str, role: AssignmentRole, now: datetime, *, designated: bool
    ) -> Assignment:
        """Return one department's share with its own clocks."""
        due = self._deadlines.moment_due
        return Assignment(
            ticket_id=ticket.id,
            department_code=code,
            role=role,
            round=ticket.round,
            active=True,
            designated=designated,
            dispatched_at=now,
            accept_due_at=due(LimitClock.ACCEPT, ticket.kind, now),
            first_contact_due_at=due(LimitClock.FIRST_CONTACT, ticket.kind, now),
            send_back_until=due(LimitClock.SEND_BACK, ticket.kind, now),
        )

    def _prepared(self, opening: Opening, key: int, actor: Actor, now: datetime) -> OpenedTicket:
        new = opening.new
        registered_at = new.registered_at or now
        dispatch_due = self._deadlines.moment_due(LimitClock.DISPATCH, new.kind, registered_at)
        ticket = drafted(new, registered_at, dispatch_due)
        ticket.id, ticket.dispatch_count, ticket.round = key, 0, 1
        opened = OpenedTicket(ticket)

        def step(kind: str, target: TicketState, data: Mapping[str, Any]) -> None:
            if target is not ticket.state:
                check_transition(ticket.ticket_no, ticket.state, target)
            opened.events.append(next_event(ticket, kind, target, actor, now, data))

        step(TicketState.REGISTERED.value, TicketState.REGISTERED, new.origin)
        if opening.linked is not None:
            step("linked", TicketState.REGISTERED, opening.linked)
        if opening.end is TicketState.DECLINED:
            step(TicketState.DECLINED.value, TicketState.DECLINED, {})
            return opened
        step(TicketState.DISPATCHING.value, TicketState.DISPATCHING, {})
        if opening.end is TicketState.DISPATCHED and opening.lead is not None:
            co = [code for code in dict.fromkeys(opening.co) if code != opening.lead]
            ticket.dispatch_count = 1
            roles = [(opening.lead, AssignmentRole.LEAD)]
            roles += [(code, AssignmentRole.CO_HANDLING) for code in co]
            opened.shares = [
                self.share(ticket, code, role, now, designated=False) for code, role in roles
            ]
            data = {"lead": opening.lead, "co": co, "dispatch": 1}
            step(TicketState.DISPATCHED.value, TicketState.DISPATCHED, data)
        return opened
