"""Several things in one message: cut into parts that are handled one after the other.

A message is cut only where each part stands for something of its own: a question with its own
guide, an issue, a wish for a person. What merely tells more stays with what it belongs to.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from bot.conversation.accounts import APPEAL_SURE
from bot.conversation.choices import pick
from bot.conversation.schemas import DialogueState, Heard
from retrieval import several
from retrieval.schemas import Answer, Decision
from retrieval.several import AT_MOST, LONGEST, cut, is_question, joined, without_link
from routing.safety import find_danger

_STORY = 8  # characters
_TWO = 2
_PERSON = re.compile(r"转人工|人工(?:客服|坐席|服务)|找(?:个)?(?:真人|人工)")
_PROGRESS = re.compile(
    r"(?:查|看|问)(?:一下|下)?.{0,8}(?:进度|进展|处理结果)|"
    r"(?:投诉|诉求|工单).{0,8}(?:进度|怎么样了|处理得)"
)
_COMPLAINS = re.compile(r"(?:我|还|也)?(?:要|想)(?:投诉|举报|反映)(?!.{0,4}(?:怎么|流程|电话))")


class Asking(Protocol):
    """Retrieval as far as it is needed here."""

    def ask(self, text: str, *, focus: str | None = None) -> Answer:
        """Return the decision for one question."""
        ...


class Hearing(Protocol):
    """What one text says of an appeal."""

    def __call__(self, text: str) -> Heard:
        """Return it."""
        ...


class _Kind(StrEnum):
    QUESTION = several.QUESTION
    ISSUE = "issue"
    PERSON = "person"
    PROGRESS = "progress"
    DANGER = "danger"  # the safety card speaks of it
    ANSWER = "answer"  # to what is open
    MORE = several.MORE  # of what stands before or after it


@dataclass(frozen=True, slots=True)
class Part:
    """One part.

    ``issue``: it is to be taken down, not answered; ``danger``: the safety card is about it.
    """

    text: str
    issue: bool = False
    danger: bool = False


@dataclass(slots=True)
class _Piece(several.Piece):
    category: str | None = None
    probability: float = 0.0


class PartReader:
    """Cuts one message; CPU only."""

    def __init__(
        self, asking: Asking, hear: Hearing, for_several_bodies: Callable[[str], bool]
    ) -> None:
        self._asking = asking
        self._hear = hear
        self._for_several_bodies = for_several_bodies

    def read(self, text: str, answer: Answer, state: DialogueState) -> tuple[Part, ...]:
        """Return the parts of ``text`` in the order of handling; one where it is one thing.

        Args:
            text: normalised, personal data as placeholders.
            answer: what retrieval made of the whole.
            state: what the message meets.
        """
        if len(text) > LONGEST:
            return (Part(text),)
        pieces = self._merged(cut(text, _Piece), state)
        if len(pieces) > 1:
            return _in_order(pieces[:AT_MOST], state)
        asked = answer.parts if state.draft is None and not state.choices else ()
        if len({part.candidates[0].code for part in asked}) > 1:
            # 「身份证和社保卡都丢了」: two things that no cut divides
            return tuple(Part(_asked(part)) for part in asked)
        return (Part(text), *(Part(part.understanding.text) for part in asked[1:]))

    def read_alarmed(self, text: str, state: DialogueState) -> tuple[Part, ...]:
        """Return the parts of a message below a safety card: the danger, and what is beside it.

        A part is beside the danger only where it alarms by itself no longer and the rest still
        does; what belongs to the danger is never taken for an errand.
        """
        alarmed = (Part(text, danger=True),)
        pieces = cut(text, _Piece) if len(text) <= LONGEST else []
        if len(pieces) < _TWO:
            return alarmed
        for piece in pieces:
            self._look_at(piece, state, first=False)
            if find_danger(piece.text) is not None:
                piece.kind = _Kind.DANGER
        kept = joined(pieces, _is_apart_from_danger)[:AT_MOST]
        beside = [piece for piece in kept if piece.kind in {_Kind.QUESTION, _Kind.ISSUE}]
        if not beside or all(piece.kind != _Kind.DANGER for piece in kept):
            return alarmed
        danger = "，".join(piece.text for piece in kept if piece not in beside)
        # The danger last: what it leaves in the state, the answers beside it must not undo.
        return (*_in_order(beside, DialogueState()), Part(danger, danger=True))

    def _merged(self, pieces: list[_Piece], state: DialogueState) -> list[_Piece]:
        """Join what does not stand for something of its own to its neighbour."""
        if len(pieces) == 1:
            return pieces
        for number, piece in enumerate(pieces):
            self._look_at(piece, state, first=number == 0)
        return joined(pieces, self._is_apart)

    def _is_apart(self, before: _Piece, piece: _Piece) -> bool:
        apart = _is_apart(before, piece)
        if not apart or not _Kind.ISSUE == before.kind == piece.kind:
            return apart
        # Issues for different bodies are one appeal, which opens a ticket for each.
        return not self._for_several_bodies(f"{before.text}，{piece.text}")

    def _look_at(self, piece: _Piece, state: DialogueState, *, first: bool) -> None:
        bare = piece.bare
        if first and state.choices and pick(state.choices, bare) is not None:
            piece.kind = _Kind.ANSWER
            return
        if first and state.draft is not None and state.draft.asking is not None:
            piece.kind = _Kind.ANSWER
            return
        if _PERSON.search(piece.text):
            piece.kind = _Kind.PERSON
            return
        if _PROGRESS.search(bare):
            piece.kind = _Kind.PROGRESS
            return
        if _COMPLAINS.search(bare) and not is_question(bare):
            piece.kind = _Kind.ISSUE
        heard = self._hear(bare)
        piece.probability, piece.category = heard.appeal_probability, heard.category
        answer = self._asking.ask(bare)
        guided = answer.decision is not Decision.NO_ANSWER and not answer.understanding.follow_up
        asks = is_question(bare)
        if asks and guided:
            piece.kind = _Kind.QUESTION
            piece.matter = answer.candidates[0].code
        elif len(bare) >= _STORY and _tells_issue(heard, bare):
            piece.kind = _Kind.ISSUE
        elif asks and piece.linked and not answer.understanding.follow_up:
            piece.kind = _Kind.QUESTION


def _alone(piece: _Piece, *, first: bool) -> str:
    """Return the text of a part as it may stand alone."""
    if piece.kind == _Kind.ISSUE and first:
        return piece.bare  # 「第一件事，……」 counts, and names no "一件事一次办"
    return piece.text if first or piece.kind == _Kind.PERSON else without_link(piece.text)


def _asked(answer: Answer) -> str:
    """Return a text that asks for one part of several as its answer understood it."""
    facet = answer.facet.label if answer.facet else ""
    return f"{answer.candidates[0].title}，{facet}"


def _tells_issue(heard: Heard, text: str) -> bool:
    placed = heard.place is not None and not heard.vague and not is_question(text)
    return heard.appeal_probability >= APPEAL_SURE or placed


def _is_apart(before: _Piece, piece: _Piece) -> bool:
    """Whether a part is something else than the one before it."""
    if piece.kind == _Kind.MORE:
        return False
    if before.kind == _Kind.ANSWER:
        # What answers and what asks: 「13800138000，另外身份证丢了怎么补办」
        return piece.kind != _Kind.ISSUE or piece.linked
    if _Kind.ISSUE == before.kind == piece.kind:
        other = before.category != piece.category and None not in {before.category, piece.category}
        return piece.linked and other
    if before.kind == piece.kind:
        return before.matter != piece.matter
    if _Kind.ISSUE in {before.kind, piece.kind}:
        # 「停水两天了，什么时候来水」 is one thing; 「……。另外问一下……」 is not.
        return piece.linked or (piece.after_end and before.kind == _Kind.QUESTION)
    return True


def _is_apart_from_danger(before: _Piece, piece: _Piece) -> bool:
    """Whether a part below a safety card is something else than the one before it."""
    if _Kind.DANGER == before.kind == piece.kind or piece.kind == _Kind.MORE:
        return False
    if before.kind == _Kind.DANGER:
        return piece.linked or (piece.kind == _Kind.QUESTION and piece.matter is not None)
    if piece.kind == _Kind.DANGER:
        return before.kind == _Kind.QUESTION or piece.linked
    return _is_apart(before, piece)


def _in_order(pieces: Sequence[_Piece], state: DialogueState) -> tuple[Part, ...]:
    """Return parts: questions before issues, so that an appeal's open question stands last."""
    parts = [
        Part(
            _alone(piece, first=number == 0),
            issue=piece.kind == _Kind.ISSUE,
        )
        for number, piece in enumerate(pieces)
    ]
    if pieces[0].kind == _Kind.ANSWER or state.draft is not None:
        return tuple(parts)
    last: dict[str, int] = {_Kind.PERSON: 2, _Kind.ISSUE: 1}
    ordered = sorted(zip(pieces, parts, strict=True), key=lambda pair: last.get(pair[0].kind, 0))
    return tuple(part for _, part in ordered)
