"""Two places of the library that cannot both be true."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from typing import TypeVar

from rapidfuzz import fuzz

from foundation.text.normalise import normalise
from knowledge_base.checks.alike import alike_texts
from knowledge_base.checks.findings import Finding, Rule
from knowledge_base.checks.guides import CheckedGuide, Guides, per_guide
from knowledge_base.checks.quantities import mask_quantities, quantities
from knowledge_base.checks.words import Said
from knowledge_base.schema import LegalReference, Limit, LimitUnit, Matter

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
KeyT = TypeVar("KeyT")
StatedT = TypeVar("StatedT")


def conflicts(guides: Guides, focus: CheckedGuide | None = None) -> Iterator[Finding]:
    """Yield every pair of facts, limits, fees or answers that contradict each other.

    With ``focus``: at least those that this guide has a part in.
    """
    yield from _facts(guides, focus)
    yield from _limits(guides, focus)
    yield from _promises(guides if focus is None else (focus,))
    yield from _fees(guides, focus)
    yield from _answers(guides, focus)


def _finding(code: str, field: str, message: str, repair: str) -> Finding:
    return Finding(code, field, message, repair, Rule.CONFLICT)


def _grouped(
    guides: Guides,
    stated_in: Callable[[CheckedGuide], Mapping[KeyT, Sequence[StatedT]]],
    focus: CheckedGuide | None,
) -> dict[KeyT, list[StatedT]]:
    """Return what the guides state under each key, in their order; of ``focus``'s keys only."""
    wanted = None if focus is None else stated_in(focus)
    groups: dict[KeyT, list[StatedT]] = defaultdict(list)
    for guide in guides:
        for key, stated in stated_in(guide).items():
            if wanted is None or key in wanted:
                groups[key] += stated
    return groups


def _facts(guides: Guides, focus: CheckedGuide | None) -> Iterator[Finding]:
    told: set[tuple[str, str, str, str]] = set()
    for (law, number), texts in _grouped(guides, _by_article, focus).items():
        for one, other in combinations(texts, 2):
            if focus is not None and focus.code not in {one.code, other.code}:
                continue
            pair = (one.code, one.field, other.code, other.field)
            if pair not in told and _differ_in_numbers(one.text, other.text):
                told.add(pair)
                message = f"与 {other.code} 的“{other.text}”数字不同，依据同是《{law}》{number}"
                yield _finding(one.code, one.field, message, "对照条文，改正其中一处")


@per_guide
def _by_article(guide: CheckedGuide) -> Mapping[_Article, Sequence[Said]]:
    found: dict[_Article, list[Said]] = defaultdict(list)
    for said in guide.words:
        if not said.is_asked and not said.is_name:
            for article in _articles(said.basis):
                found[article].append(said)
    return found


def _articles(basis: Iterable[LegalReference]) -> Iterable[_Article]:
    return dict.fromkeys((ref.law, ref.article) for ref in basis if ref.article is not None)


def _differ_in_numbers(one: str, other: str) -> bool:
    numbers, others = _numbers(one), _numbers(other)
    if not numbers or not others or numbers == others:
        return False
    return fuzz.ratio(_masked(one), _masked(other)) >= SAME_SENTENCE


# The same sentence is compared with many others; a library of 260 guides holds some 4 000.
@lru_cache(maxsize=10_000)
def _numbers(text: str) -> tuple[tuple[float, str], ...]:
    return tuple(sorted((one.value, one.unit) for one in quantities(text)))


@lru_cache(maxsize=10_000)
def _masked(text: str) -> str:
    return mask_quantities(text)


@dataclass(frozen=True, slots=True)
class _Stated:
    """A statutory limit with its guide."""

    matter: Matter
    limit: Limit


def _limits(guides: Guides, focus: CheckedGuide | None) -> Iterator[Finding]:
    for article, stated in _grouped(guides, _limits_by_article, focus).items():
        yield from _out_of_line(article, stated)
        for one, other in combinations(stated, 2):
            if _same_beginning(one.limit, other.limit):
                yield _limit_finding(one, other, article)


