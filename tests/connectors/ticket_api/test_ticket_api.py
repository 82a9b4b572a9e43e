"""The ticket API's callers, actions and pages; every test runs on SQLite and on PostgreSQL."""

from datetime import timedelta

import httpx
import pytest
from sqlalchemy import event, select

from connectors.ticket_api.matrix import PREFIX
from foundation.access.errors import LoginRequiredError, TokenNotAllowedError
from foundation.access.models import AuditRow
from foundation.access.permissions import Permission, Role
from foundation.clock import FixedClock
from tests.connectors.ticket_api.conftest import World
from tests.service_fixtures import RunningService

P = Permission


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _issue(world: World, *scopes: Permission, department: str | None = None) -> str:
    with world.database.transaction() as session:
        return world.tokens.issue(session, f"系统{len(scopes)}{department}", scopes, 30, department)


def test_nobody_in_particular_is_refused(world: World) -> None:
    appeal = world.report()
    for headers in ({}, _bearer("hotline_made-up"), {"Cookie": "hotline_staff=made-up"}):
        answer = world.ask("GET", f"{PREFIX}/{appeal.ticket_no}", None, None, **headers)
        assert (answer.status_code, answer.json()) == (
            401,
            {"message": "请先登录，或提供有效的服务令牌。"},
        )


def test_a_login_changes_nothing_without_its_form_token(world: World) -> None:
    appeal, login = world.report(), world.login(Role.DEPARTMENT_HANDLER, "CG")
    address = f"{PREFIX}/{appeal.ticket_no}/accept"
    body = {"version": world.version(appeal.ticket_no)}

    refused = world.ask("POST", address, login, body, **{"X-CSRF-Token": "guessed"})
    told = world.ask("GET", "/api/session", login).json()
    accepted = world.ask("POST", address, login, body, **{"X-CSRF-Token": told["csrf_token"]})

    assert refused.status_code == 403
    assert told["permissions"] == ["ticket.handle", "ticket.read_own"]
    assert (accepted.status_code, accepted.json()["state_label"]) == (200, "已签收")


def test_a_token_does_what_its_scopes_say_and_no_more(world: World) -> None:
    own, others = world.report(), world.report("GA")
    token = _bearer(_issue(world, P.TICKET_READ_OWN, P.TICKET_HANDLE, department="CG"))
    accept = {"version": world.version(own.ticket_no)}

    listed = world.ask("GET", PREFIX, None, None, **token).json()
    answers = [
        world.ask("POST", f"{PREFIX}/{own.ticket_no}/accept", None, accept, **token),
        world.ask("GET", f"{PREFIX}/{others.ticket_no}", None, None, **token),
        world.ask(
            "POST",
            f"{PREFIX}/{own.ticket_no}/dispatch",
            None,
            {"version": 1, "lead": "GA"},
            **token,
        ),
        world.ask(
            "POST",
            f"{PREFIX}/{own.ticket_no}/reply",
            None,
            {"version": accept["version"] + 1, "text": "正在研究。", "override": "急"},
            **token,
        ),
    ]

    assert [one["ticket_no"] for one in listed["tickets"]] == [own.ticket_no]
    assert [one.status_code for one in answers] == [200, 404, 403, 403]
    events = world.ask("GET", f"{PREFIX}/{own.ticket_no}", None, None, **token).json()["events"]
    assert events[-1]["actor"].startswith("token:")


def test_a_token_ends_when_revoked_and_when_it_expires(world: World, clock: FixedClock) -> None:
    revoked, expired = (
        _issue(world, P.TICKET_READ_ALL),
        _issue(world, P.TICKET_READ_ALL, P.TICKET_DISPATCH),
    )
    assert world.ask("GET", PREFIX, None, None, **_bearer(revoked)).status_code == 200
    world.do(lambda session: world.tokens.revoke(session, "系统1None"))
    assert world.ask("GET", PREFIX, None, None, **_bearer(revoked)).status_code == 401

    clock.moment += timedelta(days=31)
    with world.database.reading() as session, pytest.raises(LoginRequiredError):
        world.tokens.resume(session, expired)


