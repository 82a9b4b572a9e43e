"""Contract of the clocks of tickets; every test runs on SQLite and on PostgreSQL."""

from datetime import date, timedelta

from sqlalchemy import select

from foundation.clock import FixedClock
from foundation.database.session import Database
from routing.appeals.assembly import Casework, build_casework
from routing.deadlines.calendar import SpecialDay, WorkCalendar, shipped_calendar
from routing.deadlines.counting import end_of
from routing.deadlines.rule_packs import load_rule_pack
from routing.deadlines.service import DeadlineService
from routing.schemas import AppealKind
from routing.ticket_clocks import repository
from routing.ticket_clocks.schemas import RulesOutcome
from routing.tickets.models import Assignment, Ticket
from routing.tickets.schemas import SYSTEM
from routing.tickets.states import TicketState
from routing.tickets.verifying import verify
from tests.casework_fixtures import (
    APPEAL,
    CITY_MANAGEMENT,
    DEPARTMENTS,
    DISPATCHER,
    MONDAY,
    PROPOSAL,
    Register,
)
from tests.routing.ticket_clocks.steps import at, due_of, events, handle, move, ticket_row, told


def test_due_time_moves_by_the_days_on_which_the_citizen_was_waited_for(
    database: Database, casework: Casework, clock: FixedClock, ticket_no: str
) -> None:
    assert due_of(database, ticket_no) == end_of(date(2026, 12, 14))
    handle(database, casework, ticket_no)

    clock.moment = at(1)  # Tuesday
    move(database, casework, ticket_no, TicketState.AWAITING_CITIZEN)
    with database.reading() as session:
        assert ticket_row(session, ticket_no).paused_at == at(1)
    clock.moment = at(4)  # Friday: Wednesday, Thursday and Friday do not count
    move(database, casework, ticket_no, TicketState.HANDLING)

    assert due_of(database, ticket_no) == end_of(date(2026, 12, 17))
    with database.reading() as session:
        ticket = ticket_row(session, ticket_no)
        assert ticket.paused_at is None
        assert ticket.due_basis["derivation"] == [
            "依据：广东省2022年规定：投诉、举报类15个工作日（据公开报道，未与原文核对）。",
            "起算：2026年11月23日（周一）09:30:00，当日不计，次日起算。",
            "2026年11月28日（周六）至2026年11月29日（周日）：周末，不计。",
            "2026年12月2日（周三）至2026年12月4日（周五）：等待诉求人补充，暂停计时，不计。",
            "2026年12月5日（周六）至2026年12月6日（周日）：周末，不计。",
            "2026年12月12日（周六）至2026年12月13日（周日）：周末，不计。",
            "第15个工作日为2026年12月17日（周四），截止23:59:59。",
        ]
        assert list(verify(session, ticket_no)) == []
    (moved,) = events(database, ticket_no, "due_moved")
    assert (moved["from"], moved["to"], moved["reason"]) == (
        "2026-12-14T23:59:59+08:00",
        "2026-12-17T23:59:59+08:00",
        "等待诉求人补充期间不计",
    )
    assert told(database) == ["2026年12月17日（周四）23:59:59（等待诉求人补充期间不计）"]


def test_pause_within_a_day_moves_nothing(
    database: Database, casework: Casework, clock: FixedClock, ticket_no: str
) -> None:
    handle(database, casework, ticket_no)
    clock.moment = at(1, 9)
    move(database, casework, ticket_no, TicketState.AWAITING_CITIZEN)
    clock.moment = at(1, 17)
    move(database, casework, ticket_no, TicketState.HANDLING)
    assert due_of(database, ticket_no) == end_of(date(2026, 12, 14))
    assert events(database, ticket_no, "due_moved") == []


