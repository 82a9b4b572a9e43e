"""How a ticket ends without a department: declined (不予受理) by a dispatcher, or archived (归档).

Permission is the caller's question. Every method takes the caller's transaction and only flushes.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from foundation.clock import Clock
from foundation.events.outbox import Outbox
from foundation.text.personal_information import mask
from foundation.text.storable import storable
from knowledge_base.schema import Department
from routing.appeals.announcing import CitizenAnnouncer
from routing.supervision.models import SupervisionOrder
from routing.supervision.states import LIVE
from routing.tickets import repository
from routing.tickets.errors import (
    ArchiveRefusedError,
    DeclineIncompleteError,
    IllegalTransitionError,
)
from routing.tickets.models import SendBackState, Ticket, TicketEvent
from routing.tickets.recording import MoveListener, Recorder
from routing.tickets.schemas import SYSTEM, Actor
from routing.tickets.states import TicketState, check_transition

_TEXT_CHARACTERS = 1_000
BATCH = 200  # tickets archived in one transaction


class Closing:
    """Declines and archives."""

    def __init__(
        self,
        clock: Clock,
        outbox: Outbox,
        departments: Mapping[str, Department],
        listeners: Sequence[MoveListener] = (),
    ) -> None:
        self._clock = clock
        self._departments = departments
        self._recorder = Recorder(clock, outbox, listeners)
        self._announcer = CitizenAnnouncer(outbox)

    def decline(
        self,
        session: Session,
        ticket_no: str,
        channel: str,
        reason: str,
        actor: Actor,
        version: int | None = None,
    ) -> Ticket:
        """Decline a ticket (不予受理): its citizens are told why, and where to turn.

        Args:
            session: a writing transaction.
            ticket_no: which waits for a dispatcher.
            channel: code of the body that the citizen is to turn to; it need not take tickets.
            reason: why the hotline does not take it; the citizen reads it.
            actor: the dispatcher.
            version: the one the reader loaded.

        Raises:
            TicketNotFoundError, StaleVersionError: none of this number, or changed since.
            DeclineIncompleteError: no reason, or no such body.
            IllegalTransitionError: it does not wait for a dispatcher, or was answered before: who
                disagreed with a reply is owed another one.
        """
        ticket = repository.locked_ticket(session, ticket_no, version)
        said = storable(reason, _TEXT_CHARACTERS)
        body = self._departments.get(channel)
        if not said or body is None:
            raise DeclineIncompleteError(ticket_no)
        check_transition(ticket_no, ticket.state, TicketState.DECLINED)
        if ticket.round > 1:
            raise IllegalTransitionError(
                ticket_no, ticket.state, TicketState.DECLINED, ticket.state.label
            )
        for record in repository.open_send_backs(session, ticket.id):
            record.state, record.decided_at = SendBackState.APPROVED, self._clock.now()
        ticket.declined_to, ticket.decline_reason = channel, said
        data = {"channel": channel, "reason": mask(said)}
        self._recorder.move(session, ticket, TicketState.DECLINED, actor, data)
        told = f"这件事热线不能受理：{said}\n请您向{body.name}反映。"
        self._announcer.tell(session, ticket, told)
        return ticket

    def archive(
        self, session: Session, ticket_no: str, actor: Actor, version: int | None = None
    ) -> Ticket:
        """Archive a resolved ticket (归档): from now on it can only be read.

        Raises:
            TicketNotFoundError, StaleVersionError: none of this number, or changed since.
            IllegalTransitionError: it is not resolved.
            ArchiveRefusedError: a supervision order is not settled, so neither is what it asks for.
        """
        ticket = repository.locked_ticket(session, ticket_no, version)
        check_transition(ticket_no, ticket.state, TicketState.ARCHIVED)
        if session.scalar(select(_order_is_live(ticket.id))):
            raise ArchiveRefusedError(ticket_no)
        self._recorder.move(session, ticket, TicketState.ARCHIVED, actor)
        return ticket

    def archive_old(self, session: Session, before: datetime, limit: int = BATCH) -> int:
        """Archive tickets that were resolved before a moment; return how many.

        Those with an unsettled supervision order stay until it is settled.
        """
        found = resolved_before(session, before, limit)
        for ticket_no in found:
            self.archive(session, ticket_no, SYSTEM)
        session.flush()
        return len(found)


def resolved_before(session: Session, before: datetime, limit: int = BATCH) -> list[str]:
    """Return what may be archived of what was resolved before a moment, the oldest key first."""
    later = exists().where(
        TicketEvent.ticket_id == Ticket.id,
        TicketEvent.kind == TicketState.RESOLVED.value,
        TicketEvent.at >= before,
    )
    query = (
        select(Ticket.ticket_no)
        .where(Ticket.state == TicketState.RESOLVED, ~later, ~_order_is_live(Ticket.id))
        .order_by(Ticket.id)
        .limit(limit)
    )
    return list(session.scalars(query))


def _order_is_live(ticket_id: object) -> ColumnElement[bool]:
    return exists().where(SupervisionOrder.ticket_id == ticket_id, SupervisionOrder.state.in_(LIVE))
