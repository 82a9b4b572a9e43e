"""Tickets that speak of the same: one place and category, or one place or none and the same words.

Pure computation on what a query has read; ``benchmarks/hot_issues.py`` measures its purity.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from routing.duplicates.keys import grams, word_keys

# Shares of common pairs of characters (Dice).
_AT_ONE_PLACE = 0.4
_ANYWHERE = 0.45
_COMPARED = 12  # of those under one key: the work stays in proportion to the tickets


@dataclass(frozen=True, slots=True)
class Said:
    """What of one ticket is compared."""

    id: int
    text: str
    place: str  # bare name; empty where none is said
    district: str | None
    category_code: str
    category: str | None
    confidential: bool
    registered_at: datetime


@dataclass(frozen=True, slots=True)
class Cluster:
    """Tickets that speak of the same, the oldest first."""

    members: tuple[Said, ...]

    @property
    def place(self) -> str | None:
        """The place that most name."""
        return _commonest(one.place for one in self.members)

    @property
    def district(self) -> str | None:
        """The district that most name."""
        return _commonest(one.district for one in self.members)

    @property
    def category(self) -> tuple[str, str | None]:
        """Code and name of the commonest category."""
        found = Counter((one.category_code, one.category) for one in self.members)
        return found.most_common(1)[0][0]


def clusters(said: Sequence[Said], least: int) -> list[Cluster]:
    """Return the groups of at least ``least`` tickets, the largest first."""
    joined = _Joined(len(said))
    # The name of the place says nothing of what happened there.
    found = [grams(one.text) - grams(one.place) for one in said]
    for same in _groups(_of_one_matter(said)):
        for other in same[1:]:
            joined.join(same[0], other)
    placed = (((one.place, one.district), at) for at, one in enumerate(said) if one.place)
    for same in _groups(placed):
        _join_alike(joined, found, same, _AT_ONE_PLACE)
    keys = ((key, at) for at, one in enumerate(found) for key in word_keys(one))
    for same in _groups(keys):
        for here in _not_elsewhere(said, same):
            _join_alike(joined, found, here, _ANYWHERE)
    grouped = [tuple(said[at] for at in group) for group in joined.groups()]
    large = [Cluster(group) for group in grouped if len(group) >= least]
    return sorted(large, key=lambda one: (-len(one.members), one.members[0].id))


def _of_one_matter(said: Sequence[Said]) -> Iterator[tuple[Hashable, int]]:
    for at, one in enumerate(said):
        if one.place and one.category_code:
            yield (one.place, one.district, one.category_code), at


def _groups(pairs: Iterable[tuple[Hashable, int]]) -> list[list[int]]:
    found = defaultdict[Hashable, list[int]](list)
    for key, at in pairs:
        found[key].append(at)
    return [group for group in found.values() if len(group) > 1]


def _not_elsewhere(said: Sequence[Said], same: list[int]) -> Iterator[list[int]]:
    """Yield those of one place together with those who name none; never two places in one."""
    unnamed = [at for at in same if not said[at].place]
    places = _groups_of_places(said, same)
    if not places:
        yield unnamed
    for named in places:
        yield sorted([*named, *(unnamed if len(places) == 1 else [])])


def _groups_of_places(said: Sequence[Said], same: list[int]) -> list[list[int]]:
    found = defaultdict[Hashable, list[int]](list)
    for at in same:
        if said[at].place:
            found[said[at].place, said[at].district].append(at)
    return list(found.values())


def _join_alike(
    joined: "_Joined", found: Sequence[frozenset[str]], same: list[int], least: float
) -> None:
    """Join those of a group whose words are alike, each compared with the next few."""
    for position, one in enumerate(same):
        for other in same[position + 1 : position + 1 + _COMPARED]:
            if joined.root(one) != joined.root(other) and _dice(found[one], found[other]) >= least:
                joined.join(one, other)


def _dice(one: frozenset[str], other: frozenset[str]) -> float:
    return 2 * len(one & other) / max(1, len(one) + len(other))


def _commonest(values: Iterable[str | None]) -> str | None:
    counted = Counter(value for value in values if value)
    return counted.most_common(1)[0][0] if counted else None


class _Joined:
    """Which of ``count`` things have been joined (union-find)."""

    def __init__(self, count: int) -> None:
        self._above = list(range(count))

    def root(self, at: int) -> int:
        """Return the one that stands for the group."""
        while self._above[at] != at:
            self._above[at] = self._above[self._above[at]]
            at = self._above[at]
        return at

    def join(self, one: int, other: int) -> None:
        """Make one group of two; the earlier one stands for it."""
        first, second = sorted((self.root(one), self.root(other)))
        self._above[second] = first

    def groups(self) -> list[list[int]]:
        """Return every group, each in order."""
        found = defaultdict[int, list[int]](list)
        for at in range(len(self._above)):
            found[self.root(at)].append(at)
        return list(found.values())
