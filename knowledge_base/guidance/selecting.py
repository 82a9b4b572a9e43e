"""A citizen's answers → which documents are needed, which fall away and why, what is still open."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from knowledge_base.guidance.errors import UnknownAnswerError
from knowledge_base.guidance.quoting import Quote, quote
from knowledge_base.guidance.schema import Answer, Guidance, Question
from knowledge_base.questionnaire import next_question, settled
from knowledge_base.schema import Matter, RequiredDocument

_BETWEEN: Final = ","
_WITHIN: Final = "."
_BARE: Final = 3  # characters


@dataclass(frozen=True, slots=True)
class Chosen:
    """One document and the answers that settled it; ``number`` counts from 1 as in the guide."""

    number: int
    document: RequiredDocument
    because: tuple[str, ...] = ()  # answers in words; of open ones: texts of questions


@dataclass(frozen=True, slots=True)
class Selection:
    """What follows from the answers given so far."""

    guidance: Guidance
    matter: Matter
    given: tuple[tuple[Question, Answer], ...]  # those that count, in the order of asking
    needed: tuple[Chosen, ...]
    dropped: tuple[Chosen, ...]
    open: tuple[Chosen, ...]  # needed or not: the answer, or the guide's own case, is not known
    cannot: tuple[Quote, ...]  # why one cannot apply, in the guide's words
    not_needed: tuple[Quote, ...]  # why one need not apply
    quotes: tuple[Quote, ...]  # what else the guide says about this case
    switch: str | None  # code of the matter that is meant instead

    @property
    def answers(self) -> dict[str, str]:
        """The answers that count, by question."""
        return {question.key: answer.key for question, answer in self.given}

    @property
    def ends(self) -> bool:
        """Whether nothing more need be asked, whatever the other answers would be."""
        return self.switch is not None or bool(self.cannot or self.not_needed)

    def next(self, unsure: Iterable[str] = ()) -> Question | None:
        """Return the question to ask next; ``None`` when all is settled."""
        if self.ends:
            return None
        known = settled(self.guidance.questions, self.answers)
        return next_question(self.guidance.questions, known, unsure)


def select(guidance: Guidance, matter: Matter, answers: Mapping[str, str]) -> Selection:
    """Return what follows from ``answers`` (key of the answer by key of the question).

    Args:
        guidance: holds against ``matter`` (``checking.problems`` yields nothing).
        matter: the guide as it is published now.
        answers: a question left out is open; one that is not asked after the others is ignored.

    Raises:
        UnknownAnswerError: the guidance has no such question or answer.
    """
    for asked, said in answers.items():
        found = guidance.question(asked)
        if found is None or found.answer(said) is None:
            raise UnknownAnswerError(guidance.matter, f"{asked}{_WITHIN}{said}")
    known = settled(guidance.questions, answers)
    given = tuple(
        (question, answer)
        for question in guidance.questions
        if (key := known.get(question.key)) is not None and (answer := question.answer(key))
    )
    piles: dict[bool | None, list[Chosen]] = {True: [], False: [], None: []}
    for number, document in enumerate(matter.materials.documents, start=1):
        verdict, because = _verdict(document, guidance, known)
        piles[verdict].append(Chosen(number, document, because))
    answered = [answer for _, answer in given]
    return Selection(
        guidance=guidance,
        matter=matter,
        given=given,
        needed=tuple(piles[True]),
        dropped=tuple(piles[False]),
        open=tuple(piles[None]),
        cannot=_quotes(matter, [one.cannot for one in answered if one.cannot]),
        not_needed=_quotes(matter, [one.not_needed for one in answered if one.not_needed]),
        quotes=_quotes(matter, [words for one in answered for words in one.quotes]),
        switch=next((one.switch for one in answered if one.switch), None),
    )


def told(question: Question, answer: Answer) -> str:
    """Return an answer as it is understood without its question: a bare 没有 says too little."""
    bare = answer.key in {"yes", "no"} and len(answer.label) <= _BARE
    return f"{question.text}{answer.label}" if bare else answer.label


def encode(answers: Mapping[str, str]) -> str:
    """Return answers in the form that a link carries: ``age.minor,applicant.agent``."""
    return _BETWEEN.join(f"{key}{_WITHIN}{said}" for key, said in sorted(answers.items()))


def decode(text: str) -> dict[str, str]:
    """Return the answers of a link; what is no answer is left to ``select`` to refuse."""
    pairs = (one.partition(_WITHIN) for one in text.split(_BETWEEN) if one)
    return {key: said for key, _, said in pairs}


Known = Mapping[str, str | None]


def _verdict(
    document: RequiredDocument, guidance: Guidance, known: Known
) -> tuple[bool | None, tuple[str, ...]]:
    """Return whether a document is needed (``None``: open) and what says so."""
    needs = _naming(document.name, "needs", guidance)
    without = _naming(document.name, "without", guidance)
    against = {_chosen(question, answer, known) for question, answer in without}
    if True in against:
        return False, _said([question for question, _ in without], guidance, known)
    chosen = {_chosen(question, answer, known) for question, answer in needs}
    if not needs:
        chosen = {True} if document.required_when is None else {None}
    if True in chosen and None not in against:
        chosen_by = [one for one, answer in needs if _chosen(one, answer, known)]
        return True, _said(chosen_by, guidance, known)
    if None in chosen | against:
        return None, _open([question for question, _ in (*needs, *without)], known)
    return False, _said([question for question, _ in needs], guidance, known)


def _naming(name: str, field: str, guidance: Guidance) -> list[tuple[Question, Answer]]:
    return [
        (question, answer)
        for question in guidance.questions
        for answer in question.answers
        if name in getattr(answer, field)
    ]


def _chosen(question: Question, answer: Answer, known: Known) -> bool | None:
    if question.key not in known:
        return False
    said = known[question.key]
    return None if said is None else said == answer.key


def _said(questions: Sequence[Question], guidance: Guidance, known: Known) -> tuple[str, ...]:
    """Return what was answered to these questions.

    Of one that is not asked, what was answered to those that closed it.
    """
    found: list[str] = []
    for question in questions:
        if question.key in known:
            said = known[question.key]
            answer = None if said is None else question.answer(said)
            found += [told(question, answer)] if answer is not None else []
        else:
            before = [one for one in guidance.questions if one.key in question.asked_when]
            found += _said(before, guidance, known)
    return tuple(dict.fromkeys(found))


def _open(questions: Sequence[Question], known: Known) -> tuple[str, ...]:
    texts = [one.text for one in questions if one.key in known and known[one.key] is None]
    return tuple(dict.fromkeys(texts))


def _quotes(matter: Matter, words: Sequence[str]) -> tuple[Quote, ...]:
    found = [quote(matter, one) for one in dict.fromkeys(words)]
    return tuple(one for one in found if one is not None)
