"""Every route × role × ownership, with data that could leak; on SQLite and on PostgreSQL.

What is expected stands here once more, by hand: read from the table that the routes use, it could
not disagree with it.
"""

from collections.abc import Callable

import pytest
from fastapi.routing import APIRoute

from connectors.ticket_api.matrix import PREFIX, ROUTES, permission_tables
from foundation.access.permissions import Role
from foundation.settings import ROOT
from routing.appeals.models import Appeal, Contact, InformantVault
from routing.appeals.schemas import RegisteredAppeal
from routing.tickets.views import ticket_view
from tests.connectors.ticket_api import test_supervision_api as supervision
from tests.connectors.ticket_api.conftest import (
    DEPARTMENTAL,
    HANDLED,
    INFORMANT,
    NAME,
    ORDINARY,
    ORDINARY_NAME,
    PHONE,
    World,
)

R = Role
READERS = {R.OPERATOR, R.DISPATCHER, R.SUPERVISOR, R.DEPARTMENT_HANDLER, R.DEPARTMENT_LEAD}
DISPATCHERS = {R.DISPATCHER}
HANDLERS = {R.DEPARTMENT_HANDLER, R.DEPARTMENT_LEAD}
ASKERS = {R.OPERATOR}
DECIDERS = {R.DISPATCHER, R.SUPERVISOR}
# Without an owner: there is no such ticket of somebody else's.
NOBODYS = {"dispatch", "decline"}

