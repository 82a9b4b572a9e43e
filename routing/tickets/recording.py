"""Every change of a ticket: the transition checked, its event and its outbox row together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy.orm import Session

from foundation.clock import Clock
from foundation.events.outbox import NewMessage, Outbox
from routing.finding.documents import follow
from routing.tickets.errors import ArchivedError
from routing.tickets.events import append_event
from routing.tickets.models import Ticket, TicketEvent
from routing.tickets.schemas import SYSTEM, Actor
from routing.tickets.states import TicketState, check_transition


class MoveListener(Protocol):
    """Who must know, in the same transaction, that a ticket has moved."""

    def moved(self, session: Session, ticket: Ticket, source: TicketState, actor: Actor) -> None:
        """Note the move from ``source`` to the ticket's present state."""
        ...


@dataclass(frozen=True, slots=True)
class Note:
    """Something to be recorded of a ticket that changes no state."""

    ticket: Ticket
    kind: str
    data: Mapping[str, Any]


class Recorder:
    """The only code that changes a ticket's state."""

    def __init__(
        self, clock: Clock, outbox: Outbox, listeners: Sequence[MoveListener] = ()
    ) -> None:
        self._clock = clock
        self._outbox = outbox
        self._listeners = tuple(listeners)

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
        source = ticket.state
        check_transition(ticket.ticket_no, source, target)
        self._record(session, ticket, target.value, target, actor, data or {})
        for listener in self._listeners:
            listener.moved(session, ticket, source, actor)

    def note(
        self, session: Session, ticket: Ticket, kind: str, actor: Actor, data: Mapping[str, Any]
    ) -> None:
        """Record what changes no state, e.g. that protected data was read.

        Raises:
            ArchivedError: people only read an archived ticket.
        """
        _check_open(ticket, kind, actor)
        self._record(session, ticket, kind, ticket.state, actor, data)

    def note_all(
        self, session: Session, notes: Sequence[Note], actor: Actor, *, quiet: bool
    ) -> list[TicketEvent]:
        """Record many things at once; return the event of each, in their order.

        ``quiet``: nobody's reading of a ticket grows stale by them.
        """
        for one in notes:
            _check_open(one.ticket, one.kind, actor)
        now = self._clock.now()
        events = [
            append_event(
                session, one.ticket, one.kind, one.ticket.state, actor, now, one.data, quiet=quiet
            )
            for one in notes
        ]
        self._outbox.enqueue_all(
            session,
            [message_of(one.ticket, event) for one, event in zip(notes, events, strict=True)],
        )
        return events

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
        follow(session, ticket, kind)
        message = message_of(ticket, event)
        self._outbox.enqueue(session, message.topic, message.key, message.payload)


# Readings that leave a trace, and a reply that others may learn from.
_OF_ARCHIVED = frozenset({"contact_read", "vault_opened", "learned"})


def _check_open(ticket: Ticket, kind: str, actor: Actor) -> None:
    if ticket.state is TicketState.ARCHIVED and actor != SYSTEM and kind not in _OF_ARCHIVED:
        raise ArchivedError(ticket.ticket_no, kind)


def message_of(ticket: Ticket, event: TicketEvent) -> NewMessage:
    """Return the outbox message that tells of an event."""
    payload = {
        "ticket_no": ticket.ticket_no,
        "seq": event.seq,
        "state": event.to_state.value,
        "department": event.data.get("department") or event.data.get("lead"),
    }
    return NewMessage(f"ticket.{event.kind}", f"ticket:{ticket.ticket_no}:{event.seq}", payload)
