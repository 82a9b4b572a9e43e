"""Search, saved filters, export, duplicates and hot issues over HTTP, role by role."""

import csv
import io
from collections.abc import Callable

import pytest
from openpyxl import load_workbook
from sqlalchemy import event, select

from connectors.ticket_api.matrix import PREFIX
from foundation.access.models import AuditRow
from foundation.access.permissions import Role
from foundation.access.service import Login
from foundation.database.session import Database
from routing.finding.assembly import look_once
from tests.connectors.ticket_api.conftest import DEPARTMENTAL, INFORMANT, NAME, ORDINARY, World

R = Role
READERS = {R.OPERATOR, R.DISPATCHER, R.SUPERVISOR, R.DEPARTMENT_HANDLER, R.DEPARTMENT_LEAD}
EXPORTERS = {R.DISPATCHER, R.SUPERVISOR, R.DEPARTMENT_LEAD}
HOT = {R.DISPATCHER, R.SUPERVISOR}
WORDS = "烧烤店"


def _login(world: World, role: Role) -> Login:
    return world.login(role, "CG" if role in DEPARTMENTAL else None)


def _hidden(text: str) -> bool:
    return not [secret for secret in (*INFORMANT, *ORDINARY) if secret in text]


@pytest.mark.parametrize("role", Role)
def test_each_role_finds_and_exports_what_it_reaches_and_no_identity(
    world: World, role: Role
) -> None:
    own, others = world.report(), world.report("GA")
    answered, others_answered = world.replied(), world.replied("GA")
    ordinary = world.ordinary()
    own_ones = {one.ticket_no for one in (own, answered, ordinary)}
    everything = own_ones | {others.ticket_no, others_answered.ticket_no}
    reached = {
        R.OPERATOR: {answered.ticket_no, others_answered.ticket_no},
        R.DISPATCHER: everything,
        R.SUPERVISOR: everything,
        R.DEPARTMENT_HANDLER: own_ones,
        R.DEPARTMENT_LEAD: own_ones,
    }
    login = _login(world, role)

    found = world.ask("GET", f"{PREFIX}?q={WORDS}", login)
    assert found.status_code == (200 if role in READERS else 403)
    if role in READERS:
        assert {one["ticket_no"] for one in found.json()["tickets"]} == reached[role]
        for secret in (NAME, *INFORMANT):
            nobody = world.ask("GET", f"{PREFIX}?q={secret}", login).json()["tickets"]
            assert nobody == [], secret
    exported = world.ask("GET", f"{PREFIX}/export?format=csv&q={WORDS}", login)
    assert exported.status_code == (200 if role in EXPORTERS else 403)
    if role in EXPORTERS:
        rows = list(csv.reader(io.StringIO(exported.text.removeprefix("\ufeff"))))
        assert {row[0] for row in rows[1:]} == reached[role]
    assert _hidden(found.text)
    assert _hidden(exported.text)


def test_exports_are_guarded_masked_and_recorded(world: World) -> None:
    world.register(text='=HYPERLINK("http://x","13812345678")烧烤店', place="@SUM(A1)")
    login = _login(world, R.SUPERVISOR)

    sheet = world.ask("GET", f"{PREFIX}/export?format=xlsx", login)
    lines = world.ask("GET", f"{PREFIX}/export?format=csv", login).text

    page = load_workbook(io.BytesIO(sheet.content)).active
    assert page is not None
    row = dict(zip(*(list(page.iter_rows(values_only=True))[:2]), strict=True))
    assert str(row["标题"]).startswith("'=HYPERLINK")
    assert row["地点"] == "'@SUM(A1)"
    assert all(cell.data_type != "f" for line in page.iter_rows() for cell in line)
    assert "'=HYPERLINK" in lines
    assert "13812345678" not in lines
    with world.database.reading() as session:
        query = select(AuditRow.subject).where(AuditRow.action == "ticket.export")
        assert list(session.scalars(query)) == ["xlsx:1", "csv:1"]


