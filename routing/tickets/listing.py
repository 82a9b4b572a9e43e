"""Tickets as their readers may see them: the reach is part of the query, in SQL.

A handling department reads words only: no appeal's number, no channel, nobody's identity.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, literal, or_, select, true, tuple_
from sqlalchemy.orm import Session

from routing.appeals import repository as appeals
from routing.appeals.outgoing import outgoing_reply
from routing.finding.documents import HOTLINE
from routing.finding.matching import holds, relevance
from routing.finding.words import Term
from routing.promises import repository as promises
from routing.schemas import AppealKind
from routing.supervision.models import SupervisionCard
from routing.supervision.states import LIVE, CardColour
from routing.tickets import repository
from routing.tickets.errors import TicketNotFoundError
from routing.tickets.models import Assignment, AssignmentRole, Ticket
from routing.tickets.round_due import RoundDue, round_due, round_dues
from routing.tickets.schemas import PromiseView, Sibling, TimelineEntry
from routing.tickets.states import RUNNING, TicketState
from routing.tickets.views import (
    FOR_DEPARTMENTS,
    department_timeline,
    promise_view,
    siblings,
    timeline,
)

PAGE = 50
LONGEST_PAGE = 200
# What of an event's data the hotline sees; the words of replies stand with their shares.
_FOR_HOTLINE = (
    *FOR_DEPARTMENTS,
    *("note", "into", "from", "ticket", "tickets", "appeal", "appeals", "entry"),
    *("version", "removed", "why", "message", "asked_by"),
)


@dataclass(frozen=True, slots=True)
class TicketReach:
    """Which tickets somebody may read; parts add up."""

    everything: bool = False
    department: str | None = None  # with an active share of
    answered: bool = False  # by their lead, in the present round

    @property
    def hotline(self) -> bool:
        """Whether the reader is the hotline's, not only a department's."""
        return self.everything or self.answered


@dataclass(frozen=True, slots=True)
class TicketFilter:
    """What is looked for."""

    states: tuple[TicketState, ...] = ()
    kinds: tuple[AppealKind, ...] = ()
    district: str | None = None
    urgent: bool | None = None
    due_before: datetime | None = None
    due_after: datetime | None = None
    running: bool = False  # only what has a clock that runs
    category: str | None = None  # a code or the beginning of one, or of the name
    department: str | None = None  # with an active share of it
    card: CardColour | None = None  # with a live card of this colour
    terms: tuple[Term, ...] = ()  # all of them are found in what the reader may read
    best_first: bool = True  # where there are terms; otherwise the newest first


@dataclass(frozen=True, slots=True)
class TicketRow:
    """One line of a list."""

    ticket_no: str
    version: int
    state: TicketState
    kind: AppealKind
    category: str | None
    title: str
    place: str | None
    district: str | None
    urgent: bool
    confidential: bool
    registered_at: datetime
    due_at: datetime | None
    due_provisional: bool
    round: int
    dispatch_count: int
    lead: str | None  # department code
    merged_into: str | None


@dataclass(frozen=True, slots=True)
class ShareView:
    """One department's share."""

    department: str
    role: AssignmentRole
    active: bool
    designated: bool
    dispatched_at: datetime
    accepted_at: datetime | None
    contacted_at: datetime | None  # first
    returned_at: datetime | None
    replied_at: datetime | None
    reply: str | None


@dataclass(frozen=True, slots=True)
class AskedView:
    """What one citizen said of it, as handling roles may read it."""

    text: str
    place: str | None
    occurred: str | None
    number: str | None  # for the hotline; None for a department


@dataclass(frozen=True, slots=True)
class StaffTicket:
    """One ticket in full."""

    row: TicketRow
    text: str
    occurred: str | None
    due_derivation: tuple[str, ...]
    due_clause: str | None
    due_certainty: str | None
    asked: tuple[AskedView, ...]
    shares: tuple[ShareView, ...]
    events: tuple[TimelineEntry, ...]
    proposal: Mapping[str, Any] | None  # routing's, for the hotline; None for a department
    siblings: tuple[Sibling, ...]  # of the same appeal, for the hotline; none for a department
    promises: tuple[PromiseView, ...]  # the oldest first


