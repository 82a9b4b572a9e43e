"""Hot issues: found once a cluster speaks, warned of once, kept with what people decided."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from connectors.supervision_notices import SupervisionNotices
from foundation.access.permissions import Role
from foundation.clock import FixedClock
from foundation.database.session import Database
from foundation.events.models import OutboxMessage
from foundation.settings import ROOT
from routing.appeals.assembly import Casework
from routing.finding.assembly import look_once
from routing.finding.words import QueryReader
from routing.hot_issues.errors import HotIssueClosedError, HotIssueNotFoundError
from routing.hot_issues.models import HotIssueState
from routing.hot_issues.service import EVERY, WARNED, HotIssueRules, HotIssues, HotIssueView
from routing.schemas import AppealKind, Category
from routing.supervision.notices import NoticeReader, unread
from tests.casework_fixtures import DISPATCHER, PROPOSAL, READING, Register

TELLINGS = (
    "翡翠城停水两天了，饭都做不了",
    "家里没有自来水，问物业说管道爆了",
    "又停水，老人没水喝",
    "停水也不通知，什么时候来水",
    "水管爆裂停水，抢修队一直没来",
)
WATER = replace(
    PROPOSAL, reading=replace(READING, category=Category("C050101", "公用事业", "供水", "停水"))
)


@pytest.fixture
def issues(clock: FixedClock, casework: Casework) -> HotIssues:
    reader = QueryReader(ROOT / "var" / "cache")
    return HotIssues(clock, casework.outbox, reader, HotIssueRules(7, 5, 2.0))


@pytest.fixture
def told(register: Register) -> list[str]:
    """Return five tellings of one burst pipe, and others that are none of it."""
    numbers = [register(WATER, text=text, place="翡翠城小区").ticket_no for text in TELLINGS]
    register(WATER, text="停水了，怎么没人通知", place="锦绣花园")
    register(text="翡翠城门口烧烤店冒油烟", place="翡翠城小区")
    return numbers


def _listed(database: Database, issues: HotIssues) -> list[HotIssueView]:
    with database.reading() as session:
        return issues.listed(session)


def _warnings(database: Database) -> list[int]:
    with database.reading() as session:
        query = select(OutboxMessage).where(OutboxMessage.topic == WARNED)
        return [row.payload["count"] for row in session.scalars(query.order_by(OutboxMessage.id))]


def test_many_tellings_of_one_place_and_matter_are_one_hot_issue(
    database: Database, issues: HotIssues, told: list[str]
) -> None:
    assert look_once(database, issues) == 1

    (found,) = _listed(database, issues)
    assert (found.title, found.state, found.count, found.usual) == (
        "翡翠城：停水",
        HotIssueState.OPEN,
        5,
        0,
    )
    assert [number for number, _ in found.tickets] == told[::-1]
    assert found.words == ("停水",)
    assert _warnings(database) == [5]


def test_one_process_looks_and_only_after_a_while(
    database: Database, clock: FixedClock, issues: HotIssues, told: list[str]
) -> None:
    assert look_once(database, issues) == 1
    assert look_once(database, issues) is None
    clock.moment += EVERY
    assert look_once(database, issues) == 1
    assert len(_listed(database, issues)) == 1
    assert _warnings(database) == [5]


def test_a_place_that_always_has_as_many_is_not_hot(
    database: Database, clock: FixedClock, issues: HotIssues, register: Register
) -> None:
    for _ in range(4):
        for text in TELLINGS:
            register(WATER, text=text, place="翡翠城小区")
        clock.moment += timedelta(days=7, minutes=1)
    for text in TELLINGS:
        register(WATER, text=text, place="翡翠城小区")

    assert look_once(database, issues) == 0
    for text in TELLINGS:
        register(WATER, text=text, place="翡翠城小区")
    assert look_once(database, issues, at_once=True) == 1
    assert [(one.count, one.usual) for one in _listed(database, issues)] == [(10, 5)]


def test_it_grows_warns_again_at_twice_as_many_and_stays_handled(
    database: Database,
    clock: FixedClock,
    issues: HotIssues,
    register: Register,
    told: list[str],
) -> None:
    look_once(database, issues)
    (first,) = _listed(database, issues)
    with database.transaction() as session:
        decided = issues.decide(
            session, first.id, HotIssueState.NOTED, DISPATCHER, "联系13812345678的师傅"
        )
        assert decided.note == "联系138****5678的师傅"
    for text in TELLINGS:
        register(WATER, text=text, place="翡翠城小区")
    look_once(database, issues, at_once=True)
    (again,) = _listed(database, issues)
    assert (again.id, again.state, again.count) == (first.id, HotIssueState.NOTED, 10)
    assert _warnings(database) == [5, 10]

    with database.transaction() as session:
        issues.decide(session, first.id, HotIssueState.HANDLED, DISPATCHER)
    look_once(database, issues, at_once=True)
    assert _listed(database, issues) == []
    with pytest.raises(HotIssueClosedError), database.transaction() as session:
        issues.decide(session, first.id, HotIssueState.NOTED, DISPATCHER)
    with pytest.raises(HotIssueNotFoundError), database.transaction() as session:
        issues.decide(session, 99, HotIssueState.NOTED, DISPATCHER)

    clock.moment += timedelta(hours=1)
    for text in TELLINGS:
        register(WATER, text=text, place="翡翠城小区")
    look_once(database, issues, at_once=True)
    assert [(one.id, one.state) for one in _listed(database, issues)] == [
        (first.id, HotIssueState.OPEN)
    ]


def test_words_of_reports_are_not_shown(
    database: Database, issues: HotIssues, register: Register
) -> None:
    for number in range(5):
        register(
            WATER,
            kind=AppealKind.IRREGULARITY_REPORT,
            text=f"车间主任老孙偷接消防水管第{number}回，我是本厂工人",
            place="翡翠城小区",
        )
    assert look_once(database, issues) == 1
    (found,) = _listed(database, issues)
    assert found.words == ()
    assert "老孙" not in found.title


def test_what_is_over_is_not_hot_any_more(
    database: Database, clock: FixedClock, issues: HotIssues, told: list[str]
) -> None:
    clock.moment += timedelta(days=8)
    assert look_once(database, issues) == 0
    assert _listed(database, issues) == []


def test_a_warning_is_laid_once_at_the_desks_of_those_who_handle_hot_issues(
    database: Database, clock: FixedClock, issues: HotIssues, told: list[str]
) -> None:
    look_once(database, issues)
    with database.reading() as session:
        query = select(OutboxMessage).where(OutboxMessage.topic == WARNED)
        warning = session.scalars(query).one()
        session.expunge(warning)
    notices = SupervisionNotices(database, clock)

    asyncio.run(notices.warn(warning))
    asyncio.run(notices.warn(warning))

    words = "热点预警：翡翠城：停水，7天内5件（平时没有），请到“热点”查看并处置。"
    with database.reading() as session:
        for role in Role:
            given = unread(session, NoticeReader(frozenset({role}), "CG"))
            expected = [words] if role in {Role.SUPERVISOR, Role.DISPATCHER} else []
            assert [one.text for one in given] == expected
            assert {one.ticket_no for one in given} <= {told[-1]}
