"""``hotline tickets`` as it is run from a terminal, on a database of its own."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
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
from tests.casework_fixtures import APPEAL, DEPARTMENTS, PROPOSAL, Register
from tests.database_fixtures import write_run_keys


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


def _run(data_dir: Path, *arguments: str, **settings: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "connectors.cli.main", "tickets", *arguments],
        env={**os.environ, "HOTLINE_DATA_DIR": str(data_dir), "COLUMNS": "120", **settings},
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


def test_seal_writes_the_file_and_verify_finds_the_ticket_that_is_gone(data_dir: Path) -> None:
    code, said = _run(data_dir, "seal")
    assert (code, said) == (0, f"已封存到第 1 点：{data_dir}/seals/checkpoints.jsonl\n")
    assert _run(data_dir, "verify") == (0, "事件链完整。\n")

    # Whoever tampers opens the file as it is, where nothing holds rows together.
    with closing(sqlite3.connect(data_dir / "hotline.db")) as file, file:
        for table in ("ticket_events", "assignments", "appeal_tickets", "tickets"):
            file.execute(f"DELETE FROM {table}")

    assert _run(data_dir, "verify", "20261123-000001-1") == (
        1,
        "工单 20261123-000001-1 第 3 个事件：已封存的工单及其事件被删除\n",
    )


def test_verify_names_an_event_that_was_cut_off_with_its_end_on_both_databases(
    database: Database, register: Register, tmp_path: Path
) -> None:
    number = register().ticket_no
    write_run_keys(tmp_path)
    url = database.engine.url.render_as_string(hide_password=False)
    assert _run(tmp_path, "seal", HOTLINE_DATABASE_URL=url)[0] == 0

    with database.transaction() as session:
        second = "(SELECT mac FROM ticket_events WHERE seq = 2)"
        session.execute(text("DELETE FROM ticket_events WHERE seq = 3"))
        session.execute(
            text(
                "UPDATE tickets SET last_seq = 2, sealed_seq = 2, state = 'dispatching',"
                f" head_mac = {second}"
            )
        )

    assert _run(tmp_path, "verify", HOTLINE_DATABASE_URL=url) == (
        1,
        (
            f"工单 {number} 第 3 个事件：已封存的事件缺失\n"
            f"工单 {number} 第 2 个事件：工单的封存进度被改动\n"
        ),
    )
