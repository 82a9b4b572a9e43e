"""Full-text search in Chinese: found by any piece of it, by who may read it, at once."""

from pathlib import Path

import pytest
from sqlalchemy import select

from foundation.clock import FixedClock
from foundation.database.session import Database
from foundation.settings import ROOT
from routing.appeals.assembly import Casework
from routing.deadlines.service import DeadlineService
from routing.finding.errors import NothingToFindError
from routing.finding.indexing import index_missing
from routing.finding.models import TicketDocument
from routing.finding.schemas import Due, TicketQuery
from routing.finding.service import Finding
from routing.finding.words import QueryReader, document_words
from routing.schemas import AppealKind
from routing.tickets.listing import TicketReach
from tests.casework_fixtures import CITY_MANAGEMENT, DISPATCHER, POLICE, Register

ALL = TicketReach(everything=True)
CG, GA = TicketReach(department="CG"), TicketReach(department="GA")
# Longer than a title: what follows it stands in the words alone.
LONG = "小区东门外的人行道上，一到晚上就摆满了桌椅和炉子，老人小孩走路都要绕到马路上，"
REPLY = "11月20日已责令烧烤店撤除占道桌椅。"


@pytest.fixture
def finding(clock: FixedClock, deadlines: DeadlineService) -> Finding:
    return Finding(clock, deadlines, QueryReader(ROOT / "var" / "cache"))


def _found(database: Database, finding: Finding, q: str, reach: TicketReach = ALL) -> list[str]:
    with database.reading() as session:
        return [row.ticket_no for row in finding.listed(session, reach, TicketQuery(q=q))]


def test_document_words_are_pairs_closed_by_the_last_character() -> None:
    assert document_words("烧烤店，KTV 3号楼") == "烧烤 烤店 店 ktv 3 号楼 楼"


def test_search_finds_pieces_of_words_numbers_place_category_and_reply(
    database: Database, casework: Casework, finding: Finding, register: Register
) -> None:
    one = register(text="楼下烧烤店半夜占道冒油烟")
    other = register(text="路灯坏了三天没人修", place="人民路")
    with database.transaction() as session:
        casework.tickets.accept(session, one.ticket_no, CITY_MANAGEMENT)
        casework.tickets.reply(session, one.ticket_no, CITY_MANAGEMENT, REPLY)

    for words in ("烧烤", "烤店", "烧烤店 油烟", "烟", "文渊阁小区", "责令撤除", one.ticket_no):
        assert _found(database, finding, words) == [one.ticket_no], words
    assert _found(database, finding, one.number) == [one.ticket_no]
    assert _found(database, finding, "市容环境") == [other.ticket_no, one.ticket_no]
    assert _found(database, finding, "烧烤店 路灯") == []
    # Characters that stand apart are no word.
    assert _found(database, finding, "烧店") == []
    assert _found(database, finding, "燒烤店") == [one.ticket_no]


def test_words_of_two_characters_and_places_are_found_the_newest_first(
    database: Database, finding: Finding, register: Register
) -> None:
    told = "人民路第三中学（三中）门口路灯不亮，晚上看不见，公共设施没人管"
    first = register(text=told, place="人民路第三中学")
    register(text="烧烤店半夜占道", place="文渊阁小区")
    second = register(text=f"又是{told}", place="人民路第三中学")

    for word in ("路灯", "不亮", "人民", "人民路", "三中", "第三中学", "晚上", "公共设施"):
        assert _found(database, finding, word) == [second.ticket_no, first.ticket_no], word


