"""The short questions on a guide, and what the answers of one citizen come to."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field

from knowledge_base.guidance.rendering import Words, dropped_text, open_text, situation
from knowledge_base.guidance.schema import Guidance, Question
from knowledge_base.guidance.selecting import Selection, encode, select
from knowledge_base.library import Library
from knowledge_base.schema import Matter

_KEY = Annotated[str, Field(max_length=30)]
_MAX_ANSWERS = 10  # no guidance asks so many questions


class GivenAnswers(BaseModel):
    """Key of the answer by key of the question; a question left out is still open."""

    model_config = ConfigDict(extra="forbid")

    answers: Annotated[dict[_KEY, _KEY], Field(max_length=_MAX_ANSWERS)] = {}


class AnswerView(BaseModel):
    """One answer to pick."""

    key: str
    label: str


class QuestionView(BaseModel):
    """One question; ``asked_when`` names the earlier answers of which one must be given."""

    key: str
    text: str
    note: str | None
    asked_when: dict[str, list[str]]
    answers: list[AnswerView]

    @classmethod
    def of(cls, question: Question) -> Self:
        """Show one question."""
        return cls(
            key=question.key,
            text=question.text,
            note=question.note,
            asked_when={key: list(wanted) for key, wanted in question.asked_when.items()},
            answers=[AnswerView(key=one.key, label=one.label) for one in question.answers],
        )


class OtherMatter(BaseModel):
    """The matter that is meant instead, and the guide's words that tell them apart."""

    code: str
    title: str
    why: str


class SelectionView(BaseModel):
    """What the answers come to; ``needed`` and ``open`` count documents from 1 as in the guide."""

    situation: str
    needed: list[int]
    open: list[int]
    dropped: list[str]
    undecided: list[str]
    ends: list[str]
    ends_label: str
    quotes: list[str]
    switch: OtherMatter | None
    case: str  # what a link to this selection carries
    answers: dict[str, str]

    @classmethod
    def of(cls, selection: Selection, library: Library) -> Self:
        """Show what was settled."""
        code = selection.switch
        return cls(
            situation=situation(selection),
            needed=[one.number for one in selection.needed],
            open=[one.number for one in selection.open],
            dropped=[dropped_text(one) for one in selection.dropped],
            undecided=[open_text(one) for one in selection.open],
            ends=[one.text for one in (*selection.cannot, *selection.not_needed)],
            ends_label=Words.CANNOT if selection.cannot else Words.NOT_NEEDED,
            quotes=[one.text for one in selection.quotes],
            switch=None
            if code is None
            else OtherMatter(
                code=code,
                title=library.title_of(code) or code,
                why=selection.matter.confused_with.get(code, ""),
            ),
            case=encode(selection.answers),
            answers=selection.answers,
        )


def selected(
    matter: Matter, guidance: Guidance | None, answers: dict[str, str]
) -> Selection | None:
    """Return what the answers come to; ``None`` without answers or without questions.

    Raises:
        UnknownAnswerError: the questions were changed since the link was made.
    """
    return select(guidance, matter, answers) if guidance is not None and answers else None
