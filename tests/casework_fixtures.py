"""Casework for tests: real services on a real database, a clock that stands still.

A plug-in beside ``tests/database_fixtures.py``.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from foundation.clock import SHANGHAI, FixedClock
from foundation.database.session import Database
from knowledge_base.schema import Department
from routing.appeals.assembly import Casework, build_casework
from routing.appeals.schemas import NewAppeal, RegisteredAppeal
from routing.attachments.models import Attachment
from routing.deadlines.calendar import shipped_calendar
from routing.deadlines.rule_packs import load_rule_pack
from routing.deadlines.service import DeadlineService
from routing.schemas import (
    AppealKind,
    AppealReading,
    Category,
    DepartmentCandidate,
    Outcome,
    Proposal,
)
from routing.tickets.repository import locked_ticket
from routing.tickets.schemas import Actor

MONDAY = datetime(2026, 11, 23, 9, 30, tzinfo=SHANGHAI)
CITY_MANAGEMENT = Actor("user:cg", "CG")
POLICE = Actor("user:ga", "GA")
DISPATCHER = Actor("user:dispatcher")

Register = Callable[..., RegisteredAppeal]


def department(code: str, name: str, *, receives_tickets: bool = True) -> Department:
    return Department(
        code=code,
        name=name,
        short_name=name,
        level="市",
        territory="全市",
        receives_tickets=receives_tickets,
    )


DEPARTMENTS = {
    each.code: each
    for each in (
        department("CG", "测试市城市管理局"),
        department("GA", "测试市公安局"),
        department("XFY", "测试市人民法院", receives_tickets=False),
    )
}

READING = AppealReading(
    kind=AppealKind.COMPLAINT,
    kind_probability=0.9,
    category=Category("C010101", "城市管理", "市容环境", "占道经营"),
    category_probability=0.9,
    appeal_probability=0.95,
    place="文渊阁小区楼下",
    district="盘江区",
    subdistrict=None,
    when="半夜",
    phone=None,
)
PROPOSAL = Proposal(
    outcome=Outcome.TICKET,
    reading=READING,
    lead="CG",
    co=(),
    candidates=(DepartmentCandidate("CG", 0.9, ("占道经营查处",)),),
    confidence=0.9,
    needs_dispatcher=False,
    asks=None,
    emergency_line=None,
    urgent=False,
    due_at=None,
)
APPEAL = NewAppeal(
    idempotency_key="turn:1",
    channel="web",
    kind=AppealKind.COMPLAINT,
    text="楼下烧烤店半夜占道冒油烟，联系13812345678",
    conversation_id="c1",
    place="文渊阁小区楼下",
    district="盘江区",
    when="半夜",
    name="张晓明",
    phone="138 1234 5678",
)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(MONDAY)


@pytest.fixture
def deadlines(clock: FixedClock) -> DeadlineService:
    return DeadlineService(shipped_calendar(), load_rule_pack("guangdong_2022"), clock)


@pytest.fixture
def casework(clock: FixedClock, deadlines: DeadlineService) -> Casework:
    return build_casework(clock, deadlines, DEPARTMENTS)


def confirm(session: Session, casework: Casework, ticket_no: str) -> None:
    """Confirm, as a dispatcher, what is proposed of every informant under a ticket."""
    for view in casework.redactions.views(session, ticket_no):
        if view.waiting:
            casework.redactions.confirm(session, ticket_no, view.number, view.wording, DISPATCHER)


def lead_through(session: Session, casework: Casework, registered: RegisteredAppeal) -> None:
    """Confirm a confidential appeal and dispatch it to whom routing proposed, as a person does."""
    for ticket_no in (registered.ticket_no, *(one.ticket_no for one in registered.further)):
        ticket = locked_ticket(session, ticket_no)
        proposed = ticket.proposal
        confirm(session, casework, ticket_no)
        decided = {"withheld_by": DISPATCHER.ref, "withheld_at": MONDAY}
        session.execute(
            update(Attachment).where(Attachment.ticket_id == ticket.id).values(**decided)
        )
        able = casework.tickets.takes_tickets(proposed["lead"])
        plain = proposed["outcome"] in {Outcome.TICKET, Outcome.EMERGENCY}
        if able and plain and not proposed["needs_dispatcher"]:
            co = [code for code in proposed["co"] if casework.tickets.takes_tickets(code)]
            casework.tickets.dispatch(session, ticket_no, proposed["lead"], DISPATCHER, co)


@pytest.fixture
def register(database: Database, casework: Casework, deadlines: DeadlineService) -> Register:
    """Return a function that registers an appeal, fields of appeal and proposal changed by name.

    A confidential one is confirmed and dispatched by a dispatcher, unless it ``waits``.
    """
    count = 0

    def run(
        proposal: Proposal = PROPOSAL, *, waits: bool = False, **changed: object
    ) -> RegisteredAppeal:
        nonlocal count
        count += 1
        new = replace(APPEAL, **{"idempotency_key": f"turn:{count}", **changed})
        deadline = deadlines.resolve_due(new.kind)
        with database.transaction() as session:
            done = casework.appeals.register(session, new, proposal, deadline)
            if not done.confidential or waits or proposal.outcome is Outcome.DECLINE:
                return done
            lead_through(session, casework, done)
            session.flush()
            return casework.appeals.register(session, new, proposal, deadline)

    return run
