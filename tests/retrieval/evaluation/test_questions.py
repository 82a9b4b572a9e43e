from pathlib import Path

import pytest

from knowledge_base.library import Library
from knowledge_base.schema import FacetName
from retrieval.errors import EvaluationFileError
from retrieval.evaluation.questions import EvaluationQuestion, check_codes, read_questions


def test_read_questions_takes_yaml_and_json_lines_in_order(tmp_path: Path) -> None:
    inside, outside = tmp_path / "questions.yml", tmp_path / "outside.jsonl"
    inside.write_text(
        "- {text: 补身份证多少钱, style: 口语, codes: [M0103], facet: fee}\n", "utf-8"
    )
    outside.write_text('{"text": "讲个笑话", "style": "闲聊", "why": "与政务无关"}\n\n', "utf-8")

    assert read_questions([inside, outside]) == [
        EvaluationQuestion(
            text="补身份证多少钱", style="口语", codes=("M0103",), facet=FacetName.FEE
        ),
        EvaluationQuestion(text="讲个笑话", style="闲聊", why="与政务无关"),
    ]


def test_read_questions_names_every_fault(tmp_path: Path) -> None:
    bad = tmp_path / "bad.yml"
    bad.write_text(
        "- {text: 甲, code: [M0101]}\n- {text: '', codes: []}\n- {text: 乙}\n- {text: 乙}\n",
        "utf-8",
    )
    other = tmp_path / "other.yml"
    other.write_text("questions: []\n", "utf-8")

    with pytest.raises(EvaluationFileError) as caught:
        read_questions([bad, other])

    assert str(caught.value).split("; ") == [
        "bad.yml: row 1: code: Extra inputs are not permitted",
        "bad.yml: row 2: text: String should have at least 1 character",
        "other.yml: is not a list of questions",
        "stands twice: 乙",
    ]


def test_check_codes_refuses_a_code_that_nobody_knows(small_library: Library) -> None:
    known = EvaluationQuestion(text="补身份证", codes=("M0103",))
    slip = EvaluationQuestion(text="换护照", codes=("M0103", "M9999"))

    check_codes([known], small_library)
    with pytest.raises(EvaluationFileError, match="换护照: there is no matter M9999"):
        check_codes([known, slip], small_library)
