"""Reminders and supervision orders; on SQLite and on PostgreSQL."""

from datetime import datetime, timedelta

import pytest

from foundation.clock import SHANGHAI
from routing.follow_ups.schemas import FollowUpResult
from routing.follow_ups.service import FollowUpService
from routing.follow_ups.states import FollowUpOutcome, Satisfaction
from routing.supervision.errors import (
    NobodyToSuperviseError,
    RecordNotFoundError,
    RecordStateError,
    SupervisionOverError,
    WordsMissingError,
)
from routing.tickets.errors import StaleVersionError, TicketNotFoundError
from routing.tickets.schemas import Actor
from tests.casework_fixtures import CITY_MANAGEMENT, DISPATCHER, POLICE
from tests.routing.supervision.conftest import Office

SUPERVISOR = Actor("user:supervisor")
BASIS = "权责清单：市容管理"
SECOND = timedelta(seconds=1)
HANDLED = "占道烧烤店已撤除桌椅，油烟已处罚。"


@pytest.fixture
def ticket_no(office: Office) -> str:
    return office.register().ticket_no


def test_a_reminder_is_answered_in_time_or_counted(office: Office, ticket_no: str) -> None:
    supervision = office.casework.supervision
    first = office.do(lambda s: supervision.remind(s, ticket_no, DISPATCHER, "市民再次来电"))
    # One working day from Monday.
    assert first.answer_due_at == datetime(2026, 11, 24, 23, 59, 59, tzinfo=SHANGHAI)
    office.do(
        lambda s: supervision.answer_reminder(s, ticket_no, first.id, CITY_MANAGEMENT, "明日上门")
    )
    second = office.do(lambda s: supervision.remind(s, ticket_no, SUPERVISOR, "仍未解决"))
    office.clock.moment = second.answer_due_at + SECOND
    office.tick.run_once()
    answered_late = supervision.answer_reminder
    office.do(lambda s: answered_late(s, ticket_no, second.id, CITY_MANAGEMENT, "已上门"))
    office.tick.run_once()

    shown = [
        (one.number, one.state.value, one.unanswered_at is not None) for one in office.reminders()
    ]
    assert shown == [(1, "answered", False), (2, "answered", True)]
    assert office.told() == [
        ("reminded", ["department_handler", "department_lead"], "CG"),
        ("reminded", ["department_handler", "department_lead"], "CG"),
        ("reminder_unanswered", ["department_lead"], "CG"),
    ]


def test_a_reply_to_the_citizen_answers_a_reminder_too(office: Office, ticket_no: str) -> None:
    supervision, tickets = office.casework.supervision, office.casework.tickets
    office.do(lambda s: supervision.remind(s, ticket_no, DISPATCHER, "请尽快"))
    office.do(lambda s: tickets.accept(s, ticket_no, CITY_MANAGEMENT))
    office.do(lambda s: tickets.reply(s, ticket_no, CITY_MANAGEMENT, HANDLED))
    (one,) = office.reminders()
    assert (one.state, one.close_reason, one.unanswered_at) == ("closed", "met", None)
    with pytest.raises(SupervisionOverError):
        office.do(lambda s: supervision.remind(s, ticket_no, DISPATCHER, "请尽快"))


def test_a_reminder_goes_to_who_has_the_ticket(office: Office, ticket_no: str) -> None:
    supervision, tickets = office.casework.supervision, office.casework.tickets
    with pytest.raises(WordsMissingError):
        office.do(lambda s: supervision.remind(s, ticket_no, DISPATCHER, "  "))
    with pytest.raises(NobodyToSuperviseError):
        office.do(lambda s: supervision.remind(s, ticket_no, DISPATCHER, "请尽快", "GA"))
    with pytest.raises(TicketNotFoundError):
        office.do(lambda s: supervision.remind(s, "20260101-000001-1", DISPATCHER, "请尽快"))
    with pytest.raises(StaleVersionError):
        office.do(lambda s: supervision.remind(s, ticket_no, DISPATCHER, "请", None, 1))
    reminder = office.do(lambda s: supervision.remind(s, ticket_no, DISPATCHER, "请尽快"))
    office.do(lambda s: tickets.send_back(s, ticket_no, CITY_MANAGEMENT, "不属", BASIS))
    office.do(lambda s: tickets.dispatch(s, ticket_no, "GA", DISPATCHER))
    (one,) = office.reminders()
    assert (one.state, one.close_reason) == ("closed", "elsewhere")
    with pytest.raises(RecordNotFoundError):
        office.do(
            lambda s: supervision.answer_reminder(s, ticket_no, reminder.id, POLICE, "已安排")
        )


def test_an_order_is_answered_sent_back_answered_again_and_approved(
    office: Office, ticket_no: str
) -> None:
    supervision = office.casework.supervision
    order = office.do(lambda s: supervision.order(s, ticket_no, SUPERVISOR, "三日内说明原因"))
    assert order.reply_due_at == datetime(2026, 11, 26, 23, 59, 59, tzinfo=SHANGHAI)

    def answer(actor: Actor, text: str) -> None:
        office.do(lambda s: supervision.answer_order(s, ticket_no, order.id, actor, text))

    with pytest.raises(RecordStateError):
        office.do(lambda s: supervision.approve_order(s, ticket_no, order.id, SUPERVISOR, None))
    with pytest.raises(TicketNotFoundError):
        answer(POLICE, "不是我们的")
    answer(CITY_MANAGEMENT, "正在办")
    refuse = supervision.refuse_order
    with pytest.raises(WordsMissingError):
        office.do(lambda s: refuse(s, ticket_no, order.id, SUPERVISOR, "", None))
    office.do(lambda s: refuse(s, ticket_no, order.id, SUPERVISOR, "没有写明措施", None))
    office.clock.moment += timedelta(days=1)
    answer(CITY_MANAGEMENT, "已处罚并每日巡查")
    office.do(lambda s: supervision.approve_order(s, ticket_no, order.id, SUPERVISOR, None))
    with pytest.raises(RecordStateError):
        office.do(lambda s: supervision.cancel_order(s, ticket_no, order.id, SUPERVISOR, None))

    (one,) = office.orders()
    assert (one.state, one.refusals, one.reply) == ("approved", 1, "已处罚并每日巡查")
    assert office.kinds(ticket_no)[-5:] == [
        "supervised",
        "order_answered",
        "order_refused",
        "order_answered",
        "order_approved",
    ]


