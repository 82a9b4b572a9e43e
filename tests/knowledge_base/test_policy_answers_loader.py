import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from knowledge_base.errors import LibraryFaultsError
from knowledge_base.library import Library
from knowledge_base.loader import load_library
from knowledge_base.policy_answers.answers import PolicyAnswers
from knowledge_base.policy_answers.errors import PolicyAnswerNotFoundError
from knowledge_base.policy_answers.loader import load_policy_answers
from knowledge_base.schema import Visibility

WriteLibrary = Callable[..., Path]
WriteAnswers = Callable[..., Path]

LAWS = (
    "- {title: 灯牌管理条例, in_force_from: 2020-01-01, certainty: A}\n"
    "- {title: 灯笼管理办法, in_force_from: 2000-01-01, in_force_to: 2019-12-31, "
    "superseded_by: 灯牌管理条例, certainty: A}\n"
)
ANSWER = """\
- code: Q0001
  question: 灯牌能挂多高？
  variants: [灯牌挂几米, 挂高了罚不罚, 店招最高多高, 招牌高度有限制吗]
  answer: 不得高于5米。
  basis:
    - {law: 灯牌管理条例, article: 第三条}
  topic: 演示
  audience: both
  related_matters: [M0001]
  source: {title: 灯牌管理条例}
  valid_from: 2020-01-01
"""


@pytest.fixture
def library(write_library: WriteLibrary) -> Library:
    return load_library(write_library(**{"city/laws/general.yml": LAWS}))


@pytest.fixture
def write_answers(tmp_path: Path) -> WriteAnswers:
    def write(**files: str) -> Path:
        directory = tmp_path / "answers"
        directory.mkdir()
        for name, text in files.items():
            (directory / f"{name}.yml").write_text(text, encoding="utf-8")
        return directory

    return write


def _faults(library: Library, directory: Path) -> list[str]:
    with pytest.raises(LibraryFaultsError) as caught:
        load_policy_answers(library, directory)
    return caught.value.faults


def test_load_reads_answers_of_all_files(library: Library, write_answers: WriteAnswers) -> None:
    other = ANSWER.replace("Q0001", "Q0002")
    other = re.sub(r"灯牌能挂|灯牌挂|挂高|店招|招牌高度", r"灯笼\g<0>", other)

    answers = load_policy_answers(library, write_answers(one=ANSWER, two=other))

    assert list(answers.answers) == ["Q0001", "Q0002"]
    assert answers.answer("Q0001").basis[0].article == "第三条"
    assert [answer.code for answer in answers.about("M0001")] == ["Q0001", "Q0002"]
    assert answers.counts_by_topic() == {"演示": 2}
    with pytest.raises(PolicyAnswerNotFoundError):
        answers.answer("Q0003")


def test_loaded_answers_cannot_be_changed(library: Library, write_answers: WriteAnswers) -> None:
    answers = load_policy_answers(library, write_answers(one=ANSWER))

    with pytest.raises(TypeError):
        answers.answers["Q2"] = answers.answer("Q0001")  # type: ignore[index]  # must fail


def test_load_lists_every_reference_fault_with_file_and_line(
    library: Library, write_answers: WriteAnswers
) -> None:
    text = ANSWER.replace("灯牌管理条例, article", "灯牌条例, article").replace("M0001", "M0777")
    text += ANSWER.replace("灯牌管理条例, article: 第三条", "灯笼管理办法")

    assert _faults(library, write_answers(one=text)) == [
        (
            "one.yml:6: basis.law: unknown law '灯牌条例'; "
            "use the full title of a law in city/laws/, or add the law there"
        ),
        "one.yml:9: related_matters: unknown matter 'M0777'; use a code of city/matters_index.yml",
        "one.yml:12: code: 'Q0001' stands already in one.yml:1; keep one of the two",
        "one.yml:13: question: '灯牌能挂多高？' stands already in one.yml:2; keep one of the two",
        *(
            f"one.yml:14: variants: '{said}' stands already in one.yml:3; keep one of the two"
            for said in sorted(["灯牌挂几米", "挂高了罚不罚", "店招最高多高", "招牌高度有限制吗"])
        ),
        (
            "one.yml:17: basis.law: 《灯笼管理办法》 is out of force after 2019-12-31; "
            "check against 《灯牌管理条例》, or end the answer with valid_to"
        ),
    ]


