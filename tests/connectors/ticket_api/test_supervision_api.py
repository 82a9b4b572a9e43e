"""Supervision over HTTP: every route × role × ownership, with data that could leak.

What is expected stands here by hand, as in ``test_permission_matrix.py``.
"""

import asyncio
import io
from collections.abc import Callable
from datetime import timedelta

import pytest
from openpyxl import load_workbook
from sqlalchemy import event, select

from connectors.supervision_notices import SupervisionNotices
from connectors.ticket_api.matrix import PREFIX, ROUTES, SUPERVISION
from foundation.access.permissions import Permission, Role
from foundation.clock import FixedClock
from foundation.events.models import OutboxMessage
from routing.appeals.schemas import RegisteredAppeal
from routing.supervision.models import (
    Reminder,
    SupervisionCard,
    SupervisionNotice,
    SupervisionOrder,
)
from routing.supervision.notices import NoticeReader, mark_read, unread
from routing.supervision.telling import TOLD
from routing.supervision.tick import SupervisionTick
from routing.supervision.weekly import WeeklyReports
from routing.tickets.models import Ticket
from routing.tickets.schemas import Actor
from routing.tickets.views import ticket_view
from tests.casework_fixtures import DEPARTMENTS
from tests.connectors.ticket_api.conftest import (
    DEPARTMENTAL,
    INFORMANT,
    NAME,
    ORDINARY,
    World,
)

R = Role
SUPERVISORS = {R.SUPERVISOR}
REMINDERS = {R.SUPERVISOR, R.DISPATCHER}
HANDLERS = {R.DEPARTMENT_HANDLER, R.DEPARTMENT_LEAD}
WATCHERS = SUPERVISORS | HANDLERS
SUPERVISOR = Actor("user:supervisor")
# Both sides name the informant, whom neither should know.
LEAKING = f"请联系{NAME}核实"

Made = tuple[RegisteredAppeal, int]
Make = Callable[[World, str], Made]


def _of(world: World, table: type, appeal: RegisteredAppeal) -> int:
    with world.database.reading() as session:
        own = select(table.id).join(Ticket, Ticket.id == table.ticket_id)
        found: int = session.scalars(own.where(Ticket.ticket_no == appeal.ticket_no)).one()
        return found


def _card(world: World, lead: str) -> Made:
    appeal = world.report(lead)
    clock = world.access._clock
    assert isinstance(clock, FixedClock)
    began, clock.moment = clock.moment, clock.moment + timedelta(days=40)
    SupervisionTick(world.database, clock, world.casework.supervision.booking).run_once()
    clock.moment = began
    return appeal, _of(world, SupervisionCard, appeal)


def _reminder(world: World, lead: str) -> Made:
    appeal = world.report(lead)
    remind = world.casework.supervision.remind
    world.do(lambda s: remind(s, appeal.ticket_no, SUPERVISOR, LEAKING))
    return appeal, _of(world, Reminder, appeal)


def _order(world: World, lead: str) -> Made:
    appeal = world.report(lead)
    order = world.casework.supervision.order
    world.do(lambda s: order(s, appeal.ticket_no, SUPERVISOR, LEAKING))
    return appeal, _of(world, SupervisionOrder, appeal)


def _answered(world: World, lead: str) -> Made:
    appeal, key = _order(world, lead)
    actor, answer = Actor(f"user:{lead}", lead), world.casework.supervision.answer_order
    world.do(lambda s: answer(s, appeal.ticket_no, key, actor, f"{LEAKING}，已巡查"))
    return appeal, key


def _plain(world: World, lead: str) -> Made:
    return world.report(lead), 0


