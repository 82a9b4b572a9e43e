"""No sequence of merges, splits, withdrawals and replies loses a citizen's number, reply or right.

Random walks over the real services; a book kept beside them knows what each citizen was told.
"""

import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.clock import FixedClock
from foundation.database.session import Database
from foundation.errors import HotlineError
from foundation.events.models import OutboxMessage
from routing.appeals.announcing import REPLIED
from routing.appeals.assembly import Casework
from routing.appeals.models import Appeal, AppealTicket
from routing.appeals.schemas import ProgressView, RegisteredAppeal
from routing.follow_ups.models import FollowUp
from routing.follow_ups.schemas import FollowUpResult
from routing.follow_ups.service import FollowUpService
from routing.follow_ups.states import FollowUpOutcome, Satisfaction
from routing.schemas import AppealKind
from routing.tickets.models import Assignment, Ticket
from routing.tickets.regrouping import NewPart
from routing.tickets.states import WITH_DEPARTMENT, TicketState
from routing.tickets.verifying import verify
from tests.casework_fixtures import CITY_MANAGEMENT, DISPATCHER, POLICE, Register, confirm

WALKS, STEPS = 4, 45
KINDS = (AppealKind.COMPLAINT, AppealKind.ASSISTANCE, AppealKind.IRREGULARITY_REPORT)
CONTENT = FollowUpResult(FollowUpOutcome.REACHED, True, Satisfaction.SATISFIED)
ANGRY = FollowUpResult(FollowUpOutcome.REACHED, False, Satisfaction.DISSATISFIED)
ALONE = FollowUpResult(FollowUpOutcome.NO_CONTACT)


@dataclass
class Walk:
    """One city's afternoon."""

    database: Database
    casework: Casework
    follow_ups: FollowUpService
    register: Register
    dice: random.Random
    citizens: list[RegisteredAppeal] = field(default_factory=list)
    withdrawn: set[str] = field(default_factory=set)
    done: set[str] = field(default_factory=set)  # kinds of act that went through

    def step(self, count: int) -> None:
        acts = [self._join, self._merge, self._merge, self._split, self._withdraw]
        acts += [self._dispatch, self._reply, self._reply, self._reply, self._ask, self._ask]
        act = self.dice.choice(acts)
        try:
            with self.database.transaction() as session:
                act(session, count)
        except HotlineError as refusal:
            assert refusal.status_code in {404, 409, 422}  # noqa: PT017 -- many calls are refused
        else:
            self.done.add(act.__name__)

    def _join(self, _session: Session, count: int) -> None:
        # In a transaction of its own once this one has ended: SQLite has one writer.
        self.pending = self.dice.choice(KINDS)

    def _merge(self, session: Session, count: int) -> None:
        one, into = self._some(session), self._some(session)
        self.casework.regrouping.merge(session, one.ticket_no, into.ticket_no, DISPATCHER)

    def _split(self, session: Session, count: int) -> None:
        ticket = self._some(session)
        appeal = self._under(session, ticket)
        moves, lead = self.dice.random() < 0.6, self.dice.choice((None, "CG", "GA"))
        # A part of an informant's words is confirmed before a department is chosen.
        lead = None if appeal.confidential else lead
        part = NewPart(appeal.number, "占道", moves=moves, lead=lead)
        self.casework.regrouping.split(session, ticket.ticket_no, part, DISPATCHER)

    def _withdraw(self, session: Session, count: int) -> None:
        ticket, citizen = self._some(session), self.dice.choice(self.citizens)
        self.casework.regrouping.withdraw(session, ticket.ticket_no, citizen.number, DISPATCHER)
        self.withdrawn.add(f"{citizen.number} {ticket.ticket_no}")

    def _dispatch(self, session: Session, count: int) -> None:
        ticket = self._some(session, TicketState.DISPATCHING)
        lead = self.dice.choice(("CG", "GA"))
        confirm(session, self.casework, ticket.ticket_no)
        self.casework.tickets.dispatch(session, ticket.ticket_no, lead, DISPATCHER)

    def _reply(self, session: Session, count: int) -> None:
        ticket = self._some(session, TicketState.DISPATCHED, TicketState.ACCEPTED)
        tickets = self.casework.tickets
        actor = self.dice.choice((CITY_MANAGEMENT, POLICE))
        if ticket.state is TicketState.DISPATCHED:
            tickets.accept(session, ticket.ticket_no, actor)
        text = f"占道油烟已处罚，第{count}次检查完成。"
        tickets.reply(session, ticket.ticket_no, actor, text)

    def _ask(self, session: Session, count: int) -> None:
        ticket = self._some(session, TicketState.REPLIED, TicketState.FOLLOWING_UP)
        citizen = self._under(session, ticket)
        if ticket.state is TicketState.REPLIED:
            self.follow_ups.begin(session, ticket.ticket_no, DISPATCHER)
        result = self.dice.choice((CONTENT, ANGRY, ALONE))
        self.follow_ups.record(session, ticket.ticket_no, citizen.number, result, DISPATCHER)

    def _some(self, session: Session, *states: TicketState) -> Ticket:
        """A ticket, mostly one in a state that allows the act, so that many acts go through."""
        tickets = session.scalars(select(Ticket).order_by(Ticket.id)).all()
        fitting = [one for one in tickets if one.state in states]
        return self.dice.choice(fitting if fitting and self.dice.random() < 0.8 else tickets)

    def _under(self, session: Session, ticket: Ticket) -> Appeal:
        links = select(AppealTicket.appeal_id).where(
            AppealTicket.ticket_id == ticket.id, AppealTicket.ended_at.is_(None)
        )
        known = session.scalars(links.order_by(AppealTicket.appeal_id)).all()
        anybody = select(Appeal.id).order_by(Appeal.id)
        return session.get_one(Appeal, self.dice.choice(known or session.scalars(anybody).all()))

    def admit(self) -> None:
        kind = getattr(self, "pending", None)
        if kind is not None and len(self.citizens) < 8:
            self.citizens.append(self.register(kind=kind, text="烧烤店占道冒油烟"))
        self.pending = None

    def check(self) -> None:
        with self.database.transaction() as session:
            told = _told(session)
            for citizen in self.citizens:
                view = self.casework.appeals.progress(
                    session, citizen.number, citizen.query_code, f"test:{citizen.number}"
                )
                assert view.number == citizen.number
                assert told[citizen.number] <= _seen(view)
                _check_links(session, citizen, view)
            for ticket in session.scalars(select(Ticket)):
                _check_ticket(session, ticket)
            assert list(verify(session)) == []


