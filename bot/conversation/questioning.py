"""A question read with what stands before it: words that name no matter by themselves.

Retrieval reads one message alone, or about the matter in focus. Where nothing is in focus yet, or
where only the last words of a message ask, what was said before tells what is meant.
"""

import re
from typing import Protocol

from bot.conversation.choices import pick
from bot.conversation.schemas import Act, DialogueState, Outcome, Turn
from knowledge_base.schema import FacetName
from retrieval.schemas import Answer, Decision
from retrieval.several import is_question
from retrieval.understanding import speaks_of_focus
from retrieval.wording import Wording, load_wording

_LONGEST = 30  # characters: more tells a story of its own
_FEW = 2  # characters beside what asks: 本本
_LEAVES_OPEN = frozenset({Act.ANSWER_QUESTION, Act.BUNDLE, Act.FALLBACK, Act.OUT_OF_SCOPE})
_KEPT = 60  # characters of the questions before
_CLAUSE = re.compile(r"[，,。！!？?；;\n]+")
_LEADS_ON = re.compile(r"^(?:那|这|它|然后|还有)")


class Asking(Protocol):
    """Retrieval as far as it is needed here."""

    def ask(self, text: str, *, focus: str | None = None) -> Answer:
        """Return the decision for one question."""
        ...


def in_context(text: str, answer: Answer, state: DialogueState, asking: Asking) -> Answer:
    """Return what ``text`` asks after what was said before; ``answer`` where it stands alone."""
    if state.draft is not None or len(text) > _LONGEST:
        return answer
    if state.focus is not None:
        return _of_focus(text, answer, state, asking)
    return _of_open_question(text, answer, state, asking)


def left_open(outcome: Outcome, turn: Turn) -> str | None:
    """Return the question that is read together with the next message, where none was answered."""
    if outcome.act not in _LEAVES_OPEN or outcome.matter is not None or outcome.state.draft:
        return None
    text, before = turn.text, turn.state.question
    return f"{before}，{text}"[-_KEPT:] if before and _leads_on(text, load_wording()) else text


def spoken_of_before(turn: Turn) -> str | None:
    """Return the one matter among several fitting ones that was spoken of already."""
    retrieved, state = turn.retrieved, turn.state
    if retrieved.decision is not Decision.CLARIFY or retrieved.facet in {None, FacetName.PROCESS}:
        return None
    known = {state.focus, *state.earlier}
    before = [code for code, _ in retrieved.candidates if code in known]
    return before[0] if len(before) == 1 else None


def _of_focus(text: str, answer: Answer, state: DialogueState, asking: Asking) -> Answer:
    """Ask of the matter in focus what the last clause asks: 「我才来三个月，够不够格」."""
    clauses = [clause for clause in _CLAUSE.split(text) if clause.strip()]
    wording = load_wording()
    if answer.matter == state.focus or not clauses:
        return answer
    if any(candidate.code in state.earlier for candidate in answer.candidates):
        return answer  # 「再回到电动车那个，要交多少钱」
    if answer.decision is Decision.NO_ANSWER and len(clauses) == 1:
        # 「从交材料到拿到本本要几天」: a side is asked for, and no guide has the other words.
        plain = wording.facet_of(text) is not None and is_question(text)
        few = len(wording.residue(text)) <= _FEW
        return asking.ask(f"这个{text}", focus=state.focus) if plain and few else answer
    if not speaks_of_focus(clauses[-1], wording):
        return answer
    # 「不想跑一趟，手机上能申请不」: what stands before it must name no matter either.
    names = answer.decision is not Decision.NO_ANSWER and (
        len(clauses) == 1 or asking.ask("，".join(clauses[:-1])).decision is not Decision.NO_ANSWER
    )
    return answer if names else asking.ask(clauses[-1], focus=state.focus)


def _of_open_question(text: str, answer: Answer, state: DialogueState, asking: Asking) -> Answer:
    """Read ``text`` together with the question before it, which led to no guide."""
    before, wording = state.question, load_wording()
    if before is None or pick(state.choices, text) is not None:
        return answer
    if answer.decision is Decision.ANSWER and not _leads_on(text, wording):
        return answer
    offered = {choice.code for choice in state.choices if choice.code is not None}
    if answer.decision is Decision.CLARIFY and answer.candidates[0].code not in offered:
        return answer  # it names something else
    joined = asking.ask(f"{before}，{text}")
    fits = not offered or bool(joined.candidates and joined.candidates[0].code in offered)
    if joined.decision is Decision.ANSWER and fits:
        return joined
    asks = is_question(text) or wording.facet_of(text) is not None
    still = offered and fits and joined.decision is Decision.CLARIFY and asks
    return joined if still and answer.decision is Decision.NO_ANSWER else answer


def _leads_on(text: str, wording: Wording) -> bool:
    return _LEADS_ON.match(text) is not None or speaks_of_focus(text, wording)
