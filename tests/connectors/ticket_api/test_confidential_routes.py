"""Redactions and the relay over HTTP: every route × role × ownership, and no identity anywhere.

What is expected stands here by hand, as in ``test_permission_matrix``; on both databases.
"""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from connectors.ticket_api.matrix import PREFIX
from foundation.access.permissions import Role
from routing.appeals.schemas import RegisteredAppeal
from routing.appeals.shielding import PENDING
from routing.redactions.schemas import Wording
from routing.relay.models import RelayMessage
from routing.relay.states import MessageKind
from routing.schemas import AppealKind
from routing.tickets.schemas import Actor
from tests.casework_fixtures import DISPATCHER
from tests.connectors.ticket_api.conftest import (
    CONVERSATION,
    DEPARTMENTAL,
    INFORMANT,
    NAME,
    ORDINARY,
    PHONE,
    World,
)

R = Role
DISPATCHERS = {R.DISPATCHER}
HANDLERS = {R.DEPARTMENT_HANDLER, R.DEPARTMENT_LEAD}
RELAYED = DISPATCHERS | HANDLERS
QUESTION = "夜里几点开始占道？"
SHOWN = "夜里两点以后"
ANSWER = f"{SHOWN}，我叫{NAME}，电话{PHONE}"

Make = Callable[[World, str], RegisteredAppeal]


def _asked(world: World, lead: str) -> RegisteredAppeal:
    """A report whose informant has a question to answer."""
    appeal = world.accepted(lead)
    relay, actor = world.casework.relay, Actor(f"user:{lead}", lead)
    world.do(lambda s: relay.ask(s, appeal.ticket_no, actor, QUESTION))
    return appeal


def _answered(world: World, lead: str) -> RegisteredAppeal:
    """A report whose informant has said more than they should."""
    appeal = _asked(world, lead)
    asked = _message(world, appeal, MessageKind.QUESTION)
    say, code = world.casework.appeals.say, appeal.query_code
    world.do(lambda s: say(s, appeal.number, code, f"ip:{appeal.number}", ANSWER, asked))
    return appeal


def _message(world: World, appeal: RegisteredAppeal, kind: MessageKind) -> int:
    with world.database.reading() as session:
        query = select(RelayMessage.id).where(RelayMessage.kind == kind)
        return max(session.scalars(query).all())


CONFIRMATION = {"number": "NUMBER", "text": "烧烤店占道无证经营"}
# name: who may, method, address, body, a ticket in the state that allows it (for a lead)
CASES: dict[str, tuple[set[Role], str, str, dict[str, object] | None, Make]] = {
    "redaction": (DISPATCHERS, "GET", "/redactions", None, lambda w, lead: w.report(lead)),
    "confirm_redaction": (
        DISPATCHERS,
        "POST",
        "/redactions",
        CONFIRMATION,
        lambda w, lead: w.report(lead),
    ),
    "relay_messages": (RELAYED, "GET", "/relay", None, _answered),
    "review_question": (
        HANDLERS,
        "POST",
        "/relay/questions/review",
        {"text": "您贵姓？"},
        lambda w, lead: w.accepted(lead),
    ),
    "ask_informant": (
        HANDLERS,
        "POST",
        "/relay/questions",
        {"text": QUESTION, "informant": 1, "pause": True},
        lambda w, lead: w.accepted(lead),
    ),
    "confirm_message": (DISPATCHERS, "POST", "/relay/ID/confirm", {"text": SHOWN}, _answered),
    "withhold_message": (
        DISPATCHERS,
        "POST",
        "/relay/ID/withhold",
        {"reason": "转了就认得出"},
        _answered,
    ),
}
WITHOUT_VERSION = {"redaction", "relay_messages", "review_question"}


@pytest.mark.parametrize("name", CASES)
def test_each_role_gets_what_the_table_says_and_no_identity(world: World, name: str) -> None:
    allowed, method, path, given, make = CASES[name]
    for role in Role:
        for own in (True, False):
            login = world.login(role, "CG" if role in DEPARTMENTAL else None)
            appeal = make(world, "CG" if own else "GA")
            if "ID" in path:
                key = _message(world, appeal, MessageKind.ANSWER)
                address = f"{PREFIX}/{appeal.ticket_no}{path.replace('ID', str(key))}"
            else:
                address = f"{PREFIX}/{appeal.ticket_no}{path}"
            body = None if given is None else dict(given)
            if body is not None and name not in WITHOUT_VERSION:
                body["version"] = world.version(appeal.ticket_no)
            if body is not None and "number" in body:
                body["number"] = appeal.number

            answer = world.ask(method, address, login, body)

            reached = 404 if role in DEPARTMENTAL and not own else 200
            expected = reached if role in allowed else 403
            assert (role, own, answer.status_code) == (role, own, expected), answer.text
            assert not [secret for secret in (*INFORMANT, *ORDINARY) if secret in answer.text]
            if role in DEPARTMENTAL:
                assert appeal.number not in answer.text.replace(appeal.ticket_no, "")


