"""Replies pass the gate before they leave; every test runs on SQLite and on PostgreSQL."""

import pytest

from foundation.database.session import Database
from routing.appeals.announcing import REPLIED
from routing.appeals.assembly import Casework
from routing.appeals.models import InformantVault
from routing.appeals.schemas import RegisteredAppeal
from routing.follow_ups.views import answered_ticket
from routing.reply_gate.errors import ReplyRefusedError
from routing.reply_gate.schemas import ReplyRule
from routing.schemas import AppealKind
from routing.tickets.errors import TicketNotFoundError
from routing.tickets.repository import by_ticket_no, events_of
from routing.tickets.states import TicketState
from routing.tickets.verifying import verify
from routing.tickets.views import ticket_view
from tests.casework_fixtures import CITY_MANAGEMENT, POLICE, Register

EMPTY = "占道问题正在研究。"
HANDLED = "11月20日已责令烧烤店撤除占道桌椅。"
SECRET_NAME, SECRET_PHONE = "钱小满", "139 8765 4321"


def _accepted(database: Database, casework: Casework, appeal: RegisteredAppeal) -> str:
    with database.transaction() as session:
        casework.tickets.accept(session, appeal.ticket_no, CITY_MANAGEMENT)
    return appeal.ticket_no


def _reply(
    database: Database, casework: Casework, number: str, text: str, override: str | None = None
) -> None:
    with database.transaction() as session:
        casework.tickets.reply(session, number, CITY_MANAGEMENT, text, override=override)


def _state(database: Database, number: str) -> TicketState:
    with database.reading() as session:
        ticket = by_ticket_no(session, number)
        assert ticket is not None
        return ticket.state


def test_a_refused_reply_says_why_and_leaves_nothing_behind(
    database: Database, casework: Casework, register: Register
) -> None:
    number = _accepted(database, casework, register())

    with pytest.raises(ReplyRefusedError) as refused:
        _reply(database, casework, number, EMPTY)

    assert refused.value.user_message == (
        "答复还不能发出：“正在研究”是套话，请写明由谁、在什么时候、做了或要做什么。"
    )
    assert _state(database, number) is TicketState.ACCEPTED
    with database.transaction() as session:
        assert casework.outbox.claim(session, 10, topics=[REPLIED]) == []


def test_review_finds_the_same_and_changes_nothing(
    database: Database, casework: Casework, register: Register
) -> None:
    number = _accepted(database, casework, register())
    with database.reading() as session:
        found = casework.tickets.review_reply(session, number, CITY_MANAGEMENT, EMPTY)
        assert casework.tickets.review_reply(session, number, CITY_MANAGEMENT, HANDLED) == ()
        with pytest.raises(TicketNotFoundError):
            casework.tickets.review_reply(session, number, POLICE, HANDLED)
    assert [one.rule for one in found] == [ReplyRule.EMPTY_PHRASE]
    assert _state(database, number) is TicketState.ACCEPTED


def test_an_override_with_a_reason_is_an_event(
    database: Database, casework: Casework, register: Register
) -> None:
    number = _accepted(database, casework, register())
    with pytest.raises(ReplyRefusedError):
        _reply(database, casework, number, EMPTY, override="  ")

    _reply(database, casework, number, EMPTY, override="上级要求先行告知，电话13812345678")

    with database.reading() as session:
        ticket = by_ticket_no(session, number)
        assert ticket is not None
        (event,) = [e for e in events_of(session, ticket.id) if e.kind == "gate_overridden"]
        assert event.actor == CITY_MANAGEMENT.ref
        assert event.data == {
            "department": "CG",
            "rules": ["empty_phrase"],
            "reason": "上级要求先行告知，电话138****5678",
        }
        assert list(verify(session, number)) == []
    assert _state(database, number) is TicketState.REPLIED


def test_no_override_lets_an_informant_be_named(
    database: Database, casework: Casework, register: Register
) -> None:
    number = _accepted(
        database, casework, register(kind=AppealKind.IRREGULARITY_REPORT, text="烧烤店无证经营")
    )
    with pytest.raises(ReplyRefusedError):
        _reply(database, casework, number, "该店员工举报的无证经营属实，罚款5000元。", "已核实")
    assert _state(database, number) is not TicketState.REPLIED


def test_an_informants_name_is_hidden_in_what_leaves_and_the_department_learns_nothing(
    database: Database, casework: Casework, register: Register
) -> None:
    appeal = register(
        kind=AppealKind.IRREGULARITY_REPORT,
        text="烧烤店无证经营",
        name=SECRET_NAME,
        phone=SECRET_PHONE,
    )
    number = _accepted(database, casework, appeal)
    guess = f"无证经营属实，罚款5000元，{SECRET_NAME}已知悉，1398765 4321"
    with database.reading() as session:
        vault = session.query(InformantVault).one()
        assert (vault.name, vault.phone) == (SECRET_NAME, SECRET_PHONE)
        right = casework.tickets.review_reply(session, number, CITY_MANAGEMENT, guess[:-13])
        wrong = casework.tickets.review_reply(
            session, number, CITY_MANAGEMENT, guess[:-13].replace(SECRET_NAME, "孙大为")
        )
    # The check answers the same whoever is guessed.
    assert right == wrong == ()

    sent = f"无证经营属实，罚款5000元，{SECRET_NAME}已知悉。"
    _reply(database, casework, number, sent)

    hidden = "无证经营属实，罚款5000元，[已隐去]已知悉。"
    with database.transaction() as session:
        (message,) = casework.outbox.claim(session, 10, topics=[REPLIED])
        view = casework.appeals.progress(session, appeal.number, appeal.query_code, "ip:1")
        assert message.payload["text"] == hidden
        assert view.reply == hidden
        assert answered_ticket(session, number).reply == hidden
        # As it wrote it: had it changed, the department would know that it guessed right.
        assert ticket_view(session, number, "CG").reply == sent
