"""Supervision records as their readers may see them; the reach is part of every query, in SQL.

What one side wrote is shown to the other with the names and numbers of the ticket's informants
hidden. Its own words each side reads as it wrote them: were they hidden there, whoever writes could
learn a name by trying.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, false, func, select, true
from sqlalchemy.orm import Session

from routing.appeals.models import InformantVault
from routing.appeals.outgoing import hidden
from routing.appeals.repository import informants_of_tickets
from routing.deadlines.rule_packs import LimitClock
from routing.schemas import AppealKind
from routing.supervision.models import Reminder, SupervisionCard, SupervisionOrder
from routing.supervision.states import LIVE, CardColour, CloseReason, OrderCause, RecordState
from routing.tickets.errors import TicketNotFoundError
from routing.tickets.listing import TicketReach, require_reach
from routing.tickets.models import Assignment, Ticket
from routing.tickets.repository import by_ticket_no
from routing.tickets.states import TicketState

PAGE = 50
LONGEST_PAGE = 200

Table = type[SupervisionCard] | type[Reminder] | type[SupervisionOrder]


@dataclass(frozen=True, slots=True)
class RecordFilter:
    """What is looked for; live records unless ``ended``."""

    colours: tuple[CardColour, ...] = ()
    clocks: tuple[LimitClock, ...] = ()
    states: tuple[RecordState, ...] = LIVE
    department: str | None = None
    district: str | None = None
    late: datetime | None = None  # reminders and orders not answered until then


@dataclass(frozen=True, slots=True)
class TicketLine:
    """The ticket that a record stands beside, in a line."""

    ticket_no: str
    version: int
    state: TicketState
    kind: AppealKind
    title: str
    category: str | None
    district: str | None
    urgent: bool
    confidential: bool
    registered_at: datetime
    waiting: bool  # for the citizen: the clock stands


@dataclass(frozen=True, slots=True)
class Ending:
    """How a record stands, and how it ended."""

    state: RecordState
    closed_at: datetime | None
    close_reason: CloseReason | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What the department said; all ``None`` while it has not."""

    text: str | None
    at: datetime | None


@dataclass(frozen=True, slots=True)
class CardView:
    """One card."""

    id: int
    ticket: TicketLine
    department: str | None
    clock: LimitClock
    colour: CardColour
    due_at: datetime
    at: datetime
    answer: Answer
    ending: Ending


@dataclass(frozen=True, slots=True)
class ReminderView:
    """One reminder."""

    id: int
    ticket: TicketLine
    department: str
    number: int
    text: str
    at: datetime
    answer_due_at: datetime
    unanswered: bool
    answer: Answer
    ending: Ending


@dataclass(frozen=True, slots=True)
class OrderView:
    """One supervision order."""

    id: int
    ticket: TicketLine
    department: str
    cause: OrderCause
    text: str
    at: datetime
    reply_due_at: datetime
    due_provisional: bool
    overdue: bool
    refusals: int
    decision: str | None
    answer: Answer
    ending: Ending


@dataclass(frozen=True, slots=True)
class TicketRecords:
    """Everything on one ticket, the newest first."""

    ticket_no: str
    version: int
    cards: tuple[CardView, ...]
    reminders: tuple[ReminderView, ...]
    orders: tuple[OrderView, ...]


def cards(
    session: Session,
    reach: TicketReach,
    wanted: RecordFilter | None = None,
    limit: int = PAGE,
    offset: int = 0,
) -> list[CardView]:
    """Return one page of cards: red before yellow, then the earliest due."""
    query = _scoped(SupervisionCard, reach, wanted or RecordFilter()).order_by(
        SupervisionCard.colour, SupervisionCard.due_at, SupervisionCard.id
    )
    reader = _Reader(session, reach, _page(session, query, limit, offset))
    return [reader.card(record, ticket) for record, ticket in reader.rows]


def count(session: Session, table: Table, reach: TicketReach, wanted: RecordFilter) -> int:
    """Return how many records all pages hold."""
    query = _scoped(table, reach, wanted).with_only_columns(func.count(table.id))
    return session.scalar(query) or 0


