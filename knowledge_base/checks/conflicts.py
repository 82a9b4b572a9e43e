"""Two places of the library that cannot both be true."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from rapidfuzz import fuzz

from foundation.text.normalise import normalise
from knowledge_base.checks.findings import Finding, Rule
from knowledge_base.checks.quantities import mask_quantities, quantities
from knowledge_base.checks.words import Said, words_of
from knowledge_base.schema import Limit, LimitUnit, Matter

# rapidfuzz ratio of two sentences resting on the same article, their numbers masked. Of the 260
# shipped guides the most alike that rightly differ in numbers reach 90 (第四十一条 of
# 住房公积金管理条例 bars for 3 years after a false withdrawal, for 5 after a false loan).
SAME_SENTENCE = 93.0
# Of two limits from one article, how alike the words saying when they begin. Shipped ones that
# rightly differ name what is applied for, and stay at 69 and below.
SAME_BEGINNING = 90.0
# Of two common questions; the most alike of the shipped ones with answers of their own reach 91
# (对认定结论不服怎么办, 对鉴定结论不服怎么办).
SAME_QUESTION = 95.0
SAME_ANSWER = 60.0  # rapidfuzz ratio; below it two answers hardly say the same thing
SHORTEST_QUESTION = 6  # characters; a shorter one (多少钱) means something else in each guide

_DAYS = frozenset({LimitUnit.WORKING_DAY, LimitUnit.CALENDAR_DAY})
_Article = tuple[str, str]


def conflicts(matters: Sequence[Matter]) -> Iterator[Finding]:
    """Yield every pair of facts, limits, fees or answers that contradict each other."""
    yield from _facts(matters)
    yield from _limits(matters)
    yield from _promises(matters)
    yield from _fees(matters)
    yield from _answers(matters)


def _finding(code: str, field: str, message: str, repair: str) -> Finding:
    return Finding(code, field, message, repair, Rule.CONFLICT)


def _facts(matters: Sequence[Matter]) -> Iterator[Finding]:
    by_article: dict[_Article, list[Said]] = defaultdict(list)
    for matter in matters:
        for said in words_of(matter):
            for article in _articles(said):
                by_article[article].append(said)
    told: set[tuple[str, str, str, str]] = set()
    for (law, number), texts in by_article.items():
        for one, other in combinations(texts, 2):
            pair = (one.code, one.field, other.code, other.field)
            if pair not in told and _differ_in_numbers(one.text, other.text):
                told.add(pair)
                message = f"与 {other.code} 的“{other.text}”数字不同，依据同是《{law}》{number}"
                yield _finding(one.code, one.field, message, "对照条文，改正其中一处")


def _articles(said: Said) -> set[_Article]:
    if said.is_asked or said.is_name:
        return set()
    return {(ref.law, ref.article) for ref in said.basis if ref.article is not None}


def _differ_in_numbers(one: str, other: str) -> bool:
    numbers, others = _numbers(one), _numbers(other)
    if not numbers or not others or numbers == others:
        return False
    return fuzz.ratio(mask_quantities(one), mask_quantities(other)) >= SAME_SENTENCE


def _numbers(text: str) -> list[tuple[float, str]]:
    return sorted((one.value, one.unit) for one in quantities(text))


@dataclass(frozen=True, slots=True)
class _Stated:
    """A statutory limit with its guide."""

    matter: Matter
    limit: Limit


def _limits(matters: Sequence[Matter]) -> Iterator[Finding]:
    by_article: dict[_Article, list[_Stated]] = defaultdict(list)
    for matter in matters:
        limit = matter.time_limit.statutory
        for ref in () if limit is None else limit.basis:
            if limit is not None and ref.article is not None:
                by_article[ref.law, ref.article].append(_Stated(matter, limit))
    for article, stated in by_article.items():
        yield from _out_of_line(article, stated)
        for one, other in combinations(stated, 2):
            if _same_beginning(one.limit, other.limit):
                yield _limit_finding(one, other, article)


def _out_of_line(article: _Article, stated: Sequence[_Stated]) -> Iterator[Finding]:
    """Yield the limits in days of another kind than most others drawn from the article."""
    in_days = [one for one in stated if one.limit.unit in _DAYS]
    units = [one.limit.unit for one in in_days]
    usual = max(units, key=units.count, default=None)
    for one in in_days:
        others = (
            o for o in in_days if o.limit.unit is usual and o.limit.amount == one.limit.amount
        )
        right = next(others, None)
        if one.limit.unit is not usual and right is not None:
            yield _limit_finding(one, right, article)


def _same_beginning(one: Limit, other: Limit) -> bool:
    if one.unit is not other.unit or one.amount == other.amount:
        return False
    return fuzz.ratio(one.since or "", other.since or "") >= SAME_BEGINNING


def _limit_finding(wrong: _Stated, right: _Stated, article: _Article) -> Finding:
    message = (
        f"{_shown(wrong.limit)}与 {right.matter.code} 的{_shown(right.limit)}不一致，"
        f"依据同是《{article[0]}》{article[1]}"
    )
    repair = "对照条文改正数字或单位；起算点不同的在 since 写明"
    return _finding(wrong.matter.code, "time_limit.statutory.amount", message, repair)


def _shown(limit: Limit) -> str:
    return f"“{limit.amount}{limit.unit.value}”"


def _promises(matters: Sequence[Matter]) -> Iterator[Finding]:
    for matter in matters:
        law, promise = matter.time_limit.statutory, matter.time_limit.committed
        if law is None or promise is None or law.unit is not promise.unit:
            continue
        if promise.amount > law.amount:
            message = f"承诺时限{_shown(promise)}比法定时限{_shown(law)}长"
            yield _finding(matter.code, "time_limit.committed.amount", message, "承诺不得超过法定")


def _fees(matters: Sequence[Matter]) -> Iterator[Finding]:
    first: dict[str, tuple[str, float]] = {}
    for matter in matters:
        if matter.fee.free and any(item.amount_yuan for item in matter.fee.items):
            message = "既写不收费，又列出了收费金额"
            yield _finding(matter.code, "fee.free", message, "删去其中一项，或写明哪种情形不收")
        for index, item in enumerate(matter.fee.items):
            if item.amount_yuan is None:
                continue
            code, amount = first.setdefault(normalise(item.name), (matter.code, item.amount_yuan))
            if amount != item.amount_yuan:
                message = f"{item.name} {item.amount_yuan:g}元，{code} 写的是 {amount:g}元"
                field = f"fee.items.{index}.amount_yuan"
                yield _finding(matter.code, field, message, "对照收费文件，改正其中一处")


@dataclass(frozen=True, slots=True)
class _Answered:
    """A common question with its place."""

    code: str
    field: str
    question: str
    answer: str


def _answers(matters: Sequence[Matter]) -> Iterator[Finding]:
    answered = [
        _Answered(
            matter.code, f"common_questions.{index}.answer", normalise(one.question), one.answer
        )
        for matter in matters
        for index, one in enumerate(matter.common_questions)
        if len(one.question) >= SHORTEST_QUESTION
    ]
    for one, other in combinations(answered, 2):
        if not _same_question(one.question, other.question) or one.answer == other.answer:
            continue
        if _numbers(one.answer) != _numbers(other.answer) or _unlike(one.answer, other.answer):
            message = f"与 {other.code} 的问题“{other.question}”相同，答案不同"
            repair = "核对答案；问的不是一回事的，在问题里写出事项"
            yield _finding(one.code, one.field, message, repair)


def _same_question(one: str, other: str) -> bool:
    return fuzz.ratio(one, other, score_cutoff=SAME_QUESTION) > 0


def _unlike(one: str, other: str) -> bool:
    return fuzz.ratio(one, other) < SAME_ANSWER