def test_saved_filters_are_an_accounts_own_and_lie_under_what_is_said(world: World) -> None:
    one, other = world.ordinary(), world.report()
    mine, theirs = _login(world, R.DISPATCHER), _login(world, R.SUPERVISOR)
    body = {"name": "烧烤投诉", "query": {"q": WORDS, "kind": ["complaint"]}}

    kept = world.ask("POST", f"{PREFIX}/filters", mine, body).json()
    again = world.ask("POST", f"{PREFIX}/filters", mine, body).json()

    assert kept == {"id": kept["id"], **body}
    assert again == kept
    assert world.ask("GET", f"{PREFIX}/filters", mine).json() == {"filters": [kept]}
    assert world.ask("GET", f"{PREFIX}/filters", theirs).json() == {"filters": []}
    address = f"{PREFIX}?saved={kept['id']}"
    assert _numbers(world, address, mine) == [one.ticket_no]
    assert _numbers(world, f"{address}&kind=irregularity_report", mine) == [other.ticket_no]
    assert world.ask("GET", address, theirs).status_code == 404
    gone = f"{PREFIX}/filters/{kept['id']}"
    assert world.ask("DELETE", gone, theirs).status_code == 404
    assert world.ask("DELETE", gone, mine).status_code == 200
    assert world.ask("GET", address, mine).status_code == 404


@pytest.mark.parametrize("role", sorted(set(Role) - READERS))
def test_filters_are_for_readers(world: World, role: Role) -> None:
    login = _login(world, role)
    for method, path, body in (
        ("GET", "/filters", None),
        ("POST", "/filters", {"name": "一", "query": {}}),
        ("DELETE", "/filters/1", None),
    ):
        assert world.ask(method, PREFIX + path, login, body).status_code == 403


def test_malformed_queries_are_refused(world: World) -> None:
    login = _login(world, R.DISPATCHER)
    for wrong in ("q=，。", "q=" + "长" * 201, "due=never", "colour=red", "limit=0", "saved=x"):
        assert world.ask("GET", f"{PREFIX}?{wrong}", login).status_code == 422, wrong


@pytest.mark.parametrize("role", Role)
def test_duplicates_are_the_dispatchers_alone_and_name_nobody(world: World, role: Role) -> None:
    one, other = world.report(), world.report()
    with world.database.transaction() as session:
        assert world.related.duplicates.propose(session, other.ticket_no) == 1
    login = _login(world, role)
    address = f"{PREFIX}/{other.ticket_no}/duplicates"

    listed = world.ask("GET", f"{PREFIX}/duplicates", login)
    candidates = world.ask("GET", address, login)
    refused = world.ask("POST", f"{address}/refuse", login, {"other": one.ticket_no})

    expected = 200 if role is R.DISPATCHER else 403
    assert {answer.status_code for answer in (listed, candidates, refused)} == {expected}
    if role is R.DISPATCHER:
        assert [each["ticket_no"] for each in candidates.json()["candidates"]] == [one.ticket_no]
        assert listed.json()["pairs"][0]["other"]["why"]
        assert world.ask("GET", address, login).json() == {"candidates": []}
        assert world.ask("GET", f"{PREFIX}/20260101-000009-1/duplicates", login).status_code == 404
    for answer in (listed, candidates, refused):
        assert _hidden(answer.text)


@pytest.mark.parametrize("role", Role)
def test_hot_issues_are_for_dispatchers_and_supervisors(world: World, role: Role) -> None:
    for _ in range(5):
        world.report()
    assert look_once(world.database, world.related.hot_issues) == 1
    login = _login(world, role)

    listed = world.ask("GET", f"{PREFIX}/hot-issues", login)
    issue = listed.json()["issues"][0]["id"] if role in HOT else 1
    body = {"state": "handled", "note": "已联合整治"}
    decided = world.ask("POST", f"{PREFIX}/hot-issues/{issue}", login, body)

    assert {listed.status_code, decided.status_code} == {200 if role in HOT else 403}
    assert _hidden(listed.text)
    if role in HOT:
        assert listed.json()["issues"][0]["count"] == 5
        assert decided.json()["state_label"] == "已处置"
        assert world.ask("POST", f"{PREFIX}/hot-issues/{issue}", login, body).status_code == 409
        assert world.ask("GET", f"{PREFIX}/hot-issues", login).json() == {"issues": []}


def test_lists_ask_as_often_for_three_rows_as_for_one(world: World) -> None:
    login = _login(world, R.DISPATCHER)
    world.ordinary()
    one = _statements(world.database, lambda: _numbers(world, f"{PREFIX}?q={WORDS}", login))
    for _ in range(2):
        world.ordinary()
    three = _statements(world.database, lambda: _numbers(world, f"{PREFIX}?q={WORDS}", login))
    assert one == three > 0


def _statements(database: Database, act: Callable[[], object]) -> int:
    count = 0

    def note(*_: object) -> None:
        nonlocal count
        count += 1

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        act()
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
    return count


def _numbers(world: World, address: str, login: Login) -> list[str]:
    answer = world.ask("GET", address, login)
    assert answer.status_code == 200, answer.text
    return [one["ticket_no"] for one in answer.json()["tickets"]]
