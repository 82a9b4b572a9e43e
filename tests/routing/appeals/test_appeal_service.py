"""Contract of the appeal service; every test runs on SQLite and on PostgreSQL."""

import threading
from dataclasses import asdict, replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from foundation.clock import FixedClock
from foundation.database.encrypted import blind_index
from foundation.database.session import Database
from foundation.events.models import OutboxMessage
from routing.appeals import repository
from routing.appeals.announcing import REPLIED
from routing.appeals.assembly import Casework
from routing.appeals.models import Appeal, Contact, InformantVault
from routing.appeals.numbering import ALPHABET
from routing.deadlines.counting import end_of
from routing.deadlines.service import DeadlineService
from routing.schemas import AppealKind, Outcome, Proposal
from routing.tickets.errors import TicketNotFoundError
from routing.tickets.states import TicketState
from routing.tickets.views import inbox_rows, queue_rows, ticket_view
from tests.casework_fixtures import (
    APPEAL,
    CITY_MANAGEMENT,
    DISPATCHER,
    MONDAY,
    POLICE,
    PROPOSAL,
    READING,
    Register,
)


def _changed(**fields: object) -> Proposal:
    return replace(PROPOSAL, **fields)


def test_register_dispatches_to_the_lead_with_a_due_time(register: Register) -> None:
    registered = register()
    assert (registered.number, registered.ticket_no) == ("20261123-000001", "20261123-000001-1")
    assert (registered.state, registered.state_label) == (TicketState.DISPATCHED, "已派单")
    assert (registered.department_code, registered.department_name) == ("CG", "测试市城市管理局")
    assert (registered.due_at, registered.provisional) == (end_of(date(2026, 12, 14)), False)
    assert registered.derivation[-1] == "第15个工作日为2026年12月14日（周一），截止23:59:59。"
    assert len(registered.query_code) == 6
    assert set(registered.query_code) <= set(ALPHABET)


def test_register_twice_under_one_key_is_one_appeal(register: Register, database: Database) -> None:
    first, again = register(idempotency_key="k"), register(idempotency_key="k", text="别的")
    assert again == first
    with database.reading() as session:
        assert len(session.scalars(select(Appeal)).all()) == 1


@pytest.mark.parametrize(
    ("proposal", "state", "code"),
    [
        (_changed(needs_dispatcher=True), TicketState.DISPATCHING, None),
        (_changed(lead=None), TicketState.DISPATCHING, None),
        (_changed(lead="XFY"), TicketState.DISPATCHING, None),
        (_changed(lead="UNKNOWN"), TicketState.DISPATCHING, None),
        (_changed(outcome=Outcome.DECLINE, lead="XFY"), TicketState.DECLINED, "XFY"),
        (_changed(outcome=Outcome.DIRECT_ANSWER), TicketState.DISPATCHING, None),
        (_changed(outcome=Outcome.EMERGENCY), TicketState.DISPATCHED, "CG"),
        (_changed(co=("GA", "XFY")), TicketState.DISPATCHED, "CG"),
    ],
)
def test_register_follows_the_proposal(
    register: Register, proposal: Proposal, state: TicketState, code: str | None
) -> None:
    registered = register(proposal)
    assert (registered.state, registered.department_code) == (state, code)


def test_a_ticket_that_waits_reaches_the_queue_and_then_its_department(
    register: Register, casework: Casework, database: Database
) -> None:
    registered = register(_changed(needs_dispatcher=True))
    with database.reading() as session:
        (waiting,) = queue_rows(session)
    assert (waiting.ticket_no, waiting.proposal["lead"]) == (registered.ticket_no, "CG")
    with database.transaction() as session:
        casework.tickets.dispatch(
            session, waiting.ticket_no, "GA", DISPATCHER, version=waiting.version
        )
    with database.reading() as session:
        assert [row.ticket_no for row in inbox_rows(session, "GA")] == [registered.ticket_no]


def test_an_ordinary_appeal_keeps_its_contact_apart_and_encrypted(
    register: Register, database: Database
) -> None:
    register()
    with database.reading() as session:
        appeal = session.scalars(select(Appeal)).one()
        contact = session.get_one(Contact, appeal.id)
        assert session.scalars(select(InformantVault)).all() == []
        raw = session.connection().exec_driver_sql("SELECT * FROM contacts").all()
    assert appeal.text == "楼下烧烤店半夜占道冒油烟，联系138****5678"
    assert (contact.name, contact.phone, contact.original_text) == (
        "张晓明",
        "138 1234 5678",
        APPEAL.text,
    )
    assert contact.phone_index == blind_index("13812345678", "contact.phone")
    assert "5678" not in repr(raw)


def test_contacts_are_for_the_handling_department_and_their_reading_is_recorded(
    register: Register, casework: Casework, database: Database
) -> None:
    registered = register()
    with database.transaction() as session:
        (view,) = casework.appeals.contacts(session, registered.ticket_no, CITY_MANAGEMENT)
    assert (view.name, view.phone) == ("张晓明", "138 1234 5678")
    with pytest.raises(TicketNotFoundError), database.transaction() as session:
        casework.appeals.contacts(session, registered.ticket_no, POLICE)
    with database.reading() as session:
        last = ticket_view(session, registered.ticket_no, "CG").timeline[-1]
    assert (last.kind, last.actor) == ("contact_read", CITY_MANAGEMENT.ref)


INFORMANT = {
    "kind": AppealKind.IRREGULARITY_REPORT,
    "text": "我叫张晓明，我是该厂员工，厂里夜间偷排。电话13812345678，车牌京A12345",
    "place": "张晓明家对面的厂",
    "when": "昨晚13812345678打过电话",
}


