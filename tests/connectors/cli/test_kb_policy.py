from pathlib import Path

import pytest
from typer.testing import CliRunner

from connectors.cli.kb_policy import app
from foundation.access.permissions import Role
from foundation.access.service import AccessService
from foundation.clock import SystemClock
from foundation.database.session import Database
from foundation.settings import load_settings
from knowledge_base.policies.errors import EncryptedFileError, PolicyNotFoundError
from tests.knowledge_base.policies import documents

RUNNER = CliRunner()


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOTLINE_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.delenv("HOTLINE_DATABASE_URL", raising=False)
    return tmp_path / "var"


@pytest.fixture
def notice(tmp_path: Path) -> Path:
    path = tmp_path / "notice.docx"
    path.write_bytes(documents.word())
    return path


def run(*arguments: str) -> str:
    result = RUNNER.invoke(app, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def _reviewer() -> None:
    database = Database(load_settings().resolved_database_url)
    with database.transaction() as session:
        access = AccessService(SystemClock(), 12)
        access.create_account(session, "shenhe", "x" * 12, [Role.KNOWLEDGE_REVIEWER])
    database.dispose()


def test_dry_run_shows_what_was_read_and_stores_nothing(notice: Path, data_dir: Path) -> None:
    output = run("import", str(notice), "--dry-run")

    assert "江公规〔2024〕12号" in output
    assert "2029-04-30" in output
    assert not data_dir.exists()


def test_import_list_show_publish_expire(notice: Path) -> None:
    assert "新增 P0001，待审核。" in run("import", str(notice))
    assert "无变化 P0001" in run("import", str(notice))
    assert "P0001" in run("list")
    shown = run("show", "P0001")
    assert "[annex1/chapter2/article3-1/paragraph1] 第三条之一　跨省通办适用前条规定。" in shown
    _reviewer()
    assert "P0001 第1版，已发布。" in run("publish", "P0001", "--by", "shenhe")
    assert "P0001 第1版，已停用。" in run(
        "expire", "P0001", "--by", "shenhe", "--reason", "已有新规定"
    )


def test_show_quotes_one_clause_word_for_word(notice: Path) -> None:
    run("import", str(notice))

    output = run("show", "P0001", "--clause", "annex1/article3/paragraph2")

    assert output == (
        "《江南省公安厅关于印发〈江南省居民身份证管理实施办法〉的通知》（江公规〔2024〕12号）"
        "附件1《江南省居民身份证管理实施办法》第三条第二款：\n"
        "材料不齐的，公安机关应当一次性告知。\n"
    )


def test_refused_file_stores_nothing(tmp_path: Path, data_dir: Path) -> None:
    path = tmp_path / "locked.docx"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"))

    with pytest.raises(EncryptedFileError):
        run("import", str(path))
    assert not data_dir.exists()


def test_unknown_document_is_refused() -> None:
    with pytest.raises(PolicyNotFoundError):
        run("show", "P0009")
