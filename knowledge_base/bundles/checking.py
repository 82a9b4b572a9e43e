"""Whether a bundle holds together: its steps exist, stand in order, and each can be reached.

Each check notes its faults and goes on, so that one run shows all of them.
"""

from knowledge_base.bundles.schema import Bundle
from knowledge_base.faults import FaultList, Located
from knowledge_base.library import Library
from knowledge_base.questionnaire import check_keys, check_repeated
from knowledge_base.references import legal_references


def check_bundle(entry: Located[Bundle], library: Library, faults: FaultList) -> None:
    """Note every fault of one bundle that needs more than one field to see."""
    _check_steps(entry, library, faults)
    _check_order(entry, faults)
    _check_questions(entry, faults)
    _check_joint_applications(entry, faults)
    _check_shared_documents(entry, faults)
    _check_laws(entry, library, faults)


def _check_steps(entry: Located[Bundle], library: Library, faults: FaultList) -> None:
    for index, step in enumerate(entry.record.steps):
        if library.title_of(step.matter) is None:
            faults.add(
                entry.file,
                entry.at("steps", index, "matter"),
                f"unknown matter code '{step.matter}'",
                "use a code of city/matters_index.yml",
            )
    codes = [step.matter for step in entry.record.steps]
    check_repeated(entry, "steps", "matter", codes, faults)


def _check_order(entry: Located[Bundle], faults: FaultList) -> None:
    """What must come before stands before: then the order of the file is the order of doing."""
    earlier: set[str] = set()
    for index, step in enumerate(entry.record.steps):
        for position, code in enumerate(step.after):
            if code not in earlier:
                faults.add(
                    entry.file,
                    entry.at("steps", index, "after", position),
                    f"'{code}' is no earlier step of {entry.record.code}",
                    f"move {code} before {step.matter}, or remove it here",
                )
        earlier.add(step.matter)


def _check_questions(entry: Located[Bundle], faults: FaultList) -> None:
    bundle = entry.record
    keys = [question.key for question in bundle.questions]
    check_repeated(entry, "questions", "key", keys, faults)
    used: set[str] = set()
    for index, question in enumerate(bundle.questions):
        used.update(question.asked_when)
        path = ("questions", index, "asked_when")
        check_keys(entry, path, question.asked_when, keys[:index], faults)
    for index, step in enumerate(bundle.steps):
        used.update(step.applies_when)
        check_keys(entry, ("steps", index, "applies_when"), step.applies_when, keys, faults)
    for index, key in enumerate(keys):
        if key not in used:
            faults.add(
                entry.file,
                entry.at("questions", index, "key"),
                f"nothing depends on the answer to '{key}'",
                "name it in applies_when of a step, or remove the question",
            )


def _check_joint_applications(entry: Located[Bundle], faults: FaultList) -> None:
    names = [joint.name for joint in entry.record.joint_applications]
    check_repeated(entry, "joint_applications", "name", names, faults)
    taken = [step.together for step in entry.record.steps]
    for index, name in enumerate(taken):
        if name is not None and name not in names:
            faults.add(
                entry.file,
                entry.at("steps", index, "together"),
                f"unknown joint application '{name}'",
                "use a name of joint_applications",
            )
    for index, name in enumerate(names):
        if taken.count(name) < 2:  # noqa: PLR2004 -- one step alone is joined with nothing
            faults.add(
                entry.file,
                entry.at("joint_applications", index, "name"),
                f"'{name}' joins fewer than two steps",
                "name it in together of the steps that belong to it",
            )


def _check_shared_documents(entry: Located[Bundle], faults: FaultList) -> None:
    """A name stands for one document only."""
    first: dict[str, str] = {}
    for index, shared in enumerate(entry.record.shared_documents):
        for name in (shared.name, *shared.also):
            earlier = first.setdefault(name, shared.name)
            if earlier != shared.name:
                faults.add(
                    entry.file,
                    entry.at("shared_documents", index),
                    f"'{name}' stands already for '{earlier}'",
                    "keep one of the two",
                )


def _check_laws(entry: Located[Bundle], library: Library, faults: FaultList) -> None:
    for path, reference in legal_references(entry.record):
        if reference.law not in library.laws:
            faults.add(
                entry.file,
                entry.at(*path, "law"),
                f"unknown law '{reference.law}'",
                "use the full title of a law in city/laws/, or add the law there",
            )