def reminders(
    session: Session,
    reach: TicketReach,
    wanted: RecordFilter | None = None,
    limit: int = PAGE,
    offset: int = 0,
) -> list[ReminderView]:
    """Return one page of reminders, the one to be answered first comes first."""
    query = _scoped(Reminder, reach, wanted or RecordFilter()).order_by(
        Reminder.answer_due_at, Reminder.id
    )
    reader = _Reader(session, reach, _page(session, query, limit, offset))
    return [reader.reminder(record, ticket) for record, ticket in reader.rows]


def orders(
    session: Session,
    reach: TicketReach,
    wanted: RecordFilter | None = None,
    limit: int = PAGE,
    offset: int = 0,
) -> list[OrderView]:
    """Return one page of orders, the one to be answered first comes first."""
    query = _scoped(SupervisionOrder, reach, wanted or RecordFilter()).order_by(
        SupervisionOrder.reply_due_at, SupervisionOrder.id
    )
    reader = _Reader(session, reach, _page(session, query, limit, offset))
    return [reader.order(record, ticket) for record, ticket in reader.rows]


def ticket_records(session: Session, ticket_no: str, reach: TicketReach) -> TicketRecords:
    """Return all records of one ticket: every one for the hotline, its own for a department.

    Raises:
        TicketNotFoundError: there is none, or it is out of reach: the reader cannot tell which.
    """
    require_reach(session, ticket_no, reach)
    ticket = by_ticket_no(session, ticket_no)
    if ticket is None:
        raise TicketNotFoundError(ticket_no)
    everything = RecordFilter(states=tuple(RecordState))

    def found(table: Table) -> list[tuple[Any, Ticket]]:
        query = _scoped(table, reach, everything).where(Ticket.id == ticket.id)
        return _page(session, query.order_by(table.id.desc()), LONGEST_PAGE, 0)

    reader = _Reader(session, reach, [(None, ticket)])
    return TicketRecords(
        ticket_no,
        ticket.version,
        tuple(reader.card(record, ticket) for record, _ in found(SupervisionCard)),
        tuple(reader.reminder(record, ticket) for record, _ in found(Reminder)),
        tuple(reader.order(record, ticket) for record, _ in found(SupervisionOrder)),
    )


def live_colours(session: Session, department_code: str) -> dict[str, CardColour]:
    """Return the most severe live card of each of a department's tickets, by ticket number."""
    query = (
        select(Ticket.ticket_no, func.min(SupervisionCard.colour))
        .join(Ticket, Ticket.id == SupervisionCard.ticket_id)
        .where(
            SupervisionCard.department_code == department_code,
            SupervisionCard.state.in_(LIVE),
        )
        .group_by(Ticket.ticket_no)
    )
    return {number: CardColour(colour) for number, colour in session.execute(query)}


def waiting_for_answer(session: Session, department_code: str) -> dict[str, int]:
    """Return how many reminders and orders a department has to answer, by ticket number."""
    found: dict[str, int] = {}
    for table in (Reminder, SupervisionOrder):
        query = (
            select(Ticket.ticket_no, func.count(table.id))
            .join(Ticket, Ticket.id == table.ticket_id)
            .where(table.department_code == department_code, table.state == RecordState.OPEN)
            .group_by(Ticket.ticket_no)
        )
        for number, waiting in session.execute(query):
            found[number] = found.get(number, 0) + waiting
    return found


def _scoped(table: Table, reach: TicketReach, wanted: RecordFilter) -> Select[Any, Ticket]:
    """Return the query that every list begins with: within reach, as wanted."""
    query: Select[Any, Ticket] = select(table, Ticket).join(Ticket, Ticket.id == table.ticket_id)
    return query.where(_within(table, reach), *_conditions(table, wanted))


def _within(table: Table, reach: TicketReach) -> ColumnElement[bool]:
    """Return what a reader may see: all, or what is addressed to a share that is still theirs."""
    if reach.everything:
        return true()
    if reach.department is None:
        return false()
    return exists().where(
        Assignment.id == table.assignment_id,
        Assignment.active,
        Assignment.department_code == reach.department,
    )