def _told(session: Session) -> dict[str, set[str]]:
    told: dict[str, set[str]] = defaultdict(set)
    for message in session.scalars(select(OutboxMessage).where(OutboxMessage.topic == REPLIED)):
        told[message.payload["number"]].add(message.payload["text"])
    return told


def _seen(view: ProgressView) -> set[str]:
    replies = [view.reply, *(part.reply for part in view.parts)]
    return {reply for reply in replies if reply} | {one.text for one in view.earlier_replies}


def _check_links(session: Session, citizen: RegisteredAppeal, view: ProgressView) -> None:
    appeal = session.scalars(select(Appeal).where(Appeal.number == citizen.number)).one()
    links = session.scalars(select(AppealTicket).where(AppealTicket.appeal_id == appeal.id)).all()
    assert appeal.query_code == citizen.query_code
    standing = [one for one in links if one.ended_at is None]
    if not standing:
        # Only the citizen's own withdrawal ends the last link.
        assert view.state is TicketState.WITHDRAWN
        return
    dues: list[datetime] = []
    for link in standing:
        ticket = session.get_one(Ticket, link.ticket_id)
        assert ticket.state is not TicketState.MERGED
        assert ticket.confidential >= appeal.confidential
        assert ticket.kind.protection >= appeal.kind.protection
        assert ticket.resolve_due_at is not None
        dues.append(ticket.resolve_due_at)
    assert citizen.due_at is not None
    assert max(dues) <= citizen.due_at


def _check_ticket(session: Session, ticket: Ticket) -> None:
    under = session.scalars(
        select(AppealTicket.appeal_id).where(
            AppealTicket.ticket_id == ticket.id, AppealTicket.ended_at.is_(None)
        )
    ).all()
    if ticket.state is TicketState.MERGED:
        assert (list(under), bool(ticket.merged_into)) == ([], True)
        return
    assert under  # every ticket that goes on is somebody's
    tries = session.scalars(
        select(FollowUp).where(FollowUp.ticket_id == ticket.id, FollowUp.round == ticket.round)
    ).all()
    if ticket.state is TicketState.RESOLVED:
        assert {one.appeal_id for one in tries} == set(under)  # each was asked
        if any(one.solved is False for one in tries):
            assert ticket.round == 2  # and who disagreed was handled once more
    leads = session.scalars(
        select(Assignment).where(Assignment.ticket_id == ticket.id, Assignment.active)
    ).all()
    assert len(leads) == 1 if ticket.state in WITH_DEPARTMENT else len(leads) <= 1


def test_no_sequence_loses_a_number_a_reply_or_a_right(
    database: Database, casework: Casework, clock: FixedClock, register: Register
) -> None:
    done: set[str] = set()
    resolved = merged = reopened = 0
    for seed in range(WALKS):
        follow_ups = FollowUpService(clock, casework.tickets)
        walk = Walk(database, casework, follow_ups, register, random.Random(seed))
        walk.citizens += [register(kind=kind, text="烧烤店占道冒油烟") for kind in KINDS]
        for count in range(STEPS):
            clock.moment += timedelta(minutes=walk.dice.choice((1, 60, 300)))
            walk.step(count)
            walk.admit()
            if count % 9 == 0:
                walk.check()
        walk.check()
        done |= walk.done
        with database.reading() as session:
            tickets = session.scalars(select(Ticket)).all()
            resolved += sum(one.state is TicketState.RESOLVED for one in tickets)
            merged += sum(one.state is TicketState.MERGED for one in tickets)
            reopened += sum(one.round > 1 for one in tickets)
    # The walks get somewhere: it is not that every call is refused.
    assert done >= {"_merge", "_split", "_withdraw", "_dispatch", "_reply", "_ask"}
    assert min(resolved, merged, reopened) > 0