# name: who may, method, path, body, a ticket in the state that allows it (for a lead department)
CASES: dict[str, tuple[set[Role], str, str, dict[str, object] | None, Make]] = {
    "records": (WATCHERS, "GET", "/supervision", None, _answered),
    "remind": (REMINDERS, "POST", "/reminders", {"text": "请尽快"}, _plain),
    "order": (
        SUPERVISORS,
        "POST",
        "/orders",
        {"text": "说明原因", "working_days": 2, "department": "LEAD"},
        _plain,
    ),
    "answer_card": (HANDLERS, "POST", "/cards/ID/reply", {"text": "已安排"}, _card),
    "answer_reminder": (HANDLERS, "POST", "/reminders/ID/reply", {"text": "已办"}, _reminder),
    "answer_order": (HANDLERS, "POST", "/orders/ID/reply", {"text": "已办"}, _order),
    "approve_order": (SUPERVISORS, "POST", "/orders/ID/approve", {}, _answered),
    "refuse_order": (SUPERVISORS, "POST", "/orders/ID/refuse", {"reason": "不详"}, _answered),
    "cancel_order": (SUPERVISORS, "POST", "/orders/ID/cancel", {}, _answered),
}
# name: who may, address under /api/supervision
LISTS: dict[str, tuple[set[Role], str]] = {
    "cards": (WATCHERS, "/cards"),
    "reminders": (WATCHERS, "/reminders"),
    "orders": (WATCHERS, "/orders"),
    "notices": (WATCHERS | {R.DISPATCHER, R.AUDITOR}, "/notices"),
    "figures": (SUPERVISORS, "/figures"),
    "weeks": (SUPERVISORS, "/weeks"),
    "week": (SUPERVISORS, "/weeks/present"),
    "week_file": (SUPERVISORS, "/weeks/present/page"),
}

ALONE = {"read_notices"}  # tried in tests of their own, below


@pytest.mark.parametrize("name", CASES)
def test_each_role_gets_what_the_table_says_and_no_identity(world: World, name: str) -> None:
    allowed, method, path, given, make = CASES[name]
    for role in Role:
        for own in (True, False):
            lead = "CG" if own else "GA"
            login = world.login(role, "CG" if role in DEPARTMENTAL else None)
            appeal, key = make(world, lead)
            body = None
            if given is not None:
                body = {**given, "version": world.version(appeal.ticket_no)}
                if body.get("department") == "LEAD":
                    body["department"] = lead
            address = f"{PREFIX}/{appeal.ticket_no}{path.replace('ID', str(key))}"

            answer = world.ask(method, address, login, body)

            expected = 403 if role not in allowed else 200
            if expected == 200 and role in DEPARTMENTAL and not own:
                expected = 404
            assert (role, own, answer.status_code) == (role, own, expected), answer.text
            # Supervisors read as written what supervisors wrote; departments what they wrote.
            hidden = answer.text
            if name == "records" and role in WATCHERS:
                hidden = hidden.replace(LEAKING, "", 1)
            assert not [secret for secret in (*INFORMANT, *ORDINARY) if secret in hidden]


@pytest.mark.parametrize("role", Role)
def test_lists_hold_what_the_role_reaches_and_no_identity(world: World, role: Role) -> None:
    made: dict[str, dict[str, str]] = {
        table: {lead: make(world, lead)[0].ticket_no for lead in ("CG", "GA")}
        for table, make in (("cards", _card), ("reminders", _reminder), ("orders", _answered))
    }
    login = world.login(role, "CG" if role in DEPARTMENTAL else None)
    for name, (allowed, path) in LISTS.items():
        answer = world.ask("GET", SUPERVISION + path, login)
        assert (name, answer.status_code) == (name, 200 if role in allowed else 403)
        if role not in allowed or name not in made:
            continue
        reached = {one["ticket"]["ticket_no"] for one in answer.json()[name]}
        both = set(made[name].values())
        own = {made[name]["CG"]}
        assert reached & both == (own if role in DEPARTMENTAL else both)
        assert answer.json()["total"] == len(answer.json()[name])
        said = answer.text.replace(LEAKING, "") if name != "cards" else answer.text
        assert not [secret for secret in (*INFORMANT, *ORDINARY) if secret in said]


def test_neither_side_learns_the_name_that_the_other_guessed(world: World) -> None:
    appeal, key = _answered(world, "CG")
    refuse = world.casework.supervision.refuse_order
    world.do(lambda s: refuse(s, appeal.ticket_no, key, SUPERVISOR, LEAKING, None))
    address = f"{PREFIX}/{appeal.ticket_no}/supervision"

    (seen,) = world.ask("GET", address, world.login(R.SUPERVISOR)).json()["orders"]
    (own,) = world.ask("GET", address, world.login(R.DEPARTMENT_LEAD, "CG")).json()["orders"]

    assert (seen["text"], seen["decision"]) == (LEAKING, LEAKING)
    assert seen["reply"] == "请联系[已隐去]核实，已巡查"
    assert (own["text"], own["decision"]) == ("请联系[已隐去]核实", "请联系[已隐去]核实")
    assert own["reply"] == f"{LEAKING}，已巡查"
    # Neither the chain nor the messages hold a person's words.
    with world.database.reading() as session:
        messages = session.scalars(select(OutboxMessage)).all()
        timeline = ticket_view(session, appeal.ticket_no, "CG").timeline
    assert NAME not in str([one.payload for one in messages])
    assert NAME not in str(timeline)