def test_withdrawal_ends_the_pause_and_moves_nothing(
    database: Database, casework: Casework, clock: FixedClock, register: Register
) -> None:
    appeal = register()
    ticket_no = appeal.ticket_no
    handle(database, casework, ticket_no)
    move(database, casework, ticket_no, TicketState.AWAITING_CITIZEN)
    clock.moment = at(20)
    with database.transaction() as session:
        casework.regrouping.withdraw(session, ticket_no, appeal.number, DISPATCHER)
    with database.reading() as session:
        ticket = ticket_row(session, ticket_no)
        (pause,) = repository.pauses_of(session, ticket.id)
        assert (pause.ended_at, ticket.paused_at) == (at(20), None)
        assert ticket.resolve_due_at == end_of(date(2026, 12, 14))


def _service(calendar: WorkCalendar, clock: FixedClock) -> DeadlineService:
    return DeadlineService(calendar, load_rule_pack("guangdong_2022"), clock)


def _calendar_with(year: int, *off: date) -> WorkCalendar:
    shipped = shipped_calendar()
    rest = dict.fromkeys(off, SpecialDay(working=False, name="元旦"))
    return WorkCalendar(shipped.years | {year}, {**shipped.special_days, **rest})


def test_provisional_due_time_moves_when_the_notice_comes(
    database: Database, casework: Casework, register: Register, clock: FixedClock
) -> None:
    clock.moment = at(21)
    moved, confirmed, known = (
        register().ticket_no,
        register(kind=AppealKind.ASSISTANCE).ticket_no,
        register(kind=AppealKind.INQUIRY).ticket_no,
    )
    with database.reading() as session:
        # Registered on 21 December: day 15 is 11 January, day 10 is 4 January, weekends alone.
        assert [ticket_row(session, no).due_provisional for no in (moved, confirmed, known)] == [
            True,
            True,
            False,
        ]
        assert [key for _, key in repository.running_numbers(session, due_from=at(31))] == [
            moved,
            confirmed,
        ]

    # Day 15 passes 8 January, day 10 is 4 January.
    calendar = _calendar_with(2027, date(2027, 1, 8))
    later = build_casework(clock, _service(calendar, clock), DEPARTMENTS)
    for no in (moved, confirmed, known):
        with database.transaction() as session:
            later.clocks.recount_for_calendar(session, no, "2027年节假日安排已公布")

    assert due_of(database, moved) == end_of(date(2027, 1, 12))
    assert due_of(database, confirmed) == end_of(date(2027, 1, 4))
    (event,) = events(database, moved, "due_moved")
    assert (event["from"], event["to"], event["provisional"], event["reason"]) == (
        "2027-01-11T23:59:59+08:00",
        "2027-01-12T23:59:59+08:00",
        False,
        "2027年节假日安排已公布",
    )
    assert len(events(database, confirmed, "due_confirmed")) == 1
    assert events(database, known, "due_moved") == events(database, known, "due_confirmed") == []
    with database.reading() as session:
        assert not any(ticket_row(session, no).due_provisional for no in (moved, confirmed))
        basis = ticket_row(session, moved).due_basis
        assert "2027年1月8日（周五）：元旦放假，不计。" in basis["derivation"]
        assert not any("尚未载入" in line for line in basis["derivation"])
        assert list(verify(session)) == []
    assert told(database) == ["2027年1月12日（周二）23:59:59（2027年节假日安排已公布）"]


def test_second_recount_changes_nothing(
    database: Database, casework: Casework, ticket_no: str
) -> None:
    for _ in range(2):
        with database.transaction() as session:
            assert casework.clocks.recount_for_calendar(session, ticket_no, "重算") is None


def test_window_to_send_back_follows_the_calendar(
    database: Database, casework: Casework, clock: FixedClock, ticket_no: str
) -> None:
    calendar = _calendar_with(2027, date(2026, 11, 24))
    later = build_casework(clock, _service(calendar, clock), DEPARTMENTS)
    with database.transaction() as session:
        later.clocks.recount_for_calendar(session, ticket_no, "临时放假")
    with database.reading() as session:
        (share,) = session.scalars(select(Assignment)).all()
        assert share.send_back_until == end_of(date(2026, 11, 25))


