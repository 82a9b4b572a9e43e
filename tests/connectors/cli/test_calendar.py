"""``hotline calendar`` and ``hotline rules`` on a database of their own, of both kinds."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import jsonschema
import pytest
from sqlalchemy import select
from typer.testing import CliRunner, Result

from connectors.cli import calendar, rules, tickets
from foundation.access.permissions import Role
from foundation.access.service import AccessService
from foundation.clock import SHANGHAI, FixedClock, SystemClock
from foundation.database.session import Database
from foundation.settings import ROOT
from routing.appeals.assembly import build_casework
from routing.deadlines.calendar import OVERRIDE_FILE, shipped_calendar
from routing.deadlines.errors import NoticeRefusedError
from routing.deadlines.rule_packs import SHIPPED_DIRECTORY, load_rule_pack
from routing.deadlines.service import DeadlineService
from routing.schemas import AppealKind
from routing.ticket_clocks.errors import NoExtensionPendingError
from routing.tickets.models import Ticket
from tests.casework_fixtures import APPEAL, DEPARTMENTS, PROPOSAL
from tests.database_fixtures import write_run_keys

YEAR = max(shipped_calendar().years) + 1  # the next without a notice
NOTICE = f"""国务院办公厅关于{YEAR}年部分节假日安排的通知
国办发明电〔{YEAR - 1}〕1号
现将{YEAR}年放假调休日期的具体安排通知如下。
一、元旦：1月1日至7日放假，共7天。
二、春节、清明节、劳动节、端午节、中秋节：5月1日放假。
三、国庆节：10月1日至7日放假，共7天。
"""
runner = CliRunner()
RegisterAt = Callable[..., str]


@pytest.fixture(autouse=True)
def _own_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database: Database) -> None:
    monkeypatch.setenv("HOTLINE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("HOTLINE_DATABASE_URL", database.url)
    monkeypatch.setenv("COLUMNS", "200")
    write_run_keys(tmp_path)


@pytest.fixture
def register_at(database: Database) -> RegisterAt:
    """Return a function that registers an appeal at a moment; it returns the ticket's number."""

    def run(moment: datetime, kind: AppealKind = AppealKind.COMPLAINT) -> str:
        clock = FixedClock(moment)
        deadlines = DeadlineService(shipped_calendar(), load_rule_pack("guangdong_2022"), clock)
        casework = build_casework(clock, deadlines, DEPARTMENTS)
        new = replace(APPEAL, kind=kind, idempotency_key=kind.value)
        with database.transaction() as session:
            found = casework.appeals.register(session, new, PROPOSAL, deadlines.resolve_due(kind))
            assert found.ticket_no is not None
            return found.ticket_no

    return run


def _row(database: Database, number: str) -> Ticket:
    with database.reading() as session:
        return session.scalars(select(Ticket).where(Ticket.ticket_no == number)).one()


def _notice(tmp_path: Path, text: str = NOTICE) -> str:
    path = tmp_path / "notice.txt"
    path.write_text(text, "utf-8")
    return str(path)


def _ok(result: Result) -> str:
    assert result.exception is None, result.output
    return result.output


def test_import_previews_then_loads_and_moves_provisional_tickets(
    tmp_path: Path, database: Database, register_at: RegisterAt
) -> None:
    number = register_at(datetime(YEAR - 1, 12, 21, 9, tzinfo=SHANGHAI))
    before = _row(database, number)
    assert before.due_provisional
    arguments = ["import", _notice(tmp_path), "--year", str(YEAR)]

    preview = _ok(runner.invoke(calendar.app, arguments))
    assert "以上为预览，没有写入" in preview
    assert not (tmp_path / OVERRIDE_FILE).exists()
    assert _row(database, number).due_provisional

    loaded = _ok(runner.invoke(calendar.app, [*arguments, "--apply"]))
    assert "重算1件未办结工单：1件时限变动，0件由暂定转为确定。" in loaded
    after = _row(database, number)
    assert not after.due_provisional
    assert after.resolve_due_at is not None
    assert before.resolve_due_at is not None
    assert after.resolve_due_at > before.resolve_due_at
    assert f"{YEAR}年1月1日" in _ok(runner.invoke(calendar.app, ["show", "--year", str(YEAR)]))
    again = _ok(runner.invoke(calendar.app, ["recount"]))
    assert "重算1件未办结工单：0件时限变动，0件由暂定转为确定。" in again


def test_import_refuses_a_sentence_it_cannot_read_and_writes_nothing(tmp_path: Path) -> None:
    path = _notice(tmp_path, NOTICE + "四、补充：各地自行安排放假两天。\n")
    result = runner.invoke(calendar.app, ["import", path, "--year", str(YEAR), "--apply"])
    assert isinstance(result.exception, NoticeRefusedError)
    assert "“各地自行安排放假两天。”" in result.exception.user_message
    assert "读不懂" in result.output
    assert "不含安排：标题和引言" in result.output
    assert not (tmp_path / OVERRIDE_FILE).exists()


