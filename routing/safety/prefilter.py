"""What a text must hold for a pattern to have a chance, found for all patterns in one pass.

``(着|起)火.{0,6}(楼|房)`` can only be found where 着火 or 起火 and 楼 or 房 stand. Of some hundreds
of patterns a text leaves a few; trying those alone finds the same, for every pattern that is left
out cannot be found. What is needed is read off the parsed pattern, never written by hand.
"""

import re
import re._parser as parser  # type: ignore[import-not-found]  # not in typeshed
from collections.abc import Iterable, Sequence
from re._constants import (  # type: ignore[import-not-found]  # not in typeshed
    BRANCH,
    IN,
    LITERAL,
    MAX_REPEAT,
    MIN_REPEAT,
    SUBPATTERN,
)
from typing import Any

import ahocorasick

# One of each group of words must stand in the text.
Needs = tuple[frozenset[str], ...]
_MOST_WORDS = 400  # of a group; one more costs a look-up of every text that holds it


class Prefilter:
    """Tells which of some patterns a text may match."""

    def __init__(self, patterns: Sequence[str]) -> None:
        self._needs = [needs(pattern) for pattern in patterns]
        groups = sorted({group for each in self._needs for group in each}, key=sorted)
        numbers = {group: number for number, group in enumerate(groups)}
        bits: dict[str, int] = {}
        for group, number in numbers.items():
            for word in group:
                bits[word] = bits.get(word, 0) | 1 << number
        self._masks = [sum(1 << numbers[group] for group in set(each)) for each in self._needs]
        self._words = ahocorasick.Automaton()
        for word, held in bits.items():
            self._words.add_word(word, held)
        self._words.make_automaton()

    def possible(self, text: str) -> list[bool]:
        """Return for each pattern whether ``text`` holds what it needs."""
        held = 0
        for _, bits in self._words.iter(text):
            held |= bits
        return [mask & held == mask for mask in self._masks]


def needs(pattern: str) -> Needs:
    """Return groups of words; every match of ``pattern`` holds a word of each."""
    parsed = parser.parse(pattern)
    return () if parsed.state.flags & re.IGNORECASE else tuple(_needs(parsed))


def _needs(tokens: Iterable[Any]) -> list[frozenset[str]]:
    """Return what a sequence needs: literals in a row are one word."""
    found: list[frozenset[str]] = []
    word = ""
    for kind, value in tokens:
        if kind is LITERAL:
            word += chr(value)
            continue
        if word:
            found.append(frozenset({word}))
            word = ""
        found += _needs_of_one(kind, value)
    if word:
        found.append(frozenset({word}))
    return [group for group in found if len(group) <= _MOST_WORDS]


def _needs_of_one(kind: Any, value: Any) -> list[frozenset[str]]:
    if kind is SUBPATTERN:
        _, more_flags, _, inner = value
        return [] if more_flags & re.IGNORECASE else _needs(inner)
    if kind in (MAX_REPEAT, MIN_REPEAT):
        least, _, repeated = value
        return _needs(repeated) if least else []
    if kind is IN and all(each is LITERAL for each, _ in value):
        return [frozenset(chr(code) for _, code in value)]
    if kind is BRANCH:
        return _either([_needs(branch) for branch in value[1]])
    return []  # assertions, any character: nothing that must stand there


def _either(branches: list[list[frozenset[str]]]) -> list[frozenset[str]]:
    """Return what alternatives need: the most telling group of each, taken together."""
    if not all(branches):
        return []
    best = [
        max(groups, key=lambda group: (min(map(len, group)), -len(group))) for groups in branches
    ]
    return [frozenset().union(*best)]
