"""The policy answers that are shipped: enough of them, grounded, and each in its own words."""

import re
from collections import Counter, defaultdict
from datetime import date

import pytest

from knowledge_base.library import Library
from knowledge_base.policy_answers.answers import PolicyAnswers
from knowledge_base.policy_answers.loader import load_policy_answers
from knowledge_base.policy_answers.schema import PolicyAnswer, question_key, split_sentences

LEAST_PER_TOPIC = {
    "社会保险养老": 25,
    "医疗保障": 20,
    "住房公积金": 15,
    "落户与居住证": 15,
    "入学与教育": 15,
    "生育与育儿补贴": 15,
    "就业与劳动权益": 25,
    "低保与社会救助": 15,
    "养老服务与老年优待": 12,
    "人才与创业": 8,
    "残疾人与退役军人": 10,
    "税费与市场": 10,
    "婚姻与民政": 8,
}
MAX_ANSWERS_PER_SENTENCE = 5
UNITS = "年|个月|月|日|天|小时|点|周岁|岁|元|%|倍|次|℃|平方米|米|级|个|人|万人|户|热线"
_NUMBER = re.compile(r"\d+(?:\.\d+)?(?![\d.])")
_WITH_UNIT = re.compile(rf"\d+(?:\.\d+)?(?:[—至]\d+(?:\.\d+)?)?(?:{UNITS})")


@pytest.fixture(scope="module")
def shipped_answers(shipped: Library) -> PolicyAnswers:
    return load_policy_answers(shipped)


def _without_unit(text: str) -> list[str]:
    """Return the numbers of a text that no unit follows."""
    return _NUMBER.findall(_WITH_UNIT.sub("", text))


def test_shipped_topics_have_the_promised_number(shipped_answers: PolicyAnswers) -> None:
    counts = shipped_answers.counts_by_topic()

    assert set(counts) == set(LEAST_PER_TOPIC)
    assert {topic: count for topic, count in counts.items() if count < LEAST_PER_TOPIC[topic]} == {}
    assert sum(counts.values()) >= 180


def test_shipped_answers_rest_on_law_or_local_variation(shipped_answers: PolicyAnswers) -> None:
    answers = list(shipped_answers.answers.values())

    assert [a.code for a in answers if not a.basis and a.local_variation is None] == []
    with_law = sum(1 for answer in answers if answer.basis)
    assert with_law / len(answers) > 0.95


def test_shipped_laws_are_in_force(shipped: Library, shipped_answers: PolicyAnswers) -> None:
    today = date(2026, 11, 22)  # the day on which the answers were last read against the law
    given = shipped_answers.public(today)
    ended = [
        (answer.code, reference.law)
        for answer in given
        for reference in answer.basis
        if (end := shipped.laws[reference.law].in_force_to) is not None and end < today
    ]

    assert len(given) == len(shipped_answers.answers)
    assert ended == []


def test_shipped_ways_of_asking_are_all_different(shipped_answers: PolicyAnswers) -> None:
    said = Counter(
        question_key(text) for a in shipped_answers.answers.values() for text in a.ways_of_asking
    )

    assert [text for text, count in said.items() if count > 1] == []
    assert min(len(answer.variants) for answer in shipped_answers.answers.values()) >= 4


def test_shipped_sentences_stand_in_five_answers_at_most(shipped_answers: PolicyAnswers) -> None:
    codes: dict[str, set[str]] = defaultdict(set)
    for answer in shipped_answers.answers.values():
        for sentence in split_sentences(answer.answer):
            codes[sentence].add(answer.code)

    assert {s: c for s, c in codes.items() if len(c) > MAX_ANSWERS_PER_SENTENCE} == {}


def test_number_without_unit_is_found() -> None:
    assert _without_unit("每月3600元，0—6岁，按3%至45%，到2026年5月1日。") == []
    assert _without_unit("每月3600，到6岁，35度，5.5。") == ["3600", "35", "5.5"]


def test_shipped_numbers_have_units(shipped_answers: PolicyAnswers) -> None:
    found = {a.code: _without_unit(_all_said(a)) for a in shipped_answers.answers.values()}

    assert {code: numbers for code, numbers in found.items() if numbers} == {}


def _all_said(answer: PolicyAnswer) -> str:
    variation = answer.local_variation
    return answer.answer if variation is None else f"{answer.answer}{variation.what}"