@pytest.mark.parametrize(
    ("scopes", "department"),
    [
        ([P.VAULT_OPEN], None),
        ([P.USERS_MANAGE], None),
        ([P.TICKET_REPLY_OVERRIDE], "CG"),
        ([P.TICKET_HANDLE], None),
        ([], None),
    ],
)
def test_some_scopes_are_for_people_alone(
    world: World, scopes: list[Permission], department: str | None
) -> None:
    with world.database.transaction() as session, pytest.raises(TokenNotAllowedError):
        world.tokens.issue(session, "系统", scopes, 30, department)


def test_a_stale_version_changes_nothing(world: World) -> None:
    appeal, login = world.report(), world.login(Role.DEPARTMENT_HANDLER, "CG")
    answer = world.ask("POST", f"{PREFIX}/{appeal.ticket_no}/accept", login, {"version": 1})
    assert answer.status_code == 409
    assert answer.json() == {"message": "该工单刚刚被其他人更新，请刷新后再操作。"}


def test_a_refused_reply_names_its_faults_and_a_lead_lets_it_pass(world: World) -> None:
    appeal = world.accepted()
    address = f"{PREFIX}/{appeal.ticket_no}"
    handler, lead = (
        world.login(role, "CG") for role in (Role.DEPARTMENT_HANDLER, Role.DEPARTMENT_LEAD)
    )
    body = {"version": world.version(appeal.ticket_no), "text": "占道无证经营正在研究。"}

    found = world.ask("POST", f"{address}/reply/review", handler, {"text": body["text"]}).json()
    refused = world.ask("POST", f"{address}/reply", handler, body)
    forbidden = world.ask("POST", f"{address}/reply", handler, body | {"override": "急"})
    passed = world.ask("POST", f"{address}/reply", lead, body | {"override": "先行告知"})

    assert [one["rule"] for one in found["findings"]] == ["empty_phrase"]
    assert (refused.status_code, refused.json()["findings"][0]["excerpt"]) == (409, "正在研究")
    assert (forbidden.status_code, passed.status_code) == (403, 200)
    seen = world.ask("GET", address, lead).json()
    (override,) = [one for one in seen["events"] if one["kind"] == "gate_overridden"]
    assert override["data"]["reason"] == "先行告知"


def test_every_reading_of_a_ticket_is_recorded(world: World) -> None:
    appeal, login = world.report(), world.login(Role.SUPERVISOR)
    world.ask("GET", f"{PREFIX}/{appeal.ticket_no}", login)
    with world.database.reading() as session:
        rows = session.scalars(select(AuditRow).where(AuditRow.action == "ticket.read")).all()
    assert [(row.account_id, row.subject) for row in rows] == [(login.account.id, appeal.ticket_no)]