Make = Callable[[World, str], RegisteredAppeal]
# name: who may, address, body, a ticket in the state that allows it (for a lead department)
CASES: dict[str, tuple[set[Role], str, str, dict[str, object] | None, Make]] = {
    "read": (READERS, "GET", "", None, lambda w, lead: w.replied(lead)),
    "sheet": (READERS, "GET", "/sheet", None, lambda w, lead: w.replied(lead)),
    "dispatch": (
        DISPATCHERS,
        "POST",
        "/dispatch",
        {"lead": "GA", "co": ["CG"]},
        lambda w, _lead: w.waiting(),
    ),
    "merge": (DISPATCHERS, "POST", "/merge", {"into": "INTO"}, lambda w, lead: w.report(lead)),
    "split": (
        DISPATCHERS,
        "POST",
        "/split",
        {"number": "NUMBER", "text": "烧烤店占道无证经营"},
        lambda w, lead: w.report(lead),
    ),
    "withdraw": (
        DISPATCHERS,
        "POST",
        "/withdraw",
        {"number": "NUMBER", "asked_by": "citizen", "note": "已和解"},
        lambda w, lead: w.report(lead),
    ),
    "decline": (
        DISPATCHERS,
        "POST",
        "/decline",
        {"channel": "XFY", "reason": "已在诉讼"},
        lambda w, _lead: w.waiting(),
    ),
    "archive": (DISPATCHERS | ASKERS, "POST", "/archive", {}, lambda w, lead: w.resolved(lead)),
    "note_contact": (HANDLERS, "POST", "/contacted", {}, lambda w, lead: w.report(lead)),
    "ask_citizen": (
        HANDLERS,
        "POST",
        "/await-citizen",
        {"text": "请补照片"},
        lambda w, lead: w.accepted_openly(lead),
    ),
    "promise": (
        HANDLERS,
        "POST",
        "/promise",
        {"day": "2026-12-31", "reason": "设备未到"},
        lambda w, lead: w.accepted(lead),
    ),
    "approve_promise": (
        DECIDERS,
        "POST",
        "/promise/approve",
        {},
        lambda w, lead: w.promising(lead),
    ),
    "refuse_promise": (
        DECIDERS,
        "POST",
        "/promise/refuse",
        {"reason": "可以按期办结"},
        lambda w, lead: w.promising(lead),
    ),
    "rated": (DECIDERS | ASKERS, "GET", "/follow-up", None, lambda w, lead: w.asked(lead)),
    "accept": (HANDLERS, "POST", "/accept", {}, lambda w, lead: w.report(lead)),
    "start": (HANDLERS, "POST", "/start", {}, lambda w, lead: w.accepted(lead)),
    "send_back": (
        HANDLERS,
        "POST",
        "/send-back",
        {"reason": "不属我单位", "duty_basis": "权责清单"},
        lambda w, lead: w.report(lead),
    ),
    "review": (
        HANDLERS,
        "POST",
        "/reply/review",
        {"text": HANDLED},
        lambda w, lead: w.accepted(lead),
    ),
    "reply": (HANDLERS, "POST", "/reply", {"text": HANDLED}, lambda w, lead: w.accepted(lead)),
    "contacts": (HANDLERS, "POST", "/contacts", {}, lambda w, lead: w.report(lead)),
    "request_extension": (
        HANDLERS,
        "POST",
        "/extension",
        {"working_days": 5, "reason": "须检测油烟"},
        lambda w, lead: w.accepted(lead),
    ),
    "approve_extension": (
        DISPATCHERS,
        "POST",
        "/extension/approve",
        {"working_days": 3},
        lambda w, lead: w.extending(lead),
    ),
    "refuse_extension": (
        DISPATCHERS,
        "POST",
        "/extension/refuse",
        {"reason": "可以按期办结"},
        lambda w, lead: w.extending(lead),
    ),
    "begin": (ASKERS, "POST", "/follow-up", {}, lambda w, lead: w.replied(lead)),
    "record": (
        ASKERS,
        "POST",
        "/follow-up/results",
        {"number": "NUMBER", "outcome": "no_contact"},
        lambda w, lead: w.following_up(lead),
    ),
    "call": (ASKERS, "POST", "/follow-up/contacts", {}, lambda w, lead: w.following_up(lead)),
}
# Tried role by role in test_finding_routes, test_attachment_routes, test_vault_routes,
# test_confidential_routes, test_appeal_routes
# and test_deadline_routes.
ELSEWHERE = {
    *("export", "filters", "keep_filter", "drop_filter"),
    *("pairs", "candidates", "not_duplicate", "hot_issues", "decide_hot_issue"),
    *("attachments", "attach", "attachment", "clear_attachment"),
    *("open_vault", "vault_openings"),
    *("withhold_attachment", "confirmations", "redaction", "confirm_redaction"),
    *("relay_messages", "review_question", "ask_informant"),
    *("confirm_message", "withhold_message"),
    *("withdraw_appeal", "add_appeal_photo"),
    *("rule_packs", "rules_backtest", "calendar_year", "preview_notice", "load_notice"),
}
WITHOUT_VERSION = {"read", "sheet", "rated", "review", "contacts", "call"}


def _body(world: World, name: str, appeal: RegisteredAppeal) -> dict[str, object] | None:
    body = CASES[name][3]
    if body is None:
        return None
    filled = {
        key: {"NUMBER": appeal.number, "INTO": ""}.get(str(value), value)
        for key, value in body.items()
    }
    if "into" in filled:
        filled["into"] = world.report().ticket_no
    if name not in WITHOUT_VERSION:
        filled["version"] = world.version(appeal.ticket_no)
    return filled


def _expected(allowed: set[Role], role: Role, *, own: bool) -> int:
    if role not in allowed:
        return 403
    return 404 if role in DEPARTMENTAL and not own else 200


@pytest.mark.parametrize("name", CASES)
def test_each_role_gets_what_the_table_says_and_no_identity(world: World, name: str) -> None:
    allowed, method, path, _, make = CASES[name]
    for role in Role:
        for own in (True, False):
            login = world.login(role, "CG" if role in DEPARTMENTAL else None)
            appeal = make(world, "CG" if own else "GA")
            if name in NOBODYS and not own:
                continue  # nobody's ticket has no owner

            body = _body(world, name, appeal)
            address = f"{PREFIX}/{appeal.ticket_no}{path}"
            answer = world.ask(method, address, login, body)

            assert (role, own, answer.status_code) == (
                role,
                own,
                _expected(allowed, role, own=own),
            ), answer.text
            assert not [secret for secret in (*INFORMANT, *ORDINARY) if secret in answer.text]
    _secrets_are_there(world)