def test_question_that_a_guide_answers_already_is_a_fault(
    write_library: WriteLibrary, write_answers: WriteAnswers
) -> None:
    root = write_library(**{"city/laws/general.yml": LAWS})
    with (root / "library/demo.yml").open("a", encoding="utf-8") as guide:
        guide.write("  common_questions: [{question: 灯牌挂几米？, answer: 5米以下。}]\n")

    assert _faults(load_library(root), write_answers(one=ANSWER)) == [
        (
            "one.yml:3: variants: '灯牌挂几米' stands already in the common questions of M0001; "
            "keep one of the two"
        )
    ]


def test_answer_that_ends_with_its_law_is_no_fault(
    library: Library, write_answers: WriteAnswers
) -> None:
    ended = ANSWER.replace("灯牌管理条例, article: 第三条", "灯笼管理办法").replace(
        "valid_from: 2020-01-01", "valid_from: 2001-01-01\n  valid_to: 2019-12-31"
    )

    assert load_policy_answers(library, write_answers(one=ended)).public(date(2020, 1, 1)) == []


def test_answer_that_begins_before_its_law_is_a_fault(
    library: Library, write_answers: WriteAnswers
) -> None:
    early = ANSWER.replace("valid_from: 2020-01-01", "valid_from: 2019-12-31")

    assert _faults(library, write_answers(one=early)) == [
        (
            "one.yml:6: basis.law: 《灯牌管理条例》 is in force only from 2020-01-01; "
            "let the answer begin with its law (valid_from), or name the law before it"
        )
    ]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("  basis:\n    - {law: 灯牌管理条例, article: 第三条}\n", "", "no basis"),
        (", 招牌高度有限制吗]", "]", "3 variants; write at least 4"),
        ("挂高了罚不罚", "灯牌 挂几米？", "two variants are the same"),
        ("不得高于5米。", "一。二。三。四。五。", "5 sentences"),
        ("Q0001", "Q1", "should match pattern"),
        ("  topic: 演示\n", "", "Field required"),
        ("audience: both", "audience: both\n  colour: 红", "Extra inputs"),
        ("2020-01-01", "2020-01-02\n  valid_to: 2020-01-01", "valid_to lies before"),
    ],
)
def test_schema_fault_names_file_and_line(
    library: Library, write_answers: WriteAnswers, before: str, after: str, said: str
) -> None:
    broken = ANSWER.replace(before, after)
    assert broken != ANSWER

    faults = _faults(library, write_answers(one=broken))

    assert len(faults) == 1
    assert re.match(r"one\.yml:\d+: .+; .+", faults[0])
    assert said in faults[0]


def test_local_variation_stands_in_for_a_law(library: Library, write_answers: WriteAnswers) -> None:
    variation = "  local_variation: {what: 高度, set_by: 城管局, ask: 街道}\n"
    text = ANSWER.replace("  basis:\n    - {law: 灯牌管理条例, article: 第三条}\n", variation)

    answer = load_policy_answers(library, write_answers(one=text)).answer("Q0001")

    assert answer.basis == ()
    assert answer.local_variation is not None


def test_public_leaves_out_what_is_internal_or_out_of_time(
    library: Library, write_answers: WriteAnswers
) -> None:
    ending = f"{ANSWER}  valid_to: 2026-12-31\n"
    answers = load_policy_answers(library, write_answers(one=ending))
    last = date(2026, 12, 31)

    assert [answer.code for answer in answers.public(last)] == ["Q0001"]
    assert answers.public(last + timedelta(days=1)) == []
    hidden = answers.answer("Q0001").model_copy(update={"visibility": Visibility.OPERATORS})
    assert PolicyAnswers({"Q0001": hidden}).public(last) == []
