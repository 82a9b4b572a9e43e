"""Steps of the tests on the clocks of tickets."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.clock import SHANGHAI
from foundation.database.session import Database
from foundation.events.models import OutboxMessage
from routing.appeals.assembly import Casework
from routing.tickets.models import Ticket, TicketEvent
from routing.tickets.states import TicketState
from tests.casework_fixtures import (
    CITY_MANAGEMENT,
)


def ticket_row(session: Session, ticket_no: str) -> Ticket:
    return session.scalars(select(Ticket).where(Ticket.ticket_no == ticket_no)).one()


def due_of(database: Database, ticket_no: str) -> datetime | None:
    with database.reading() as session:
        return ticket_row(session, ticket_no).resolve_due_at


def events(database: Database, ticket_no: str, kind: str) -> list[dict[str, Any]]:
    with database.reading() as session:
        query = (
            select(TicketEvent.data)
            .join(Ticket, Ticket.id == TicketEvent.ticket_id)
            .where(Ticket.ticket_no == ticket_no, TicketEvent.kind == kind)
            .order_by(TicketEvent.seq)
        )
        return list(session.scalars(query))


def told(database: Database) -> list[str]:
    with database.reading() as session:
        query = (
            select(OutboxMessage.payload)
            .where(OutboxMessage.topic == "appeal.due_moved")
            .order_by(OutboxMessage.id)
        )
        return [payload["text"] for payload in session.scalars(query)]


def at(day: int, hour: int = 10, month: int = 12) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=SHANGHAI)


def move(database: Database, casework: Casework, ticket_no: str, target: TicketState) -> None:
    with database.transaction() as session:
        casework.tickets.advance(session, ticket_no, target, CITY_MANAGEMENT)


def handle(database: Database, casework: Casework, ticket_no: str) -> None:
    with database.transaction() as session:
        casework.tickets.accept(session, ticket_no, CITY_MANAGEMENT)
        casework.tickets.start_handling(session, ticket_no, CITY_MANAGEMENT)
