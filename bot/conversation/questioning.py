"""A question read with what stands before it: words that name no matter by themselves.

Retrieval reads one message alone, or about the matter in focus. Where nothing is in focus yet, or
where only the last words of a message ask, what was said before tells what is meant.
"""

import re
from dataclasses import replace
from typing import Protocol

from bot.conversation.akin import HAPPENED, akin, by_its_name
from bot.conversation.choices import pick
from bot.conversation.plain_words import plainly
from bot.conversation.schemas import Act, DialogueState, Outcome, Turn
from foundation.errors import NotFoundError
from knowledge_base.schema import FacetName, Matter
from retrieval.schemas import Answer, Candidate, Decision, EntryKind
from retrieval.several import is_question
from retrieval.understanding import speaks_of_focus
from retrieval.wording import Wording, load_wording

_LONGEST = 30  # characters: more tells a story of its own
_FEW = 2  # characters beside what asks: 本本
_LEAVES_OPEN = frozenset({Act.ANSWER_QUESTION, Act.BUNDLE, Act.FALLBACK, Act.OUT_OF_SCOPE})
_SEVERAL = 2  # clauses
_HURRIED = 40  # characters of a message that tells why it is urgent
_PAPER = re.compile(
    r"(?:证|卡|护照|户口[本簿]|执照|[房户]本|身份证|驾照|行驶证)[^，,。]{0,4}(?:不见|丢|掉|没了|遗失|找不[到着]|过期|到期|坏了)|"
    r"(?:丢|掉|过期|到期)了?[^，,。]{0,4}(?:证|卡|护照|户口[本簿]|执照|[房户]本|驾照)|"
    r"(?:想|要|打算|准备|需要)[给帮]?[^，,。]{0,6}(?:办|补|换|领|申请)[^，,。]{0,6}(?:证|卡|护照|执照|补贴|许可)"
)
_COMPLAINS = re.compile(r"投诉|举报|反映|没人管|态度|不给办|拒绝")
_KEPT = 60  # characters of the questions before
_CLAUSE = re.compile(r"[，,。！!？?；;\n]+")
# 过户, 我要补证, 年检怎么弄: hardly more than one word.
_ONE_WORD = re.compile(
    r"(?:[你您]好|请问|咨询一?下?|[我咱俺们想要来去]|需要|问一?下|办理?一?下?|那?个|[，,。 ])*"
    r"(?P<word>[\u4e00-\u9fff]{2,4}?)"
    r"(?:要|该)?(?:怎么|咋|如何|怎样)?(?:办理?|弄|搞|整|做|申请)?(?:[啊呀呢吗吧的]|[?？。!！])*"
)
_NEAR, _OFFERED = 12, 4  # guides looked at, and offered
_LEADS_ON = re.compile(r"^(?:那|这|它|然后|还有)")


class Asking(Protocol):
    """Retrieval as far as it is needed here."""

    def ask(self, text: str, *, focus: str | None = None) -> Answer:
        """Return the decision for one question."""
        ...

    def matter(self, code: str) -> Matter:
        """Return a public guide; raises ``MatterNotFoundError``."""
        ...

    def suggest(self, text: str, limit: int = 3) -> tuple[Candidate, ...]:
        """Return the nearest guides, best first, also where none is sure."""
        ...


def in_context(text: str, answer: Answer, state: DialogueState, asking: Asking) -> Answer:
    """Return what ``text`` asks after what was said before; ``answer`` where it stands alone."""
    if state.draft is not None:
        return answer
    if answer.decision is not Decision.ANSWER and (plain := plainly(text)) != text:
        answer, text = asking.ask(plain, focus=state.focus), plain
    answer = by_its_name(answer, text, asking)
    if len(text) > _LONGEST:
        return answer
    if state.focus is not None:
        beside = akin(text, answer, state, asking)
        return beside or _of_focus(text, answer, state, asking)
    found = _of_open_question(text, answer, state, asking)
    return found if state.choices else _of_a_bare_act(text, found, asking)


def asked_in_a_clause(text: str, answer: Answer, asking: Asking) -> Answer:
    """Return what one clause of a hurried message asks, where no guide answers the whole."""
    clauses = [clause.strip() for clause in _CLAUSE.split(text) if clause.strip()]
    if len(clauses) < _SEVERAL or len(text) > _HURRIED or _COMPLAINS.search(text):
        return answer
    telling = [clause for clause in clauses if HAPPENED.search(clause)][:_SEVERAL]
    found = [by_its_name(asking.ask(clause), clause, asking) for clause in telling]
    found = [one for one in found if one.decision is not Decision.NO_ANSWER]
    return found[0] if len(found) == 1 else answer


def lost_or_wanted(text: str) -> bool:
    """Whether a paper of one's own is lost or over, or wanted: how that is done is the question."""
    return _PAPER.search(text) is not None


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


def _of_a_bare_act(text: str, answer: Answer, asking: Asking) -> Answer:
    """Offer what bears the one word that was said: 「过户怎么办理」, 「我要补证」."""
    said = _ONE_WORD.fullmatch(plainly(text).strip())
    if answer.decision is not Decision.NO_ANSWER or said is None or _COMPLAINS.search(text):
        return answer
    # 补证 stands in 补结婚证 as well.
    bears = re.compile(".{0,6}".join(map(re.escape, said["word"])))
    found = {one.code: one for one in (*asking.suggest(text, limit=_NEAR), *answer.candidates)}
    try:
        near = [
            one
            for one in found.values()
            if one.kind is EntryKind.GUIDE
            and any(map(bears.search, (one.title, *asking.matter(one.code).aliases)))
        ]
    except NotFoundError:
        return answer
    if len(near) < _SEVERAL:
        return answer
    return replace(answer, decision=Decision.CLARIFY, candidates=tuple(near[:_OFFERED]))


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
        side = answer.understanding.facet
        return joined if side is None else replace(joined, facet=side)
    asks = is_question(text) or wording.facet_of(text) is not None
    still = offered and fits and joined.decision is Decision.CLARIFY and asks
    return joined if still and answer.decision is Decision.NO_ANSWER else answer


def _leads_on(text: str, wording: Wording) -> bool:
    return _LEADS_ON.match(text) is not None or speaks_of_focus(text, wording)
