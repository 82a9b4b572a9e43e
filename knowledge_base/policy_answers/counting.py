"""How many policy answers there are, by topic: with a law, with what differs by place, expired."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from knowledge_base.policy_answers.answers import PolicyAnswers
from knowledge_base.policy_answers.schema import PolicyAnswer


@dataclass(frozen=True, slots=True)
class TopicCount:
    """The policy answers of one topic."""

    topic: str
    answers: int
    law: int  # resting on a law
    local: int  # saying what differs by place
    expired: int  # past their last day


def by_topic(answers: PolicyAnswers, today: date) -> list[TopicCount]:
    """Return the counts of each topic, in the order of the files."""
    every = list(answers.answers.values())
    topics = dict.fromkeys(one.topic for one in every)
    return [_count(topic, (x for x in every if x.topic == topic), today) for topic in topics]


def altogether(answers: PolicyAnswers, today: date) -> TopicCount:
    """Return the counts of all topics."""
    return _count("total", answers.answers.values(), today)


def _count(topic: str, answers: Iterable[PolicyAnswer], today: date) -> TopicCount:
    found = list(answers)
    return TopicCount(
        topic=topic,
        answers=len(found),
        law=sum(bool(one.basis) for one in found),
        local=sum(one.local_variation is not None for one in found),
        expired=sum(one.valid_to is not None and one.valid_to < today for one in found),
    )