def test_pages_follow_one_another_and_cost_the_same_queries(world: World) -> None:
    numbers = [world.report().ticket_no for _ in range(3)]
    login = world.login(Role.DEPARTMENT_HANDLER, "CG")
    statements: list[str] = []

    @event.listens_for(world.database.engine, "before_cursor_execute")
    def count(_c: object, _cur: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    counts, seen, after = [], [], ""
    for limit in (1, 3):
        statements.clear()
        world.ask("GET", f"{PREFIX}?limit={limit}", login)
        counts.append(
            len([one for one in statements if "FROM tickets" in one or "FROM assign" in one])
        )
    while True:
        page = world.ask("GET", f"{PREFIX}?limit=2{after}", login).json()
        seen += [one["ticket_no"] for one in page["tickets"]]
        if page["after"] is None:
            break
        after = f"&after={page['after']}"

    assert counts == [2, 2]
    assert seen == numbers[::-1]


def test_filters_narrow_the_list(world: World) -> None:
    report, ordinary = world.report(), world.ordinary()
    login = world.login(Role.SUPERVISOR)

    def listed(query: str) -> list[str]:
        found = world.ask("GET", f"{PREFIX}?{query}", login).json()["tickets"]
        return [one["ticket_no"] for one in found]

    assert listed("kind=irregularity_report") == [report.ticket_no]
    assert listed("kind=complaint&state=dispatched&urgent=false") == [ordinary.ticket_no]
    assert listed("district=别的区") == []
    assert listed("due_before=2026-11-01T00:00:00%2B08:00") == []
    assert world.ask("GET", f"{PREFIX}?kind=nonsense", login).status_code == 422


def test_dispatch_merge_split_and_withdraw_over_http(world: World) -> None:
    first, second, login = world.report(), world.report(), world.login(Role.DISPATCHER)

    def act(ticket_no: str, path: str, **body: object) -> dict[str, object]:
        full = {"version": world.version(ticket_no), **body}
        answer = world.ask("POST", f"{PREFIX}/{ticket_no}/{path}", login, full)
        assert answer.status_code == 200, answer.text
        result: dict[str, object] = answer.json()
        return result

    assert act(second.ticket_no, "merge", into=first.ticket_no)["ticket_no"] == first.ticket_no
    # A confidential part has its redacted version confirmed before it has a lead.
    split = act(first.ticket_no, "split", number=second.number, text="无证经营", moves=True)
    assert split["ticket_no"] == f"{second.number}-2"
    gone = {"number": first.number, "asked_by": "agent", "note": "已和解"}
    assert act(first.ticket_no, "withdraw", **gone)["state"] == "withdrawn"
    ended = world.ask("GET", f"{PREFIX}/{first.ticket_no}", login).json()["events"][-1]["data"]
    assert (ended["asked_by"], ended["note"]) == ("agent", "受诉求人委托的人要求撤回：已和解")
    merged = world.ask("GET", f"{PREFIX}/{second.ticket_no}", login).json()
    assert (merged["state_label"], merged["merged_into"]) == ("已并单", first.ticket_no)


def test_the_application_serves_the_api(running_service: RunningService) -> None:
    answer = httpx.get(f"{running_service.url}{PREFIX}")
    assert answer.status_code == 401


def test_an_extension_is_asked_for_once_and_granted_in_part(world: World) -> None:
    appeal = world.accepted()
    address = f"{PREFIX}/{appeal.ticket_no}"
    department, hotline = world.login(Role.DEPARTMENT_HANDLER, "CG"), world.login(Role.DISPATCHER)
    due = world.ask("GET", address, hotline).json()["due_at"]

    def ask(days: object, version: int) -> httpx.Response:
        body = {"working_days": days, "reason": "须检测油烟", "version": version}
        return world.ask("POST", f"{address}/extension", department, body)

    first = world.version(appeal.ticket_no)
    asked = [ask(days, first) for days in (0, "三", 5, 5)]
    again = ask(5, world.version(appeal.ticket_no))
    unmoved = world.ask("GET", address, hotline).json()
    body = {"working_days": 3, "version": unmoved["version"]}
    granted = world.ask("POST", f"{address}/extension/approve", hotline, body)
    late = world.ask("POST", f"{address}/extension/approve", hotline, body)

    assert [one.status_code for one in asked] == [422, 422, 200, 409]
    assert (again.status_code, again.json()) == (
        409,
        {"message": "该工单已有延期申请在审批，请等待结果。"},
    )
    assert unmoved["due_at"] == due
    assert (granted.status_code, late.status_code) == (200, 409)
    moved = world.ask("GET", address, hotline).json()
    assert moved["due_at"] > due
    shown = [(one["kind"], one["data"].get("working_days")) for one in moved["events"][-3:]]
    assert shown == [
        ("extension_requested", 5),
        ("extension_approved", 3),
        ("due_moved", None),
    ]
