"""``hotline kb import``, ``template`` and ``export --format`` as they are typed."""

import csv
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner, Result

from connectors.cli.kb import app
from connectors.cli.kb_exchange import ImporterMissingError
from foundation.access.permissions import Role
from foundation.access.service import AccessService
from foundation.clock import SystemClock
from foundation.database.session import Database
from knowledge_base.entries.models import EntryVersion
from knowledge_base.exchange.errors import ImportRejectedError
from knowledge_base.loader import SHIPPED_DIRECTORY, load_library

LIST = Path(__file__).parents[2] / "knowledge_base/exchange/files/provincial.csv"
MAPPING = SHIPPED_DIRECTORY / "exchange/mappings/provincial_list.yml"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(one) for one in arguments])


@pytest.fixture
def database(
    sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Database:
    monkeypatch.setenv("HOTLINE_DATA_DIR", str(tmp_path))
    with sqlite_database.transaction() as session:
        access = AccessService(SystemClock(), session_hours=12)
        access.create_account(session, "bianji", "x" * 20, [Role.KNOWLEDGE_EDITOR])
    return sqlite_database


def drafted(database: Database) -> list[str]:
    with database.reading() as session:
        return [row[0] for row in session.query(EntryVersion.code).order_by(EntryVersion.code)]


def test_kb_import_writes_drafts_and_a_report(database: Database, tmp_path: Path) -> None:
    report = tmp_path / "report.xlsx"

    result = run("import", LIST, "--mapping", MAPPING, "--as", "bianji", "--report", report)

    assert result.exit_code == 0, result.output
    assert "结果：已导入为草稿" in result.stdout
    assert "新增：3" in result.stdout
    assert drafted(database) == ["M200001", "M200002", "M200003"]
    assert openpyxl.load_workbook(report).sheetnames == ["概要", "逐行报告"]


def test_kb_import_dry_run_needs_no_account_and_writes_nothing(database: Database) -> None:
    result = run("import", LIST, "--mapping", MAPPING, "--dry-run")

    assert result.exit_code == 0, result.output
    assert "结果：未写入（试运行）" in result.stdout
    assert drafted(database) == []


def test_kb_import_without_an_account_is_refused(database: Database) -> None:
    result = run("import", LIST, "--mapping", MAPPING)

    assert isinstance(result.exception, ImporterMissingError)
    assert drafted(database) == []


def test_kb_import_with_a_broken_row_shows_it_and_fails(database: Database, tmp_path: Path) -> None:
    broken = tmp_path / "broken.csv"
    broken.write_text(LIST.read_text(encoding="utf-8").replace("20个工作日", "尽快"), "utf-8")

    result = run("import", broken, "--mapping", MAPPING, "--as", "bianji")

    assert isinstance(result.exception, ImportRejectedError)
    assert "有错误，整个文件没有导入" in result.stdout
    assert "法定办结时限" in result.stdout
    assert drafted(database) == []


def test_kb_template_has_every_department(tmp_path: Path) -> None:
    result = run("template", tmp_path / "template.xlsx")

    assert result.exit_code == 0, result.output
    workbook = openpyxl.load_workbook(tmp_path / "template.xlsx")
    codes = [row[0] for row in workbook["单位编码"].values]
    assert codes == list(load_library().departments)


def test_kb_export_format_writes_every_guide(database: Database, tmp_path: Path) -> None:
    output = tmp_path / "all.csv"

    result = run("export", "--format", "csv", "--output", output)

    assert result.exit_code == 0, result.output
    assert result.stdout == ""
    with output.open(encoding="utf-8-sig", newline="") as file:
        codes = [row["事项编码"] for row in csv.DictReader(file)]
    assert codes == sorted(load_library().matters)
