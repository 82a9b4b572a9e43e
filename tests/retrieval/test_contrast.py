"""What a question says that it does not mean is not answered."""

import pytest

from retrieval.contrast import Contrast, contrast_of
from retrieval.schemas import Decision
from retrieval.service import Retriever


@pytest.mark.parametrize(
    ("text", "contrast"),
    [
        ("身份证不是补办，是换证", Contrast("身份证换证", "身份证补办")),
        ("我问的是居住证签注，不是申领", Contrast("我问的是居住证签注", "申领")),
        ("不想补办驾照，想换证", Contrast("换证", "补办驾照")),
        ("我不是要补办身份证", Contrast("", "补办身份证")),
        ("是不是要补办身份证", None),
        ("这不是骗子吧", None),
        ("身份证丢了怎么补办", None),
    ],
)
def test_contrast_is_found_where_something_is_denied(text: str, contrast: Contrast | None) -> None:
    assert contrast_of(text) == contrast


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("身份证不是补办，是换证", "M0102"),
        ("护照不是丢了，是到期了要换", "M0202"),
        ("驾照不是过期，是丢了", "M0303"),
        ("公积金不是租房提取，是买房提取", "M0703"),
        ("营业执照不是注销，是变更", "M1002"),
    ],
)
def test_what_is_meant_is_answered(text: str, meant: str, retriever: Retriever) -> None:
    answer = retriever.ask(text)

    assert (answer.decision, answer.matter) == (Decision.ANSWER, meant)


def test_bare_denial_offers_others_and_never_what_it_denies(retriever: Retriever) -> None:
    # M0103 is what the same words without the denial are answered with
    assert retriever.ask("要补办身份证").matter == "M0103"

    answer = retriever.ask("我不是要补办身份证")

    assert answer.decision is Decision.CLARIFY
    assert "M0103" not in {one.code for one in answer.candidates}
