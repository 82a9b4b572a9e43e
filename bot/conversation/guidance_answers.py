"""What a citizen's words answer: by number, by label, by other words, by an age, by yes or no."""

import re
from collections.abc import Iterator
from typing import Final

from knowledge_base.guidance.schema import Answer, Guidance, Question

_NUMBER: Final = re.compile(
    r"^(?:我?选|要|是)?第?(?P<number>[1-9一二三四五])(?:个|项|种|号|条)?(?:吧|啊|的)?[。.!！]?$"
)
_CHINESE_NUMBERS: Final = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5}
_EDGES: Final = re.compile(r"^[\s，。！？、…,.!?;；:：]+|[\s，。！？、…,.!?;；:：啊呀吧呢哦嘛]+$")
_YES: Final = re.compile(
    r"(?:嗯+|是|是的|对|对的|没错|有|有的|要|要的|好|可以|能|满了|都是|当然)+(?:了|呀|啊)?"
)
_NO: Final = re.compile(
    r"(?:不|没|否|不是|不是的|没有|没有的|不要|不用|不能|都不是|还没|还没有|没呢)+(?:了|呢|啊)?"
)
_DENIED: Final = re.compile(r"(?:不是|并不|不|没有?|未|非|别|不用)(?:是|在|有|去)?$")
_AGE: Final = re.compile(r"(?P<years>\d{1,3}|[一二两三四五六七八九十]{1,3})(?:周)?岁")
_DIGITS: Final = {one: number for number, one in enumerate("零一二三四五六七八九")} | {"两": 2}
_ENOUGH: Final = 2  # characters of a label that single it out
_TELLING: Final = 5  # characters of a label that means the same in any sentence
_OF_AGE: Final = 100  # a stated age says more than any word beside it


def picked(question: Question, text: str) -> str | None:
    """Return the key of the answer to an open question; ``None`` where nothing is certain."""
    said = _EDGES.sub("", text)
    if number := _NUMBER.match(text.strip()):
        index = _number(number["number"])
        return question.answers[index - 1].key if index <= len(question.answers) else None
    exact = [one.key for one in question.answers if said == one.label]
    if exact:
        return exact[0]
    if (told := _heard(question, said, every_label=True)) is not None:
        return told
    if (bare := _bare(question, said)) is not None:
        return bare
    holding = [one.key for one in question.answers if len(said) >= _ENOUGH and said in one.label]
    return holding[0] if len(holding) == 1 else None


def heard(guidance: Guidance, text: str) -> dict[str, str]:
    """Return every answer that ``text`` gives to a question of the guidance, asked or not."""
    found = ((one.key, _heard(one, text, every_label=False)) for one in guidance.questions)
    return {key: said for key, said in found if said is not None}


def picks_unsure(question: Question, text: str) -> bool:
    """Whether the number behind the last answer is said: the choice 不清楚."""
    number = _NUMBER.match(text.strip())
    return number is not None and _number(number["number"]) == len(question.answers) + 1


def _bare(question: Question, said: str) -> str | None:
    keys = {one.key for one in question.answers}
    if "yes" in keys and _YES.fullmatch(said):
        return "yes"
    return "no" if "no" in keys and _NO.fullmatch(said) else None


def _heard(question: Question, text: str, *, every_label: bool) -> str | None:
    """Return the one answer that the words speak for most; no to one of two is the other.

    ``every_label``: the question is open, so that a label like 没有 means its answer.
    """
    weights: dict[str, int] = {}
    for answer in question.answers:
        for weight, denied in _mentions(answer, text, every_label=every_label):
            meant = _other(question, answer) if denied else answer
            if meant is not None:
                weights[meant.key] = max(weight, weights.get(meant.key, 0))
    if not weights:
        return None
    best = max(weights.values())
    keys = [key for key, weight in weights.items() if weight == best]
    return keys[0] if len(keys) == 1 else None


def _mentions(answer: Answer, text: str, *, every_label: bool) -> Iterator[tuple[int, bool]]:
    """Yield how much each mention weighs, and whether it is denied."""
    if answer.ages is not None and (age := _age(text)) is not None:
        first, last = answer.ages
        if first <= age <= last:
            yield _OF_AGE, False
    labels = (answer.label,) if every_label or len(answer.label) >= _TELLING else ()
    for words in (*labels, *answer.said):
        start = text.find(words)
        while start >= 0:
            yield len(words), _DENIED.search(text[:start]) is not None
            start = text.find(words, start + 1)


def _other(question: Question, answer: Answer) -> Answer | None:
    others = [one for one in question.answers if one is not answer]
    return others[0] if len(others) == 1 else None


def _age(text: str) -> int | None:
    found = _AGE.search(text)
    return None if found is None else _years(found["years"])


def _years(said: str) -> int:
    if said.isdecimal():
        return int(said)
    tens, ten, ones = said.partition("十")
    if not ten:
        return _DIGITS.get(said, 0)
    return _DIGITS.get(tens, 1) * 10 + _DIGITS.get(ones, 0)


def _number(said: str) -> int:
    return _CHINESE_NUMBERS.get(said) or int(said)
