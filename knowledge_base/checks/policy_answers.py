"""Policy answers out of their time, or on a law that is."""

from collections.abc import Iterator
from datetime import date

from knowledge_base.checks.currency import law_problem
from knowledge_base.checks.findings import Finding, Rule
from knowledge_base.library import Library
from knowledge_base.policy_answers.schema import PolicyAnswer


def policy_answers_out_of_time(library: Library, today: date) -> Iterator[Finding]:
    """Yield each policy answer past its last day, and each of its laws that is not in force."""
    for answer in library.policy_answers.answers.values():
        if answer.valid_to is not None and answer.valid_to < today:
            message = f"{answer.question} 的有效期到 {answer.valid_to.isoformat()} 为止"
            repair = "核对是否延续：延续的改日期，不延续的删去"
            yield Finding(answer.code, "valid_to", message, repair, Rule.EXPIRED_ENTRY)
        else:
            yield from _laws(answer, library, today)


def _laws(answer: PolicyAnswer, library: Library, today: date) -> Iterator[Finding]:
    day = max(today, answer.valid_from)
    for index, reference in enumerate(answer.basis):
        law = library.laws.get(reference.law)
        problem = None if law is None else law_problem(law, library, day)
        if problem is not None:
            message, repair = problem
            field = f"basis.{index}.law"
            yield Finding(answer.code, field, message, repair, Rule.LAW_NOT_IN_FORCE)