def test_a_department_that_lost_the_ticket_loses_its_records(world: World) -> None:
    appeal, _ = _reminder(world, "CG")
    login, tickets = world.login(R.DEPARTMENT_HANDLER, "CG"), world.casework.tickets
    assert world.ask("GET", f"{SUPERVISION}/reminders", login).json()["total"] == 1
    own = Actor("user:cg", "CG")
    world.do(lambda s: tickets.send_back(s, appeal.ticket_no, own, "不属", "权责清单"))
    query = f"{SUPERVISION}/reminders?state=closed&state=open"
    assert world.ask("GET", query, login).json()["total"] == 0
    assert world.ask("GET", query, world.login(R.SUPERVISOR)).json()["total"] == 1


def test_every_route_of_supervision_is_tried_here() -> None:
    of_supervision = {
        route.name
        for route in ROUTES
        if route.address.startswith(SUPERVISION)
        or any(part in route.path for part in ("/supervision", "/reminders", "/orders", "/cards"))
    }
    assert of_supervision == {*CASES, *LISTS, *ALONE}


def test_lists_cost_the_same_queries_for_one_row_and_for_three(world: World) -> None:
    for make in (_card, _reminder, _answered):
        for _ in range(3):
            make(world, "CG")
    statements: list[str] = []

    @event.listens_for(world.database.engine, "before_cursor_execute")
    def count(_c: object, _cur: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    for login in (world.login(R.SUPERVISOR), world.login(R.DEPARTMENT_HANDLER, "CG")):
        for name in ("cards", "reminders", "orders"):
            counts = []
            for limit in (1, 3):
                statements.clear()
                shown = world.ask("GET", f"{SUPERVISION}/{name}?limit={limit}", login).json()
                assert len(shown[name]) == limit
                counts.append(len(statements))
            assert counts[0] == counts[1]


def test_filters_narrow_the_lists(world: World) -> None:
    _card(world, "CG")
    _card(world, "GA")
    login = world.login(R.SUPERVISOR)

    def total(query: str) -> int:
        found: int = world.ask("GET", f"{SUPERVISION}/cards?{query}", login).json()["total"]
        return found

    shown = [total(q) for q in ("", "colour=red", "colour=yellow", "department=GA")]
    assert shown == [2, 2, 0, 1]
    assert total("clock=accept") == total("district=别的区") == total("state=closed") == 0
    assert total("clock=resolve&state=open&colour=red&district=盘江区") == 2
    assert world.ask("GET", f"{SUPERVISION}/cards?colour=blue", login).status_code == 422


def test_figures_and_weeks_over_http(world: World, clock: FixedClock) -> None:
    _card(world, "CG")
    clock.moment += timedelta(days=22)
    login = world.login(R.SUPERVISOR)
    began = (clock.moment - timedelta(days=40)).isoformat().replace("+", "%2B")
    query = f"{SUPERVISION}/figures?begin={began}&by="

    for by, name in (("department", "测试市城市管理局"), ("district", "盘江区")):
        (row,) = world.ask("GET", query + by, login).json()["rows"]
        assert (row["name"], row["due"], row["overdue"]) == (name, 1, 1)
    table = world.ask("GET", f"{query}department&form=csv", login)
    assert table.content.startswith("\ufeff名称,".encode())
    world.do(WeeklyReports(clock, world.casework.supervision.policy, DEPARTMENTS).store_missing)

    weeks = world.ask("GET", f"{SUPERVISION}/weeks", login).json()["weeks"]
    assert weeks == ["2026-W50", "2026-W49", "2026-W48"]
    address = f"{SUPERVISION}/weeks/2026-W50"
    assert world.ask("GET", address, login).json()["complete"] is True
    assert "蓝黄红督办周报 2026年第50周" in world.ask("GET", f"{address}/page", login).text
    book = load_workbook(io.BytesIO(world.ask("GET", f"{address}/xlsx", login).content))
    assert book.sheetnames[0] == "承办单位"
    for missing in ("2020-W01", "周报", "2026-W50/pdf", "2026-W99/csv"):
        answer = world.ask("GET", f"{SUPERVISION}/weeks/{missing}", login)
        assert answer.status_code == 404, missing


def test_a_token_supervises_only_with_its_scope(world: World) -> None:
    appeal, _ = _plain(world, "CG")
    headers = {}
    for scope in (Permission.TICKET_READ_ALL, Permission.TICKET_SUPERVISE):
        with world.database.transaction() as session:
            token = world.tokens.issue(session, f"平台{scope}", [scope], 30)
        headers[scope] = {"Authorization": f"Bearer {token}"}
    body = {"text": "说明原因", "version": world.version(appeal.ticket_no)}
    address = f"{PREFIX}/{appeal.ticket_no}/orders"

    answers = [
        world.ask("POST", address, None, body, **headers[scope]).status_code for scope in headers
    ]
    assert answers == [403, 200]
    again = world.ask("POST", address, None, body, **headers[Permission.TICKET_SUPERVISE])
    assert again.status_code == 409  # the version that was read is gone: not issued twice


@pytest.mark.parametrize("role", Role)
def test_notices_are_read_by_whom_they_concern(world: World, role: Role) -> None:
    _card(world, "CG")
    _card(world, "GA")
    with world.database.reading() as session:
        messages = session.scalars(select(OutboxMessage).where(OutboxMessage.topic == TOLD)).all()
    clock = world.access._clock
    for message in messages:
        asyncio.run(SupervisionNotices(world.database, clock).lay(message))
    login = world.login(role, "CG" if role in DEPARTMENTAL else None)
    may = WATCHERS | {R.DISPATCHER, R.AUDITOR}

    listed = world.ask("GET", f"{SUPERVISION}/notices", login)
    with world.database.reading() as session:
        every = session.scalars(select(SupervisionNotice.id)).all()
    done = world.ask("POST", f"{SUPERVISION}/notices/read", login, {"ids": [*every]})

    assert (listed.status_code, done.status_code) == ((200, 200) if role in may else (403, 403))
    assert not [secret for secret in (*INFORMANT, *ORDINARY) if secret in listed.text]
    if role in may:
        count = 1 if role in DEPARTMENTAL else 2 * (role is not R.AUDITOR)
        assert (len(listed.json()["notices"]), done.json()) == (count, {"read": count})
        assert world.ask("GET", f"{SUPERVISION}/notices", login).json() == {"notices": []}


def test_what_is_told_lies_at_the_desks_once_until_somebody_reads_it(
    world: World, clock: FixedClock
) -> None:
    _card(world, "CG")
    _card(world, "GA")
    deliverer = SupervisionNotices(world.database, clock)
    with world.database.reading() as session:
        messages = session.scalars(select(OutboxMessage).where(OutboxMessage.topic == TOLD)).all()
    for message in (*messages, *messages):  # given twice
        asyncio.run(deliverer.handlers[TOLD](message))

    own = NoticeReader(frozenset({R.DEPARTMENT_HANDLER}), "CG")
    others = NoticeReader(frozenset({R.DEPARTMENT_LEAD}), "GA")
    with world.database.transaction() as session:
        # Long overdue at once: each of the four circles is told, of each ticket.
        assert len(session.scalars(select(SupervisionNotice.id)).all()) == 8
        (notice,) = unread(session, own)
        assert notice.text.endswith("亮红牌，请立即办理并回复原因。")
        assert mark_read(session, others, [notice.id], "user:ga", clock) == 0
        assert mark_read(session, own, [notice.id], "user:cg", clock) == 1
        assert unread(session, own) == []
        assert len(unread(session, others)) == 1
        assert len(unread(session, NoticeReader(frozenset({R.SUPERVISOR, R.DISPATCHER})))) == 2
        assert unread(session, NoticeReader(frozenset({R.OPERATOR}))) == []
