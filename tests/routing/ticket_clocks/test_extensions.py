"""Contract of extensions; every test runs on SQLite and on PostgreSQL."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import Session

from foundation.clock import FixedClock
from foundation.database.session import Database
from foundation.errors import HotlineError
from routing.appeals.assembly import Casework
from routing.deadlines.counting import end_of
from routing.deadlines.errors import UncountableAmountError
from routing.schemas import AppealKind
from routing.ticket_clocks import repository
from routing.ticket_clocks.errors import (
    ExtensionPendingError,
    ExtensionReasonMissingError,
    ExtensionTooLateError,
    NoExtensionPendingError,
    NothingToExtendError,
    OwnExtensionError,
)
from routing.ticket_clocks.models import ExtensionState
from routing.tickets.errors import TicketNotFoundError
from routing.tickets.states import TicketState
from routing.tickets.verifying import verify
from tests.casework_fixtures import (
    CITY_MANAGEMENT,
    DISPATCHER,
    POLICE,
    Register,
)
from tests.routing.ticket_clocks.steps import at, due_of, events, handle, move, ticket_row, told


def _ask(
    database: Database,
    casework: Casework,
    ticket_no: str,
    days: int = 5,
    reason: str = "须检测油烟",
) -> None:
    with database.transaction() as session:
        casework.extensions.request(session, ticket_no, CITY_MANAGEMENT, days, reason)


def test_approved_extension_counts_on_from_the_due_time_and_tells_the_citizen(
    database: Database, casework: Casework, ticket_no: str
) -> None:
    _ask(database, casework, ticket_no)
    assert due_of(database, ticket_no) == end_of(date(2026, 12, 14))
    with database.transaction() as session:
        casework.extensions.approve(session, ticket_no, DISPATCHER, working_days=3)

    assert due_of(database, ticket_no) == end_of(date(2026, 12, 17))
    assert told(database) == ["2026年12月17日（周四）23:59:59（承办单位申请延期，已批准3个工作日）"]
    with database.reading() as session:
        ticket = ticket_row(session, ticket_no)
        (extension,) = repository.extensions_of(session, ticket.id)
        assert (extension.state, extension.late, extension.number) == (
            ExtensionState.APPROVED,
            False,
            1,
        )
        assert ticket.due_basis["derivation"][-2:] == [
            "经批准延期3个工作日，自原时限2026年12月14日（周一）23:59:59之后续计：",
            "第3个工作日为2026年12月17日（周四），截止23:59:59。",
        ]
        assert list(verify(session, ticket_no)) == []
    assert [
        event["working_days"] for event in events(database, ticket_no, "extension_approved")
    ] == [3]


def test_more_days_than_asked_for_are_not_granted(
    database: Database, casework: Casework, ticket_no: str
) -> None:
    _ask(database, casework, ticket_no, days=2)
    with database.transaction() as session:
        casework.extensions.approve(session, ticket_no, DISPATCHER, working_days=20)
    assert due_of(database, ticket_no) == end_of(date(2026, 12, 16))


def test_refused_extension_leaves_the_due_time_and_says_why(
    database: Database, casework: Casework, ticket_no: str
) -> None:
    _ask(database, casework, ticket_no)
    with database.transaction() as session:
        casework.extensions.refuse(session, ticket_no, DISPATCHER, "现场可当日处理")
    assert due_of(database, ticket_no) == end_of(date(2026, 12, 14))
    assert [event["reason"] for event in events(database, ticket_no, "extension_refused")] == [
        "现场可当日处理"
    ]
    assert told(database) == []


def test_late_and_repeated_extensions_are_counted_by_department(
    database: Database, casework: Casework, clock: FixedClock, register: Register
) -> None:
    early, late = register().ticket_no, register().ticket_no
    _ask(database, casework, early)
    with database.transaction() as session:
        casework.extensions.refuse(session, early, DISPATCHER, "不必")
    # The last fifth of the three weeks begins on 10 December.
    clock.moment = at(11)
    _ask(database, casework, early)
    _ask(database, casework, late)
    with database.reading() as session:
        assert repository.extension_counts(session) == {"CG": (2, 1)}
        listed = repository.pending_extensions(session)
        assert [(one.number, ticket.ticket_no) for one, ticket in listed] == [(2, early), (1, late)]


def test_reply_lapses_a_request_that_nobody_decided(
    database: Database, casework: Casework, ticket_no: str
) -> None:
    _ask(database, casework, ticket_no)
    handle(database, casework, ticket_no)
    with database.transaction() as session:
        casework.tickets.reply(session, ticket_no, CITY_MANAGEMENT, "已约谈商户，油烟机已清洗。")
    with database.reading() as session:
        (extension,) = repository.extensions_of(session, ticket_row(session, ticket_no).id)
        assert extension.state is ExtensionState.CLOSED


def _refused(database: Database, error: type[HotlineError], act: Any) -> None:
    with pytest.raises(error), database.transaction() as session:
        act(session)


def test_extensions_that_may_not_be_are_refused(
    database: Database, casework: Casework, clock: FixedClock, register: Register
) -> None:
    number, praised = register().ticket_no, register(kind=AppealKind.COMMENDATION).ticket_no
    extensions = casework.extensions

    def ask(session: Session, no: str = number, **changed: Any) -> None:
        given = {"actor": CITY_MANAGEMENT, "working_days": 5, "reason": "须检测", **changed}
        extensions.request(session, no, **given)

    _refused(database, TicketNotFoundError, lambda s: ask(s, actor=POLICE))
    _refused(database, ExtensionReasonMissingError, lambda s: ask(s, reason="  "))
    _refused(database, UncountableAmountError, lambda s: ask(s, working_days=0))
    _refused(database, NothingToExtendError, lambda s: ask(s, no=praised))
    approve = extensions.approve
    _refused(database, NoExtensionPendingError, lambda s: approve(s, number, DISPATCHER))
    _ask(database, casework, number)
    _refused(database, ExtensionPendingError, ask)
    _refused(database, OwnExtensionError, lambda s: approve(s, number, CITY_MANAGEMENT))
    refuse = extensions.refuse
    _refused(database, ExtensionReasonMissingError, lambda s: refuse(s, number, DISPATCHER, ""))
    with database.transaction() as session:
        refuse(session, number, DISPATCHER, "不必")
    clock.moment = at(15)
    _refused(database, ExtensionTooLateError, ask)


def test_pause_and_extension_count_together(
    database: Database, casework: Casework, clock: FixedClock, ticket_no: str
) -> None:
    handle(database, casework, ticket_no)
    _ask(database, casework, ticket_no, days=5)
    with database.transaction() as session:
        casework.extensions.approve(session, ticket_no, DISPATCHER)
    assert due_of(database, ticket_no) == end_of(date(2026, 12, 21))
    clock.moment = at(15)
    move(database, casework, ticket_no, TicketState.AWAITING_CITIZEN)
    clock.moment = at(17)
    move(database, casework, ticket_no, TicketState.HANDLING)
    # 16 and 17 December do not count towards the five days of the extension.
    assert due_of(database, ticket_no) == end_of(date(2026, 12, 23))


def test_ticket_of_an_earlier_version_is_counted_from_its_words(
    database: Database, casework: Casework, ticket_no: str
) -> None:
    with database.transaction() as session:
        ticket = ticket_row(session, ticket_no)
        kept = ("rule_pack", "limit", "clause", "certainty", "derivation")
        ticket.due_basis = {key: ticket.due_basis[key] for key in kept}
    _ask(database, casework, ticket_no, days=1)
    with database.transaction() as session:
        casework.extensions.approve(session, ticket_no, DISPATCHER)
    assert due_of(database, ticket_no) == end_of(date(2026, 12, 15))
