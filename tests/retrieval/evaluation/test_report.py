import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from foundation.settings import ROOT
from knowledge_base.library import Library
from retrieval.errors import EvaluationFileError
from retrieval.evaluation.floors import floors_from, read_floors
from retrieval.evaluation.outcomes import Outcome, Verdict, ask_all
from retrieval.evaluation.page import html_page
from retrieval.evaluation.questions import EvaluationQuestion
from retrieval.evaluation.report import QuestionFile, Report, Setting, make_report, read_report
from retrieval.service import Retriever
from tests.retrieval.evaluation.conftest import MakeOutcome

SCHEMA_FILE = ROOT / "docs" / "cli" / "evaluate-retrieval.schema.json"
QUESTIONS = [
    EvaluationQuestion(text="昨天把身份证整丢了补一个多少钱", style="口语", codes=("M0103",)),
    EvaluationQuestion(text="身份证怎么办", style="短", codes=("M0101", "M0102")),
    EvaluationQuestion(text="身份证丢了怎么补 <b>&", style="写错的答案", codes=("M0207",)),
    EvaluationQuestion(
        text="身份证丢了补办一个，户口本也要重新办", style="两件事", all_of=("M0103", "M0110")
    ),
    EvaluationQuestion(text="那要多少钱", style="无主题", codes=("M0103",)),
    EvaluationQuestion(text="红烧肉怎么做", style="闲聊", why="与政务无关"),
]


def setting(name: str = "questions.yml") -> Setting:
    return Setting(
        made_at=datetime(2026, 11, 22, 8, 0, tzinfo=UTC),
        files=(QuestionFile(name=name, sha256=name),),
        library="library",
        encoder="encoder",
        answer_from=0.47,
        clarify_from=0.39,
    )


@pytest.fixture(scope="module")
def asked(retriever: Retriever, library: Library) -> list[Outcome]:
    return list(ask_all(retriever, library, QUESTIONS))


def test_ask_all_judges_as_a_citizen_would(asked: list[Outcome]) -> None:
    two_matters, single = asked[3], [*asked[:3], *asked[4:]]
    assert [one.verdict for one in single] == [
        Verdict.RIGHT,
        Verdict.OFFERED,
        Verdict.WRONG,
        Verdict.REFUSED,
        Verdict.OUTSIDE_REFUSED,
    ]
    whole = set(two_matters.dealt_with) == {"M0103", "M0110"}
    assert two_matters.verdict is (Verdict.RIGHT if whole else Verdict.PARTLY)
    assert [len(one.ranked) for one in asked] == [5] * 6  # also of choices, and of no answer
    assert [one.category for one in asked][-2:] == ["户籍身份证", "库外问题"]


def test_report_keeps_its_documented_form(asked: list[Outcome]) -> None:
    schema = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    report = make_report(asked, setting(), make_report(asked[:3], setting()))

    faults = [e.message for e in Draft202012Validator(schema).iter_errors(_json(report))]

    assert faults == []
    assert set(schema["properties"]) == set(_json(report))


def test_read_report_gives_back_what_was_saved(asked: list[Outcome], tmp_path: Path) -> None:
    report = make_report(asked, setting())
    (tmp_path / "run.json").write_text(report.model_dump_json(), encoding="utf-8")
    (tmp_path / "other.json").write_text("{}", encoding="utf-8")

    assert read_report(tmp_path / "run.json") == report
    with pytest.raises(EvaluationFileError, match=r"other\.json: setting: Field required"):
        read_report(tmp_path / "other.json")


def test_comparison_names_the_questions_that_changed(outcome: MakeOutcome) -> None:
    before = [
        outcome(Verdict.WRONG, 0.9, 2, text="甲"),
        outcome(Verdict.RIGHT, 0.9, 1, text="乙"),
        outcome(Verdict.RIGHT, 0.9, 1, text="丙"),
        outcome(Verdict.REFUSED, 0.1, None, text="丁"),
        outcome(Verdict.RIGHT, 0.9, 1, text="只在先前"),
    ]
    after = [
        outcome(Verdict.RIGHT, 0.9, 1, text="甲"),
        outcome(Verdict.REFUSED, 0.1, 1, text="乙"),
        outcome(Verdict.RIGHT, 0.9, 1, text="丙"),
        outcome(Verdict.OFFERED_WITHOUT, 0.4, None, text="丁"),
        outcome(Verdict.RIGHT, 0.9, 1, text="新增一"),
        outcome(Verdict.RIGHT, 0.9, 1, text="新增二"),
    ]

    found = make_report(after, setting(), make_report(before, setting())).comparison

    assert found is not None
    assert (found.compared, found.added, found.removed) == (4, 2, 1)
    assert [one.text for one in found.better] == ["甲"]
    assert [(one.text, one.verdict_before, one.verdict) for one in found.worse] == [
        ("乙", Verdict.RIGHT, Verdict.REFUSED)
    ]
    assert [one.text for one in found.moved] == ["丁"]
    assert found.chance == 1.0  # one against one


def test_page_stands_alone_and_shows_citizens_words_as_text(asked: list[Outcome]) -> None:
    report = make_report(asked, setting(), make_report(asked[::-1], setting()))

    page = html_page(report, ":root { --ink: #1f2329; }")

    assert "身份证丢了怎么补 &lt;b&gt;&amp;" in page
    assert page.count("<svg") == 5
    assert "<script" not in page
    # addresses that a browser would fetch; the names of XML's own vocabularies are none
    assert re.findall(r'(?:src|href)="(?!#)[^"]*"|@import|url\((?!#)', page) == []


def test_floors_lie_under_their_run_and_catch_a_fall(outcome: MakeOutcome, tmp_path: Path) -> None:
    right = [outcome(Verdict.RIGHT, 0.9, 1)] * 97 + [
        outcome(Verdict.OUTSIDE_REFUSED, 0.1, None)
    ] * 3
    fallen = right[3:] + [outcome(Verdict.WRONG, 0.9, 4)] * 3
    file = tmp_path / "floors.json"
    file.write_text(floors_from(make_report(right, setting())).model_dump_json(), encoding="utf-8")

    floors = read_floors(file)

    assert floors.faults(make_report(right, setting())) == []
    assert floors.faults(make_report(fallen, setting())) == [
        "首位正确（R@1）为 0.9691，低于下限 0.9900",
        "前三含正确项（R@3）为 0.9691，低于下限 0.9900",
        "当作有把握却答错 3 题，多于上限 1 题",
    ]
    assert floors.faults(make_report(right, setting("other.yml"))) == [
        "这些下限属于另一套问题，请用 --set-floors 重新确定"
    ]


def _json(report: Report) -> dict[str, object]:
    found: dict[str, object] = report.model_dump(mode="json")
    return found