def _secrets_are_there(world: World) -> None:
    with world.database.reading() as session:
        hidden = session.query(InformantVault).first()
        appeal = session.query(Appeal).filter(Appeal.confidential).first()
        assert hidden is not None
        assert appeal is not None
        assert (hidden.name, hidden.phone) == (NAME, PHONE)
        assert appeal.conversation_id in INFORMANT


@pytest.mark.parametrize("role", Role)
def test_the_list_holds_what_the_role_reaches_and_no_identity(world: World, role: Role) -> None:
    own, others = world.report(), world.report("GA")
    own_answered, others_answered = world.replied(), world.replied("GA")
    ordinary = world.ordinary()
    everything = {one.ticket_no for one in (own, others, own_answered, others_answered, ordinary)}
    reached: dict[Role, set[str]] = {
        R.OPERATOR: {own_answered.ticket_no, others_answered.ticket_no},
        R.DISPATCHER: everything,
        R.SUPERVISOR: everything,
        R.DEPARTMENT_HANDLER: {one.ticket_no for one in (own, own_answered, ordinary)},
        R.DEPARTMENT_LEAD: {one.ticket_no for one in (own, own_answered, ordinary)},
    }
    login = world.login(role, "CG" if role in DEPARTMENTAL else None)

    answer = world.ask("GET", PREFIX, login)

    assert answer.status_code == (200 if role in reached else 403)
    if role in reached:
        assert {one["ticket_no"] for one in answer.json()["tickets"]} == reached[role]
    assert not [secret for secret in (*INFORMANT, *ORDINARY) if secret in answer.text]


@pytest.mark.parametrize("role", Role)
def test_only_dispatchers_see_what_waits_for_an_extension(world: World, role: Role) -> None:
    asked = world.extending()
    login = world.login(role, "CG" if role in DEPARTMENTAL else None)

    answer = world.ask("GET", f"{PREFIX}/extensions", login)

    assert answer.status_code == (200 if role in DISPATCHERS else 403)
    if role in DISPATCHERS:
        shown = answer.json()
        one = shown["extensions"][0]
        assert (one["ticket_no"], one["department"]) == (asked.ticket_no, "CG")
        assert (one["working_days"], one["reason"]) == (5, "须检测油烟")
        assert one["version"] == world.version(asked.ticket_no)
        assert shown["counts"] == [{"department": "CG", "late": 0, "repeated": 0}]
    assert not [secret for secret in (*INFORMANT, *ORDINARY) if secret in answer.text]


@pytest.mark.parametrize("role", Role)
def test_who_decides_on_promises_sees_what_waits(world: World, role: Role) -> None:
    made = world.promising()
    login = world.login(role, "CG" if role in DEPARTMENTAL else None)

    answer = world.ask("GET", f"{PREFIX}/promises", login)

    assert answer.status_code == (200 if role in DECIDERS else 403)
    if role in DECIDERS:
        shown = answer.json()
        one = shown["promises"][0]
        assert (one["ticket_no"], one["department"]) == (made.ticket_no, "CG")
        assert (one["promised_until"][:10], one["reason"]) == ("2026-12-31", "设备未到")
        assert one["version"] == world.version(made.ticket_no)
        assert shown["counts"] == [{"department": "CG", "made": 1, "broken": 0}]
    assert not [secret for secret in (*INFORMANT, *ORDINARY) if secret in answer.text]


def test_an_operator_reaches_no_ticket_that_nobody_answered(world: World) -> None:
    open_still = world.accepted()
    login = world.login(R.OPERATOR)
    address = f"{PREFIX}/{open_still.ticket_no}"

    assert world.ask("GET", address, login).status_code == 404
    body = {"version": world.version(open_still.ticket_no)}
    assert world.ask("POST", f"{address}/follow-up", login, body).status_code == 404
    assert world.ask("POST", f"{address}/follow-up/contacts", login, {}).status_code == 404


