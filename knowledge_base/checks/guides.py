"""The guides of a library with what the checks work out of each, kept while the guide stays."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, wraps
from typing import Any, TypeVar

from knowledge_base.checks.words import Said, words_of
from knowledge_base.library import Library
from knowledge_base.schema import Matter

FoundT = TypeVar("FoundT")


class CheckedGuide:
    """One guide, and what was worked out of it so far; see ``per_guide``."""

    def __init__(self, matter: Matter) -> None:
        self.matter = matter
        self.code = matter.code
        self.known: dict[Callable[..., Any], Any] = {}

    @cached_property
    def words(self) -> tuple[Said, ...]:
        """Every text that someone wrote for this guide, as ``words_of`` yields them."""
        return tuple(words_of(self.matter))


Guides = Sequence[CheckedGuide]


def per_guide(work: Callable[[CheckedGuide], FoundT]) -> Callable[[CheckedGuide], FoundT]:
    """Let a function of one guide alone run once a guide; its result must not be changed."""

    @wraps(work)
    def once(guide: CheckedGuide) -> FoundT:
        # Two threads may work out the same: the results are equal, and either may stay.
        if work not in guide.known:
            guide.known[work] = work(guide)
        found: FoundT = guide.known[work]
        return found

    return once


class GuideMemory:
    """The guides checked last: of another library only those that differ are worked out anew."""

    def __init__(self) -> None:
        self._held: Mapping[str, CheckedGuide] = {}

    def guides(self, library: Library) -> Guides:
        """Return the guides of ``library`` in its order."""
        held = self._held
        guides = {code: _kept(held.get(code), one) for code, one in library.matters.items()}
        self._held = guides  # exchanged whole: who reads beside us sees the one or the other
        return tuple(guides.values())


def _kept(held: CheckedGuide | None, matter: Matter) -> CheckedGuide:
    # Published guides are read from the database each time: equal ones, in another place.
    if held is not None and (held.matter is matter or held.matter == matter):
        return held
    return CheckedGuide(matter)
