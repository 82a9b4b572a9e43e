"""Guides given to a body that does not hold the power (职责), by what the duty lists say."""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from functools import lru_cache

from knowledge_base.checks.findings import Finding, Rule
from knowledge_base.checks.guides import Guides
from knowledge_base.library import Library
from knowledge_base.schema import Department, Matter

# A body is doubted when its own score is under a quarter of the best and the best is at least 15.
# On the 260 shipped guides this doubts one (二级建造师注册: no duty list mentions it), and finds
# 82 % of guides given to any other body of the city, 72 % of those given to the bodies that are
# commonly confused with the right one. A smaller share misses more, a larger one doubts more.
OWN_SHARE = 0.25
CLEAR_SCORE = 15.0

# Only an organ of government, or one that a law empowers, can grant, confirm, pay or punish.
_POWERS = frozenset(
    {"行政许可", "行政确认", "行政给付", "行政处罚", "行政裁决", "行政征收", "行政强制", "行政检查"}
)
_LEVELS_WITHOUT_POWERS = frozenset({"企业"})
_NO_LETTERS = re.compile(r"[^\u4e00-\u9fff]+")

Bigrams = frozenset[str]


def departments_without_power(guides: Guides, library: Library) -> Iterator[Finding]:
    """Yield each guide whose department cannot, or in all likelihood does not, hold the power."""
    duties = _Duties(library)
    for guide in guides:
        matter = guide.matter
        body = library.departments.get(matter.department)
        if body is None:
            continue
        problem = _impossible(matter, body) or duties.doubt(matter)
        if problem is not None:
            yield Finding(
                matter.code,
                "department",
                problem,
                "改成有职责的单位；单位无误的，在 city/departments.yml 补上这项职责",
                Rule.DEPARTMENT_WITHOUT_POWER,
            )


def _impossible(matter: Matter, body: Department) -> str | None:
    if not body.receives_tickets:
        return f"{body.name}不承办政务服务事项"
    if body.level in _LEVELS_WITHOUT_POWERS and matter.power_kind in _POWERS:
        return f"{body.name}是企业，不能行使{matter.power_kind}"
    return None


class _Duties:
    """What each body is known to do: its duties, its names, and its other guides.

    Scores add up the bigrams that a guide's title and aliases share with a body, each weighted by
    how few bodies know it. A guide never counts in favour of the body it is given to.
    """

    def __init__(self, library: Library) -> None:
        self._library = library
        city = (library.city.name, library.city.short_name)
        self._own = {
            m.code: _bigrams((m.title, *m.aliases), city) for m in library.matters.values()
        }
        self._stated = {
            body.code: _bigrams((*body.duties, body.name, body.short_name, *body.aliases), city)
            for body in library.departments.values()
        }
        self._guides: dict[str, list[str]] = defaultdict(list)
        for matter in library.matters.values():
            self._guides[matter.department].append(matter.code)
        self._known = {code: self._profile(code, without=None) for code in self._stated}
        held = Counter(bigram for profile in self._known.values() for bigram in profile)
        self._weight = {bigram: math.log(len(self._known) / n) for bigram, n in held.items()}

    def doubt(self, matter: Matter) -> str | None:
        """Return why the guide hardly belongs to its department; ``None`` when it may."""
        asked = self._own[matter.code]
        own = self._score(asked, self._profile(matter.department, without=matter.code))
        best, score = self._best_other(asked, matter.department)
        if score < CLEAR_SCORE or own >= OWN_SHARE * score:
            return None
        names = self._library.departments
        return (
            f"{names[matter.department].short_name}的职责没有提到“{matter.title}”，"
            f"字面上更接近{names[best].short_name}（{best}）"
        )

    def _best_other(self, asked: Bigrams, department: str) -> tuple[str, float]:
        scores: Mapping[str, float] = {
            code: self._score(asked, profile)
            for code, profile in self._known.items()
            if code != department
        }
        best = max(scores, key=scores.__getitem__, default="")
        return best, scores.get(best, 0.0)

    def _profile(self, department: str, *, without: str | None) -> Bigrams:
        guides = (self._own[code] for code in self._guides[department] if code != without)
        return self._stated[department].union(*guides)

    def _score(self, asked: Bigrams, profile: Bigrams) -> float:
        return sum(self._weight.get(bigram, 0.0) for bigram in asked & profile)


@lru_cache(maxsize=4096)  # the names of a library's guides and bodies
def _bigrams(texts: tuple[str, ...], city: tuple[str, ...]) -> Bigrams:
    joined = "|".join(texts)
    for name in city:
        joined = joined.replace(name, "")
    runs = _NO_LETTERS.split(joined)
    return frozenset(run[at : at + 2] for run in runs for at in range(len(run) - 1))
