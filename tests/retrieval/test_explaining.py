"""What the hit test tells of a question is what answering it does."""

import numpy as np
import pytest

from foundation.settings import Settings
from knowledge_base.library import Library
from knowledge_base.schema import FacetName
from retrieval.explaining import Channel
from retrieval.schemas import Decision
from retrieval.service import Retriever

QUESTION = "身份证丢了补办要多少钱"


def test_explain_ends_in_the_answer_that_is_given(retriever: Retriever) -> None:
    explained, answer = retriever.explain(QUESTION), retriever.ask(QUESTION)

    assert explained.answer.text == answer.text
    assert explained.answer.sources == answer.sources
    assert explained.understanding == answer.understanding
    assert explained.understanding.facet is FacetName.FEE
    assert explained.probability == pytest.approx(answer.confidence)
    assert explained.decision is answer.decision is Decision.ANSWER
    codes = [(one.code, round(one.score, 4)) for one in explained.candidates]
    assert [code for code, _ in codes] == [one.code for one in answer.candidates]
    scores = [score for _, score in codes]
    assert scores == pytest.approx([one.score for one in answer.candidates], abs=1e-3)


def test_explain_parts_add_up_to_the_fused_score(retriever: Retriever) -> None:
    for candidate in retriever.explain(QUESTION).candidates:
        assert sum(candidate.parts.values()) == pytest.approx(candidate.score, abs=1e-4)


def test_explain_channels_list_their_nearest_matters_best_first(retriever: Retriever) -> None:
    explained = retriever.explain("身份症掉了咋补")

    assert [found.channel for found in explained.channels] == [
        Channel.DENSE,
        Channel.LEXICAL,
        Channel.SOUNDS,
    ]
    for found in explained.channels:
        scores = [hit.score for hit in found.hits]
        assert 0 < len(scores) <= 5
        assert scores == sorted(scores, reverse=True)
        assert found.hits[0].code == "M0103"
    # What only sounds like a word of the guides is searched with that word as well.
    assert any("身份证" in reading for reading in explained.readings)


def test_explain_tells_matters_without_a_guide_apart(
    small_library: Library, settings: Settings
) -> None:
    retriever = Retriever(small_library, settings)
    retriever.warm_up_lexical()

    explained = retriever.explain("护照丢了怎么补发")

    assert not explained.has_dense
    hits = {hit.code: hit.written for found in explained.channels for hit in found.hits}
    assert hits["M0203"] is False
    assert {one.code for one in explained.candidates} <= {"M0102", "M0103"}


def test_explain_of_nonsense_decides_for_no_answer(retriever: Retriever) -> None:
    explained = retriever.explain("齉齉齉")

    assert explained.answer.decision is Decision.NO_ANSWER
    assert explained.answer.text == ""
    assert explained.belonging < explained.clarify_from
    assert np.isfinite([one.score for one in explained.candidates]).all()


def test_explain_bare_follow_up_is_not_answered_alone(retriever: Retriever) -> None:
    explained = retriever.explain("那要多少钱")

    assert explained.understanding.follow_up
    assert explained.answer.decision is Decision.NO_ANSWER
