import io
import json

import pytest
from jsonschema import Draft202012Validator
from rich.console import Console

from connectors.cli.ask import answer, show
from connectors.cli.machine_form import answer_lines
from foundation.settings import ROOT, Settings
from knowledge_base.loader import load_library
from retrieval.encoder.preparation import prepare_encoder
from retrieval.service import Retriever

SCHEMA = json.loads((ROOT / "docs" / "cli" / "ask.schema.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def retriever() -> Retriever:
    settings = Settings(data_dir=ROOT / "var")
    prepare_encoder(settings)
    retriever = Retriever(load_library(), settings)
    retriever.warm_up()
    return retriever


def lines_out(retriever: Retriever, *lines: str) -> list[dict[str, object]]:
    output = io.StringIO()
    answer_lines(lines, lambda line: answer(line, retriever), output)
    return [json.loads(line) for line in output.getvalue().splitlines()]


def test_machine_form_keeps_its_contract_in_order(retriever: Retriever) -> None:
    questions = ["身份证丢了要多少钱", "身份证怎么办", "红烧肉怎么做", ""]
    lines = [json.dumps({"id": i, "q": q}) for i, q in enumerate(questions)]

    answers = lines_out(retriever, *lines)

    assert [one["id"] for one in answers] == [0, 1, 2, 3]
    assert [one["decision"] for one in answers] == [
        "answer",
        "clarify",
        "no_answer",
        "no_answer",
    ]
    assert [error.message for one in answers for error in _faults(one)] == []


def test_machine_form_answers_with_the_matter_that_stands_first(retriever: Retriever) -> None:
    (one,) = lines_out(retriever, '{"id": "a", "q": "身份证丢了要多少钱"}')

    assert one["matter"] == {"code": "M0103", "title": "居民身份证丢失补领"}
    assert one["candidates"][0]["code"] == "M0103"  # type: ignore[index]  # JSON
    assert one["facet"] == "fee"


@pytest.mark.parametrize(
    "line", ["nonsense", "[1]", '{"id": 1}', '{"id": 1, "q": 5}', '{"q": "x"}']
)
def test_machine_form_refuses_bad_line_and_goes_on(line: str, retriever: Retriever) -> None:
    answers = lines_out(retriever, line, '{"id": 2, "q": "身份证丢了补办"}')

    assert set(answers[0]) == {"id", "error"}
    assert _faults(answers[0]) == []
    assert answers[1]["id"] == 2


@pytest.mark.parametrize(
    ("question", "shown"),
    [
        ("身份证丢了要多少钱", "居民身份证丢失补领"),
        ("身份证怎么办", "您要问的是哪一项？"),
        ("红烧肉怎么做", "没有找到"),
    ],
)
def test_human_form_shows_each_decision(question: str, shown: str, retriever: Retriever) -> None:
    output = io.StringIO()

    show(retriever.ask(question), Console(file=output, width=120))

    assert shown in output.getvalue()


def _faults(value: object) -> list[object]:
    return list(Draft202012Validator(SCHEMA).iter_errors(value))
