import io
import json
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from connectors.cli.evaluate import app, show
from foundation.settings import ROOT
from retrieval.evaluation.report import Report, read_report

QUESTIONS = """\
- {text: 昨天把身份证整丢了补一个多少钱, style: 口语, codes: [M0103], facet: fee}
- {text: 身份证怎么办, style: 短, codes: [M0101, M0102]}
"""
OUTSIDE = '{"text": "红烧肉怎么做", "style": "闲聊", "why": "与政务无关"}\n'


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    questions, outside = tmp_path / "questions.yml", tmp_path / "outside.jsonl"
    questions.write_text(QUESTIONS, "utf-8")
    outside.write_text(OUTSIDE, "utf-8")
    return [str(questions), str(outside)]


def test_evaluate_prints_saves_draws_and_sets_floors(
    files: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture
) -> None:
    monkeypatch.setenv("HOTLINE_DATA_DIR", str(ROOT / "var"))
    saved, page, floors = (tmp_path / name for name in ("run.json", "run.html", "floors.json"))
    options = ["--save", str(saved), "--html", str(page), "--set-floors", str(floors)]

    result = CliRunner().invoke(app, ["retrieval", *files, "--json", *options])

    assert result.exit_code == 0, result.output
    report = read_report(saved)
    assert Report.model_validate(json.loads(capfd.readouterr().out)) == report
    assert (report.overall.answerable, report.overall.outside) == (2, 1)
    assert "检索评测报告" in page.read_text(encoding="utf-8")
    assert json.loads(floors.read_text(encoding="utf-8"))["questions"] == 3
    output = io.StringIO()
    show(report, Console(file=output, width=120))
    assert "首位正确（R@1）" in output.getvalue()
    # offered in second place only: worth a look
    assert "[列出选项，含正确项] 身份证怎么办" in output.getvalue()


def test_evaluate_refuses_a_faulty_file_before_anything_is_loaded(tmp_path: Path) -> None:
    bad = tmp_path / "bad.yml"
    bad.write_text("- {txt: 身份证}\n", "utf-8")

    result = CliRunner().invoke(app, ["retrieval", str(bad)])

    assert result.exit_code == 1
    assert "bad.yml: row 1: text: Field required" in str(result.exception)
