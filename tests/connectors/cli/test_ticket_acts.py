"""What the desks do to a ticket, done from a terminal as a named account."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import select
from typer.testing import CliRunner

from connectors.cli.tickets import app
from foundation.access.errors import ActionNotAllowedError
from foundation.access.permissions import Role
from foundation.access.service import AccessService
from foundation.clock import SHANGHAI, SystemClock
from foundation.database.keyring import Keyring, install_keyring, load_keyring
from foundation.database.migration import upgrade
from foundation.database.session import Database
from knowledge_base.loader import load_library
from routing.appeals.assembly import build_casework
from routing.appeals.models import Appeal
from routing.deadlines.calendar import shipped_calendar
from routing.deadlines.rule_packs import load_rule_pack
from routing.deadlines.service import DeadlineService
from routing.redactions.errors import RedactionNotConfirmedError
from routing.reply_gate.errors import ReplyRefusedError
from tests.casework_fixtures import APPEAL, DEPARTMENTS, PROPOSAL

Run = Callable[..., str]
ROLES = (
    ("dispatcher", Role.DISPATCHER, None),
    ("handler", Role.DEPARTMENT_HANDLER, "CG"),
    ("operator", Role.OPERATOR, None),
    ("supervisor", Role.SUPERVISOR, None),
)
NAME, PHONE = "钱小满", "13987654321"
GOOD = "占道无证经营已于11月20日查处，罚款500元；烧烤店油烟净化器已清洗，现场检测达标。"


@pytest.fixture
def numbers(
    tmp_path: Path, keyring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> Iterator[list[str]]:
    """Two ordinary appeals and a protected one, dispatched, in an installation of their own."""
    clock = SystemClock()
    deadlines = DeadlineService(shipped_calendar(), load_rule_pack("guangdong_2022"), clock)
    casework = build_casework(clock, deadlines, DEPARTMENTS)
    database = Database(f"sqlite:///{tmp_path / 'hotline.db'}")
    upgrade(database)
    install_keyring(load_keyring(tmp_path / "keys.json"))
    secret = {"name": NAME, "phone": PHONE, "confidential": True}
    with database.transaction() as session:
        made = [
            casework.appeals.register(
                session,
                replace(APPEAL, idempotency_key=str(number), **changed),
                PROPOSAL,
                deadlines.resolve_due(APPEAL.kind),
            )
            for number, changed in enumerate(({}, {}, secret))
        ]
        access = AccessService(clock, 12)
        for name, role, code in ROLES:
            access.create_account(session, name, "p" * 16, [role], department_code=code)
    database.dispose()
    monkeypatch.setenv("HOTLINE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")
    yield [one.number for one in made]
    install_keyring(keyring)


def _run(*arguments: str, code: int = 0) -> str:
    done = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert done.exit_code == code, done.output
    return done.output


def _confirmed(ticket_no: str) -> None:
    _run("redaction", "confirm", ticket_no, "--as", "dispatcher")
    _run("dispatch", ticket_no, "CG", "--as", "dispatcher")


def test_a_ticket_goes_from_dispatch_to_its_end_from_the_terminal(numbers: list[str]) -> None:
    first, second, _ = numbers
    ticket, other = f"{first}-1", f"{second}-1"
    by = {name: ("--as", name) for name, _, _ in ROLES}

    merged = _run("merge", other, ticket, "--reason", "同一家店", *by["dispatcher"])
    assert merged == f"工单{other}已并入{ticket}。\n"
    part = ("--number", second, "--text", "占道的部分")
    assert _run("split", ticket, *part, *by["dispatcher"]) == f"已分出工单{second}-2（待派单）。\n"
    assert _run("dispatch", f"{second}-2", "CG", *by["dispatcher"]).endswith("已派单。\n")
    back = ("--reason", "不属本单位", "--basis", "权责清单第3条")
    assert _run("send-back", f"{second}-2", *back, *by["handler"]).endswith("待派单。\n")
    gone = _run("withdraw", f"{second}-2", "--number", second, "--by", "family", *by["dispatcher"])
    assert gone.endswith("已撤单。\n")

    assert _run("accept", ticket, *by["handler"]) == f"工单{ticket}：已签收。\n"
    assert _run("start", ticket, *by["handler"]) == f"工单{ticket}：办理中。\n"
    assert "：" in _run("check-reply", ticket, "--text", "已收到。", *by["handler"], code=1)
    with pytest.raises(ReplyRefusedError):
        _run("reply", ticket, "--text", "已收到。", *by["handler"])
    with pytest.raises(ActionNotAllowedError):
        _run("reply", ticket, "--text", "已收到。", "--override", "市民已认可", *by["handler"])
    assert _run("reply", ticket, "--text", GOOD, *by["handler"]) == f"工单{ticket}：已答复。\n"
    assert f"答复：{GOOD}" in _run("show", ticket, *by["supervisor"])

    assert _run("follow-up", "begin", ticket, *by["operator"]).endswith("回访中。\n")
    for number in (first, second):
        said = ("--number", number, "reached", "--solved", "--satisfaction", "satisfied")
        done = _run("follow-up", "record", ticket, *said, *by["operator"])
    assert done == f"工单{ticket}：已办结。\n"


def test_a_confidential_ticket_is_confirmed_asked_about_and_answered_from_the_terminal(
    numbers: list[str],
) -> None:
    ticket = f"{numbers[2]}-1"
    by = {name: ("--as", name) for name, _, _ in ROLES}
    with pytest.raises(RedactionNotConfirmedError):
        _run("dispatch", ticket, "CG", *by["dispatcher"])
    assert ticket in _run("redaction", "list", *by["dispatcher"])
    with pytest.raises(ActionNotAllowedError):
        _run("redaction", "show", ticket, *by["handler"])
    proposed = _run("redaction", "show", ticket, *by["dispatcher"])
    assert "待确认" in proposed
    assert "冒油烟" in proposed

    done = _run("redaction", "confirm", ticket, "--text", "烧烤店占道冒油烟", *by["dispatcher"])
    assert done == f"工单{ticket}：已确认遮盖稿，可以派单。\n"
    assert _run("dispatch", ticket, "CG", *by["dispatcher"]).endswith("已派单。\n")
    assert _run("accept", ticket, *by["handler"]).endswith("已签收。\n")
    question = ("relay", "ask", ticket, "--text", "油烟一般几点开始冒？", "--pause")
    assert _run(*question, *by["handler"]) == f"已转问。工单{ticket}：等待补充材料。\n"
    shown = _run("relay", "show", ticket, *by["handler"])
    assert "提问（等举报人回答）：油烟一般几点开始冒？" in shown
    assert NAME not in shown + proposed


def test_an_identity_is_shown_to_whom_may_open_the_vault_only(numbers: list[str]) -> None:
    number = numbers[2]
    _confirmed(f"{number}-1")
    asked = ("vault", f"{number}-1", "--number", number, "--reason", "纪检机关来函核实")

    for name in ("dispatcher", "handler", "operator"):
        with pytest.raises(ActionNotAllowedError):
            _run(*asked, "--as", name)
    shown = _run(*asked, "--as", "supervisor")
    assert NAME in shown
    assert PHONE in shown
    assert NAME not in _run("show", f"{number}-1", "--as", "handler")
    assert _run("contacts", f"{number}-1", "--as", "handler") == "没有可以查看的联系方式。\n"


def test_waiting_promising_declining_and_archiving_from_the_terminal(numbers: list[str]) -> None:
    first, second, _ = numbers
    ticket, other = f"{first}-1", f"{second}-1"
    by = {name: ("--as", name) for name, _, _ in ROLES}
    _run("accept", ticket, *by["handler"])
    _run("contacted", ticket, *by["handler"])
    asked = _run("await-citizen", ticket, "--text", "请补门牌号", *by["handler"])
    assert asked == f"工单{ticket}：等待补充材料。\n"
    assert _run("start", ticket, *by["handler"]) == f"工单{ticket}：办理中。\n"

    far = (datetime.now(tz=SHANGHAI).date() + timedelta(days=120)).isoformat()
    given = ("--day", far, "--reason", "设备未到")
    assert "等待热线审批" in _run("promise", "make", ticket, *given, *by["handler"])
    assert "设备未到" in _run("promise", "list", *by["supervisor"])
    with pytest.raises(ActionNotAllowedError):
        _run("promise", "approve", ticket, *by["handler"])
    _run("promise", "approve", ticket, *by["supervisor"])
    assert "CG：承诺1件，未兑现0件" in _run("promise", "list", *by["dispatcher"])

    basis = ("--reason", "已在诉讼", "--basis", "权责清单")
    _run("send-back", other, *basis, *by["handler"])
    court = next(code for code, one in load_library().departments.items() if "法院" in one.name)
    declined = _run("decline", other, court, "--reason", "已在诉讼", *by["dispatcher"])
    assert declined == f"工单{other}：不予受理。\n"

    _run("reply", ticket, "--text", GOOD, *by["handler"])
    _run("follow-up", "begin", ticket, *by["operator"])
    said = ("--number", first, "reached", "--solved", "--satisfaction", "satisfied")
    _run("follow-up", "record", ticket, *said, *by["operator"])
    assert "第1次办理" in _run("follow-up", "show", ticket, *by["supervisor"])
    assert _run("archive-old") == "已归档0张工单。\n"
    assert _run("archive", ticket, *by["operator"]) == f"工单{ticket}：已归档。\n"


def test_an_operator_withdraws_and_adds_a_photo_at_the_citizens_word(
    numbers: list[str], tmp_path: Path
) -> None:
    first = numbers[0]
    database = Database(f"sqlite:///{tmp_path / 'hotline.db'}")
    with database.reading() as session:
        code = session.scalars(select(Appeal.query_code).where(Appeal.number == first)).one()
    database.dispose()
    picture = tmp_path / "现场.png"
    Image.new("RGB", (40, 20), (200, 0, 0)).save(picture)
    told, operator = ("--code", code), ("--as", "operator")
    why = ("--by", "family", "--reason", "邻居已经道歉")

    with pytest.raises(ActionNotAllowedError):
        _run("appeal", "withdraw", first, *told, *why, "--as", "dispatcher")
    assert _run("appeal", "photo", first, str(picture), *told, *operator) == "已补照片：现场.png\n"
    assert "现场.png" in _run("attachments", f"{first}-1", "--as", "dispatcher")
    done = _run("appeal", "withdraw", first, *told, *why, *operator)
    assert done == f"诉求{first}已撤回。\n"
    assert "已撤单" in _run("show", f"{first}-1", "--as", "dispatcher")
