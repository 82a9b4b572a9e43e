"""No sequence of calls reaches an illegal state: random walks checked against the table."""

import random
from collections.abc import Callable
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.clock import FixedClock
from foundation.database.session import Database
from foundation.errors import HotlineError
from routing.appeals.assembly import Casework
from routing.promises.repository import live_of
from routing.tickets.models import Assignment, AssignmentRole, Ticket, TicketEvent
from routing.tickets.states import TRANSITIONS, WITH_DEPARTMENT, TicketState
from routing.tickets.verifying import verify
from tests.casework_fixtures import CITY_MANAGEMENT, DISPATCHER, POLICE, Register

WALKS, STEPS = 7, 45
ACTORS = (CITY_MANAGEMENT, POLICE, DISPATCHER)
Call = Callable[[Session], object]


def _calls(casework: Casework, number: str, dice: random.Random) -> list[Call]:
    tickets, actor = casework.tickets, dice.choice(ACTORS)
    contacting, closing, promises = casework.contacting, casework.closing, casework.promises
    regrouping, appeal = casework.regrouping, number.rpartition("-")[0]
    # Seldom, or nothing else would be left to do.
    ends = number if dice.random() < 0.1 else "20261101-000001-1"
    department = dice.choice(("CG", "GA", "XFY"))
    version = dice.choice((None, None, None, dice.randint(0, 30)))
    target = dice.choice(tuple(TicketState))
    onward: list[Call] = [
        lambda s: tickets.accept(s, number, actor, version),
        lambda s: tickets.start_handling(s, number, actor, version),
        lambda s: tickets.reply(
            s, number, actor, dice.choice(("已责令撤除占道桌椅。", "已处理。", "")), version
        ),
        lambda s: tickets.send_back(s, number, actor, "不属我单位", "权责清单", version),
        lambda s: tickets.dispatch(s, number, department, actor, ("GA", "CG"), version),
        lambda s: tickets.advance(s, number, target, actor, "说明", version),
        lambda s: tickets.advance(s, number, TicketState.FOLLOWING_UP, actor, version=version),
    ]
    beside: list[Call] = [
        lambda s: contacting.note_contact(s, number, actor, version),
        lambda s: contacting.ask_citizen(s, number, actor, dice.choice(("请补照片", "")), version),
        lambda s: closing.decline(s, ends, dice.choice(("XFY", "?")), "已在诉讼", actor, version),
        lambda s: closing.archive(s, number, actor, version),
        lambda s: regrouping.withdraw(s, ends, appeal, actor, "已和解", version),
        lambda s: promises.promise(s, number, actor, date(2027, 3, 1), "设备未到", version),
        lambda s: promises.approve(s, number, actor, version),
        lambda s: promises.refuse(s, number, actor, "可以按期", version),
    ]
    return dice.choice((onward, onward, beside))


def _walk(
    database: Database, casework: Casework, clock: FixedClock, number: str, seed: int
) -> set[TicketState]:
    dice = random.Random(seed)
    reached = set()
    for _ in range(STEPS):
        clock.moment += timedelta(minutes=dice.choice((1, 60, 600)))
        try:
            with database.transaction() as session:
                dice.choice(_calls(casework, number, dice))(session)
        except HotlineError as refusal:
            assert refusal.status_code in {404, 409, 422}  # noqa: PT017 -- most calls are refused
        with database.reading() as session:
            reached.add(_check(session, number))
    return reached


def _check(session: Session, number: str) -> TicketState:
    ticket = session.scalars(select(Ticket).where(Ticket.ticket_no == number)).one()
    events = session.scalars(
        select(TicketEvent).where(TicketEvent.ticket_id == ticket.id).order_by(TicketEvent.seq)
    ).all()
    state = TicketState.DRAFT
    for event in events:
        assert event.from_state is state
        assert event.to_state is state or event.to_state in TRANSITIONS[state]
        state = event.to_state
    assert state is ticket.state
    assert list(verify(session, number)) == []
    leads = session.scalars(
        select(Assignment).where(
            Assignment.ticket_id == ticket.id,
            Assignment.active,
            Assignment.role == AssignmentRole.LEAD,
        )
    ).all()
    assert len(leads) == 1 if ticket.state in WITH_DEPARTMENT else len(leads) <= 1
    if ticket.state is TicketState.REPLIED:
        assert leads[0].reply
    assert (ticket.state is TicketState.AWAITING_CITIZEN) == (ticket.paused_at is not None)
    live = live_of(session, ticket.id)
    assert live is None or ticket.state in WITH_DEPARTMENT
    return ticket.state


def test_no_sequence_of_calls_reaches_an_illegal_state(
    database: Database, casework: Casework, clock: FixedClock, register: Register
) -> None:
    reached: set[TicketState] = set()
    for seed in range(WALKS):
        reached |= _walk(database, casework, clock, register().ticket_no, seed)
    # The walks get somewhere: it is not that every call is refused.
    assert len(reached) >= 6
