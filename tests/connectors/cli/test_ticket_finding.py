"""``hotline tickets find`` and its neighbours as they are run, on both databases."""

import io
from pathlib import Path

import pytest
from openpyxl import load_workbook
from PIL import Image
from sqlalchemy import select
from typer.testing import CliRunner

from connectors.cli.tickets import app
from foundation.access.models import AuditRow
from foundation.access.permissions import Role
from foundation.access.service import AccessService
from foundation.clock import SystemClock
from foundation.database.session import Database
from foundation.errors import HotlineError
from foundation.settings import ROOT
from tests.casework_fixtures import Register
from tests.database_fixtures import write_run_keys


@pytest.fixture
def data_dir(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a data folder whose commands work on the test's database, with two accounts."""
    write_run_keys(tmp_path)
    (tmp_path / "cache").symlink_to(ROOT / "var" / "cache")
    monkeypatch.setenv("HOTLINE_DATA_DIR", str(tmp_path))
    url = database.engine.url.render_as_string(hide_password=False)
    monkeypatch.setenv("HOTLINE_DATABASE_URL", url)
    monkeypatch.setenv("COLUMNS", "160")
    access = AccessService(SystemClock(), 12)
    with database.transaction() as session:
        access.create_account(session, "wang", "a-long-password", [Role.DISPATCHER])
        access.create_account(session, "admin", "a-long-password", [Role.ADMINISTRATOR])
    return tmp_path


def _run(*arguments: str) -> str:
    done = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def test_commands_find_export_decide_and_keep_files(
    data_dir: Path, database: Database, register: Register
) -> None:
    first, second = (register(text="楼下烧烤店半夜占道冒油烟").ticket_no for _ in range(2))
    other = register(text="路灯坏了三天没人修", place="人民路").ticket_no

    found = _run("find", "烧烤店", "--as", "wang")
    assert first in found
    assert other not in found
    with pytest.raises(HotlineError):
        _run("find", "烧烤店", "--as", "admin")

    sheet = data_dir / "out.xlsx"
    assert _run("export", str(sheet), "--as", "wang", "--words", "路灯").startswith("已导出 1 张")
    page = load_workbook(io.BytesIO(sheet.read_bytes())).active
    assert page is not None
    assert [row[0] for row in page.iter_rows(values_only=True)] == ["工单编号", other]

    assert first in _run("duplicates", second)
    _run("not-duplicate", first, second, "--as", "wang")
    assert first not in _run("duplicates", second)

    assert "热点" in _run("hot", "--look")
    picture = data_dir / "现场.png"
    Image.new("RGB", (4, 4)).save(picture)
    assert "现场.png" in _run("attach", first, str(picture), "--as", "wang")
    assert "现场.png" in _run("attachments", first, "--as", "wang")
    assert _run("reindex", "--all") == "已处理 3 张工单。\n"
    with database.reading() as session:
        acts = set(session.scalars(select(AuditRow.action)))
    assert {"ticket.export", "duplicate.refused"} <= acts
