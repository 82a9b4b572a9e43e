"""``hotline supervision`` as it is run from a terminal, on a database of its own."""

import csv
import io
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from connectors.cli.supervision import app
from foundation.access.errors import ActionNotAllowedError
from foundation.access.permissions import Role
from foundation.access.service import AccessService
from foundation.clock import FixedClock, SystemClock
from foundation.database.keyring import Keyring, install_keyring, load_keyring
from foundation.database.migration import upgrade
from foundation.database.session import Database
from routing.appeals.assembly import build_casework
from routing.deadlines.calendar import shipped_calendar
from routing.deadlines.rule_packs import load_rule_pack
from routing.deadlines.service import DeadlineService
from tests.casework_fixtures import APPEAL, DEPARTMENTS, PROPOSAL


@pytest.fixture
def data_dir(tmp_path: Path, keyring: Keyring) -> Path:
    """A data folder with one ticket, long overdue, and two accounts."""
    clock = FixedClock(SystemClock().now() - timedelta(days=60))
    deadlines = DeadlineService(shipped_calendar(), load_rule_pack("guangdong_2022"), clock)
    casework = build_casework(clock, deadlines, DEPARTMENTS)
    database = Database(f"sqlite:///{tmp_path / 'hotline.db'}")
    upgrade(database)
    install_keyring(load_keyring(tmp_path / "keys.json"))
    access = AccessService(SystemClock(), 12)
    with database.transaction() as session:
        casework.appeals.register(session, APPEAL, PROPOSAL, deadlines.resolve_due(APPEAL.kind))
        for name, role, code in (
            ("supervisor", Role.SUPERVISOR, None),
            ("handler", Role.DEPARTMENT_HANDLER, "CG"),
        ):
            access.create_account(session, name, "p" * 16, [role], department_code=code)
    database.dispose()
    install_keyring(keyring)
    return tmp_path


@pytest.fixture
def run(
    data_dir: Path, keyring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., str]]:
    """Return a function that runs one command and returns what it says."""
    monkeypatch.setenv("HOTLINE_DATA_DIR", str(data_dir))
    monkeypatch.setenv("COLUMNS", "200")
    terminal = CliRunner()

    def run_one(*arguments: str, code: int = 0) -> str:
        done = terminal.invoke(app, arguments, catch_exceptions=False)
        assert done.exit_code == code, done.output
        return done.output

    yield run_one
    install_keyring(keyring)


def test_a_supervisor_works_from_the_terminal(data_dir: Path, run: Callable[..., str]) -> None:
    begun = f"{SystemClock().now() - timedelta(days=60):%Y%m%d}"
    number = f"{begun}-000001-1"
    assert run("tick") == "已检查1张工单。\n"
    shown = run("cards", "--as", "supervisor")
    assert "红牌" in shown
    assert number in shown

    issue = ("order", "issue", number, "--text", "说明原因")
    with pytest.raises(ActionNotAllowedError):
        run(*issue, "--as", "handler")
    assert "已发出督办 1" in run(*issue, "--as", "supervisor")
    reply = ("order", "reply", number, "1", "--as", "handler", "--text", "已处罚")
    assert run(*reply) == "已回复，等待督办员审核。\n"
    run("order", "approve", number, "1", "--as", "supervisor")
    assert "第1次" in run("remind", number, "--as", "supervisor", "--text", "请尽快")
    shown = run("show", number, "--as", "handler")
    assert "已通过" in shown
    assert "  回复：已处罚" in shown
    page = data_dir / "week.html"
    run("week", "--as", "supervisor", "--output", str(page))
    assert "本周未结束" in page.read_text("utf-8")


def test_figures_and_weeks_are_printed(run: Callable[..., str]) -> None:
    begun = f"{SystemClock().now() - timedelta(days=60):%Y-%m-%d}"
    run("tick")
    table = run("figures", "--as", "supervisor", "--from", begun, "--csv", "--by", "district")
    (row,) = csv.DictReader(io.StringIO(table.removeprefix("\ufeff")))
    assert (row["名称"], row["超期工单"], row["红牌"]) == ("盘江区", "1", "1")
    weeks = run("weeks", "--as", "supervisor", "--verify").splitlines()
    assert len(weeks) == 8
