"""Policy answers and clauses beside the guides: what is answered, in whose words, by which law."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest

from foundation.settings import Settings
from knowledge_base.library import Library
from knowledge_base.policies.parsing import parse_file
from knowledge_base.policies.schema import PublishedPolicy
from knowledge_base.policy_answers.answers import PolicyAnswers
from knowledge_base.policy_answers.errors import PolicyAnswerNotFoundError
from knowledge_base.schema import FacetName, Visibility
from retrieval.answering import Answering
from retrieval.schemas import Decision, EntryKind
from retrieval.service import Retriever
from tests.prepared import copy_prepared

CODES = ("Q1302", "Q0712", "Q0907")  # with a guide that is there, one that is not, with none
DOCUMENT = (
    "江南市犬只寄养服务管理办法\n江南规〔2025〕7号\n江南市农业农村局\n"
    "第一条 为了规范犬只寄养服务，制定本办法。\n"
    "第二条 犬只寄养场所应当每日对笼舍消毒两次，并保存消毒记录不少于六个月。\n"
    "第三条 寄养期间犬只患病的，经营者应当在两小时内通知犬主。\n"
    "第四条 本办法自2025年3月1日起施行，有效期5年。"
)


def documents() -> Mapping[str, PublishedPolicy]:
    document = parse_file(DOCUMENT.encode(), "a.txt").document
    return {"P0001": PublishedPolicy(version=2, document=document)}


@pytest.fixture(scope="module")
def small(library: Library) -> Library:
    """Three guides, three policy answers and one document."""
    matters = {code: library.matters[code] for code in ("M0102", "M0103", "M1201")}
    answers = {code: library.policy_answers.answer(code) for code in CODES}
    return replace(
        library,
        matters=matters,
        policy_answers=PolicyAnswers(answers),
        policies=documents(),
    )


@pytest.fixture(scope="module")
def present(
    small: Library, settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Answering:
    own = settings.model_copy(update={"data_dir": tmp_path_factory.mktemp("policies")})
    (own.data_dir / "models").symlink_to(settings.data_dir / "models")
    copy_prepared(settings.data_dir, own.data_dir)
    retriever = Retriever(small, own)
    retriever.warm_up()
    return retriever.present


def test_policy_question_is_answered_word_for_word_with_source_law_and_date(
    present: Answering, small: Library
) -> None:
    said = small.policy_answers.answer("Q1302")

    answer = present.ask("表兄妹能结婚吗")

    assert (answer.decision, answer.kind) == (Decision.ANSWER, EntryKind.POLICY_ANSWER)
    assert (answer.candidates[0].code, answer.matter, answer.facet) == ("Q1302", "M1201", None)
    assert said.answer in answer.text
    (source,) = answer.sources
    assert (source.code, source.source) == ("Q1302", said.source.title)
    assert source.valid_from == said.valid_from.isoformat()
    assert [reference.law in law for reference, law in zip(said.basis, source.laws, strict=True)]


def test_guide_is_answered_as_without_policies(present: Answering) -> None:
    answer = present.ask("身份证丢了怎么补办")

    assert (answer.kind, answer.matter) == (EntryKind.GUIDE, "M0103")


def test_follow_up_of_a_policy_answer_goes_to_its_matter(present: Answering) -> None:
    answer = present.ask("需要带什么材料", focus="Q1302")

    assert (answer.kind, answer.matter) == (EntryKind.GUIDE, "M1201")
    assert answer.facet is FacetName.MATERIALS


def test_follow_up_of_a_policy_answer_without_a_matter_is_a_new_question(
    present: Answering,
) -> None:
    assert present.ask("需要带什么材料", focus="Q0907").decision is Decision.NO_ANSWER


def test_clause_is_quoted_with_everything_it_is_looked_up_by(present: Answering) -> None:
    answer = present.ask("犬只寄养场所笼舍每日消毒几次")

    assert (answer.decision, answer.kind) == (Decision.ANSWER, EntryKind.CLAUSE)
    assert "犬只寄养场所应当每日对笼舍消毒两次，并保存消毒记录不少于六个月。" in answer.text
    (source,) = answer.sources
    assert (source.code, source.version, source.number) == ("P0001", 2, "江南规〔2025〕7号")
    assert (source.clause, source.valid_from) == ("第二条", "2025-03-01")
    assert source.title == "江南市犬只寄养服务管理办法"
    assert answer.matter is None


def test_clause_is_suggested_to_operators(present: Answering) -> None:
    found = present.suggest("寄养的犬只患病，经营者多久通知犬主")

    assert found[0].code == "P0001/article3/paragraph1"
    assert found[0].kind is EntryKind.CLAUSE
    assert EntryKind.CLAUSE not in {one.kind for one in present.suggest("身份证丢了怎么补办")}


def test_what_is_not_public_or_not_there_is_not_composed(
    small: Library, settings: Settings
) -> None:
    hidden = small.policy_answers.answer("Q0712").model_copy(
        update={"visibility": Visibility.INTERNAL}
    )
    library = replace(small, policy_answers=PolicyAnswers({"Q0712": hidden}))
    present = Retriever(library, settings).present

    for code in ("Q0712", "Q1302"):
        with pytest.raises(PolicyAnswerNotFoundError):
            present.compose(code)


def test_answers_past_their_day_are_left_out(small: Library) -> None:
    ended = small.policy_answers.answer("Q1302").model_copy(update={"valid_to": date(2026, 1, 1)})
    answers = PolicyAnswers({"Q1302": ended, "Q0712": small.policy_answers.answer("Q0712")})

    assert list(answers.in_force(date(2026, 1, 2)).answers) == ["Q0712"]
    assert answers.in_force(date(2026, 1, 1)) is answers