def listed(
    session: Session,
    reach: TicketReach,
    wanted: TicketFilter | None = None,
    after: str | None = None,
    limit: int = PAGE,
) -> list[TicketRow]:
    """Return one page of what ``reach`` may read: what answers the words best, the newest first.

    Args:
        session: any transaction.
        reach: of the reader.
        wanted: what is looked for; everything unless given.
        after: the last ticket of the page before; an unknown one begins at the newest.
        limit: rows, at most ``LONGEST_PAGE``.
    """
    wanted = wanted or TicketFilter()
    within = _within(reach) if not wanted.terms else _found(session, reach, wanted.terms)
    query = select(Ticket).where(within, *_conditions(wanted))
    order = _order(wanted)
    if after is not None:
        last = session.execute(select(*order).where(Ticket.ticket_no == after)).first()
        if last is not None:
            # Both in one comparison: whatever stands lower, or as high and is older.
            query = query.where(tuple_(*order) < tuple_(*map(literal, last)))
    page = query.order_by(*(one.desc() for one in order)).limit(max(1, min(limit, LONGEST_PAGE)))
    tickets = list(session.scalars(page))
    leads = repository.leads_of(session, [ticket.id for ticket in tickets])
    dues = round_dues(session, tickets)
    return [_row(ticket, leads.get(ticket.id), dues[ticket.id]) for ticket in tickets]


def staff_ticket(session: Session, ticket_no: str, reach: TicketReach) -> StaffTicket:
    """Return one ticket.

    Raises:
        TicketNotFoundError: there is none, or it is out of reach: the reader cannot tell which.
    """
    query = select(Ticket).where(Ticket.ticket_no == ticket_no, _within(reach))
    ticket = session.scalars(query).one_or_none()
    if ticket is None:
        raise TicketNotFoundError(ticket_no)
    basis, due = ticket.due_basis, round_due(session, ticket)
    return StaffTicket(
        row=_row(ticket, repository.leads_of(session, [ticket.id]).get(ticket.id), due),
        text=ticket.text,
        occurred=ticket.occurred,
        due_derivation=due.derivation,
        due_clause=basis.get("clause"),
        due_certainty=basis.get("certainty"),
        asked=tuple(
            AskedView(
                one.words, one.place, one.occurred, one.appeal.number if reach.hotline else None
            )
            for one in appeals.asked_of_ticket(session, ticket.id)
        ),
        shares=tuple(_shares(session, ticket, reach)),
        events=tuple(_events(session, ticket, reach)),
        proposal=ticket.proposal if reach.hotline else None,
        siblings=siblings(session, [ticket.id]).get(ticket.id, ()) if reach.hotline else (),
        promises=tuple(_promises(session, ticket, reach)),
    )


def require_reach(session: Session, ticket_no: str, reach: TicketReach) -> None:
    """Pass, or raise ``TicketNotFoundError`` where ``reach`` may not read the ticket."""
    query = select(Ticket.id).where(Ticket.ticket_no == ticket_no, _within(reach))
    if session.scalar(query) is None:
        raise TicketNotFoundError(ticket_no)


def _within(reach: TicketReach) -> ColumnElement[bool]:
    """Return the condition that every query of tickets for a reader carries."""
    return or_(false(), *(condition for condition, _ in _parts(reach)))


def _found(session: Session, reach: TicketReach, terms: Sequence[Term]) -> ColumnElement[bool]:
    """Return the same for a search: each part of the reach in the words that it may read."""
    parts = _parts(reach)
    return or_(false(), *(and_(part, holds(session, who, terms)) for part, who in parts))


def _parts(reach: TicketReach) -> list[tuple[ColumnElement[bool], str]]:
    """Return what is within reach, and whose version of the words is read there."""
    if reach.everything:
        return [(true(), HOTLINE)]
    parts: list[tuple[ColumnElement[bool], str]] = []
    if reach.department is not None:
        parts.append((_share(Assignment.department_code == reach.department), reach.department))
    if reach.answered:
        answered = _share(
            Assignment.role == AssignmentRole.LEAD, Assignment.replied_at.is_not(None)
        )
        parts.append((answered, HOTLINE))
    return parts