def test_the_number_comes_first_then_the_title_then_the_words(
    database: Database, finding: Finding, register: Register
) -> None:
    words = [register(text=f"{LONG}烧烤店的油烟还飘进屋里"), register(text=f"{LONG}烧烤店")]
    titles = [register(text="烧烤店半夜占道"), register(text="烧烤店又占道了")]
    both = register(text="烧烤店的油烟飘进屋里")
    number = titles[0].ticket_no
    named = register(text=f"{LONG}情况同工单{number}，烧烤店一直没有改")
    numbers = [one.ticket_no for one in (named, *words, *titles, both)]

    # One title says two of the words, two say one, the rest none.
    assert _found(database, finding, "烧烤店 油烟") == [both.ticket_no, words[0].ticket_no]
    ranked = [both, titles[1], titles[0], named, words[1], words[0]]
    assert _found(database, finding, "烧烤店") == [one.ticket_no for one in ranked]
    assert _found(database, finding, number) == [number, named.ticket_no]
    assert set(_found(database, finding, number.partition("-")[0])) == set(numbers)


def test_pages_follow_one_another_whatever_the_order(
    database: Database, finding: Finding, register: Register
) -> None:
    for at in range(3):
        register(text=f"烧烤店第{at}次占道")
        register(text=f"{LONG}还是那家烧烤店")
    query = TicketQuery(q="烧烤店")
    with database.reading() as session:
        whole = [row.ticket_no for row in finding.listed(session, ALL, query)]
        paged, after = list[str](), None
        while rows := finding.listed(session, ALL, query, after, limit=2):
            paged += [row.ticket_no for row in rows]
            after = paged[-1]
        exported = [row.ticket_no for row in finding.export_rows(session, ALL, query)]
    assert paged == whole
    assert exported == sorted(whole, reverse=True)  # a sheet is read by its dates
    assert exported != whole


def test_search_of_punctuation_is_refused_and_quotes_do_no_harm(
    database: Database, finding: Finding, register: Register
) -> None:
    one = register(text="楼下烧烤店半夜占道冒油烟")
    with pytest.raises(NothingToFindError):
        _found(database, finding, "，。!")
    assert _found(database, finding, "\"烧烤店' OR NOT *") == []
    assert _found(database, finding, '"烧烤店" & | :*') == [one.ticket_no]


def test_a_department_finds_its_own_tickets_by_what_it_may_read(
    database: Database, casework: Casework, finding: Finding, register: Register
) -> None:
    one = register(text="楼下烧烤店半夜占道冒油烟")
    assert _found(database, finding, "烧烤店", CG) == [one.ticket_no]
    assert _found(database, finding, "烧烤店", GA) == []
    # The appeal's own number begins its ticket's; the whole of another one does not.
    other = register(text="烧烤店又占道")
    with database.transaction() as session:
        casework.regrouping.merge(session, other.ticket_no, one.ticket_no, DISPATCHER, "同一家店")
    assert _found(database, finding, other.number) == [other.ticket_no, one.ticket_no]
    assert _found(database, finding, other.number, CG) == []


def test_a_co_handling_department_does_not_find_the_leads_reply(
    database: Database, casework: Casework, finding: Finding, register: Register
) -> None:
    one = register(text="楼下烧烤店半夜占道冒油烟")
    with database.transaction() as session:
        casework.tickets.send_back(session, one.ticket_no, CITY_MANAGEMENT, "须公安", "权责清单")
        casework.tickets.dispatch(session, one.ticket_no, "CG", DISPATCHER, co=["GA"])
        casework.tickets.accept(session, one.ticket_no, CITY_MANAGEMENT)
        casework.tickets.reply(session, one.ticket_no, POLICE, "巡逻中未见殴斗。")
        casework.tickets.reply(session, one.ticket_no, CITY_MANAGEMENT, REPLY)

    assert _found(database, finding, "撤除桌椅", CG) == [one.ticket_no]
    assert _found(database, finding, "殴斗", CG) == [one.ticket_no]
    assert _found(database, finding, "殴斗", GA) == [one.ticket_no]
    assert _found(database, finding, "撤除桌椅", GA) == []


