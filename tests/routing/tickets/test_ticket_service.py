"""Contract of the ticket service; every test runs on SQLite and on PostgreSQL."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from foundation.clock import FixedClock
from foundation.database.session import Database
from foundation.errors import HotlineError
from foundation.events.models import OutboxMessage
from routing.appeals.assembly import Casework
from routing.schemas import AppealKind
from routing.tickets import repository
from routing.tickets.errors import (
    DepartmentCannotHandleError,
    DesignatedError,
    DutyBasisMissingError,
    EmptyReplyError,
    IllegalTransitionError,
    ReturnWindowClosedError,
    StaleVersionError,
    TicketNotFoundError,
)
from routing.tickets.models import SendBack, SendBackState, Ticket
from routing.tickets.schemas import Actor
from routing.tickets.states import TicketState
from routing.tickets.views import inbox_rows, queue_rows, ticket_view
from tests.casework_fixtures import CITY_MANAGEMENT, DISPATCHER, POLICE, Register

BASIS = "市公安局权责清单：社会生活噪声"


@pytest.fixture
def ticket_no(register: Register) -> str:
    """Return the number of a ticket that is dispatched to CG."""
    return register().ticket_no


def _state(database: Database, ticket_no: str) -> tuple[TicketState, int]:
    with database.reading() as session:
        ticket = session.scalars(select(Ticket).where(Ticket.ticket_no == ticket_no)).one()
        return ticket.state, ticket.version


def _kinds(database: Database, ticket_no: str) -> list[str]:
    with database.reading() as session:
        ticket = session.scalars(select(Ticket).where(Ticket.ticket_no == ticket_no)).one()
        return [each.kind for each in repository.events_of(session, ticket.id)]


def _refused(
    database: Database, error: type[HotlineError], act: Callable[[Session], object]
) -> None:
    with pytest.raises(error), database.transaction() as session:
        act(session)


def test_department_accepts_handles_and_replies(
    database: Database, casework: Casework, ticket_no: str
) -> None:
    with database.transaction() as session:
        casework.tickets.accept(session, ticket_no, CITY_MANAGEMENT)
    with database.transaction() as session:
        casework.tickets.reply(session, ticket_no, CITY_MANAGEMENT, "已约谈商户，油烟机已清洗。")
    assert _state(database, ticket_no)[0] is TicketState.REPLIED
    assert _kinds(database, ticket_no) == [
        "registered",
        "dispatching",
        "dispatched",
        "accepted",
        "handling",
        "replied",
    ]
    with database.reading() as session:
        assert inbox_rows(session, "CG") == []


def test_every_event_has_its_outbox_row(
    database: Database, casework: Casework, ticket_no: str
) -> None:
    with database.transaction() as session:
        casework.tickets.accept(session, ticket_no, CITY_MANAGEMENT)
    with database.reading() as session:
        topics = session.scalars(select(OutboxMessage.topic).order_by(OutboxMessage.id)).all()
    assert topics == [f"ticket.{kind}" for kind in _kinds(database, ticket_no)]


def test_a_refused_move_leaves_neither_event_nor_message(
    database: Database, casework: Casework, ticket_no: str
) -> None:
    before = _state(database, ticket_no), _kinds(database, ticket_no)
    tickets = casework.tickets
    _refused(
        database,
        IllegalTransitionError,
        lambda session: tickets.reply(session, ticket_no, CITY_MANAGEMENT, "未签收先答复"),
    )
    assert (_state(database, ticket_no), _kinds(database, ticket_no)) == before


def test_a_stranger_learns_nothing_not_even_by_version(
    database: Database, casework: Casework, ticket_no: str
) -> None:
    tickets = casework.tickets
    for actor in (POLICE, DISPATCHER, Actor("user:x", "NONE")):
        _refused(
            database,
            TicketNotFoundError,
            lambda session, actor=actor: tickets.accept(session, ticket_no, actor, version=999),
        )
    with database.reading() as session:
        with pytest.raises(TicketNotFoundError):
            ticket_view(session, ticket_no, "GA")
        assert inbox_rows(session, "GA") == []


def test_a_stale_version_is_refused(database: Database, casework: Casework, ticket_no: str) -> None:
    _, version = _state(database, ticket_no)
    tickets = casework.tickets
    with database.transaction() as session:
        tickets.accept(session, ticket_no, CITY_MANAGEMENT, version)
    _refused(
        database,
        StaleVersionError,
        lambda session: tickets.reply(session, ticket_no, CITY_MANAGEMENT, "答复", version),
    )


def test_send_back_waits_for_a_dispatcher_and_keeps_the_due_time(
    database: Database, casework: Casework, ticket_no: str
) -> None:
    with database.transaction() as session:
        ticket = casework.tickets.send_back(
            session, ticket_no, CITY_MANAGEMENT, "属公安职责", BASIS
        )
        due = ticket.resolve_due_at
    with database.reading() as session:
        assert inbox_rows(session, "CG") == []
        (waiting,) = queue_rows(session)
    assert (waiting.ticket_no, waiting.due_at) == (ticket_no, due)

    with database.transaction() as session:
        casework.tickets.dispatch(session, ticket_no, "GA", DISPATCHER)
    with database.reading() as session:
        (row,) = inbox_rows(session, "GA")
        record = session.scalars(select(SendBack)).one()
    assert (row.ticket_no, row.due_at) == (ticket_no, due)
    assert (record.state, record.duty_basis) == (SendBackState.APPROVED, BASIS)


def test_send_back_needs_reason_and_duty_basis(
    database: Database, casework: Casework, ticket_no: str
) -> None:
    for reason, basis in (("", BASIS), ("不属我单位", " ")):
        _refused(
            database,
            DutyBasisMissingError,
            lambda session, reason=reason, basis=basis: casework.tickets.send_back(
                session, ticket_no, CITY_MANAGEMENT, reason, basis
            ),
        )


def test_send_back_is_refused_after_its_window(
    database: Database, casework: Casework, clock: FixedClock, ticket_no: str
) -> None:
    clock.moment += timedelta(days=2)  # one working day, Tuesday, has passed
    _refused(
        database,
        ReturnWindowClosedError,
        lambda session: casework.tickets.send_back(
            session, ticket_no, CITY_MANAGEMENT, "属公安职责", BASIS
        ),
    )


def test_send_back_is_refused_once_handling_has_begun(
    database: Database, casework: Casework, ticket_no: str
) -> None:
    with database.transaction() as session:
        casework.tickets.accept(session, ticket_no, CITY_MANAGEMENT)
        casework.tickets.start_handling(session, ticket_no, CITY_MANAGEMENT)
    _refused(
        database,
        IllegalTransitionError,
        lambda session: casework.tickets.send_back(
            session, ticket_no, CITY_MANAGEMENT, "属公安职责", BASIS
        ),
    )


def test_the_fourth_dispatch_designates_the_department(
    database: Database, casework: Casework, ticket_no: str
) -> None:
    actors = {"CG": CITY_MANAGEMENT, "GA": POLICE}
    holder = "CG"
    for _ in range(3):
        with database.transaction() as session:
            casework.tickets.send_back(session, ticket_no, actors[holder], "不属我单位", BASIS)
            holder = "GA" if holder == "CG" else "CG"
            casework.tickets.dispatch(session, ticket_no, holder, DISPATCHER)
    _refused(
        database,
        DesignatedError,
        lambda session: casework.tickets.send_back(
            session, ticket_no, actors[holder], "不属我单位", BASIS
        ),
    )


def test_dispatch_refuses_a_body_that_takes_no_tickets(
    database: Database, casework: Casework, ticket_no: str
) -> None:
    with database.transaction() as session:
        casework.tickets.send_back(session, ticket_no, CITY_MANAGEMENT, "不属我单位", BASIS)
    for code in ("XFY", "NONE", ""):
        _refused(
            database,
            DepartmentCannotHandleError,
            lambda session, code=code: casework.tickets.dispatch(
                session, ticket_no, code, DISPATCHER
            ),
        )


def test_co_handling_replies_feed_the_lead_and_change_no_state(
    database: Database, casework: Casework, ticket_no: str
) -> None:
    tickets = casework.tickets
    with database.transaction() as session:
        tickets.send_back(session, ticket_no, CITY_MANAGEMENT, "主责在公安", BASIS)
        tickets.dispatch(session, ticket_no, "GA", DISPATCHER, co=["CG", "GA"])
        tickets.accept(session, ticket_no, CITY_MANAGEMENT)
        tickets.reply(session, ticket_no, CITY_MANAGEMENT, "我单位已清理占道桌椅。")
    assert _state(database, ticket_no)[0] is TicketState.DISPATCHED
    with database.transaction() as session:
        tickets.accept(session, ticket_no, POLICE)
        tickets.reply(session, ticket_no, POLICE, "已对占道立案，罚款500元。")
    assert _state(database, ticket_no)[0] is TicketState.REPLIED
    assert _kinds(database, ticket_no)[-5:] == [
        "co_accepted",
        "co_replied",
        "accepted",
        "handling",
        "replied",
    ]


def test_reply_needs_words_and_survives_odd_characters(
    database: Database, casework: Casework, ticket_no: str
) -> None:
    tickets = casework.tickets
    with database.transaction() as session:
        tickets.accept(session, ticket_no, CITY_MANAGEMENT)
    _refused(
        database,
        EmptyReplyError,
        lambda session: tickets.reply(session, ticket_no, CITY_MANAGEMENT, " \x00\n"),
    )
    with database.transaction() as session:
        tickets.reply(session, ticket_no, CITY_MANAGEMENT, "已清理占道桌椅\x00\ud800 <b>👍</b>")
    with database.reading() as session:
        assert ticket_view(session, ticket_no, "CG").reply == "已清理占道桌椅 <b>👍</b>"


def test_a_reopened_ticket_is_dispatched_again_in_a_new_round(
    database: Database, casework: Casework, ticket_no: str
) -> None:
    tickets = casework.tickets
    with database.transaction() as session:
        tickets.accept(session, ticket_no, CITY_MANAGEMENT)
        tickets.reply(session, ticket_no, CITY_MANAGEMENT, "已责令撤除占道桌椅。")
        tickets.advance(session, ticket_no, TicketState.FOLLOWING_UP, DISPATCHER)
        tickets.advance(session, ticket_no, TicketState.REOPENED, DISPATCHER, "市民不满意")
        ticket = tickets.dispatch(session, ticket_no, "CG", DISPATCHER)
        assert ticket.round == 2
    with database.reading() as session:
        view = ticket_view(session, ticket_no, "CG")
    assert (view.row.state, view.reply) == (TicketState.DISPATCHED, None)


def test_inbox_is_ordered_by_due_time_with_one_query(
    database: Database, register: Register
) -> None:
    later = register(kind=AppealKind.COMPLAINT).ticket_no
    sooner = register(kind=AppealKind.INQUIRY).ticket_no
    undated = register(kind=AppealKind.COMMENDATION).ticket_no
    statements: list[str] = []

    @event.listens_for(database.engine, "before_cursor_execute")
    def count(_c: object, _cur: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    for limit in (1, 3):
        statements.clear()
        with database.reading() as session:
            rows = inbox_rows(session, "CG", limit)
        assert [row.ticket_no for row in rows] == [sooner, later, undated][:limit]
        assert len([each for each in statements if each.startswith("SELECT tickets")]) == 1


def test_of_two_who_act_on_the_same_version_one_is_refused(
    database: Database, casework: Casework, ticket_no: str
) -> None:
    _, version = _state(database, ticket_no)
    results: list[str] = []

    def act() -> None:
        try:
            with database.transaction() as session:
                casework.tickets.accept(session, ticket_no, CITY_MANAGEMENT, version)
            results.append("accepted")
        except StaleVersionError:
            results.append("refused")

    threads = [threading.Thread(target=act) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["accepted", "refused"]
