"""Loading of the guidance: every file, every fault, then one mapping by matter.

Layout of a directory: ``common/*.yml`` with questions that several matters share, ``*.yml`` with
the guidance blocks, one file a category as under ``library/``.
"""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from knowledge_base.faults import FaultList, Located, read_file, read_records
from knowledge_base.guidance.checking import check_guidance
from knowledge_base.guidance.schema import Answer, Guidance, Question
from knowledge_base.library import Library
from knowledge_base.references import check_unique
from knowledge_base.sources import Sources

# Where faults of guidance are looked up: a matter's code alone is its guide's.
SOURCE_KEY: Final = "guidance {code}"


def load_guidance(
    library: Library, directory: Path, root: Path, sources: Sources | None = None
) -> Mapping[str, Guidance]:
    """Load and check all guidance of a directory against ``library``.

    Args:
        library: whose guides the questions are about.
        directory: where the files lie; without any there is no guidance.
        root: what files are named from in faults.
        sources: told where each block stands.

    Raises:
        LibraryFaultsError: listing every fault as ``file:line: field: problem; repair``.
    """
    faults = FaultList()
    shared = {
        entry.record.key: entry.record
        for entry in _read_questions(directory / "common", root, faults)
    }
    entries = [
        Located(_resolved(entry.record, shared), entry.file, entry.index)
        for entry in _read_blocks(directory, root, faults)
    ]
    check_unique(entries, lambda guidance: guidance.matter, "matter", faults)
    for entry in entries:
        check_guidance(entry, library, faults)
    faults.raise_if_any()
    if sources is not None:
        for entry in entries:
            sources.add(SOURCE_KEY.format(code=entry.record.matter), entry)
    return MappingProxyType({entry.record.matter: entry.record for entry in entries})


def _read_questions(directory: Path, root: Path, faults: FaultList) -> list[Located[Question]]:
    found: list[Located[Question]] = []
    for path in sorted(directory.glob("*.yml")):
        file = read_file(path, root, faults)
        if file is not None:
            found.extend(read_records(file, Question, faults))
    check_unique(found, lambda question: question.key, "key", faults)
    return found


def _read_blocks(directory: Path, root: Path, faults: FaultList) -> list[Located[Guidance]]:
    found: list[Located[Guidance]] = []
    for path in sorted(directory.glob("*.yml")):
        file = read_file(path, root, faults)
        if file is not None:
            found.extend(read_records(file, Guidance, faults))
    return found


def _resolved(guidance: Guidance, shared: Mapping[str, Question]) -> Guidance:
    """Return guidance in which shared questions have their words."""
    questions = tuple(
        _with_words(question, shared[question.key])
        if question.shared and question.key in shared
        else question
        for question in guidance.questions
    )
    return guidance.model_copy(update={"questions": questions})


def _with_words(question: Question, shared: Question) -> Question:
    answers = tuple(_answer(one, shared.answer(one.key)) for one in question.answers)
    update = {
        "text": question.text or shared.text,
        "note": question.note or shared.note,
        "answers": answers,
    }
    return question.model_copy(update=update)


def _answer(answer: Answer, shared: Answer | None) -> Answer:
    if shared is None:
        return answer
    update = {
        "label": answer.label or shared.label,
        "said": (*shared.said, *answer.said),
        "ages": answer.ages or shared.ages,
    }
    return answer.model_copy(update=update)