@pytest.mark.parametrize(
    "changed",
    [
        INFORMANT,
        {**INFORMANT, "kind": AppealKind.COMPLAINT, "confidential": True},
    ],
)
def test_an_informant_is_in_the_vault_and_in_no_view_of_handling_roles(
    register: Register, casework: Casework, database: Database, changed: dict[str, object]
) -> None:
    registered = register(**changed)
    assert registered.confidential
    with database.transaction() as session:
        assert casework.appeals.contacts(session, registered.ticket_no, CITY_MANAGEMENT) == []
    with database.reading() as session:
        appeal = session.scalars(select(Appeal)).one()
        vault = session.get_one(InformantVault, appeal.id)
        assert session.scalars(select(Contact)).all() == []
        seen = [
            repr(inbox_rows(session, "CG")),
            repr(ticket_view(session, registered.ticket_no, "CG")),
            repr([message.payload for message in session.scalars(select(OutboxMessage))]),
            *(
                repr(session.connection().exec_driver_sql(f"SELECT * FROM {table}").all())
                for table in ("appeals", "tickets", "ticket_events", "assignments")
            ),
        ]
    # It could have been there: the vault has it.
    assert (vault.name, vault.phone, vault.original_text) == (
        "张晓明",
        "138 1234 5678",
        INFORMANT["text"],
    )
    for text in seen:
        for secret in ("张晓明", "13812345678", "5678", "员工", "京A12345"):
            assert secret not in text
    assert "市民（身份保密）" in seen[1]
    assert "偷排" in seen[1]


def test_a_reading_that_finds_an_irregularity_report_protects_too(register: Register) -> None:
    reading = replace(READING, kind=AppealKind.IRREGULARITY_REPORT)
    assert register(_changed(reading=reading)).confidential


def test_progress_shows_stages_department_due_time_and_reply(
    register: Register, casework: Casework, database: Database, clock: FixedClock
) -> None:
    registered = register()
    clock.moment += timedelta(hours=2)
    with database.transaction() as session:
        casework.tickets.accept(session, registered.ticket_no, CITY_MANAGEMENT)
        casework.tickets.reply(
            session, registered.ticket_no, CITY_MANAGEMENT, "已责令烧烤店撤除占道桌椅。"
        )
    with database.transaction() as session:
        view = casework.appeals.progress(
            session, registered.number, registered.query_code, "ip:192.0.2.1"
        )
    assert [(stage.label, stage.at) for stage in view.stages] == [
        ("已受理", MONDAY),
        ("待派单", MONDAY),
        ("已派单", MONDAY),
        ("已签收", clock.now()),
        ("办理中", clock.now()),
        ("已答复", clock.now()),
    ]
    assert (view.department, view.due_at, view.reply, view.state_label) == (
        "测试市城市管理局",
        registered.due_at,
        "已责令烧烤店撤除占道桌椅。",
        "已答复",
    )
    assert "张晓明" not in repr(asdict(view))


def test_a_reply_is_announced_to_the_conversation_once(
    register: Register, casework: Casework, database: Database
) -> None:
    registered = register()
    with database.transaction() as session:
        casework.tickets.accept(session, registered.ticket_no, CITY_MANAGEMENT)
        casework.tickets.reply(
            session,
            registered.ticket_no,
            CITY_MANAGEMENT,
            "已清理占道桌椅，已回电13812345678。",
            override="市民要求写明回电号码",
        )
    with database.transaction() as session:
        (message,) = casework.outbox.claim(session, 10, topics=[REPLIED])
    assert message.payload == {
        "number": registered.number,
        "ticket_no": registered.ticket_no,
        "conversation_id": "c1",
        "channel": "web",
        "department_code": "CG",
        "text": "已清理占道桌椅，已回电138****5678。",
    }


def test_progress_of_a_conversation_needs_no_code_but_the_same_conversation(
    register: Register, casework: Casework, database: Database
) -> None:
    number = register(conversation_id="c1").number
    with database.reading() as session:
        view = casework.appeals.progress_for_conversation(session, number, "c1")
        assert view.number == number
        with pytest.raises(Exception, match="do not match"):
            casework.appeals.progress_for_conversation(session, number, "c2")


def test_odd_text_is_stored(register: Register, database: Database) -> None:
    register(text="\x00\ud800👍<script>'; DROP TABLE appeals; --", place="\x00", name=" ")
    register(text="长" * 50_000, place="长" * 5_000)
    with database.reading() as session:
        texts = [appeal.text for appeal in session.scalars(select(Appeal).order_by(Appeal.id))]
    assert (texts[0], len(texts[1])) == ("👍<script>'; DROP TABLE appeals; --", 20_000)


def test_numbers_are_unique_and_shared_by_key_when_many_register_at_once(
    database: Database, casework: Casework, deadlines: DeadlineService
) -> None:
    deadline = deadlines.resolve_due(AppealKind.COMPLAINT)
    numbers: list[str] = []

    def run(worker: int) -> None:
        for n in range(5):
            # Every appeal is sent by two workers under one key.
            new = replace(APPEAL, idempotency_key=f"{worker // 2}:{n}")
            with database.transaction() as session:
                registered = casework.appeals.register(session, new, PROPOSAL, deadline)
            numbers.append(registered.number)

    threads = [threading.Thread(target=run, args=(worker,)) for worker in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(numbers) == 20
    assert len(set(numbers)) == 10
    with database.reading() as session:
        assert len(session.scalars(select(Appeal)).all()) == 10
        appeal = session.scalars(select(Appeal).limit(1)).one()
        assert repository.ticket_of(session, appeal.id).state is TicketState.DISPATCHED
