"""Possible duplicates; every test runs on SQLite and on PostgreSQL."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from foundation.clock import FixedClock
from foundation.database.session import Database
from foundation.events.worker import OutboxWorker
from foundation.settings import ROOT
from routing.appeals.assembly import Casework
from routing.duplicates.errors import PairNotFoundError
from routing.duplicates.keys import grams, word_keys
from routing.duplicates.schemas import Candidate
from routing.duplicates.service import Duplicates
from routing.extraction.places import bare_place
from routing.finding.words import QueryReader
from routing.schemas import AppealKind, Category
from routing.tickets.repository import locked_ticket
from tests.casework_fixtures import DISPATCHER, PROPOSAL, READING, Register

SAID = "楼下烧烤店半夜占道冒油烟，呛得睡不着"
RETOLD = "晚上烧烤店的油烟太大，桌子都摆到路上占道了"


@pytest.fixture
def duplicates(clock: FixedClock) -> Duplicates:
    return Duplicates(clock, QueryReader(ROOT / "var" / "cache"))


def _candidates(database: Database, duplicates: Duplicates, number: str) -> list[Candidate]:
    with database.reading() as session:
        return duplicates.candidates(session, number)


def _numbers(database: Database, duplicates: Duplicates, number: str) -> list[str]:
    return [one.ticket_no for one in _candidates(database, duplicates, number)]


def test_another_channels_telling_of_the_same_is_proposed_with_why(
    database: Database, duplicates: Duplicates, register: Register
) -> None:
    one = register(text=SAID, phone="13800000001")
    other = register(
        text=RETOLD, place="盘江区文渊阁小区3号楼", channel="telephone", phone="13800000002"
    )
    register(text="路灯坏了三天没人修", place="人民路", phone="13800000003")

    found = _candidates(database, duplicates, other.ticket_no)

    assert [one.ticket_no for one in found] == [one.ticket_no]
    assert found[0].why == (
        "同一地点：文渊阁",
        "同类事项：城市管理/市容环境",
        "相同的词：烧烤店、油烟、占道",
    )
    assert _numbers(database, duplicates, one.ticket_no) == [other.ticket_no]


def test_the_same_words_at_another_place_are_another_matter(
    database: Database, duplicates: Duplicates, register: Register
) -> None:
    words = "路灯坏了三天没人修，晚上黑得看不见路"
    one = register(text=words, place="人民路", phone=None)
    register(text=words, place="中山路", phone=None)
    nowhere = register(text=words, place=None, phone=None)

    assert _numbers(database, duplicates, one.ticket_no) == [nowhere.ticket_no]


def test_the_same_caller_counts_only_for_what_is_alike(
    database: Database, duplicates: Duplicates, register: Register
) -> None:
    one = register(text="路灯坏了三天没人修，黑得很", place="人民路")
    register(text="学校食堂的饭菜又贵又不好吃", place="第一中学")
    again = register(text="路灯还是没人修，晚上黑", place="路口")

    found = _candidates(database, duplicates, again.ticket_no)

    assert [each.ticket_no for each in found] == [one.ticket_no]
    assert found[0].why[-1] == "留的是同一个联系电话"


def test_nobody_learns_what_else_an_informant_said(
    database: Database, duplicates: Duplicates, register: Register
) -> None:
    report = register(
        kind=AppealKind.IRREGULARITY_REPORT, text="烧烤店无证经营，我叫张晓明，请查处", place="东门"
    )
    ordinary = register(text="烧烤店太吵，请管一管", place="西门")

    assert _candidates(database, duplicates, ordinary.ticket_no) == []
    for one in _candidates(database, duplicates, report.ticket_no):
        assert "联系电话" not in "".join(one.why)
        assert "张晓明" not in repr(one)


def test_what_is_answered_or_long_ago_is_not_proposed(
    database: Database,
    casework: Casework,
    clock: FixedClock,
    duplicates: Duplicates,
    register: Register,
) -> None:
    old = register(text=SAID)
    clock.moment += timedelta(days=31)
    withdrawn, open_still, new = (register(text=SAID) for _ in range(3))
    with database.transaction() as session:
        casework.regrouping.withdraw(session, withdrawn.ticket_no, withdrawn.number, DISPATCHER)

    assert _numbers(database, duplicates, new.ticket_no) == [open_still.ticket_no]
    assert _numbers(database, duplicates, old.ticket_no) == []


def test_not_a_duplicate_is_remembered_both_ways(
    database: Database, duplicates: Duplicates, register: Register
) -> None:
    one, other = register(text=SAID), register(text=SAID)
    with database.transaction() as session:
        assert duplicates.propose(session, other.ticket_no) == 1
        assert [pair.ticket_no for pair in duplicates.open_pairs(session)] == [other.ticket_no]

    with database.transaction() as session:
        duplicates.refuse(session, one.ticket_no, other.ticket_no, DISPATCHER)

    assert _numbers(database, duplicates, one.ticket_no) == []
    assert _numbers(database, duplicates, other.ticket_no) == []
    with database.transaction() as session:
        assert duplicates.propose(session, other.ticket_no) == 0
        assert duplicates.open_pairs(session) == []
    with pytest.raises(PairNotFoundError), database.transaction() as session:
        duplicates.refuse(session, one.ticket_no, one.ticket_no, DISPATCHER)


def test_a_registration_leaves_its_candidates_for_the_dispatcher(
    database: Database, casework: Casework, duplicates: Duplicates, register: Register
) -> None:
    one, other = register(text=SAID), register(text=RETOLD)
    worker = OutboxWorker(database, casework.outbox, duplicates.handlers(database))
    asyncio.run(worker.run_once())

    with database.reading() as session:
        pairs = duplicates.open_pairs(session)
    assert [(pair.ticket_no, pair.other.ticket_no) for pair in pairs] == [
        (other.ticket_no, one.ticket_no)
    ]
    # Merged by a person, through the regrouping that keeps everybody's rights, it is gone.
    with database.transaction() as session:
        casework.regrouping.merge(
            session, other.ticket_no, one.ticket_no, DISPATCHER, "重复", pairs[0].version
        )
    with database.reading() as session:
        assert duplicates.open_pairs(session) == []
    assert _numbers(database, duplicates, one.ticket_no) == []


def test_a_change_of_words_changes_the_keys(
    database: Database, casework: Casework, duplicates: Duplicates, register: Register
) -> None:
    place = replace(READING, category=Category("C020101", "交通", "道路", "坑洼"))
    moved = register(
        replace(PROPOSAL, reading=place), text="路面有坑，车胎都扎破了", place="人民路"
    )
    same = register(replace(PROPOSAL, reading=place), text="人民路路面坑洼扎车胎", place="人民路")
    assert _numbers(database, duplicates, same.ticket_no) == [moved.ticket_no]
    with database.transaction() as session:
        ticket = locked_ticket(session, moved.ticket_no)
        ticket.text, ticket.place = "一切都好", None
        casework.tickets.note(session, ticket, "redacted", DISPATCHER, {})
    assert _numbers(database, duplicates, same.ticket_no) == []


def test_word_keys_are_the_same_for_ever() -> None:
    # What was written years ago must still meet what is written today.
    assert word_keys(grams("烧烤店占道"))[:2] == [5931497640519988020, 2817412713971577678]


@pytest.mark.parametrize(
    ("said", "district", "bare"),
    [
        ("文渊阁小区楼下", "盘江区", "文渊阁"),
        ("盘江区文渊阁小区3号楼", "盘江区", "文渊阁"),
        ("盘江区文渊阁小区3号楼", None, "文渊阁"),
        ("阳光小区", None, "阳光"),
        ("人民路与中山路路口", None, "人民路与中山路"),
        ("小区门口", None, "小区门口"),
    ],
)
def test_bare_place_is_the_name_alone(said: str, district: str | None, bare: str) -> None:
    assert bare_place(said, district) == bare
