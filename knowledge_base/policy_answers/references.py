"""Whether policy answers refer only to what exists and holds, and no question stands twice.

Each check notes its faults and goes on, so that one run shows all of them.
"""

from collections.abc import Iterator, Sequence

from knowledge_base.faults import FaultList, Located
from knowledge_base.library import Library
from knowledge_base.policy_answers.schema import PolicyAnswer, question_key
from knowledge_base.schema import Law
from knowledge_base.yaml_files import FieldPath

Entry = Located[PolicyAnswer]


def check_questions(entries: Sequence[Entry], library: Library, faults: FaultList) -> None:
    """Note every way of asking that another answer or a guide's common question already has."""
    taken = {
        question_key(common.question): f"the common questions of {matter.code}"
        for matter in library.matters.values()
        for common in matter.common_questions
    }
    for entry in entries:
        for path, text in _ways_of_asking(entry.record):
            line = entry.file.line_of(entry.at(*path))
            place = taken.setdefault(question_key(text), f"{entry.file.name}:{line}")
            if place != f"{entry.file.name}:{line}":
                problem = f"'{text}' stands already in {place}"
                faults.add(entry.file, entry.at(*path), problem, "keep one of the two")


def check_answer(entry: Entry, library: Library, faults: FaultList) -> None:
    """Note every fault of one answer's references."""
    _check_laws(entry, library, faults)
    _check_matters(entry, library, faults)


def _ways_of_asking(answer: PolicyAnswer) -> Iterator[tuple[FieldPath, str]]:
    yield ("question",), answer.question
    for index, variant in enumerate(answer.variants):
        yield ("variants", index), variant


def _check_laws(entry: Entry, library: Library, faults: FaultList) -> None:
    for index, reference in enumerate(entry.record.basis):
        path = entry.at("basis", index, "law")
        law = library.laws.get(reference.law)
        if law is None:
            problem = f"unknown law '{reference.law}'"
            repair = "use the full title of a law in city/laws/, or add the law there"
            faults.add(entry.file, path, problem, repair)
        else:
            _check_period(entry, law, path, faults)


def _check_period(entry: Entry, law: Law, path: FieldPath, faults: FaultList) -> None:
    # An answer may outlive its law by no day, and begin no day before it.
    answer, ends, begins = entry.record, law.in_force_to, law.in_force_from
    if ends is not None and (answer.valid_to is None or answer.valid_to > ends):
        problem = f"《{law.title}》 is out of force after {ends}"
        repair = f"check against 《{law.superseded_by}》, or end the answer with valid_to"
        faults.add(entry.file, path, problem, repair)
    if begins is not None and answer.valid_from < begins:
        problem = f"《{law.title}》 is in force only from {begins}"
        repair = "let the answer begin with its law (valid_from), or name the law before it"
        faults.add(entry.file, path, problem, repair)


def _check_matters(entry: Entry, library: Library, faults: FaultList) -> None:
    for index, code in enumerate(entry.record.related_matters):
        if code not in library.index:
            faults.add(
                entry.file,
                entry.at("related_matters", index),
                f"unknown matter '{code}'",
                "use a code of city/matters_index.yml",
            )
