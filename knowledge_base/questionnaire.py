"""Short questions in order, each asked only when earlier answers leave it open.

One implementation for bundles (yes or no) and for guidance (one of several answers). An answer
may be known, open (asked and not answered, or not known to the citizen) or out of the question.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol, TypeVar

from knowledge_base.faults import FaultList, Located, RecordT

# What was answered: a truth value in bundles, the key of an answer in guidance.
Value = bool | str
# Per question the answer that must have been given, or several of which one must.
Conditions = Mapping[str, Value | tuple[Value, ...]]
Known = Mapping[str, Value | None]

ValueT = TypeVar("ValueT", bound=Value)


class Asked(Protocol):
    """A question as far as its order needs it."""

    @property
    def key(self) -> str:
        """Its name among the questions of one record."""
        ...

    @property
    def asked_when(self) -> Conditions:
        """Earlier answers without which it is not asked."""
        ...


QuestionT = TypeVar("QuestionT", bound=Asked)


def settled(questions: Sequence[Asked], answers: Mapping[str, ValueT]) -> dict[str, ValueT | None]:
    """Return per question its answer, or ``None`` (asked, or perhaps to be asked, not answered).

    A question that is not asked after these answers is missing: what hangs on it does not apply,
    whatever was answered to it before.
    """
    known: dict[str, ValueT | None] = {}
    for question in questions:
        match holds(question.asked_when, known):
            case True:
                known[question.key] = answers.get(question.key)
            case None:
                known[question.key] = None
    return known


def holds(conditions: Conditions, known: Known) -> bool | None:
    """Whether all conditions hold; ``None`` while that is open."""
    verdicts = [
        _fits(wanted, known[key]) if key in known else False for key, wanted in conditions.items()
    ]
    if False in verdicts:
        return False
    return None if None in verdicts else True


def _fits(wanted: Value | tuple[Value, ...], said: Value | None) -> bool | None:
    if said is None:
        return None
    return said in wanted if isinstance(wanted, tuple) else said == wanted


def open_behind(
    conditions: Iterable[str],
    questions: Sequence[QuestionT],
    known: Known,
) -> tuple[QuestionT, ...]:
    """Return the open questions behind conditions: of one not asked yet, those it hangs on."""
    found: dict[str, QuestionT] = {}
    wanted = set(conditions)
    for question in questions:
        if question.key not in wanted or known.get(question.key, False) is not None:
            continue
        hangs_on = open_behind(question.asked_when, questions, known) or (question,)
        found |= {one.key: one for one in hangs_on}
    return tuple(found.values())


def next_question(
    questions: Sequence[QuestionT], known: Known, unsure: Iterable[str] = ()
) -> QuestionT | None:
    """Return the first question still to be asked; ``None`` when all is settled.

    Args:
        questions: in the order of asking.
        known: from ``settled``.
        unsure: keys that the citizen could not answer: neither asked again, nor what hangs on them.
    """
    passed = set(unsure)
    for question in questions:
        is_open = question.key in known and known[question.key] is None
        if is_open and question.key not in passed and holds(question.asked_when, known):
            return question
    return None


def check_repeated(
    entry: Located[RecordT], part: str, field: str, values: Sequence[str], faults: FaultList
) -> None:
    """Note every value of a list that stands twice."""
    for index, value in enumerate(values):
        if value in values[:index]:
            path = entry.at(part, index, field)
            faults.add(entry.file, path, f"'{value}' stands twice", "keep one of the two")


def check_keys(
    entry: Located[RecordT],
    path: tuple[str | int, ...],
    conditions: Iterable[str],
    known: Sequence[str],
    faults: FaultList,
) -> None:
    """Note every condition on a question that is not asked before."""
    for key in conditions:
        if key not in known:
            problem = f"no question '{key}' is asked before"
            repair = "use the key of a question that stands above"
            faults.add(entry.file, entry.at(*path, key), problem, repair)