def _share(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    own = and_(Assignment.ticket_id == Ticket.id, Assignment.active, *conditions)
    return exists().where(own)


def _order(wanted: TicketFilter) -> list[ColumnElement[int]]:
    """Return what a list is ordered by, all of it descending."""
    if wanted.terms and wanted.best_first:
        return [relevance(wanted.terms), Ticket.id.expression]
    if wanted.running:
        # The sum keeps a database from walking through all tickets in the order of their keys:
        # what is due lies together in the index of due times, and is little.
        return [Ticket.id + 0]
    return [Ticket.id.expression]


def _conditions(wanted: TicketFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.states:
        conditions.append(Ticket.state.in_(wanted.states))
    if wanted.kinds:
        conditions.append(Ticket.kind.in_(wanted.kinds))
    if wanted.district is not None:
        conditions.append(Ticket.district == wanted.district)
    if wanted.urgent is not None:
        conditions.append(Ticket.urgent == wanted.urgent)
    if wanted.due_before is not None:
        conditions.append(Ticket.resolve_due_at < wanted.due_before)
    if wanted.due_after is not None:
        conditions.append(Ticket.resolve_due_at >= wanted.due_after)
    return conditions + _further(wanted)


def _further(wanted: TicketFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.running:
        conditions.append(Ticket.state.in_(RUNNING))
        conditions.append(Ticket.paused_at.is_(None))
        conditions.append(Ticket.round == 1)  # later its supervision order says by when
    if wanted.category is not None:
        conditions.append(_category(wanted.category))
    if wanted.card is not None:
        card, of_ticket = SupervisionCard, SupervisionCard.ticket_id == Ticket.id
        conditions.append(
            exists().where(of_ticket, card.colour == wanted.card, card.state.in_(LIVE))
        )
    if wanted.department is not None:
        conditions.append(_share(Assignment.department_code == wanted.department))
    return conditions


def _category(wanted: str) -> ColumnElement[bool]:
    of_code, of_name = Ticket.category_code, Ticket.category
    return or_(
        of_code.startswith(wanted, autoescape=True), of_name.startswith(wanted, autoescape=True)
    )


def _row(ticket: Ticket, lead: str | None, due: RoundDue) -> TicketRow:
    return TicketRow(
        ticket_no=ticket.ticket_no,
        version=ticket.version,
        state=ticket.state,
        kind=ticket.kind,
        category=ticket.category,
        title=ticket.title,
        place=ticket.place,
        district=ticket.district,
        urgent=ticket.urgent,
        confidential=ticket.confidential,
        registered_at=ticket.registered_at,
        due_at=due.due_at,
        due_provisional=due.provisional,
        round=ticket.round,
        dispatch_count=ticket.dispatch_count,
        lead=lead,
        merged_into=ticket.merged_into,
    )


def _shares(session: Session, ticket: Ticket, reach: TicketReach) -> list[ShareView]:
    """Return the shares: all for the hotline and for a lead, its own for who co-handles."""
    shares = repository.shares_of_ticket(session, ticket.id)
    own = [one for one in shares if one.department_code == reach.department]
    leads = any(one.active and one.role is AssignmentRole.LEAD for one in own)
    seen = shares if reach.hotline or leads else own
    return [
        ShareView(
            department=one.department_code,
            role=one.role,
            active=one.active,
            designated=one.designated,
            dispatched_at=one.dispatched_at,
            accepted_at=one.accepted_at,
            contacted_at=one.contacted_at,
            returned_at=one.returned_at,
            replied_at=one.replied_at,
            reply=_reply(session, one, reach),
        )
        for one in seen
    ]


def _promises(session: Session, ticket: Ticket, reach: TicketReach) -> Iterator[PromiseView]:
    for made in promises.of_ticket(session, ticket.id):
        if reach.hotline or made.department_code == reach.department:
            yield promise_view(made)


def _reply(session: Session, share: Assignment, reach: TicketReach) -> str | None:
    # For a department as written: words hidden because they match the vault would tell it so.
    if share.reply is None or reach.department is not None:
        return share.reply
    return outgoing_reply(session, share.ticket_id, share.reply)


def _events(session: Session, ticket: Ticket, reach: TicketReach) -> list[TimelineEntry]:
    events = repository.events_of(session, ticket.id)
    return timeline(events, _FOR_HOTLINE) if reach.hotline else department_timeline(events)
