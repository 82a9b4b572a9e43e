"""Several questions in one message, answered by the service itself."""

import pytest

from knowledge_base.schema import FacetName
from retrieval.schemas import Decision
from retrieval.service import Retriever
from retrieval.several import further_sides


@pytest.mark.parametrize(
    ("text", "matters"),
    [
        ("身份证丢了怎么补办，护照丢了怎么办", ("M0103", "M0203")),
        ("身份证和社保卡都丢了，分别怎么补", ("M0103", "M0415")),
        ("结婚登记要带什么，另外问一下社保卡丢了怎么补", ("M1201", "M0415")),
    ],
)
def test_both_matters_are_answered(
    text: str, matters: tuple[str, ...], retriever: Retriever
) -> None:
    answer = retriever.ask(text)

    assert answer.decision is Decision.ANSWER
    assert {part.matter for part in answer.parts} == set(matters)
    first = answer.parts[0]
    assert (answer.matter, answer.facet, answer.kind) == (first.matter, first.facet, first.kind)
    assert [one.code for one in answer.candidates[:2]] == [part.matter for part in answer.parts]
    assert answer.text == "\n\n".join(part.text for part in answer.parts)
    assert answer.sources == tuple(source for part in answer.parts for source in part.sources)


def test_each_question_keeps_the_side_it_asks_for(retriever: Retriever) -> None:
    answer = retriever.ask("身份证丢了补办要多少钱，护照丢了补办要带什么材料")

    assert [(part.matter, part.facet) for part in answer.parts] == [
        ("M0103", FacetName.FEE),
        ("M0203", FacetName.MATERIALS),
    ]


def test_further_side_of_the_same_matter_is_told(retriever: Retriever) -> None:
    answer = retriever.ask("身份证补办要多少钱，几天能拿到")

    assert {part.matter for part in answer.parts} == {"M0103"}
    assert {part.facet for part in answer.parts} == {FacetName.FEE, FacetName.TIME_LIMIT}


@pytest.mark.parametrize(
    "text",
    [
        "我在外地上班，身份证丢了怎么补办",
        "办护照要带身份证和户口本吗",
        "你好，请问驾照丢了怎么补办",
        "身份证丢了怎么补办",
    ],
)
def test_one_question_stays_one(text: str, retriever: Retriever) -> None:
    answer = retriever.ask(text)

    assert answer.decision is Decision.ANSWER
    assert answer.parts == ()


def test_further_sides_are_those_beside_the_one_told() -> None:
    assert further_sides("要多少钱，几天能拿到", FacetName.FEE) == (
        (FacetName.TIME_LIMIT, "几天能拿到"),
    )
    assert further_sides("要多少钱", FacetName.FEE) == ()
