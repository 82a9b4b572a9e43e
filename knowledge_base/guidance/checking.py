"""Whether guidance holds against its guide: documents by name, words verbatim, no idle question.

Each check notes its faults and goes on. ``problems`` says the same of a guide that was published
over the shipped one, so that guidance never outlives what it speaks of.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from knowledge_base.faults import FaultList, Located
from knowledge_base.guidance.quoting import quote
from knowledge_base.guidance.schema import Answer, Guidance, Question
from knowledge_base.library import Library
from knowledge_base.questionnaire import check_keys, check_repeated
from knowledge_base.schema import Matter

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that does not hold; ``said`` is what the guidance names."""

    path: Path
    problem: str
    repair: str
    said: str


def check_guidance(entry: Located[Guidance], library: Library, faults: FaultList) -> None:
    """Note every fault of one guidance block."""
    _check_form(entry, faults)
    matter = library.matters.get(entry.record.matter)
    if matter is None:
        path = entry.at("matter")
        problem = f"unknown matter code '{entry.record.matter}'"
        faults.add(entry.file, path, problem, "use the code of a guide under library/")
        return
    for one in problems(entry.record, matter, library.matters):
        faults.add(entry.file, entry.at(*one.path), one.problem, one.repair)


def problems(guidance: Guidance, matter: Matter, matters: Collection[str]) -> Iterator[Problem]:
    """Yield what the guide does not bear out.

    Args:
        guidance: the questions.
        matter: the guide as it is shipped, or as it was published over that.
        matters: codes of the guides there are.
    """
    for number, question in enumerate(guidance.questions):
        for place, answer in enumerate(question.answers):
            path: Path = ("questions", number, "answers", place)
            yield from _documents(answer, matter, path)
            yield from _words(answer, matter, path)
            yield from _switch(answer, matter, matters, path)


def _documents(answer: Answer, matter: Matter, path: Path) -> Iterator[Problem]:
    conditional = {one.name: one.required_when for one in matter.materials.documents}
    for field in ("needs", "without"):
        for place, name in enumerate(getattr(answer, field)):
            here = (*path, field, place)
            if name not in conditional:
                repair = "write the name as in materials.documents of the guide"
                yield Problem(here, f"{matter.code} asks for no document '{name}'", repair, name)
            elif field == "needs" and conditional[name] is None:
                repair = "leave it out: only documents with required_when depend on an answer"
                yield Problem(here, f"'{name}' is required in every case", repair, name)
            elif field == "without" and not answer.quotes:
                repair = "add the guide's words that say so to quotes"
                yield Problem(here, f"nothing says that '{name}' falls away", repair, name)


def _words(answer: Answer, matter: Matter, path: Path) -> Iterator[Problem]:
    named: list[tuple[Path, str | None]] = [
        (("cannot",), answer.cannot),
        (("not_needed",), answer.not_needed),
        *((("quotes", place), words) for place, words in enumerate(answer.quotes)),
    ]
    for field, words in named:
        if words is not None and quote(matter, words) is None:
            problem = f"{matter.code} does not say '{words}'"
            yield Problem((*path, *field), problem, "quote the guide word for word", words)


def _switch(
    answer: Answer, matter: Matter, matters: Collection[str], path: Path
) -> Iterator[Problem]:
    code = answer.switch
    if code is None:
        return
    if code not in matters:
        repair = "use the code of a guide under library/"
        yield Problem((*path, "switch"), f"unknown matter code '{code}'", repair, code)
    elif code not in matter.confused_with:
        repair = "name it in confused_with of the guide: the citizen is told its words"
        problem = f"{matter.code} does not tell {code} apart"
        yield Problem((*path, "switch"), problem, repair, code)


def _check_form(entry: Located[Guidance], faults: FaultList) -> None:
    """Questions are asked in order, have words and answers, and each is good for something."""
    questions = entry.record.questions
    keys = [question.key for question in questions]
    check_repeated(entry, "questions", "key", keys, faults)
    used = {key for question in questions for key in question.asked_when}
    for number, question in enumerate(questions):
        _check_question(entry, number, question, faults)
        path = ("questions", number, "asked_when")
        check_keys(entry, path, question.asked_when, keys[:number], faults)
        _check_wanted(entry, number, question, faults)
        if question.key not in used and not any(one.settles for one in question.answers):
            problem = f"nothing depends on the answer to '{question.key}'"
            repair = "say what an answer needs, quotes or switches to, or remove the question"
            faults.add(entry.file, entry.at("questions", number), problem, repair)


def _check_question(
    entry: Located[Guidance], number: int, question: Question, faults: FaultList
) -> None:
    if not question.text.endswith("？"):
        repair = "write a question that ends in ？, or use one of guidance/common/"
        path = entry.at("questions", number)
        faults.add(entry.file, path, f"'{question.key}' has no text of a question", repair)
    keys = [answer.key for answer in question.answers]
    labels = [answer.label for answer in question.answers]
    for place, (key, label) in enumerate(zip(keys, labels, strict=True)):
        path = entry.at("questions", number, "answers", place)
        if key in keys[:place]:
            faults.add(entry.file, path, f"answer '{key}' stands twice", "keep one of the two")
        if not label or label in labels[:place]:
            repair = "give it a label of its own"
            faults.add(entry.file, path, f"answer '{key}' has no label of its own", repair)


def _check_wanted(
    entry: Located[Guidance], number: int, question: Question, faults: FaultList
) -> None:
    for key, wanted in question.asked_when.items():
        earlier = entry.record.question(key)
        for one in wanted:
            if earlier is not None and earlier.answer(one) is None:
                path = entry.at("questions", number, "asked_when", key)
                repair = "use the key of one of its answers"
                faults.add(entry.file, path, f"'{key}' has no answer '{one}'", repair)
