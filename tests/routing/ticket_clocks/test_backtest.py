"""A rule pack tried on past tickets; every test runs on SQLite and on PostgreSQL."""

from collections.abc import Callable
from datetime import date, datetime

import pytest

from foundation.clock import SHANGHAI, FixedClock
from foundation.database.session import Database
from routing.appeals.assembly import Casework
from routing.deadlines.counting import end_of
from routing.deadlines.rule_packs import load_rule_pack
from routing.deadlines.service import DeadlineService
from routing.schemas import AppealKind
from routing.ticket_clocks.backtest import Tally, TriedTicket, backtest, by_department, by_kind
from routing.tickets.states import TicketState
from tests.casework_fixtures import CITY_MANAGEMENT, DISPATCHER, MONDAY, Register
from tests.routing.ticket_clocks.steps import at, handle, move

BEGIN = datetime(2026, 1, 1, tzinfo=SHANGHAI)
Tried = Callable[..., list[TriedTicket]]
REPLY = "已约谈商户，油烟机已清洗。"


@pytest.fixture
def tried(database: Database, deadlines: DeadlineService, clock: FixedClock) -> Tried:
    """Return a function that tries a pack on everything registered since January."""

    def run(pack: str = "sichuan_2025", end: datetime | None = None) -> list[TriedTicket]:
        with database.reading() as session:
            until, now = end or at(31), clock.now()
            rules = load_rule_pack(pack)
            return list(backtest(session, deadlines, rules, BEGIN, until, now))

    return run


def _answer(database: Database, casework: Casework, number: str) -> None:
    with database.transaction() as session:
        casework.tickets.accept(session, number, CITY_MANAGEMENT)
        casework.tickets.reply(session, number, CITY_MANAGEMENT, REPLY)


def test_answered_ticket_late_under_shorter_rules_is_named(
    database: Database, casework: Casework, clock: FixedClock, register: Register, tried: Tried
) -> None:
    number = register(kind=AppealKind.ASSISTANCE).ticket_no
    clock.moment = at(4)  # day 9: in time for ten working days, late for seven
    _answer(database, casework, number)

    (one,) = tried()

    assert one == TriedTicket(
        ticket_no=number,
        kind=AppealKind.ASSISTANCE,
        department="CG",
        registered_at=MONDAY,
        answered_at=at(4),
        due_before=end_of(date(2026, 12, 7)),
        due_after=end_of(date(2026, 12, 2)),
        late_before=False,
        late_after=True,
    )
    assert one.newly_late
    assert by_kind([one]) == {"求助": Tally(1, 0, 1, 1, 0)}
    assert by_department([one]) == {"CG": Tally(1, 0, 1, 1, 0)}


def test_longer_rules_make_a_late_answer_one_in_time(
    database: Database, casework: Casework, clock: FixedClock, register: Register, tried: Tried
) -> None:
    number = register(kind=AppealKind.INQUIRY).ticket_no
    clock.moment = datetime(2026, 11, 26, 10, tzinfo=SHANGHAI)  # day 3 of two, then of three
    _answer(database, casework, number)
    (one,) = tried()
    assert (one.late_before, one.late_after, one.no_longer_late) == (True, False, True)


def test_pause_and_extension_count_under_the_tried_rules_too(
    database: Database, casework: Casework, clock: FixedClock, register: Register, tried: Tried
) -> None:
    number = register(kind=AppealKind.ASSISTANCE).ticket_no
    handle(database, casework, number)
    with database.transaction() as session:
        casework.extensions.request(session, number, CITY_MANAGEMENT, 2, "须检测油烟")
    with database.transaction() as session:
        casework.extensions.approve(session, number, DISPATCHER)
    clock.moment = datetime(2026, 11, 25, 10, tzinfo=SHANGHAI)
    move(database, casework, number, TicketState.AWAITING_CITIZEN)
    clock.moment = datetime(2026, 11, 26, 10, tzinfo=SHANGHAI)
    move(database, casework, number, TicketState.HANDLING)
    (one,) = tried()
    # Seven working days end on 2 December; one of waiting and two granted later it is the 7th.
    assert one.due_after == end_of(date(2026, 12, 7))


def test_what_no_department_had_to_answer_is_left_out(
    database: Database, casework: Casework, clock: FixedClock, register: Register, tried: Tried
) -> None:
    gone = register()
    waiting, open_ = (register().ticket_no for _ in range(2))
    with database.transaction() as session:
        casework.regrouping.withdraw(session, gone.ticket_no, gone.number, DISPATCHER)
    handle(database, casework, waiting)
    move(database, casework, waiting, TicketState.AWAITING_CITIZEN)
    clock.moment = at(20)
    assert {one.ticket_no: (one.answered_at, one.late_after) for one in tried()} == {
        waiting: (None, False),
        open_: (None, True),
    }
    assert tried(end=MONDAY) == []


def test_pack_without_a_limit_makes_nothing_late(
    clock: FixedClock, register: Register, tried: Tried
) -> None:
    register()
    clock.moment = at(20)
    (one,) = tried("tianjin_2025")
    assert (one.due_after, one.late_before, one.no_longer_late) == (None, True, True)
