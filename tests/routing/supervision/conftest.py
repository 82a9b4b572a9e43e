"""A casework with supervision, and what tests of it do again and again."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.clock import FixedClock
from foundation.database.session import Database
from foundation.events.models import OutboxMessage
from routing.appeals.assembly import Casework
from routing.supervision.models import Reminder, SupervisionCard, SupervisionOrder
from routing.supervision.telling import TOLD
from routing.supervision.tick import SupervisionTick
from routing.tickets.models import Ticket, TicketEvent
from tests.casework_fixtures import Register


@dataclass
class Office:
    """The services over one database."""

    database: Database
    casework: Casework
    clock: FixedClock
    tick: SupervisionTick
    register: Register

    def do(self, act: Callable[[Session], Any]) -> Any:
        with self.database.transaction() as session:
            return act(session)

    def rows(self, table: Any) -> list[Any]:
        with self.database.reading() as session:
            return list(session.scalars(select(table).order_by(table.id)))

    def cards(self) -> list[tuple[str, str, str | None, str | None]]:
        return [
            (one.colour.value, one.state.value, one.department_code, one.close_reason)
            for one in self.rows(SupervisionCard)
        ]

    def orders(self) -> list[SupervisionOrder]:
        return self.rows(SupervisionOrder)

    def reminders(self) -> list[Reminder]:
        return self.rows(Reminder)

    def ticket(self, ticket_no: str) -> Ticket:
        with self.database.reading() as session:
            return session.scalars(select(Ticket).where(Ticket.ticket_no == ticket_no)).one()

    def kinds(self, ticket_no: str) -> list[str]:
        with self.database.reading() as session:
            query = (
                select(TicketEvent.kind)
                .join(Ticket, Ticket.id == TicketEvent.ticket_id)
                .where(Ticket.ticket_no == ticket_no)
                .order_by(TicketEvent.seq)
            )
            return list(session.scalars(query))

    def told(self) -> list[tuple[str, list[str], str | None]]:
        with self.database.reading() as session:
            query = select(OutboxMessage).where(OutboxMessage.topic == TOLD)
            messages = session.scalars(query.order_by(OutboxMessage.id)).all()
        return [
            (one.payload["kind"], one.payload["roles"], one.payload["department"])
            for one in messages
        ]


@pytest.fixture
def office(database: Database, casework: Casework, clock: FixedClock, register: Register) -> Office:
    tick = SupervisionTick(database, clock, casework.supervision.booking, batch=2)
    return Office(database, casework, clock, tick, register)
