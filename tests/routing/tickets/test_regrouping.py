"""Merging, splitting and withdrawing; every test runs on SQLite and on PostgreSQL."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.clock import FixedClock
from foundation.database.session import Database
from routing.appeals.announcing import REPLIED
from routing.appeals.assembly import Casework, build_casework
from routing.appeals.schemas import ProgressView, RegisteredAppeal
from routing.appeals.shielding import PENDING
from routing.deadlines.service import DeadlineService
from routing.schemas import AppealKind
from routing.tickets.errors import (
    AppealElsewhereError,
    IllegalTransitionError,
    MergeRefusedError,
    StaleVersionError,
    TicketNotFoundError,
)
from routing.tickets.models import Ticket, TicketEvent
from routing.tickets.regrouping import NewPart
from routing.tickets.repository import by_ticket_no
from routing.tickets.schemas import AskedBy
from routing.tickets.states import TicketState
from routing.tickets.verifying import verify
from routing.tickets.views import ticket_view
from tests.casework_fixtures import (
    CITY_MANAGEMENT,
    DEPARTMENTS,
    DISPATCHER,
    MONDAY,
    POLICE,
    Register,
)

HANDLED = "11月20日已责令烧烤店撤除占道桌椅。"


@dataclass
class Casebook:
    """Acts and readings, each in a transaction of its own."""

    database: Database
    casework: Casework

    def do(self, act: Callable[[Session], object]) -> None:
        with self.database.transaction() as session:
            act(session)

    def merge(self, one: RegisteredAppeal, into: RegisteredAppeal) -> None:
        regrouping = self.casework.regrouping
        self.do(
            lambda s: regrouping.merge(s, one.ticket_no, into.ticket_no, DISPATCHER, "同一家店")
        )

    def split(self, one: RegisteredAppeal, part: NewPart) -> str:
        with self.database.transaction() as session:
            opened = self.casework.regrouping.split(session, one.ticket_no, part, DISPATCHER)
            return opened.ticket_no

    def reply(self, ticket_no: str, text: str = HANDLED) -> None:
        tickets = self.casework.tickets
        self.do(lambda s: tickets.accept(s, ticket_no, CITY_MANAGEMENT))
        self.do(lambda s: tickets.reply(s, ticket_no, CITY_MANAGEMENT, text))

    def ticket(self, ticket_no: str) -> Ticket:
        with self.database.reading() as session:
            found = by_ticket_no(session, ticket_no)
            assert found is not None
            return found

    def progress(self, one: RegisteredAppeal) -> ProgressView:
        with self.database.transaction() as session:
            appeals = self.casework.appeals
            return appeals.progress(session, one.number, one.query_code, f"test:{one.number}")

    def told(self) -> dict[str, str]:
        with self.database.transaction() as session:
            messages = self.casework.outbox.claim(session, 50, topics=[REPLIED])
            return {one.payload["number"]: one.payload["text"] for one in messages}


@pytest.fixture
def book(database: Database, casework: Casework) -> Casebook:
    return Casebook(database, casework)


def test_merged_citizens_keep_number_code_reply_and_story(
    book: Casebook, register: Register, clock: FixedClock
) -> None:
    first = register()
    clock.moment += timedelta(days=1)
    second = register(
        text="烧烤店占道，油烟熏得睡不着", place="5号门", name="李四海", phone="13900001111"
    )

    book.merge(second, first)
    book.reply(first.ticket_no)

    assert book.told() == {first.number: HANDLED, second.number: HANDLED}
    view = book.progress(second)
    assert (view.number, view.ticket_no, view.reply) == (second.number, first.ticket_no, HANDLED)
    assert [stage.label for stage in view.stages] == [
        "已受理",
        "待派单",
        "已派单",
        "已并单",
        "已签收",
        "办理中",
        "已答复",
    ]
    assert book.ticket(second.ticket_no).merged_into == first.ticket_no
    with book.database.reading() as session:
        assert list(verify(session)) == []
        seen = ticket_view(session, first.ticket_no, "CG")
    assert seen.asked == ("烧烤店占道，油烟熏得睡不着（地点：5号门）",)


def test_the_ticket_that_goes_on_protects_as_the_better_protected_one_did(
    book: Casebook, register: Register, clock: FixedClock
) -> None:
    report = register(kind=AppealKind.IRREGULARITY_REPORT, text="烧烤店无证占道经营")
    clock.moment += timedelta(days=2)
    later = register()
    assert later.due_at is not None
    assert report.due_at is not None
    assert later.due_at > report.due_at

    book.merge(report, later)

    ticket = book.ticket(later.ticket_no)
    assert (ticket.kind, ticket.confidential, ticket.resolve_due_at) == (
        AppealKind.IRREGULARITY_REPORT,
        True,
        report.due_at,
    )


def test_merge_is_refused_where_it_would_cost_something(book: Casebook, register: Register) -> None:
    one, other, answered = register(), register(), register()
    book.reply(answered.ticket_no)

    with pytest.raises(MergeRefusedError):
        book.merge(one, one)
    with pytest.raises(IllegalTransitionError):
        book.merge(one, answered)
    with pytest.raises(IllegalTransitionError):
        book.merge(answered, one)
    with pytest.raises(TicketNotFoundError), book.database.transaction() as session:
        book.casework.regrouping.merge(session, one.ticket_no, "20261123-999999-1", DISPATCHER)
    with pytest.raises(StaleVersionError), book.database.transaction() as session:
        book.casework.regrouping.merge(
            session, one.ticket_no, other.ticket_no, DISPATCHER, version=0
        )
    assert book.ticket(one.ticket_no).state is TicketState.DISPATCHED


def test_nobody_is_merged_into_a_round_that_can_no_longer_be_reopened(
    book: Casebook, register: Register
) -> None:
    reopened, fresh = register(), register()
    book.reply(reopened.ticket_no)
    tickets = book.casework.tickets
    for state in (TicketState.FOLLOWING_UP, TicketState.REOPENED, TicketState.DISPATCHING):
        book.do(lambda s, to=state: tickets.advance(s, reopened.ticket_no, to, DISPATCHER))

    with pytest.raises(MergeRefusedError) as refused:
        book.merge(fresh, reopened)
    assert "不能再要求重办" in refused.value.user_message

    # The other way round nobody loses: who was answered before still sees that answer.
    book.merge(reopened, fresh)
    book.reply(fresh.ticket_no, "占道桌椅今日再次清理。")
    view = book.progress(reopened)
    assert view.reply == "占道桌椅今日再次清理。"
    assert [one.text for one in view.earlier_replies] == [HANDLED]
    assert book.progress(fresh).earlier_replies == ()


def test_a_split_part_gets_a_ticket_a_due_time_and_a_reply_of_its_own(
    book: Casebook, register: Register, clock: FixedClock
) -> None:
    appeal = register(text="烧烤店占道冒油烟，另外门口路灯坏了")
    clock.moment += timedelta(days=3)

    number = book.split(
        appeal, NewPart(appeal.number, "门口路灯坏了", remaining="烧烤店占道冒油烟", lead="CG")
    )

    assert number == f"{appeal.number}-2"
    opened = book.ticket(number)
    assert (opened.state, opened.resolve_due_at) == (TicketState.DISPATCHED, appeal.due_at)
    book.reply(appeal.ticket_no)  # need not speak of the lamp any more
    book.reply(number, "路灯今日已更换。")
    view = book.progress(appeal)
    assert view.reply == HANDLED
    assert [(part.ticket_no, part.text, part.reply) for part in view.parts] == [
        (number, "门口路灯坏了", "路灯今日已更换。")
    ]
    with book.database.reading() as session:
        assert list(verify(session)) == []


def test_an_appeal_merged_by_mistake_moves_to_a_ticket_of_its_own(
    book: Casebook, register: Register, clock: FixedClock
) -> None:
    first, second = register(), register(text="隔壁歌厅噪音")
    book.merge(second, first)

    number = book.split(first, NewPart(second.number, "隔壁歌厅噪音", moves=True, lead="GA"))

    assert number == f"{second.number}-2"
    view = book.progress(second)
    assert (view.ticket_no, view.department) == (number, "测试市公安局")
    clock.moment += timedelta(hours=1)
    book.reply(first.ticket_no)
    assert set(book.told()) == {first.number}
    assert book.progress(second).earlier_replies == ()
    with pytest.raises(AppealElsewhereError):
        book.split(first, NewPart(second.number, "噪音"))


def test_split_is_refused_without_words_and_when_nobody_would_be_left(
    book: Casebook, register: Register
) -> None:
    appeal = register()
    with pytest.raises(MergeRefusedError):
        book.split(appeal, NewPart(appeal.number, " "))
    with pytest.raises(MergeRefusedError):
        book.split(appeal, NewPart(appeal.number, "占道", moves=True))


def test_a_part_of_a_report_shields_like_the_report(book: Casebook, register: Register) -> None:
    said = "工地偷倒渣土，夜里施工，我叫钱小满，13987654321"
    appeal = register(kind=AppealKind.IRREGULARITY_REPORT, text=said)
    number = book.split(appeal, NewPart(appeal.number, "夜里施工，我叫，13987654321"))
    opened = book.ticket(number)
    assert opened.confidential
    assert (opened.text, opened.title) == (PENDING, PENDING)
    with book.database.reading() as session:
        (proposed,) = book.casework.redactions.views(session, number)
    assert proposed.wording.text == "夜里施工，我叫，[电话1]"


def test_one_citizen_withdraws_and_the_ticket_goes_on_for_the_other(
    book: Casebook, register: Register
) -> None:
    first, second = register(), register()
    book.merge(second, first)
    regrouping = book.casework.regrouping

    book.do(lambda s: regrouping.withdraw(s, first.ticket_no, second.number, DISPATCHER, "已和解"))
    book.reply(first.ticket_no)

    assert set(book.told()) == {first.number}
    view = book.progress(second)
    assert (view.state_label, view.stages[-1].label, view.reply) == ("已撤单", "已撤单", None)
    assert book.progress(first).reply == HANDLED


@pytest.mark.parametrize(
    ("reason", "note"),
    [("已和解 ", "诉求人的家人要求撤回：已和解"), ("", "诉求人的家人要求撤回")],
)
def test_a_dispatchers_withdrawal_keeps_who_asked_and_tells_no_department(
    book: Casebook, register: Register, reason: str, note: str
) -> None:
    first, second = register(), register()
    book.merge(second, first)
    regrouping, ticket_no = book.casework.regrouping, first.ticket_no

    book.do(
        lambda s: regrouping.withdraw_at_word(
            s, ticket_no, second.number, DISPATCHER, AskedBy.FAMILY, reason
        )
    )

    with book.database.reading() as session:
        *_, event = session.scalars(
            select(TicketEvent)
            .where(TicketEvent.kind == "appeal_withdrawn")
            .order_by(TicketEvent.seq)
        )
        department = repr(ticket_view(session, ticket_no, "CG"))
    assert (event.actor, event.data) == (
        DISPATCHER.ref,
        {"appeal": second.number, "note": note, "asked_by": "family"},
    )
    assert "一位市民撤回了诉求" in department
    assert "要求撤回" not in department


def test_the_last_citizen_who_withdraws_closes_the_ticket(
    book: Casebook, register: Register
) -> None:
    appeal = register()
    tickets, regrouping = book.casework.tickets, book.casework.regrouping
    with pytest.raises(IllegalTransitionError), book.database.transaction() as session:
        tickets.advance(session, appeal.ticket_no, TicketState.WITHDRAWN, POLICE)

    book.do(lambda s: regrouping.withdraw(s, appeal.ticket_no, appeal.number, DISPATCHER))

    assert book.ticket(appeal.ticket_no).state is TicketState.WITHDRAWN
    assert book.progress(appeal).state_label == "已撤单"


def test_of_two_merges_in_opposite_directions_one_goes_through(
    book: Casebook, register: Register
) -> None:
    one, other = register(), register()
    outcomes: list[str] = []

    def merge(source: RegisteredAppeal, into: RegisteredAppeal) -> None:
        try:
            book.merge(source, into)
        except IllegalTransitionError:
            outcomes.append("refused")
        else:
            outcomes.append("merged")

    threads = [threading.Thread(target=merge, args=pair) for pair in ((one, other), (other, one))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["merged", "refused"]
    assert book.progress(one).ticket_no == book.progress(other).ticket_no


def test_two_who_split_one_appeal_get_two_numbers(book: Casebook, register: Register) -> None:
    appeal = register()
    opened: list[str] = []
    threads = [
        threading.Thread(
            target=lambda: opened.append(book.split(appeal, NewPart(appeal.number, "占道的部分")))
        )
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(opened) == [f"{appeal.number}-{count}" for count in (2, 3, 4)]


class RunningClock:
    """A clock that runs: no two readings are equal."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def now(self) -> datetime:
        self.moment += timedelta(microseconds=1)
        return self.moment


