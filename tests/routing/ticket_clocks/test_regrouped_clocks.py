"""What merges and splits do to clocks; every test runs on SQLite and on PostgreSQL."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest

from foundation.clock import FixedClock
from foundation.database.session import Database
from routing.appeals.assembly import Casework
from routing.appeals.schemas import RegisteredAppeal
from routing.deadlines.calendar import shipped_calendar
from routing.deadlines.counting import end_of
from routing.deadlines.rule_packs import load_rule_pack
from routing.deadlines.service import DeadlineService
from routing.ticket_clocks import repository
from routing.ticket_clocks.models import ExtensionState
from routing.tickets.models import Ticket
from routing.tickets.regrouping import NewPart
from routing.tickets.states import TicketState
from routing.tickets.verifying import verify
from tests.casework_fixtures import CITY_MANAGEMENT, DISPATCHER, PROPOSAL, Register
from tests.routing.ticket_clocks.steps import at, due_of, events, handle, move, ticket_row, told

FOR_A_DISPATCHER = replace(PROPOSAL, needs_dispatcher=True)
# The only shipped rules that set a time for dispatching.
IN_HOURS = pytest.mark.parametrize("deadlines", ["beijing_db11_2021_2022"], indirect=True)


@dataclass
class Desk:
    """Acts, each in a transaction of its own."""

    database: Database
    casework: Casework

    def wait(self, ticket_no: str) -> None:
        move(self.database, self.casework, ticket_no, TicketState.AWAITING_CITIZEN)

    def go_on(self, ticket_no: str) -> None:
        move(self.database, self.casework, ticket_no, TicketState.HANDLING)

    def merge(self, source: RegisteredAppeal, target: RegisteredAppeal) -> None:
        with self.database.transaction() as session:
            self.casework.regrouping.merge(
                session, source.ticket_no, target.ticket_no, DISPATCHER, "同一家店"
            )

    def split(self, appeal: RegisteredAppeal) -> str:
        part = NewPart(appeal.number, "占道的部分")
        with self.database.transaction() as session:
            opened = self.casework.regrouping.split(session, appeal.ticket_no, part, DISPATCHER)
            return opened.ticket_no

    def ask(self, ticket_no: str, days: int) -> None:
        with self.database.transaction() as session:
            self.casework.extensions.request(session, ticket_no, CITY_MANAGEMENT, days, "须检测")

    def extend(self, ticket_no: str, days: int) -> None:
        self.ask(ticket_no, days)
        with self.database.transaction() as session:
            self.casework.extensions.approve(session, ticket_no, DISPATCHER)

    def recount(self, ticket_no: str) -> None:
        with self.database.transaction() as session:
            self.casework.clocks.recount_for_calendar(session, ticket_no, "放假通知发布")

    def row(self, ticket_no: str) -> Ticket:
        with self.database.reading() as session:
            return ticket_row(session, ticket_no)


@pytest.fixture
def deadlines(clock: FixedClock, request: pytest.FixtureRequest) -> DeadlineService:
    pack = getattr(request, "param", "guangdong_2022")
    return DeadlineService(shipped_calendar(), load_rule_pack(pack), clock)


@pytest.fixture
def desk(database: Database, casework: Casework) -> Desk:
    return Desk(database, casework)


def test_merging_a_waiting_ticket_ends_its_pause_and_lapses_its_request(
    desk: Desk, register: Register, clock: FixedClock
) -> None:
    waiting, other = register(), register()
    handle(desk.database, desk.casework, waiting.ticket_no)
    desk.ask(waiting.ticket_no, 5)
    clock.moment = at(1)
    desk.wait(waiting.ticket_no)
    clock.moment = at(4)

    desk.merge(waiting, other)

    with desk.database.reading() as session:
        closed, goes_on = (ticket_row(session, one.ticket_no) for one in (waiting, other))
        (pause,) = repository.pauses_of(session, closed.id)
        (request,) = repository.extensions_of(session, closed.id)
        assert (pause.started_at, pause.ended_at, closed.paused_at) == (at(1), at(4), None)
        assert request.state is ExtensionState.CLOSED
        assert (goes_on.paused_at, repository.pauses_of(session, goes_on.id)) == (None, [])
        assert list(verify(session)) == []


def test_wait_of_a_merged_ticket_does_not_count_for_the_one_that_goes_on(
    desk: Desk, register: Register, clock: FixedClock
) -> None:
    waiting = register()
    handle(desk.database, desk.casework, waiting.ticket_no)
    clock.moment = at(1)
    desk.wait(waiting.ticket_no)
    clock.moment = at(10)
    late = register()
    clock.moment = at(18)

    desk.merge(waiting, late)

    # Due on 14 December but for the wait: 13 working days stood still up to Friday, the 18th.
    assert due_of(desk.database, late.ticket_no) == late.due_at == end_of(date(2026, 12, 31))
    desk.recount(late.ticket_no)
    assert due_of(desk.database, late.ticket_no) == end_of(date(2026, 12, 31))


def test_earlier_time_taken_over_is_an_event_told_and_stays_when_counted_again(
    desk: Desk, register: Register, clock: FixedClock
) -> None:
    early = register()
    handle(desk.database, desk.casework, early.ticket_no)
    clock.moment = at(24, month=11)
    desk.wait(early.ticket_no)
    clock.moment = at(25, month=11)
    desk.go_on(early.ticket_no)  # one day stood still: due on the 15th
    desk.extend(early.ticket_no, 1)  # on the 16th
    clock.moment = at(30, month=11)
    late = register()  # on the 21st
    handle(desk.database, desk.casework, late.ticket_no)
    before = len(told(desk.database))

    desk.merge(early, late)

    due = end_of(date(2026, 12, 16))
    assert due_of(desk.database, late.ticket_no) == due
    assert [one["to"] for one in events(desk.database, late.ticket_no, "due_moved")] == [
        due.isoformat()
    ]
    # Nothing in it speaks of another citizen.
    assert told(desk.database)[before:] == [
        "2026年12月16日（周三）23:59:59（办理安排调整，时限提前）"
    ]
    desk.recount(late.ticket_no)
    assert due_of(desk.database, late.ticket_no) == due

    # From now on the pauses and extensions of the ticket itself move what it took over.
    clock.moment = at(1)
    desk.wait(late.ticket_no)
    clock.moment = at(3)
    desk.go_on(late.ticket_no)
    assert due_of(desk.database, late.ticket_no) == end_of(date(2026, 12, 18))
    desk.extend(late.ticket_no, 2)
    assert due_of(desk.database, late.ticket_no) == end_of(date(2026, 12, 22))


def test_waits_before_the_merge_move_only_the_time_that_was_given_up(
    desk: Desk, register: Register, clock: FixedClock
) -> None:
    early, late = register(), register()
    handle(desk.database, desk.casework, late.ticket_no)
    clock.moment = at(1)
    desk.wait(late.ticket_no)
    clock.moment = at(4)
    desk.go_on(late.ticket_no)
    assert due_of(desk.database, late.ticket_no) == end_of(date(2026, 12, 17))

    desk.merge(early, late)
    desk.recount(late.ticket_no)

    assert due_of(desk.database, late.ticket_no) == early.due_at == end_of(date(2026, 12, 14))


@IN_HOURS
def test_time_for_dispatching_a_merged_ticket_is_the_earlier_one(
    desk: Desk, register: Register, clock: FixedClock
) -> None:
    early = register(FOR_A_DISPATCHER)
    clock.moment += timedelta(days=1)
    late = register(FOR_A_DISPATCHER)
    first, second = (desk.row(one.ticket_no).dispatch_due_at for one in (early, late))
    assert first is not None
    assert second is not None
    assert first < second

    desk.merge(early, late)

    assert desk.row(late.ticket_no).dispatch_due_at == first
    desk.recount(late.ticket_no)
    assert desk.row(late.ticket_no).dispatch_due_at == first


def test_split_off_part_keeps_what_stood_still_and_runs(
    desk: Desk, register: Register, clock: FixedClock
) -> None:
    appeal = register()
    handle(desk.database, desk.casework, appeal.ticket_no)
    clock.moment = at(1)
    desk.wait(appeal.ticket_no)
    clock.moment = at(4)

    number = desk.split(appeal)

    opened = desk.row(number)
    assert (opened.paused_at, opened.resolve_due_at) == (None, end_of(date(2026, 12, 17)))
    assert desk.row(appeal.ticket_no).paused_at == at(1)
    desk.recount(number)
    assert due_of(desk.database, number) == end_of(date(2026, 12, 17))


@IN_HOURS
def test_time_for_dispatching_a_split_off_part_begins_with_the_split(
    desk: Desk, register: Register, clock: FixedClock
) -> None:
    dispatched, waiting = register(), register(FOR_A_DISPATCHER)
    clock.moment = at(4)

    later, at_once = desk.split(dispatched), desk.split(waiting)

    begun = desk.row(later).dispatch_due_at
    assert begun is not None
    assert begun > at(4)
    # Nobody has dispatched the other one at all: its part gains no time.
    assert desk.row(at_once).dispatch_due_at == desk.row(waiting.ticket_no).dispatch_due_at
    desk.recount(later)
    assert desk.row(later).dispatch_due_at == begun
