"""Stored test questions asked of the real search: which entry answered, and on what."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from foundation.settings import Settings
from knowledge_base.library import Library
from knowledge_base.policy_answers.answers import PolicyAnswers
from knowledge_base.schema import FacetName
from knowledge_base.stored_tests.schemas import StoredQuestion
from retrieval.rehearsal import Rehearsed, rehearse
from retrieval.schemas import EntryKind
from retrieval.service import Retriever

MARRIAGE, COUSINS = "M1201", "Q1302"
Ask = Callable[..., Rehearsed]


@pytest.fixture(scope="module")
def ask(library: Library, settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Ask:
    """One test question of the marriage guide, asked of guide and policy answer."""
    own = settings.model_copy(update={"data_dir": tmp_path_factory.mktemp("rehearsal")})
    small = replace(
        library,
        matters={code: library.matters[code] for code in (MARRIAGE, "M0103")},
        policy_answers=PolicyAnswers({COUSINS: library.policy_answers.answer(COUSINS)}),
    )
    retriever = Retriever(small, own)
    retriever.warm_up_lexical()

    def asked(question: str, facet: FacetName | None = None, code: str = MARRIAGE) -> Rehearsed:
        (one,) = rehearse(retriever.present, [StoredQuestion(1, code, question, facet)])
        return one

    return asked


def test_question_that_the_guide_answers_passes_on_its_facet(ask: Ask) -> None:
    assert ask("领结婚证收不收钱").passed
    assert ask("领结婚证收不收钱", FacetName.FEE).passed

    other = ask("领结婚证收不收钱", FacetName.MATERIALS)

    assert (other.passed, other.found) == (False, "答的是收费")


def test_policy_answer_that_leads_on_to_the_guide_does_not_pass_for_it(ask: Ask) -> None:
    one = ask("表兄妹能结婚吗")

    assert (one.answer.kind, one.answer.matter) == (EntryKind.POLICY_ANSWER, MARRIAGE)
    title = one.answer.candidates[0].title
    assert (one.passed, one.found) == (False, f"答成了政策问答 {COUSINS} {title}")


def test_question_that_another_guide_answers_names_it(ask: Ask) -> None:
    one = ask("身份证丢了怎么补办")

    assert (one.passed, one.found) == (False, "答成了 M0103 居民身份证丢失补领")


def test_question_that_nothing_answers_says_so(ask: Ask) -> None:
    one = ask("红烧肉怎么做")

    assert (one.passed, one.found) == (False, "答不上")
