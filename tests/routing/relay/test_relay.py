"""The relay: a department asks, an informant answers, a dispatcher looks over it in between."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from foundation.clock import FixedClock
from foundation.database.session import Database
from foundation.events.models import OutboxMessage
from routing.appeals.assembly import Casework
from routing.appeals.errors import ProgressNotFoundError
from routing.appeals.schemas import ProgressView, RegisteredAppeal
from routing.follow_ups.schemas import FollowUpResult
from routing.follow_ups.service import FollowUpService
from routing.follow_ups.states import FollowUpOutcome, Satisfaction
from routing.relay.errors import (
    AlreadyAnsweredError,
    MessageNotFoundError,
    NoInformantError,
    NotAskedNowError,
    QuestionRefusedError,
    TooManyQuestionsError,
)
from routing.relay.models import RelayMessage
from routing.relay.service import ASKED
from routing.relay.states import MessageState
from routing.relay.views import department_relay, dispatcher_relay
from routing.schemas import AppealKind
from routing.supervision.telling import TOLD
from routing.tickets.errors import TicketNotFoundError
from routing.tickets.models import Ticket
from routing.tickets.states import TicketState
from routing.tickets.verifying import verify
from routing.tickets.views import ticket_view
from tests.casework_fixtures import CITY_MANAGEMENT, DISPATCHER, POLICE, Register

NAME, PHONE = "钱小满", "13987654321"
QUESTION = "夜里一般几点开始偷排油烟？"
# The shield sees the phone and the kin; the rest is for a dispatcher's eyes.
ANSWER = f"凌晨两点以后，我老公在后厨看见的，只有三个人，{NAME}，{PHONE}"
SAID = "凌晨两点以后"
SECRETS = (NAME, PHONE, "老公")


class Case:
    """One report with a department, and both of its sides."""

    def __init__(self, database: Database, casework: Casework, appeal: RegisteredAppeal) -> None:
        self.database, self.casework, self.appeal = database, casework, appeal
        self.number = appeal.ticket_no
        with database.transaction() as session:
            casework.tickets.accept(session, self.number, CITY_MANAGEMENT)

    def ask(self, text: str = QUESTION, *, pause: bool = False) -> None:
        with self.database.transaction() as session:
            self.casework.relay.ask(session, self.number, CITY_MANAGEMENT, text, pause=pause)

    def progress(self) -> ProgressView:
        with self.database.transaction() as session:
            number, code = self.appeal.number, self.appeal.query_code
            return self.casework.appeals.progress(session, number, code, "ip:1")

    def say(self, text: str = ANSWER, question: int | None = None) -> ProgressView:
        with self.database.transaction() as session:
            number, code = self.appeal.number, self.appeal.query_code
            return self.casework.appeals.say(session, number, code, "ip:1", text, question)

    def answer(self) -> None:
        self.say(question=self.progress().questions[-1].id)

    def state(self) -> TicketState:
        with self.database.reading() as session:
            return ticket_view(session, self.number, "CG").row.state

    def department(self) -> list[tuple[MessageState, str | None]]:
        with self.database.reading() as session:
            seen = department_relay(session, self.number, "CG")
        return [(one.state, one.text) for one in seen.messages]

    def last(self) -> int:
        with self.database.reading() as session:
            return dispatcher_relay(session, self.number).messages[-1].id


@pytest.fixture
def case(database: Database, casework: Casework, register: Register) -> Case:
    kind = AppealKind.IRREGULARITY_REPORT
    appeal = register(kind=kind, text="烧烤店夜里偷排油烟", name=NAME, phone=PHONE)
    return Case(database, casework, appeal)


def test_a_question_reaches_the_informant_and_the_confirmed_answer_the_department(
    case: Case, database: Database
) -> None:
    case.ask(pause=True)
    (asked,) = case.progress().questions
    assert (asked.text, asked.department, asked.answered) == (
        QUESTION,
        "测试市城市管理局",
        False,
    )
    assert case.state() is TicketState.AWAITING_CITIZEN

    view = case.say(question=asked.id)

    assert view.questions == (replace(asked, answered=True),)
    assert case.state() is TicketState.HANDLING  # nobody waits for the citizen any more
    assert case.department() == [(MessageState.ANSWERED, QUESTION), (MessageState.WAITING, None)]
    with database.reading() as session:
        (proposed,) = case.casework.redactions.waiting(session)
    assert proposed.question == QUESTION
    assert SAID in proposed.text
    assert not [one for one in SECRETS if one in proposed.text]

    with database.transaction() as session:
        key = proposed.message_id or 0
        case.casework.relay.confirm(session, case.number, key, SAID, DISPATCHER)
    assert case.department()[-1] == (MessageState.CONFIRMED, SAID)
    with database.reading() as session:
        told = [one for one in session.scalars(select(OutboxMessage)) if one.topic == TOLD]
        assert list(verify(session, case.number, {})) == []
        rows = session.connection().exec_driver_sql("SELECT * FROM relay_messages").all()
        timeline = repr(ticket_view(session, case.number, "CG").timeline)
    assert [one.payload["roles"] for one in told] == [
        ["dispatcher"],
        ["department_handler", "department_lead"],
    ]
    assert not [one for one in (*SECRETS, SAID, QUESTION) if one in repr(rows) + timeline]


def test_a_confirmed_answer_can_be_cut_further_or_withheld(case: Case, database: Database) -> None:
    case.ask()
    case.answer()
    relay, key = case.casework.relay, case.last()
    for text in (f"{SAID}，只有三个人", SAID):
        with database.transaction() as session:
            relay.confirm(session, case.number, key, text, DISPATCHER)
    assert case.department()[-1] == (MessageState.CONFIRMED, SAID)
    with database.reading() as session:
        assert dispatcher_relay(session, case.number).messages[-1].version == 2
    with database.transaction() as session:
        relay.withhold(session, case.number, key, DISPATCHER, "一转就认得出人")
    assert case.department()[-1] == (MessageState.WITHHELD, None)


@pytest.mark.parametrize(
    "question",
    [
        "请问您贵姓？",
        "您是该店的员工吗？",
        "您是怎么知道的？",
        "您住在哪一栋？",
        "方便留个电话吗？",
        "请您到我局做个笔录。",
        "您和店主是什么关系？",
        "请与13912345678联系",
        "您在哪个部门上班？",
        "王师傅说的是真的吗？",
    ],
)
def test_a_question_that_would_tell_who_it_is_is_refused(case: Case, question: str) -> None:
    with pytest.raises(QuestionRefusedError) as refused:
        case.ask(question)
    assert refused.value.findings
    assert case.progress().questions == ()


@pytest.mark.parametrize(
    "question",
    [
        QUESTION,
        "排烟管朝哪个方向？",
        "最近一次是什么时候发生的？",
        "除了油烟，有没有倒泔水？",
        "店招上写的是什么？",
        "偷排用的是哪一种设备，放在什么位置？",
    ],
)
def test_a_question_about_the_matter_is_passed_on(case: Case, question: str) -> None:
    case.ask(question)
    assert case.progress().questions[0].text == question


def test_only_the_department_that_has_accepted_asks_and_not_without_end(
    case: Case, database: Database, register: Register
) -> None:
    relay = case.casework.relay
    with pytest.raises(TicketNotFoundError), database.transaction() as session:
        relay.ask(session, case.number, POLICE, QUESTION)
    fresh = register(kind=AppealKind.IRREGULARITY_REPORT, text="无证经营", phone="13900001111")
    with pytest.raises(NotAskedNowError), database.transaction() as session:
        relay.ask(session, fresh.ticket_no, CITY_MANAGEMENT, QUESTION)
    ordinary = Case(database, case.casework, register(text="占道经营"))
    with pytest.raises(NoInformantError):
        ordinary.ask()
    with pytest.raises(NoInformantError):
        ordinary.say("补充")
    for _ in range(3):
        case.ask()
    with pytest.raises(TooManyQuestionsError):
        case.ask()


def test_only_who_knows_number_and_code_answers_and_once(
    case: Case, database: Database, register: Register
) -> None:
    case.ask()
    (asked,) = case.progress().questions
    appeals = case.casework.appeals
    with pytest.raises(ProgressNotFoundError), database.transaction() as session:
        appeals.say(session, case.appeal.number, "AAAAAA", "ip:2", "我知道", asked.id)
    with pytest.raises(ProgressNotFoundError), database.transaction() as session:
        appeals.say_in_conversation(session, case.appeal.number, "c2", "我知道", asked.id)
    other = Case(database, case.casework, register(kind=AppealKind.IRREGULARITY_REPORT))
    with pytest.raises(MessageNotFoundError):
        other.say("别人的", asked.id)
    with database.transaction() as session:
        appeals.say_in_conversation(session, case.appeal.number, "c1", "两点", asked.id)
    with pytest.raises(AlreadyAnsweredError):
        case.say("再答一次", asked.id)


def test_what_an_informant_adds_waits_and_what_they_rue_comes_with_the_next_round(
    case: Case, database: Database, clock: FixedClock
) -> None:
    tickets, follow_ups = case.casework.tickets, FollowUpService(clock, case.casework.tickets)
    case.say(f"他们昨晚又排了，我叫{NAME}")
    assert case.department() == [(MessageState.WAITING, None)]
    with database.transaction() as session:
        reply = "夜间偷排油烟已于11月20日查处，罚款500元。"
        tickets.reply(session, case.number, CITY_MANAGEMENT, reply)
        follow_ups.begin(session, case.number, DISPATCHER)
        disagrees = FollowUpResult(
            FollowUpOutcome.REACHED,
            solved=False,
            satisfaction=Satisfaction.DISSATISFIED,
            note="还在排，我老公昨晚看见",
        )
        number = case.appeal.number
        follow_ups.record(session, case.number, number, disagrees, DISPATCHER)
    with database.reading() as session:
        proposed = case.casework.redactions.waiting(session)
        waiting = [one.text for one in proposed]
        ticket = session.scalars(select(Ticket)).one()
        kept = session.scalars(select(RelayMessage).order_by(RelayMessage.id)).all()
    assert ticket.state is TicketState.DISPATCHING
    assert waiting[-1].startswith("还在排，")
    assert proposed[-1].question is None  # said without being asked
    assert not [one for one in SECRETS if one in repr(waiting)]
    assert kept[-1].text == disagrees.note


def test_a_merge_takes_questions_and_answers_along(
    case: Case, database: Database, register: Register
) -> None:
    case.ask()
    (asked,) = case.progress().questions
    kind = AppealKind.IRREGULARITY_REPORT
    target = register(kind=kind, text="烧烤店油烟", phone="13900002222")
    with database.transaction() as session:
        case.casework.regrouping.merge(session, case.number, target.ticket_no, DISPATCHER)

    case.say(question=asked.id)

    with database.reading() as session:
        seen = dispatcher_relay(session, target.ticket_no)
    # Who came later takes no earlier one's number.
    assert [one.informant for one in seen.messages] == [2, 2]
    assert seen.informants == 2


def test_the_conversation_is_told_that_there_is_a_question_and_not_which(
    case: Case, database: Database
) -> None:
    case.ask()
    with database.transaction() as session:
        (message,) = case.casework.outbox.claim(session, 10, topics=[ASKED])
    assert message.payload == {
        "number": case.appeal.number,
        "ticket_no": case.number,
        "conversation_id": "c1",
        "channel": "web",
        "text": "测试市城市管理局",
    }
