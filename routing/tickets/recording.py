"""Every change of a ticket: the transition checked, its event and its outbox row together."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from foundation.clock import Clock
from foundation.events.outbox import Outbox
from routing.tickets.events import append_event
from routing.tickets.models import Ticket
from routing.tickets.schemas import Actor
from routing.tickets.states import TicketState, check_transition


class Recorder:
    """The only code that changes a ticket's state."""

    def __init__(self, clock: Clock, outbox: Outbox) -> None:
        self._clock = clock
        self._outbox = outbox

    def move(
        self,
        session: Session,
        ticket: Ticket,
        target: TicketState,
        actor: Actor,
        data: Mapping[str, Any] | None = None,
    ) -> None:
        """Move the ticket; the event is named after the state it leads to.

        Raises:
            IllegalTransitionError: the table does not hold this move.
        """
        check_transition(ticket.ticket_no, ticket.state, target)
        self._record(session, ticket, target.value, target, actor, data or {})

    def note(
        self, session: Session, ticket: Ticket, kind: str, actor: Actor, data: Mapping[str, Any]
    ) -> None:
        """Record what changes no state, e.g. that protected data was read."""
        self._record(session, ticket, kind, ticket.state, actor, data)

    def _record(
        self,
        session: Session,
        ticket: Ticket,
        kind: str,
        target: TicketState,
        actor: Actor,
        data: Mapping[str, Any],
    ) -> None:
        event = append_event(session, ticket, kind, target, actor, self._clock.now(), data)
        payload = {
            "ticket_no": ticket.ticket_no,
            "seq": event.seq,
            "state": target.value,
            "department": data.get("department") or data.get("lead"),
        }
        key = f"ticket:{ticket.ticket_no}:{event.seq}"
        self._outbox.enqueue(session, f"ticket.{kind}", key, payload)
