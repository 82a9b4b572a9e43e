"""What is wanted besides an answer, read from words."""

import pytest

from bot.conversation.schemas import DialogueState, Wish
from bot.conversation.wishes import WishReader
from knowledge_base.library import Library
from knowledge_base.loader import load_library
from knowledge_base.schema import FacetName, Matter
from retrieval.schemas import Answer, Candidate, Decision, Understanding

_LIBRARY: Library = load_library()
_TOLD_THE_DOCUMENTS = DialogueState(focus="M0111", facet=FacetName.MATERIALS)


class Unsure:
    """Retrieval that answers nothing, and no event in life."""

    library = _LIBRARY

    def ask(self, text: str, *, focus: str | None = None) -> Answer:
        del focus
        return Answer(Understanding(text=text, core=text), Decision.NO_ANSWER, (), 0.1)

    def matter(self, code: str) -> Matter:
        return _LIBRARY.matter(code)

    def suggest(self, text: str, limit: int = 3) -> tuple[Candidate, ...]:
        del text, limit
        return ()

    def recognise(self, answer: Answer) -> str | None:
        del answer
        return None


def wish_of(text: str) -> Wish | None:
    unsure = Unsure()
    return WishReader(unsure, unsure).read(text, unsure.ask(text), _TOLD_THE_DOCUMENTS)


def test_papers_at_hand_are_compared_with_the_documents_just_told() -> None:
    wish = wish_of("户口本和身份证都有了")

    assert wish is not None
    assert (wish.kind, wish.has) == ("checklist", ("户口本", "身份证"))


@pytest.mark.parametrize(
    "text",
    [
        "听说还有一笔抚恤金",
        "人家说有补贴的",
        "我还有套老房子，过户呢",
        "他名下还有辆车怎么弄",
        "有个保险去哪退",
    ],
)
def test_what_is_heard_of_or_asked_after_is_no_paper_at_hand(text: str) -> None:
    assert wish_of(text) is None
