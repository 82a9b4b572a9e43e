"""``hotline tickets`` as it is run from a terminal, on a database of its own."""

import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from foundation.clock import SHANGHAI, FixedClock
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
    """Return a data folder with one dispatched ticket, its keys beside the database."""
    clock = FixedClock(datetime(2026, 11, 23, 9, 30, tzinfo=SHANGHAI))
    deadlines = DeadlineService(shipped_calendar(), load_rule_pack("guangdong_2022"), clock)
    casework = build_casework(clock, deadlines, DEPARTMENTS)
    database = Database(f"sqlite:///{tmp_path / 'hotline.db'}")
    upgrade(database)
    install_keyring(load_keyring(tmp_path / "keys.json"))
    with database.transaction() as session:
        deadline = deadlines.resolve_due(APPEAL.kind)
        casework.appeals.register(session, APPEAL, PROPOSAL, deadline)
    database.dispose()
    install_keyring(keyring)
    return tmp_path


def _run(data_dir: Path, *arguments: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "connectors.cli.main", "tickets", *arguments],
        env={**os.environ, "HOTLINE_DATA_DIR": str(data_dir), "COLUMNS": "120"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


def test_verify_passes_then_names_the_rewritten_event(data_dir: Path) -> None:
    assert _run(data_dir, "verify") == (0, "事件链完整。\n")

    database = Database(f"sqlite:///{data_dir / 'hotline.db'}")
    with database.transaction() as session:
        session.execute(text("UPDATE ticket_events SET actor = 'user:other' WHERE seq = 2"))
    database.dispose()

    assert _run(data_dir, "verify", "20261123-000001-1") == (
        1,
        "工单 20261123-000001-1 第 2 个事件：事件内容被改动\n",
    )


def test_inbox_shows_the_departments_tickets(data_dir: Path) -> None:
    code, shown = _run(data_dir, "inbox", "CG")
    assert code == 0
    assert "20261123-000001-1" in shown
    assert "20261123-000001-1" not in _run(data_dir, "inbox", "GA")[1]
