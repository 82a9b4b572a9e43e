"""Reading a message once, before Rasa: normalise, hide personal data, retrieve, hear the appeal."""

import re
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Protocol

from bot.conversation.following.kinship import Mates
from bot.conversation.following.meaning import followed
from bot.conversation.parts import Part, PartReader
from bot.conversation.questioning import asked_in_a_clause, in_context
from bot.conversation.schemas import DialogueState, Heard, Retrieved, Turn
from bot.conversation.slips import put_right
from bot.conversation.staying import staying
from bot.conversation.wishes import WishReader
from foundation.text.normalise import normalise
from foundation.text.personal_information import PersonalValues, replace_personal
from knowledge_base.library import Library
from knowledge_base.schema import Matter
from retrieval.schemas import Answer, Candidate, Decision
from retrieval.weighing import Weighed
from routing.safety import find_danger
from routing.safety.second_look import CATEGORY as SUSPECTED
from routing.schemas import AppealReading, Proposal

# More than any question needs; the rest is stored, and the citizen told.
PIPELINE_CHARACTERS = 2000
_BESIDE = 2  # texts read at once for appeals: the cores of the smallest machine
# Wishes that lead away from the matter in focus: whether they do is read from the words as well.
_OF_ANOTHER = frozenset({"audience", "return", "bundle"})
_SPEECH = re.compile(r"投诉|举报|反映|建议|求助|请问")
# Stands for a comma: 「后天要出门 身份证不见了 急」.
_GAP = re.compile(r"(?<=[一-鿿])[ \u3000]+(?=[一-鿿])")
_SAYS_SOMETHING = re.compile(r"\w")


class Asking(Protocol):
    """Retrieval as a conversation uses it."""

    @property
    def library(self) -> Library:
        """The library of this moment."""
        ...

    def matter(self, code: str) -> Matter:
        """Return a public guide; raises ``MatterNotFoundError``."""
        ...

    def suggest(self, text: str, limit: int = 3) -> tuple[Candidate, ...]:
        """Return the nearest guides, best first, also where none is sure."""
        ...

    def weigh(self, text: str) -> Weighed:
        """Return how near every guide comes to ``text``."""
        ...

    def ask(self, text: str, *, focus: str | None = None) -> Answer:
        """Return the decision for one question."""
        ...


class Hearing(Protocol):
    """Routing's reading of a text."""

    def read(self, text: str) -> AppealReading:
        """Return what the text says of an appeal."""
        ...

    def propose(self, text: str) -> Proposal:
        """Return who is responsible."""
        ...


class TurnReader:
    """Turns stored text and state into a ``Turn``; CPU only, no I/O."""

    def __init__(
        self, retrieval: Asking, routing: Hearing, wishes: WishReader, mates: Mates
    ) -> None:
        self._retrieval = retrieval
        self._wishes = wishes
        self._mates = mates
        self._routing = routing
        self._beside = ThreadPoolExecutor(_BESIDE, thread_name_prefix="reading")
        self._parts = PartReader(
            retrieval,
            lambda text: heard(routing.read(text)),
            lambda text: len(routing.propose(text).parts) > 1,
        )

    def read(
        self, text: str, state: DialogueState, values: PersonalValues, emergency: str | None
    ) -> Turn:
        """Read one message; ``values`` gains what was replaced by placeholders."""
        return self.read_parts(text, state, values, emergency)[0]

    def read_parts(
        self, text: str, state: DialogueState, values: PersonalValues, emergency: str | None
    ) -> tuple[Turn, tuple[Part, ...]]:
        """Read one message and the parts it is to be handled in: one, unless it holds several."""
        readable = put_right(replace_personal(normalise(text[:PIPELINE_CHARACTERS]), values))
        # Neither waits for the other, and each runs mostly outside the interpreter's lock.
        reading = self._beside.submit(copy_context().run, self._routing.read, readable)
        answer = self._retrieval.ask(readable, focus=state.focus)
        answer = in_context(readable, answer, state, self._retrieval)
        if answer.decision is Decision.NO_ANSWER and state.draft is None and not state.choices:
            spaced = normalise(_GAP.sub("，", text[:PIPELINE_CHARACTERS]))
            answer = asked_in_a_clause(replace_personal(spaced, values), answer, self._retrieval)
        wish = self._wishes.read(readable, answer, state)
        if emergency is not None:
            parts = self._parts.read_alarmed(readable, state)
        elif wish is not None:
            parts = (Part(readable),)
        else:
            parts = self._parts.read(readable, answer, state)
        turn = Turn(
            turn_id=uuid.uuid4().hex,
            text=readable,
            state=state,
            retrieved=retrieved(answer),
            heard=heard(reading.result()),
            emergency=emergency,
            suspected=emergency is not None and _is_only_suspected(text),
            wish=wish,
        )
        if emergency is not None or (wish is not None and wish.kind not in _OF_ANOTHER):
            return turn, parts
        return self._staying(turn, answer), parts

    def _staying(self, turn: Turn, answer: Answer) -> Turn:
        """Return the turn with the answer of the matter that it means after the one before."""
        code = turn.state.focus
        stay = staying(turn, answer, self._retrieval) if turn.wish is None else None
        if (meant := followed(turn, answer, stay, self._retrieval, self._mates)) is not None:
            stay, code = meant.stay, meant.code
        if stay is None:
            return turn
        told = self._retrieval.ask(f"这个{stay.facet.label}", focus=code)
        if told.matter != code:
            return turn
        found = retrieved(told).model_copy(update={"facet": stay.facet, "near": not stay.stated})
        return turn.model_copy(update={"retrieved": found, "wish": None})

    def hear(self, text: str, values: PersonalValues | None = None) -> Heard:
        """Read only what a text says of an appeal (edited fields, a person is speaking)."""
        hidden = replace_personal(
            normalise(text[:PIPELINE_CHARACTERS]), PersonalValues() if values is None else values
        )
        return heard(self._routing.read(hidden))


def _is_only_suspected(text: str) -> bool:
    alert = find_danger(text)
    return alert is not None and alert.category == SUSPECTED


def says_something(text: str) -> bool:
    """Whether a message holds a letter, a digit or a character at all."""
    return bool(_SAYS_SOMETHING.search(text))


def retrieved(answer: Answer) -> Retrieved:
    """The part of a retrieval result that travels with the turn."""
    return Retrieved(
        decision=answer.decision,
        facet=answer.facet or answer.understanding.facet,
        follow_up=answer.understanding.follow_up,
        confidence=answer.confidence,
        candidates=tuple((candidate.code, candidate.score) for candidate in answer.candidates),
    )


def _place(said: str | None) -> str | None:
    # 「我想投诉小区物业」 names no place.
    return None if said is None or _SPEECH.search(said) else said


def heard(reading: AppealReading) -> Heard:
    """The part of routing's reading that travels with the turn."""
    return Heard(
        appeal_probability=reading.appeal_probability,
        kind=reading.kind,
        place=_place(reading.place),
        district=reading.district,
        when=reading.when,
        phone=reading.phone,
        anonymous=reading.anonymous,
        confidential=reading.confidential,
        category=reading.category.level3 if reading.category else None,
        category_probability=reading.category_probability,
        emotion=reading.emotion,
    )
