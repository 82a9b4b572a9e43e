"""A question read with what stands before it; one word that several guides bear."""

from collections.abc import Sequence

import pytest

from bot.conversation.questioning import in_context
from bot.conversation.schemas import DialogueState
from knowledge_base.library import Library
from knowledge_base.loader import load_library
from knowledge_base.schema import Matter
from retrieval.schemas import Answer, Candidate, Decision, Understanding

_LIBRARY: Library = load_library()


class Near:
    """Retrieval that is sure of nothing and finds the same guides near whatever is asked."""

    def __init__(self, codes: Sequence[str]) -> None:
        self._codes = codes

    def ask(self, text: str, *, focus: str | None = None) -> Answer:
        del focus
        return Answer(Understanding(text=text, core=text), Decision.NO_ANSWER, (), 0.1)

    def matter(self, code: str) -> Matter:
        return _LIBRARY.matter(code)

    def suggest(self, text: str, limit: int = 3) -> tuple[Candidate, ...]:
        del text
        return tuple(Candidate(c, _LIBRARY.matter(c).title, 1.0) for c in self._codes[:limit])


def read(text: str, codes: Sequence[str]) -> Answer:
    near = Near(codes)
    return in_context(text, near.ask(text), DialogueState(), near)


@pytest.mark.parametrize("text", ["我要挂失", "挂失怎么弄", "挂失"])
def test_one_word_that_several_guides_bear_offers_these(text: str) -> None:
    codes = [code for code, one in _LIBRARY.matters.items() if "挂失" in "".join(one.aliases)]
    assert len(codes) > 1

    found = read(text, ["M1405", *codes[:4]])

    assert found.decision is Decision.CLARIFY
    assert [one.code for one in found.candidates] == codes[:4]


@pytest.mark.parametrize(
    "text",
    [
        "煎饼",  # no guide bears it
        "我要投诉",
        "挂失的电话打了三天都没有人接，谁来管一管",  # tells more than a word
    ],
)
def test_what_no_guide_bears_or_says_more_stays_unanswered(text: str) -> None:
    found = read(text, ["M0103", "M0303", "M0110"])

    assert found.decision is Decision.NO_ANSWER
    assert found.candidates == ()