def test_open_ticket_keeps_its_rules_until_somebody_changes_them(
    database: Database, casework: Casework, clock: FixedClock, register: Register
) -> None:
    number = register(kind=AppealKind.ASSISTANCE).ticket_no
    sichuan = load_rule_pack("sichuan_2025")
    under = DeadlineService(shipped_calendar(), sichuan, clock)
    later = build_casework(clock, under, DEPARTMENTS)
    with database.transaction() as session:
        assert later.clocks.recount_for_calendar(session, number, "重算") is None
    assert due_of(database, number) == end_of(date(2026, 12, 7))

    change = later.clocks.change_rules
    expected = RulesOutcome(
        number,
        "guangdong_2022",
        end_of(date(2026, 12, 7)),
        end_of(date(2026, 12, 2)),
        kept=False,
    )
    with database.transaction() as session:
        assert change(session, number, sichuan, SYSTEM, write=False) == expected
    assert due_of(database, number) == end_of(date(2026, 12, 7))
    with database.transaction() as session:
        assert change(session, number, sichuan, SYSTEM, write=True) == expected
    with database.transaction() as session:
        assert change(session, number, sichuan, SYSTEM, write=True) is None
    assert due_of(database, number) == end_of(date(2026, 12, 2))
    with database.reading() as session:
        basis = ticket_row(session, number).due_basis
        assert (basis["rule_pack"], basis["limit"]) == ("sichuan_2025", "7个工作日")
        assert basis["derivation"][0].startswith("依据：四川省2025年规定")
    (event,) = events(database, number, "rules_changed")
    assert (event["to"], event["rule_pack"]) == ("2026-12-02T23:59:59+08:00", "sichuan_2025")


def test_new_rules_make_nobody_late_for_what_was_in_time(
    database: Database, casework: Casework, clock: FixedClock, register: Register
) -> None:
    number = register(kind=AppealKind.ASSISTANCE).ticket_no
    clock.moment = at(3)  # after the seventh working day, before the tenth
    with database.transaction() as session:
        outcome = casework.clocks.change_rules(
            session, number, load_rule_pack("sichuan_2025"), SYSTEM, write=True
        )
    assert outcome is not None
    assert (outcome.kept, outcome.after) == (True, end_of(date(2026, 12, 7)))
    assert due_of(database, number) == end_of(date(2026, 12, 7))


def _registered_under(
    database: Database, clock: FixedClock, pack: str
) -> tuple[Ticket, Assignment]:
    deadlines = DeadlineService(shipped_calendar(), load_rule_pack(pack), clock)
    casework = build_casework(clock, deadlines, DEPARTMENTS)
    deadline = deadlines.resolve_due(APPEAL.kind)
    with database.transaction() as session:
        found = casework.appeals.register(session, APPEAL, PROPOSAL, deadline)
        ticket = ticket_row(session, found.ticket_no)
        return ticket, session.scalars(select(Assignment)).one()


def test_dispatch_clock_starts_at_registration(database: Database, clock: FixedClock) -> None:
    ticket, _ = _registered_under(database, clock, "beijing_db11_2021_2022")
    assert ticket.dispatch_due_at == MONDAY + timedelta(hours=24)


def test_accept_clock_starts_at_the_dispatch_and_contact_is_noted_once(
    database: Database, clock: FixedClock, casework: Casework
) -> None:
    ticket, share = _registered_under(database, clock, "tianjin_2025")
    assert share.accept_due_at == end_of(date(2026, 11, 24))
    assert share.first_contact_due_at is None  # no shipped pack sets it

    for hours in (1, 2):
        clock.moment = MONDAY + timedelta(hours=hours)
        with database.transaction() as session:
            casework.contacting.note_contact(session, ticket.ticket_no, CITY_MANAGEMENT)
    with database.reading() as session:
        assert session.scalars(select(Assignment.contacted_at)).one() == MONDAY + timedelta(hours=1)
    assert len(events(database, ticket.ticket_no, "contacted")) == 1