def _conditions(table: Table, wanted: RecordFilter) -> Iterable[ColumnElement[bool]]:
    # The words of the partial index, so that it is used.
    yield table.state.in_(wanted.states)
    if wanted.department is not None:
        yield table.department_code == wanted.department
    if wanted.district is not None:
        yield Ticket.district == wanted.district
    if table is SupervisionCard:
        if wanted.colours:
            yield SupervisionCard.colour.in_(wanted.colours)
        if wanted.clocks:
            yield SupervisionCard.clock.in_(wanted.clocks)
    elif wanted.late is not None:
        due = Reminder.answer_due_at if table is Reminder else SupervisionOrder.reply_due_at
        yield table.state == RecordState.OPEN
        yield due < wanted.late


def _page(
    session: Session, query: Select[Any, Ticket], limit: int, offset: int
) -> list[tuple[Any, Ticket]]:
    found = query.limit(max(1, min(limit, LONGEST_PAGE))).offset(max(0, offset))
    return [(record, ticket) for record, ticket in session.execute(found)]


class _Reader:
    """Turns rows into what a reader may see; informants are looked up once for all of them."""

    def __init__(
        self, session: Session, reach: TicketReach, rows: Sequence[tuple[Any, Ticket]]
    ) -> None:
        self.rows = rows
        self._hotline = reach.everything
        ids = {ticket.id for _, ticket in rows if ticket.confidential}
        self.informants: dict[int, list[InformantVault]] = (
            informants_of_tickets(session, ids) if ids else {}
        )

    def card(self, record: SupervisionCard, ticket: Ticket) -> CardView:
        return CardView(
            id=record.id,
            ticket=_line(ticket),
            department=record.department_code,
            clock=record.clock,
            colour=record.colour,
            due_at=record.due_at,
            at=record.at,
            answer=self._answer(record),
            ending=_ending(record),
        )

    def reminder(self, record: Reminder, ticket: Ticket) -> ReminderView:
        return ReminderView(
            id=record.id,
            ticket=_line(ticket),
            department=record.department_code,
            number=record.number,
            text=self._from_hotline(record.ticket_id, record.text),
            at=record.at,
            answer_due_at=record.answer_due_at,
            unanswered=record.unanswered_at is not None,
            answer=self._answer(record),
            ending=_ending(record),
        )

    def order(self, record: SupervisionOrder, ticket: Ticket) -> OrderView:
        decision = record.decision
        return OrderView(
            id=record.id,
            ticket=_line(ticket),
            department=record.department_code,
            cause=record.cause,
            text=self._from_hotline(record.ticket_id, record.text),
            at=record.at,
            reply_due_at=record.reply_due_at,
            due_provisional=record.due_provisional,
            overdue=record.overdue_at is not None,
            refusals=record.refusals,
            decision=None if decision is None else self._from_hotline(record.ticket_id, decision),
            answer=self._answer(record),
            ending=_ending(record),
        )

    def _from_hotline(self, ticket_id: int, text: str) -> str:
        return text if self._hotline else hidden(text, self.informants.get(ticket_id, ()))

    def _answer(self, record: SupervisionCard | Reminder | SupervisionOrder) -> Answer:
        text = record.reply
        if text is not None and self._hotline:
            text = hidden(text, self.informants.get(record.ticket_id, ()))
        return Answer(text, record.replied_at)


def _ending(record: SupervisionCard | Reminder | SupervisionOrder) -> Ending:
    return Ending(record.state, record.closed_at, record.close_reason)


def _line(ticket: Ticket) -> TicketLine:
    return TicketLine(
        ticket_no=ticket.ticket_no,
        version=ticket.version,
        state=ticket.state,
        kind=ticket.kind,
        title=ticket.title,
        category=ticket.category,
        district=ticket.district,
        urgent=ticket.urgent,
        confidential=ticket.confidential,
        registered_at=ticket.registered_at,
        waiting=ticket.paused_at is not None,
    )
