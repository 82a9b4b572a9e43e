"""Stored test questions asked again: of what is answered today, or of what would be."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from knowledge_base.checks.findings import Finding
from knowledge_base.entries.schemas import Candidate as ToPublish
from knowledge_base.library import Library
from knowledge_base.schema import Matter, Visibility
from knowledge_base.stored_tests.schemas import StoredQuestion
from retrieval.schemas import Answer, Candidate, Decision, EntryKind

FIELD = "stored_tests"
_DECISIONS = {Decision.CLARIFY: "只能列出几项请市民选择", Decision.NO_ANSWER: "答不上"}


class Answers(Protocol):
    """Answers from one library; ``retrieval.answering.Answering`` does."""

    def ask(self, text: str) -> Answer:
        """Return the decision for one question, with its answer."""
        ...


class Searches(Protocol):
    """The search that citizens are answered by; ``retrieval.service.Retriever``."""

    @property
    def present(self) -> Answers:
        """What is answered from now."""
        ...

    def over(self, library: Library) -> Answers:
        """Return what would be answered from another library."""
        ...


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What became of one test question."""

    test: StoredQuestion
    answer: Answer

    @property
    def passed(self) -> bool:
        """Whether the right entry answered, on the right facet where one is named.

        A policy answer names the matter that goes on from it: that is not the guide's own answer.
        """
        right = self.answer.decision is Decision.ANSWER and self._first.code == self.test.code
        return right and self.test.facet in {None, self.answer.facet}

    @property
    def found(self) -> str:
        """What came instead, for people."""
        if self.answer.decision is not Decision.ANSWER:
            return _DECISIONS[self.answer.decision]
        first = self._first
        if first.code != self.test.code:
            kind = "" if first.kind is EntryKind.GUIDE else first.kind.label
            return f"答成了{kind} {first.code} {first.title}"
        facet = self.answer.facet
        return f"答的是{'' if facet is None else facet.label}"

    @property
    def _first(self) -> Candidate:
        return self.answer.candidates[0]


def rehearse(answering: Answers, tests: Iterable[StoredQuestion]) -> list[Rehearsed]:
    """Ask each test question, with nothing said before it."""
    return [Rehearsed(test, answering.ask(test.question)) for test in tests]


class StoredTestsCheck:
    """A ``PublishCheck``: no entry is published that fails its own tests, or breaks another's."""

    def __init__(
        self,
        tests: Callable[[], Sequence[StoredQuestion]],
        retriever: Callable[[], Searches],
    ) -> None:
        """Collaborators are called only when there is something to ask.

        Args:
            tests: reads all stored tests, in a short transaction of its own.
            retriever: the search that citizens are answered by.
        """
        self._tests = tests
        self._retriever = retriever

    def findings(self, candidate: ToPublish, matter: Matter) -> Sequence[Finding]:
        """Return one finding a test question that would fail.

        Of other matters only what is answered today and would not be any more. A guide that is
        not for citizens is never found by them: its own questions are not asked.
        """
        tests = self._tests()
        public = matter.visibility is Visibility.PUBLIC
        own = [one for one in tests if one.code == matter.code and public]
        others = [one for one in tests if one.code != matter.code]
        if not own and not others:
            return ()
        present = self._retriever().present
        then = self._retriever().over(candidate.library)
        failed = [one for one in rehearse(then, own) if not one.passed]
        broken = [one for one in rehearse(then, others) if not one.passed]
        answered = {
            one.test.id for one in rehearse(present, [broke.test for broke in broken]) if one.passed
        }
        return [
            *(_own(matter.code, one) for one in failed),
            *(_broken(matter.code, one) for one in broken if one.test.id in answered),
        ]


def _own(code: str, one: Rehearsed) -> Finding:
    message = f"测试问题“{one.test.question}”没有通过：{one.found}"
    return Finding(code, FIELD, message, "补充市民常用的说法，或写明放行理由")


def _broken(code: str, one: Rehearsed) -> Finding:
    message = f"{one.test.code} 的测试问题“{one.test.question}”不再通过：{one.found}"
    return Finding(code, FIELD, message, "改掉与该事项相混的说法，或写明放行理由")