@per_guide
def _limits_by_article(guide: CheckedGuide) -> Mapping[_Article, Sequence[_Stated]]:
    limit = guide.matter.time_limit.statutory
    if limit is None:
        return {}
    found: dict[_Article, list[_Stated]] = defaultdict(list)
    for ref in limit.basis:
        if ref.article is not None:
            found[ref.law, ref.article].append(_Stated(guide.matter, limit))
    return found


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


def _promises(guides: Guides) -> Iterator[Finding]:
    for guide in guides:
        limits = guide.matter.time_limit
        law, promise = limits.statutory, limits.committed
        if law is None or promise is None or law.unit is not promise.unit:
            continue
        if promise.amount > law.amount:
            message = f"承诺时限{_shown(promise)}比法定时限{_shown(law)}长"
            yield _finding(guide.code, "time_limit.committed.amount", message, "承诺不得超过法定")


@dataclass(frozen=True, slots=True)
class _Charged:
    """An amount asked for something, with its place."""

    code: str
    field: str
    name: str
    amount: float


def _fees(guides: Guides, focus: CheckedGuide | None) -> Iterator[Finding]:
    for guide in guides if focus is None else (focus,):
        fee = guide.matter.fee
        if fee.free and any(item.amount_yuan for item in fee.items):
            message = "既写不收费，又列出了收费金额"
            yield _finding(guide.code, "fee.free", message, "删去其中一项，或写明哪种情形不收")
    for charged in _grouped(guides, _amounts_by_name, focus).values():
        first = charged[0]
        for one in charged[1:]:
            if one.amount != first.amount:
                message = f"{one.name} {one.amount:g}元，{first.code} 写的是 {first.amount:g}元"
                yield _finding(one.code, one.field, message, "对照收费文件，改正其中一处")


@per_guide
def _amounts_by_name(guide: CheckedGuide) -> Mapping[str, Sequence[_Charged]]:
    found: dict[str, list[_Charged]] = defaultdict(list)
    for index, item in enumerate(guide.matter.fee.items):
        if item.amount_yuan is not None:
            field = f"fee.items.{index}.amount_yuan"
            charged = _Charged(guide.code, field, item.name, item.amount_yuan)
            found[normalise(item.name)].append(charged)
    return found


@dataclass(frozen=True, slots=True)
class _Answered:
    """A common question with its place."""

    code: str
    field: str
    question: str
    answer: str


def _answers(guides: Guides, focus: CheckedGuide | None) -> Iterator[Finding]:
    for one, other in _asked_alike(guides, focus):
        if one.answer == other.answer:
            continue
        if _numbers(one.answer) != _numbers(other.answer) or _unlike(one.answer, other.answer):
            message = f"与 {other.code} 的问题“{other.question}”相同，答案不同"
            repair = "核对答案；问的不是一回事的，在问题里写出事项"
            yield _finding(one.code, one.field, message, repair)


def _asked_alike(
    guides: Guides, focus: CheckedGuide | None
) -> Iterator[tuple[_Answered, _Answered]]:
    """Yield the pairs of the same question in the library's order."""
    answered = [one for guide in guides for one in _answered(guide)]
    own = None if focus is None else [i for i, one in enumerate(answered) if one.code == focus.code]
    for first, second in alike_texts([one.question for one in answered], SAME_QUESTION, own):
        yield answered[first], answered[second]


@per_guide
def _answered(guide: CheckedGuide) -> tuple[_Answered, ...]:
    return tuple(
        _Answered(
            guide.code,
            f"common_questions.{index}.answer",
            normalise(one.question),
            one.answer,
        )
        for index, one in enumerate(guide.matter.common_questions)
        if len(one.question) >= SHORTEST_QUESTION
    )


def _unlike(one: str, other: str) -> bool:
    return fuzz.ratio(one, other) < SAME_ANSWER