def test_show_says_that_a_year_is_not_published() -> None:
    shown = _ok(runner.invoke(calendar.app, ["show", "--year", str(YEAR)]))
    assert "尚未载入" in shown


def test_backtest_names_what_would_have_been_late_and_changes_nothing(
    database: Database, register_at: RegisterAt, tmp_path: Path
) -> None:
    # Long overdue under either pack but for the commendation, which has no limit.
    number = register_at(datetime(2025, 3, 3, 9, tzinfo=SHANGHAI), AppealKind.ASSISTANCE)
    register_at(datetime(2025, 3, 3, 9, tzinfo=SHANGHAI), AppealKind.COMMENDATION)
    before = _row(database, number)

    printed = _ok(runner.invoke(rules.app, ["backtest", "sichuan_2025", "--jsonl"]))

    schema = json.loads((ROOT / "docs" / "cli" / "rules-backtest.schema.json").read_text("utf-8"))
    lines = [json.loads(line) for line in printed.splitlines()]
    for line in lines:
        jsonschema.validate(line, schema)
    assert [(line["kind"], line["late_before"], line["late_after"]) for line in lines] == [
        ("求助", True, True),
        ("表扬", False, False),
    ]
    assert lines[0]["due_after"] == "2025-03-12T23:59:59+08:00"
    draft = tmp_path / "draft.yml"
    text = (SHIPPED_DIRECTORY / "sichuan_2025.yml").read_text("utf-8")
    draft.write_text(text.replace("sichuan_2025", "draft"), "utf-8")
    assert "回测2件工单" in _ok(runner.invoke(rules.app, ["backtest", str(draft)]))
    assert _row(database, number).resolve_due_at == before.resolve_due_at


def test_apply_previews_then_changes_the_rules_of_open_tickets(
    database: Database, register_at: RegisterAt
) -> None:
    number = register_at(SystemClock().now() - timedelta(hours=1), AppealKind.ASSISTANCE)
    preview = _ok(runner.invoke(rules.app, ["apply", "sichuan_2025"]))
    assert "1件改按四川省12345热线办理时限（2025年）计时，0件保留原时限。" in preview
    assert _row(database, number).due_basis["rule_pack"] == "guangdong_2022"
    _ok(runner.invoke(rules.app, ["apply", "sichuan_2025", "--apply"]))
    assert _row(database, number).due_basis["rule_pack"] == "sichuan_2025"


def test_lint_names_the_fault_by_file_and_line(tmp_path: Path) -> None:
    assert "4个规则包没有错误" in _ok(runner.invoke(rules.app, ["lint"]))
    text = (SHIPPED_DIRECTORY / "sichuan_2025.yml").read_text("utf-8")
    folder = tmp_path / "packs"
    folder.mkdir()
    (folder / "sichuan_2025.yml").write_text(text.replace("    source:", "    # source:", 1))
    result = runner.invoke(rules.app, ["lint", "--directory", str(folder)])
    assert result.exit_code == 1
    assert result.output.startswith("sichuan_2025.yml:7: limits.source: Field required")


def test_extension_is_asked_for_by_the_department_and_granted_by_the_hotline(
    database: Database, register_at: RegisterAt
) -> None:
    number = register_at(SystemClock().now() - timedelta(hours=1))
    access = AccessService(SystemClock(), session_hours=1)
    with database.transaction() as session:
        access.create_account(session, "lin", "p" * 12, [Role.DISPATCHER])
        access.create_account(
            session, "cg", "p" * 12, [Role.DEPARTMENT_HANDLER], department_code="CG"
        )
    before = _row(database, number).resolve_due_at
    approve = ["extension", "approve", number, "--as"]

    nothing = runner.invoke(tickets.app, [*approve, "lin"])
    assert isinstance(nothing.exception, NoExtensionPendingError)
    asked = ["extension", "request", number, "--as", "cg", "--days", "3", "--reason", "须检测油烟"]
    assert "等待热线审批" in _ok(runner.invoke(tickets.app, asked))
    assert "须检测油烟" in _ok(runner.invoke(tickets.app, ["extension", "list", "--as", "lin"]))
    assert runner.invoke(tickets.app, [*approve, "cg"]).exit_code == 1
    assert _row(database, number).resolve_due_at == before
    assert "已同意，办理时限为" in _ok(runner.invoke(tickets.app, [*approve, "lin"]))
    after = _row(database, number).resolve_due_at
    assert before is not None
    assert after is not None
    assert after > before
