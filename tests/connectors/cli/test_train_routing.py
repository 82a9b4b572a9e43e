"""``hotline train routing``: versions are listed, rolled back, and a bad table is refused."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from connectors.cli.train import app
from routing.learning.store import ModelStore


@pytest.fixture(autouse=True)
def own_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOTLINE_DATA_DIR", str(tmp_path))
    return tmp_path


def _run(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["routing", *words])
    return result.exit_code, result.output


def test_list_shows_the_shipped_version_in_force() -> None:
    code, said = _run("--list")

    assert code == 0
    assert "0000" in said
    assert "现用" in said


def test_rollback_without_a_version_is_refused(own_data: Path) -> None:
    code, said = _run("--rollback")

    assert (code, said.strip()) == (1, "现在没有使用历史工单训练的版本，无可退回。")
    assert ModelStore(own_data).current == "0000"


def test_rollback_to_an_unknown_version_is_refused() -> None:
    code, said = _run("--rollback", "--to", "0042")

    assert code == 2
    assert "没有编号为 0042 的派单模型" in said


def test_table_without_the_columns_is_refused(tmp_path: Path) -> None:
    table = tmp_path / "tickets.csv"
    table.write_text("标题,区县\n路灯不亮,盘江区\n", encoding="utf-8")

    code, said = _run("--tickets", str(table))

    assert code == 2
    assert "缺少列：text（诉求内容）、department（承办单位）" in said
