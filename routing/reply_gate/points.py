"""The points of an appeal, and whether a reply speaks to each.

Words alone decide, no model: the check must say why, the same each time. It errs towards passing
a narrative (one shared word of substance is enough) and is strict on questions, where what was
asked for, a time, a sum, a reason, must stand in the reply.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from routing.reply_gate.rules import GateRules

_NUMBERED = re.compile(
    r"(?:^|(?<=[\s，,。；;：:、]))(?:[一二三四五六七八九]、|[1-9][、.．)）](?!\d)|[（(][一二三四五六1-9][)）]"
    r"|[①-⑨]|第[一二三四五六][，、,]|一是)"
)
_SENTENCE = re.compile(r"[^。！!？?；;\n]+[。！!？?；;\n]?")
_CLAUSE = re.compile(r"[^，,：:]+[，,：:]?")
_WISH = re.compile(r"希望|要求|请求|恳请|建议|能不能|请(?!问)")
_QUESTION = re.compile(r"[？?]\s*$|吗[。！!]?\s*$|呢[。！!]?\s*$")
_SUBSTANCE = re.compile(r"[\u4e00-\u9fffA-Za-z]+")
# A wish or a question with fewer words of its own (什么时候能修好) leans on what was told before.
_OWN_TERMS = 3
_EXCERPT = 30


@dataclass(frozen=True, slots=True)
class Point:
    """One thing that the citizen wants to hear about."""

    text: str
    terms: frozenset[str]  # pairs of characters of substance, and families of words
    question: bool

    @property
    def excerpt(self) -> str:
        """The point as the reason quotes it."""
        text = self.text.strip(" ，,。；;！!\n")
        return text if len(text) <= _EXCERPT else f"{text[: _EXCERPT - 1]}…"


def points_of(text: str, places: tuple[str, ...], rules: GateRules) -> list[Point]:
    """Return the points of one appeal, in order.

    Args:
        text: the appeal as handling roles may read it.
        places: of the appeal; that a reply names the place answers nothing.
        rules: the words.
    """
    found = []
    for part in _parts(text, rules):
        terms = terms_of(_without(part, places), rules)
        question = bool(_QUESTION.search(part)) or any(
            form.asked.search(part) for form in rules.answers
        )
        if terms or (question and _asks_form(part, rules)):
            found.append(Point(part, terms, question))
    return found


def is_answered(point: Point, reply: str, reply_terms: frozenset[str], rules: GateRules) -> bool:
    """Whether ``reply`` speaks to ``point``.

    Args:
        point: of the appeal.
        reply: without courtesies.
        reply_terms: ``terms_of`` it.
        rules: the words.
    """
    if missing_form(point, reply, rules) is not None:
        return False
    leans = point.question and len(point.terms) < _OWN_TERMS and _asks_form(point.text, rules)
    return leans or not point.terms or bool(point.terms & reply_terms)


def missing_form(point: Point, reply: str, rules: GateRules) -> str | None:
    """Return what the question asks for and the reply does not hold (时间), else ``None``."""
    if not point.question:
        return None
    asked = [form for form in rules.answers if form.asked.search(point.text)]
    return next((form.words for form in asked if not form.given.search(reply)), None)


def terms_of(text: str, rules: GateRules) -> frozenset[str]:
    """Return what ``text`` is about: pairs of neighbouring characters, and families of words."""
    families = {f"#{number}" for word, number in rules.families.items() if word in text}
    substance = rules.generic.sub(" ", text)
    pairs = {
        run[at : at + 2] for run in _SUBSTANCE.findall(substance) for at in range(len(run) - 1)
    }
    return frozenset(pairs | families)


def _parts(text: str, rules: GateRules) -> Iterator[str]:
    """Yield the parts that each want an answer: numbered, joined by 另外, asked, or wished for."""
    for item in _split_before(_NUMBERED, text):
        told: list[str] = []
        for sentence in _SENTENCE.findall(item):
            for clause in _joined(sentence, rules):
                if _stands_alone(clause, rules):
                    yield clause
                elif rules.connectives.match(clause):
                    yield from ["".join(told)] if told else []
                    told = [clause]
                else:
                    told.append(clause)
        if told:
            yield "".join(told)


def _joined(sentence: str, rules: GateRules) -> Iterator[str]:
    """Yield a sentence's clauses, cut where another thing or a wish begins."""
    current = ""
    for clause in _CLAUSE.findall(sentence):
        if current and (rules.connectives.match(clause) or _WISH.match(clause)):
            yield current
            current = clause
        else:
            current += clause
    if current:
        yield current


def _stands_alone(clause: str, rules: GateRules) -> bool:
    if _QUESTION.search(clause):
        return True
    return bool(_WISH.match(clause)) and len(terms_of(clause, rules)) >= _OWN_TERMS


def _asks_form(part: str, rules: GateRules) -> bool:
    return any(form.asked.search(part) for form in rules.answers)


def _split_before(pattern: re.Pattern[str], text: str) -> list[str]:
    starts = [match.start() for match in pattern.finditer(text)]
    bounds = [0, *starts, len(text)]
    cut = [text[a:b] for a, b in pairwise(bounds) if a < b]
    return cut or [text]


def _without(text: str, places: tuple[str, ...]) -> str:
    for place in places:
        text = text.replace(place, " ")
    return text