def test_the_merge_itself_belongs_to_the_story_while_the_clock_runs(
    database: Database, deadlines: DeadlineService, register: Register
) -> None:
    running = build_casework(RunningClock(MONDAY), deadlines, DEPARTMENTS)
    book = Casebook(database, running)
    first, second = register(), register()
    book.merge(second, first)
    book.reply(first.ticket_no)
    assert [stage.label for stage in book.progress(second).stages][-4:] == [
        "已并单",
        "已签收",
        "办理中",
        "已答复",
    ]


def test_nobody_is_merged_into_a_ticket_whose_clock_stands_for_another(
    book: Casebook, register: Register
) -> None:
    waiting, fresh = register(), register()
    tickets, number = book.casework.tickets, waiting.ticket_no
    book.do(lambda s: tickets.accept(s, number, CITY_MANAGEMENT))
    book.do(lambda s: tickets.start_handling(s, number, CITY_MANAGEMENT))
    awaiting = TicketState.AWAITING_CITIZEN
    book.do(lambda s: tickets.advance(s, number, awaiting, CITY_MANAGEMENT, "请补照片"))

    with pytest.raises(MergeRefusedError):
        book.merge(fresh, waiting)
    book.merge(waiting, fresh)
    assert book.progress(waiting).ticket_no == fresh.ticket_no
