"""How much of what is listed has been written, what it rests on, and the rates governments report.

A listed matter without a guide counts with all its expected facets as empty.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from knowledge_base.library import Library
from knowledge_base.schema import FacetName, LimitUnit, Matter


class Support(StrEnum):
    """What the content of a facet rests on; the first that applies counts."""

    LAW = "law"  # states something of its own with its law
    LOCAL = "local"  # says what varies by place, who sets it and where to ask
    DEMO = "demo"  # service points of the demo city only
    OTHER = "other"  # says something, with no law beside it
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class Coverage:
    """Counts of one category, of one facet, or of the whole library."""

    name: str
    listed: int  # matters of the list that are expected to state it
    written: int  # of them, with a guide
    expected: int  # facets expected over all listed matters
    support: Counter[Support]

    @property
    def covered(self) -> int:
        """Expected facets that are not empty."""
        return self.expected - self.support[Support.EMPTY]


@dataclass(frozen=True, slots=True)
class Rate:
    """How many matters have a property, lack it, or do not say."""

    name: str
    yes: int
    no: int
    unknown: int

    @property
    def share(self) -> float | None:
        """``yes`` by those that say; ``None`` where none does. Unknown ones are in neither."""
        known = self.yes + self.no
        return self.yes / known if known else None

    @property
    def share_of_all(self) -> float | None:
        """``yes`` by all, as if what is not said were a no: the least the rate can be."""
        everything = self.yes + self.no + self.unknown
        return self.yes / everything if everything else None


@dataclass(frozen=True, slots=True)
class _Expected:
    """One facet that one listed matter is expected to state."""

    code: str
    category: str
    facet: FacetName
    support: Support


def by_category(library: Library) -> list[Coverage]:
    """Return each category in the order of the list."""
    expected = _expected(library)
    return [
        _coverage(
            category,
            library,
            [code for code, one in library.index.items() if one.category == category],
            [one for one in expected if one.category == category],
        )
        for category in dict.fromkeys(one.category for one in library.index.values())
    ]


def by_facet(library: Library) -> list[Coverage]:
    """Return each facet, over the matters that are expected to state it."""
    expected = _expected(library)
    return [
        _coverage(facet.value, library, [one.code for one in held], held)
        for facet in FacetName
        for held in [[one for one in expected if one.facet is facet]]
    ]


def total(library: Library) -> Coverage:
    """Return the whole library."""
    return _coverage("total", library, list(library.index), _expected(library))


def _expected(library: Library) -> list[_Expected]:
    return [
        _Expected(code, entry.category, facet, support_of(library.matters.get(code), facet))
        for code, entry in library.index.items()
        for facet in entry.expected_facets
    ]


def _coverage(
    name: str, library: Library, codes: Sequence[str], expected: Sequence[_Expected]
) -> Coverage:
    return Coverage(
        name=name,
        listed=len(codes),
        written=sum(code in library.matters for code in codes),
        expected=len(expected),
        support=Counter(one.support for one in expected),
    )


def support_of(matter: Matter | None, facet: FacetName) -> Support:
    """Return what a facet rests on; a matter that is not written yet says nothing."""
    if matter is None or not matter.covers(facet):
        return Support.EMPTY
    if matter.grounded(facet):
        return Support.LAW
    if getattr(matter, facet.value).local_variation is not None:
        return Support.LOCAL
    if facet is FacetName.LOCATION and matter.location.service_points:
        return Support.DEMO
    return Support.OTHER


def service_rates(library: Library) -> list[Rate]:
    """Return the four rates that governments report of their services, from the guides' fields.

    Only matters that people apply for count (依申请政务服务事项): penalties, inspections and
    coercion are acts of office. Each rate divides those that have the property by all of which the
    guides say whether they have it; those of which they do not are counted apart, and
    ``share_of_all`` says what the rate is at least.

    网上可办率 (``online``): can be applied for online, wholly or in part. From ``tags.online``,
        ``online.available``, ``online.entries``, 网上 among ``ways``; no where one of them denies
        it or where ``ways`` are listed without 网上 and nothing is said to vary by place.
    全程网办率 (``online_throughout``): from application to result without appearing in person. Yes
        where ``visits`` is 0 or 网上 is the only way; no where a visit is needed or it cannot be
        done online.
    最多跑一次率 (``one_visit``): the applicant appears at most once. From ``tags.one_visit`` and
        ``visits``; whatever is online throughout needs no visit.
    即办率 (``immediate``): decided on the spot when the documents are complete (即办件). From
        ``immediate``, ``tags.at_once`` and limits with the unit 即办; no where the department
        promises a longer time. A statutory limit alone denies nothing: it is an upper bound.
    """
    matters = [one for one in library.matters.values() if one.power_kind not in _ACTS_OF_OFFICE]
    return [_rate(name, judge, matters) for name, judge in _RATES.items()]


_ACTS_OF_OFFICE: Final = frozenset({"行政处罚", "行政检查", "行政强制"})


def _rate(name: str, judge: Callable[[Matter], bool | None], matters: Iterable[Matter]) -> Rate:
    judged = Counter(judge(matter) for matter in matters)
    return Rate(name, yes=judged[True], no=judged[False], unknown=judged[None])


def is_online(matter: Matter) -> bool | None:
    """Whether it can be applied for online; ``None`` where the guide does not say."""
    section, ways = matter.online, matter.ways
    if matter.tags.online or section.available or section.entries or "网上" in ways:
        return True
    if matter.tags.online is False or section.available is False:
        return False
    return False if ways and section.local_variation is None else None


def is_online_throughout(matter: Matter) -> bool | None:
    """Whether nobody need appear in person; ``None`` where the guide does not say."""
    if matter.visits is not None:
        return matter.visits == 0
    if matter.ways == ("网上",):
        return True
    return False if is_online(matter) is False else None


def is_one_visit(matter: Matter) -> bool | None:
    """Whether one visit is enough; ``None`` where the guide does not say."""
    if matter.tags.one_visit is not None:
        return matter.tags.one_visit
    if matter.visits is not None:
        return matter.visits <= 1
    return True if is_online_throughout(matter) else None


def is_immediate(matter: Matter) -> bool | None:
    """Whether it is decided on the spot; ``None`` where the guide does not say."""
    limits = (matter.time_limit.committed, matter.time_limit.statutory)
    at_once = any(one is not None and one.unit is LimitUnit.IMMEDIATE for one in limits)
    if matter.immediate or matter.tags.at_once or at_once:
        return True
    denied = matter.immediate is False or matter.tags.at_once is False
    return False if denied or matter.time_limit.committed is not None else None


_RATES: Final[dict[str, Callable[[Matter], bool | None]]] = {
    "online": is_online,
    "online_throughout": is_online_throughout,
    "one_visit": is_one_visit,
    "immediate": is_immediate,
}
RATE_LABELS: Final = {
    "online": "网上可办率",
    "online_throughout": "全程网办率",
    "one_visit": "最多跑一次率",
    "immediate": "即办率",
}