def test_an_order_without_an_answer_becomes_overdue_and_the_supervisor_hears_of_it(
    office: Office, ticket_no: str
) -> None:
    supervision = office.casework.supervision
    order = office.do(lambda s: supervision.order(s, ticket_no, SUPERVISOR, "说明原因", 1))
    office.clock.moment = order.reply_due_at
    office.tick.run_once()
    assert office.orders()[0].overdue_at is None
    office.clock.moment += SECOND
    office.tick.run_once()
    office.tick.run_once()
    assert office.orders()[0].overdue_at == office.clock.moment
    assert office.told()[1:] == [
        ("order_overdue", ["department_handler", "department_lead", "supervisor"], "CG")
    ]


def test_a_withdrawn_ticket_ends_everything_asked_of_it(office: Office, ticket_no: str) -> None:
    supervision = office.casework.supervision
    office.do(lambda s: supervision.remind(s, ticket_no, SUPERVISOR, "请尽快"))
    office.do(lambda s: supervision.order(s, ticket_no, SUPERVISOR, "说明原因"))
    number = ticket_no.removesuffix("-1")
    office.do(lambda s: office.casework.regrouping.withdraw(s, ticket_no, number, DISPATCHER))
    (reminder,), (order,) = office.reminders(), office.orders()
    assert [one.close_reason for one in (reminder, order)] == ["ended", "ended"]
    with pytest.raises(SupervisionOverError):
        office.do(lambda s: supervision.order(s, ticket_no, SUPERVISOR, "说明原因"))


def test_not_satisfied_is_handled_once_more_under_an_order(office: Office, ticket_no: str) -> None:
    tickets, follow_ups = (
        office.casework.tickets,
        FollowUpService(office.clock, office.casework.tickets),
    )
    office.do(lambda s: tickets.accept(s, ticket_no, CITY_MANAGEMENT))
    office.do(lambda s: tickets.reply(s, ticket_no, CITY_MANAGEMENT, HANDLED))
    office.do(lambda s: follow_ups.begin(s, ticket_no, DISPATCHER))
    angry = FollowUpResult(FollowUpOutcome.REACHED, False, Satisfaction.DISSATISFIED)
    number = ticket_no.removesuffix("-1")
    office.do(lambda s: follow_ups.record(s, ticket_no, number, angry, DISPATCHER))
    assert office.orders() == []
    office.do(lambda s: tickets.dispatch(s, ticket_no, "GA", DISPATCHER))
    office.do(lambda s: tickets.send_back(s, ticket_no, POLICE, "不属", BASIS))
    office.do(lambda s: tickets.dispatch(s, ticket_no, "CG", DISPATCHER))

    shown = [(one.cause, one.department_code, one.state, one.actor) for one in office.orders()]
    assert shown == [
        ("reopened", "GA", "closed", "system"),
        ("reopened", "CG", "open", "system"),
    ]
    # The time to resolve was met by the first reply: the order's time counts now.
    office.clock.moment += timedelta(days=60)
    office.tick.run_once()
    assert office.cards() == []
    assert office.orders()[1].overdue_at is not None


def test_the_third_dispatch_brings_an_order(office: Office, ticket_no: str) -> None:
    tickets, holder = office.casework.tickets, CITY_MANAGEMENT
    for number, other in enumerate((POLICE, CITY_MANAGEMENT), 2):
        office.do(lambda s, holder=holder: tickets.send_back(s, ticket_no, holder, "不属", BASIS))
        code = other.department or ""
        office.do(lambda s, code=code: tickets.dispatch(s, ticket_no, code, DISPATCHER))
        holder = other
        assert len(office.orders()) == (1 if number == 3 else 0)
    (order,) = office.orders()
    assert (order.cause, order.department_code, order.state) == ("third_dispatch", "CG", "open")


def test_an_order_cannot_go_back_to_who_no_longer_has_the_ticket(
    office: Office, ticket_no: str
) -> None:
    supervision, tickets = office.casework.supervision, office.casework.tickets
    order = office.do(lambda s: supervision.order(s, ticket_no, SUPERVISOR, "说明原因"))
    answer = supervision.answer_order
    office.do(lambda s: answer(s, ticket_no, order.id, CITY_MANAGEMENT, "不属我单位"))
    office.do(lambda s: tickets.send_back(s, ticket_no, CITY_MANAGEMENT, "不属", BASIS))
    with pytest.raises(NobodyToSuperviseError):
        office.do(
            lambda s: supervision.refuse_order(s, ticket_no, order.id, SUPERVISOR, "不行", None)
        )
    office.do(lambda s: supervision.cancel_order(s, ticket_no, order.id, SUPERVISOR, None))
    (one,) = office.orders()
    assert (one.state, one.close_reason) == ("closed", "cancelled")
