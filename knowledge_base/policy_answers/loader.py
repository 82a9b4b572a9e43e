"""Loading of the policy answers: every file, every fault, then one frozen ``PolicyAnswers``.

Layout of a directory: ``*.yml``, one file a topic. Laws, matters and the guides' own questions
come from the library that was loaded before.
"""

from pathlib import Path
from types import MappingProxyType

from knowledge_base.faults import FaultList, Located, read_file, read_records
from knowledge_base.library import Library
from knowledge_base.policy_answers.answers import PolicyAnswers
from knowledge_base.policy_answers.references import check_answer, check_questions
from knowledge_base.policy_answers.schema import PolicyAnswer
from knowledge_base.references import check_unique
from knowledge_base.sources import Sources

SHIPPED_DIRECTORY = Path(__file__).parent


def load_policy_answers(
    library: Library,
    directory: Path = SHIPPED_DIRECTORY,
    root: Path | None = None,
    sources: Sources | None = None,
) -> PolicyAnswers:
    """Load and check all policy answers of a directory against ``library``.

    Args:
        library: whose laws, matters and questions they may refer to.
        directory: where they lie; without files there are no answers.
        root: what files are named from in faults; the directory itself unless given.
        sources: told where each answer stands.

    Raises:
        LibraryFaultsError: listing every fault as ``file:line: field: problem; repair``.
    """
    faults = FaultList()
    entries = _read(directory, root or directory, faults)
    check_unique(entries, lambda answer: answer.code, "code", faults)
    check_questions(entries, library, faults)
    for entry in entries:
        check_answer(entry, library, faults)
    faults.raise_if_any()
    if sources is not None:
        for entry in entries:
            sources.add(entry.record.code, entry)
    return PolicyAnswers(MappingProxyType({entry.record.code: entry.record for entry in entries}))


def _read(directory: Path, root: Path, faults: FaultList) -> list[Located[PolicyAnswer]]:
    entries: list[Located[PolicyAnswer]] = []
    for path in sorted(directory.glob("*.yml")):
        file = read_file(path, root, faults)
        if file is not None:
            entries.extend(read_records(file, PolicyAnswer, faults))
    return entries
