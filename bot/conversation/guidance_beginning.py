"""The wish to be guided: 「帮我看看我符不符合」, 「我该带什么材料，我是外地的，孩子还小」.

Which matter is meant is asked of retrieval, with the words that only ask taken away.
"""

import re
from collections.abc import Callable
from typing import Protocol

from bot.conversation.guidance_answers import heard
from bot.conversation.guidance_reading import read_step
from bot.conversation.schemas import DialogueState, Wish
from knowledge_base.guidance.offered import offered
from knowledge_base.library import Library
from retrieval.schemas import Answer, Candidate, Decision
from retrieval.several import is_question
from retrieval.wording import load_wording

_GUIDE_ME = re.compile(
    r"智能导办|导办(?:一下|服务)?|(?:来)?问我几个?问题|(?:你|您)(?:来|可以)?问我|一[步个]一[步个](?:地)?问|"
    r"(?:帮|给|替)(?:我|忙)?(?:看看?|查|算|判断|核对|确认)(?:一下|看|下)?(?P<inner>[^，,。？?]{0,12}?)"
    r"(?:符不符合|符合不符合|够不够|能不能办|有没有资格|够格|(?:该|要|得|需要)(?:带|准备|交)(?:什么|哪些|啥))(?:条件|材料|资料|东西)?|"
    r"(?:看看?|判断)(?:一下)?我(?:这种情况|的情况)?[^，,。？?]{0,6}(?:符不符合|符合不符合|够不够)(?:条件)?|"
    r"(?:按|根据)我(?:的|这种)?情况"
)
_MY_DOCUMENTS = re.compile(
    r"我(?:们|家|自己|这种情况|这边)?(?:到底|具体|都|究竟)?(?:该|要|得|需要|应该)(?:带|准备|交|拿|提供)(?:些)?"
    r"(?:什么|哪些|啥|哪几样)(?:材料|资料|证件|东西)?"
)
_OF_ME = re.compile(r"^(?:我(?:们|家)?(?:的|这种)?(?:情况)?|办|要办|办理)+")
_CLAUSE = re.compile(r"[，,。；;！!？?\s]+")
_MARKS = "，,。；;！!？? "
_NAMES_A_MATTER = 2  # characters beside the words that ask
_NEAR, _NEAR_SHOWN = 8, 4  # guides looked at, and offered, where none is sure


class Asking(Protocol):
    """Retrieval as far as it is needed here."""

    @property
    def library(self) -> Library:
        """The library of this moment."""
        ...

    def suggest(self, text: str, limit: int = 3) -> tuple[Candidate, ...]:
        """Return the nearest guides, best first, also where none is sure."""
        ...


# Reads which matter or matters words name, as a wish.
Naming = Callable[[str], Wish | None]


def begins_guidance(
    text: str, answer: Answer, state: DialogueState, asking: Asking, naming: Naming
) -> Wish | None:
    """Return a step of the guidance that is open, or the wish to begin one; none in an appeal."""
    if state.draft is not None:
        return None
    step = read_step(text, state, asking.library)
    explicit = _GUIDE_ME.search(text)
    asked = explicit or _MY_DOCUMENTS.search(text)
    if step is not None or asked is None:
        return step
    wish = _matter_meant(text, asked, answer, state, asking, naming)
    told = _tells_case(text, asked)
    if wish.matter is None and not wish.candidates:
        unclear = answer.decision is not Decision.ANSWER
        return wish if explicit or (told and unclear) else None
    codes = (wish.matter,) if wish.matter else wish.candidates
    known = [one for code in codes if (one := offered(asking.library, code))]
    if not known or not (explicit or (told and any(heard(one, text) for one in known))):
        return None
    return wish


def _matter_meant(
    text: str,
    asked: re.Match[str],
    answer: Answer,
    state: DialogueState,
    asking: Asking,
    naming: Naming,
) -> Wish:
    """Return the wish to begin, with the matter that the asking clause names, or the focus."""
    begins = Wish(kind="guidance", step="start", said=text)
    if (titled := _titled(text, asking.library)) is not None:
        return begins.model_copy(update={"matter": titled})
    inner = _OF_ME.sub("", asked.groupdict().get("inner") or "")
    before, after = text[: asked.start()], text[asked.end() :]
    clause = f"{re.split(f'[{_MARKS}]', before)[-1]}{inner}{re.split(f'[{_MARKS}]', after)[0]}"
    named = naming(clause) if clause.strip() else None
    if named is not None and (named.matter or named.candidates):
        return begins.model_copy(update={"matter": named.matter, "candidates": named.candidates})
    if state.focus is not None:
        return begins.model_copy(update={"matter": state.focus})
    if answer.decision is Decision.ANSWER:
        return begins.model_copy(update={"matter": answer.matter})
    near = _near_with_questions(f"{before}{inner}{after}", asking)
    return begins.model_copy(update={"candidates": near})


def _near_with_questions(text: str, asking: Asking) -> tuple[str, ...]:
    """Return the nearest matters about which there is something to ask."""
    if len(load_wording().residue(text)) < _NAMES_A_MATTER:
        return ()
    near = asking.suggest(text, limit=_NEAR)
    codes = [one.code for one in near if offered(asking.library, one.code)]
    return tuple(codes[:_NEAR_SHOWN])


def _titled(text: str, library: Library) -> str | None:
    """Return the matter with questions whose whole title is said, as a button sends it."""
    titles = {code: library.title_of(code) or "" for code in library.guidance}
    named = [code for code, title in titles.items() if title and title in text]
    return max(named, key=lambda code: len(titles[code]), default=None)


def _tells_case(text: str, asked: re.Match[str]) -> bool:
    """Whether something is told of one's case beside the clause that asks."""
    rest = f"{text[: asked.start()]}，{text[asked.end() :]}"
    told = [clause for clause in _CLAUSE.split(rest) if clause and not is_question(clause)]
    return any(len(clause) >= _NAMES_A_MATTER for clause in told)
