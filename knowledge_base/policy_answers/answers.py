"""The policy answers in memory, never changed after loading."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from knowledge_base.policy_answers.errors import PolicyAnswerNotFoundError
from knowledge_base.policy_answers.schema import PolicyAnswer
from knowledge_base.schema import Visibility


@dataclass(frozen=True)
class PolicyAnswers:
    """All policy answers, keyed by code in the order of the files."""

    answers: Mapping[str, PolicyAnswer]

    def answer(self, code: str) -> PolicyAnswer:
        """Return the answer with this code.

        Raises:
            PolicyAnswerNotFoundError: there is none.
        """
        try:
            return self.answers[code]
        except KeyError:
            raise PolicyAnswerNotFoundError(code) from None

    def public(self, today: date) -> list[PolicyAnswer]:
        """Return what a citizen may be told on ``today``."""
        return [
            answer
            for answer in self.answers.values()
            if answer.visibility is Visibility.PUBLIC and answer.in_force(today)
        ]

    def in_force(self, today: date) -> "PolicyAnswers":
        """Return those that hold on ``today``; itself where that is all of them."""
        kept = {code: one for code, one in self.answers.items() if one.in_force(today)}
        return self if len(kept) == len(self.answers) else PolicyAnswers(kept)

    def about(self, matter: str) -> list[PolicyAnswer]:
        """Return the answers that name this matter as related."""
        return [answer for answer in self.answers.values() if matter in answer.related_matters]

    def counts_by_topic(self) -> dict[str, int]:
        """Return how many answers each topic has, in the order of the files."""
        return dict(Counter(answer.topic for answer in self.answers.values()))