def test_nobody_finds_a_report_by_its_informant(
    database: Database, casework: Casework, finding: Finding, register: Register
) -> None:
    said = "烧烤店占道无证经营，我叫钱小满，电话13987654321"
    report = register(
        kind=AppealKind.IRREGULARITY_REPORT, text=said, name="钱小满", phone="13987654321"
    )
    with database.transaction() as session:
        casework.tickets.accept(session, report.ticket_no, CITY_MANAGEMENT)
        casework.tickets.reply(session, report.ticket_no, CITY_MANAGEMENT, f"{REPLY}钱小满已签字。")
    answered = TicketReach(answered=True)
    for reach in (ALL, answered):
        assert _found(database, finding, "撤除桌椅", reach) == [report.ticket_no]
        for secret in ("钱小满", "小满", "13987654321", "4321"):
            assert _found(database, finding, secret, reach) == [], secret
    assert _found(database, finding, "13987654321", CG) == []
    with database.reading() as session:
        stored = " ".join(str(one) for one in session.scalars(select(TicketDocument.words)))
    assert "烧烤" in stored
    assert "13987654321" not in stored


def test_a_ticket_that_leaves_a_department_is_no_longer_found_there(
    database: Database, casework: Casework, finding: Finding, register: Register
) -> None:
    one = register(text="楼下烧烤店半夜占道冒油烟")
    with database.transaction() as session:
        casework.tickets.send_back(session, one.ticket_no, CITY_MANAGEMENT, "不属", "权责清单")
        casework.tickets.dispatch(session, one.ticket_no, "GA", DISPATCHER)
    assert _found(database, finding, "烧烤店", CG) == []
    assert _found(database, finding, "烧烤店", GA) == [one.ticket_no]
    with database.reading() as session:
        audiences = select(TicketDocument.audience).order_by(TicketDocument.audience)
        assert list(session.scalars(audiences)) == ["GA", "hotline"]


def test_what_rolls_back_is_not_found(
    database: Database, casework: Casework, finding: Finding, register: Register
) -> None:
    one = register(text="楼下烧烤店半夜占道冒油烟")

    def fail() -> None:
        with database.transaction() as session:
            casework.tickets.send_back(session, one.ticket_no, CITY_MANAGEMENT, "不属", "权责清单")
            session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert _found(database, finding, "烧烤店", CG) == [one.ticket_no]


def test_missing_documents_are_written_again(
    database: Database, finding: Finding, register: Register
) -> None:
    numbers = [register(text="楼下烧烤店半夜占道冒油烟").ticket_no for _ in range(3)]
    with database.transaction() as session:
        session.execute(TicketDocument.__table__.delete())
    assert _found(database, finding, "烧烤店") == []

    assert index_missing(database) == 3
    assert index_missing(database) == 0
    assert _found(database, finding, "烧烤店") == numbers[::-1]


def test_due_filters_and_category_and_department(
    database: Database, clock: FixedClock, finding: Finding, register: Register
) -> None:
    one = register(kind=AppealKind.INQUIRY)  # due in two working days
    two = register(kind=AppealKind.COMPLAINT)

    def found(**query: object) -> list[str]:
        wanted = TicketQuery.model_validate(query)
        with database.reading() as session:
            return [row.ticket_no for row in finding.listed(session, ALL, wanted)]

    assert found(due=Due.SOON) == []
    clock.moment = clock.moment.replace(day=24)
    assert found(due=Due.SOON) == [one.ticket_no]
    clock.moment = clock.moment.replace(day=26)
    assert found(due=Due.OVERDUE) == [one.ticket_no]
    assert found(category="C01") == [two.ticket_no, one.ticket_no]
    assert found(category="城市管理/市容") == [two.ticket_no, one.ticket_no]
    assert found(category="C02") == []
    assert found(category="%") == []
    assert found(department="CG", kind=["complaint"]) == [two.ticket_no]
    assert found(department="GA") == []


def test_cache_folder_is_made_where_there_is_none(
    clock: FixedClock, deadlines: DeadlineService, tmp_path: Path
) -> None:
    finding = Finding(clock, deadlines, QueryReader(tmp_path / "cache"))
    assert finding.filter_of(TicketQuery(q="烧烤店")).terms