@pytest.mark.parametrize("role", Role)
def test_what_waits_is_a_dispatchers_and_holds_no_identity(world: World, role: Role) -> None:
    _answered(world, "CG")
    waiting = world.register(
        waits=True,
        kind=AppealKind.IRREGULARITY_REPORT,
        text=f"有人偷排，我叫{NAME}，电话{PHONE}",
        name=NAME,
        phone=PHONE,
        conversation_id=CONVERSATION,
    )
    login = world.login(role, "CG" if role in DEPARTMENTAL else None)

    answer = world.ask("GET", f"{PREFIX}/confirmations", login)

    assert answer.status_code == (200 if role in DISPATCHERS else 403)
    assert not [secret for secret in INFORMANT if secret in answer.text]
    if role in DISPATCHERS:
        found = answer.json()["waiting"]
        assert [one["message_id"] is None for one in found] == [False, True]
        assert found[1]["ticket_no"] == waiting.ticket_no
        assert {"text": "[已隐去]", "removed": True} in found[1]["pieces"]


def test_no_view_of_any_role_tells_who_reported_before_or_after(world: World) -> None:
    """Property: through every reading route, at every step, by every role."""
    report = world.register(
        waits=True,
        kind=AppealKind.IRREGULARITY_REPORT,
        text=f"夜里偷排，我叫{NAME}，电话{PHONE}，我老公在后厨看见的",
        name=NAME,
        phone=PHONE,
        conversation_id=CONVERSATION,
    )
    number = report.ticket_no
    casework, department = world.casework, Actor("user:cg", "CG")
    say = casework.appeals.say

    def asked() -> int:
        return _message(world, report, MessageKind.QUESTION)

    def said() -> int:
        return _message(world, report, MessageKind.ANSWER)

    shown = Wording("夜里偷排", "文渊阁小区楼下")
    steps: list[Callable[..., object]] = [
        lambda s: s.flush(),
        lambda s: casework.redactions.confirm(s, number, report.number, shown, DISPATCHER),
        lambda s: casework.tickets.dispatch(s, number, "CG", DISPATCHER),
        lambda s: casework.tickets.accept(s, number, department),
        lambda s: casework.relay.ask(s, number, department, QUESTION, pause=True),
        lambda s: say(s, report.number, report.query_code, "ip:9", ANSWER, asked()),
        lambda s: casework.relay.confirm(s, number, said(), SHOWN, DISPATCHER),
        lambda s: say(s, report.number, report.query_code, "ip:9", f"我是{NAME}，又排了"),
    ]
    confirmed = False
    for at, step in enumerate(steps):
        world.do(step)
        confirmed = confirmed or at == 1
        for role in Role:
            login = world.login(role, "CG" if role in DEPARTMENTAL else None)
            for path in ("", f"/{number}", f"/{number}/relay", f"/{number}/redactions", "?q=老公"):
                answer = world.ask("GET", PREFIX + path, login)
                told = [secret for secret in (*INFORMANT, "老公") if secret in answer.text]
                assert not told, (at, role, path, told)
                if not confirmed and path == f"/{number}" and answer.status_code == 200:
                    assert answer.json()["text"] == PENDING
    with world.database.reading() as session:
        kept = session.scalars(select(RelayMessage.text)).all()
    assert ANSWER in kept  # it could have been there


def test_a_dispatch_before_the_confirmation_is_refused_over_http(world: World) -> None:
    report = world.register(
        waits=True, kind=AppealKind.IRREGULARITY_REPORT, text="烧烤店占道", phone=PHONE
    )
    address = f"{PREFIX}/{report.ticket_no}/dispatch"
    login = world.login(R.DISPATCHER)
    body = {"lead": "CG", "version": world.version(report.ticket_no)}

    answer = world.ask("POST", address, login, body)

    assert answer.status_code == 409
    assert answer.json()["message"] == "这是保密诉求，请先核对并确认遮盖稿，再派单。"


@pytest.mark.parametrize("role", Role)
def test_only_a_dispatcher_keeps_a_picture_back(world: World, role: Role) -> None:
    login = world.login(role, "CG" if role in DEPARTMENTAL else None)
    address = f"{PREFIX}/20261123-000001-1/attachments/{'0' * 32}/withholding"
    answer = world.ask("POST", address, login)
    assert answer.status_code == (404 if role in DISPATCHERS else 403)