def test_a_department_reads_contacts_of_the_unprotected_only_and_it_is_recorded(
    world: World,
) -> None:
    login = world.login(R.DEPARTMENT_HANDLER, "CG")
    ordinary, report = world.ordinary(), world.report()

    given = world.ask("POST", f"{PREFIX}/{ordinary.ticket_no}/contacts", login, {}).json()
    none = world.ask("POST", f"{PREFIX}/{report.ticket_no}/contacts", login, {}).json()

    assert [one["name"] for one in given["contacts"]] == [ORDINARY_NAME]
    assert none == {"contacts": []}
    seen = world.ask("GET", f"{PREFIX}/{ordinary.ticket_no}", login).json()
    assert seen["events"][-1]["kind"] == "contact_read"
    with world.database.reading() as session:
        assert session.query(Contact).count() == 1


def test_a_department_sees_words_but_neither_numbers_nor_notes(world: World) -> None:
    appeal = world.replied()
    merged_in = world.report()
    address = f"{PREFIX}/{appeal.ticket_no}"
    department = world.ask("GET", address, world.login(R.DEPARTMENT_LEAD, "CG")).json()
    supervisor = world.ask("GET", address, world.login(R.SUPERVISOR)).json()

    assert [one["number"] for one in department["asked"]] == [None]
    assert [one["number"] for one in supervisor["asked"]] == [appeal.number]
    assert department["shares"][0]["reply"] == HANDLED
    assert all("appeal" not in event["data"] for event in department["events"])
    assert merged_in.number not in str(department)


def test_a_guess_in_a_reply_is_hidden_from_the_hotline_and_tells_the_department_nothing(
    world: World,
) -> None:
    appeal = world.accepted()
    login = world.login(R.DEPARTMENT_HANDLER, "CG")
    address = f"{PREFIX}/{appeal.ticket_no}"
    body = {"version": world.version(appeal.ticket_no), "text": f"{HANDLED}{NAME}已签字。"}
    assert world.ask("POST", f"{address}/reply", login, body).status_code == 200

    own = world.ask("GET", address, login).json()
    hotline = world.ask("GET", address, world.login(R.DISPATCHER)).json()

    assert own["shares"][0]["reply"] == f"{HANDLED}{NAME}已签字。"
    assert hotline["shares"][0]["reply"] == f"{HANDLED}[已隐去]已签字。"


def test_every_route_of_the_api_is_a_line_of_the_table(world: World) -> None:
    served = {
        (method, route.path)
        for route in world.routes
        if isinstance(route, APIRoute) and route.path != "/api/session"
        for method in route.methods
    }
    assert served == {(route.method, route.address) for route in ROUTES}
    tried = {*CASES, "list", "extensions", "promises", *ELSEWHERE}
    tried |= {*supervision.CASES, *supervision.LISTS, *supervision.ALONE}
    assert {route.name for route in ROUTES} == tried


def test_the_docs_print_the_table_of_the_code() -> None:
    assert (ROOT / "docs" / "permissions.md").read_text(encoding="utf-8") == permission_tables()


def test_what_a_citizen_said_when_called_never_reaches_the_department(world: World) -> None:
    appeal = world.following_up()
    body = {
        "version": world.version(appeal.ticket_no),
        "number": appeal.number,
        "outcome": "unreached",
        "note": f"{NAME}的同事接的电话",
    }
    address = f"{PREFIX}/{appeal.ticket_no}"
    asked = world.ask("POST", f"{address}/follow-up/results", world.login(R.OPERATOR), body)
    assert asked.status_code == 200

    hotline = world.ask("GET", address, world.login(R.SUPERVISOR)).text
    department = world.ask("GET", address, world.login(R.DEPARTMENT_LEAD, "CG"))
    with world.database.reading() as session:
        desk = repr(ticket_view(session, appeal.ticket_no, "CG"))

    assert "的同事接的电话" in hotline  # it could have been there
    assert department.json()["events"][-1]["kind"] == "followed_up"
    assert NAME not in department.text
    assert NAME not in desk
