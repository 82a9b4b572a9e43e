"""Reading a message once, before Rasa: normalise, hide personal data, retrieve, hear the appeal."""

import re
import uuid
from typing import Protocol

from bot.conversation.schemas import DialogueState, Heard, Retrieved, Turn
from bot.conversation.wishes import WishReader
from foundation.text.normalise import normalise
from foundation.text.personal_information import PersonalValues, replace_personal
from retrieval.schemas import Answer
from routing.schemas import AppealReading

# More than any question needs; the rest is stored, and the citizen told.
PIPELINE_CHARACTERS = 2000
_SAYS_SOMETHING = re.compile(r"\w")


class Asking(Protocol):
    """Retrieval as a conversation uses it."""

    def ask(self, text: str, *, focus: str | None = None) -> Answer:
        """Return the decision for one question."""
        ...


class Hearing(Protocol):
    """Routing's reading of a text."""

    def read(self, text: str) -> AppealReading:
        """Return what the text says of an appeal."""
        ...


class TurnReader:
    """Turns stored text and state into a ``Turn``; CPU only, no I/O."""

    def __init__(self, retrieval: Asking, routing: Hearing, wishes: WishReader) -> None:
        self._retrieval = retrieval
        self._wishes = wishes
        self._routing = routing

    def read(
        self, text: str, state: DialogueState, values: PersonalValues, emergency: str | None
    ) -> Turn:
        """Read one message; ``values`` gains what was replaced by placeholders."""
        readable = replace_personal(normalise(text[:PIPELINE_CHARACTERS]), values)
        answer = self._retrieval.ask(readable, focus=state.focus)
        return Turn(
            turn_id=uuid.uuid4().hex,
            text=readable,
            state=state,
            retrieved=retrieved(answer),
            heard=heard(self._routing.read(readable)),
            emergency=emergency,
            wish=self._wishes.read(readable, answer, state),
        )

    def hear(self, text: str, values: PersonalValues | None = None) -> Heard:
        """Read only what a text says of an appeal (edited fields, a person is speaking)."""
        hidden = replace_personal(
            normalise(text[:PIPELINE_CHARACTERS]), PersonalValues() if values is None else values
        )
        return heard(self._routing.read(hidden))


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


def heard(reading: AppealReading) -> Heard:
    """The part of routing's reading that travels with the turn."""
    return Heard(
        appeal_probability=reading.appeal_probability,
        kind=reading.kind,
        place=reading.place,
        district=reading.district,
        when=reading.when,
        phone=reading.phone,
        anonymous=reading.anonymous,
        confidential=reading.confidential,
        category=reading.category.level3 if reading.category else None,
    )
