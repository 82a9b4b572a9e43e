"""How likely a text is in the words in which each category is told.

Query likelihood (Ponte & Croft 1998) over single characters and pairs, smoothed by what all
categories share (Dirichlet prior): what everybody says costs nothing, and a word that the
dictionary does not know (dialect, a typing error) still counts by its characters.
"""

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

_PRIOR = 300.0  # parts that every category is taken to have said as all do on average
_NOT_SAID = re.compile(r"[\W\d_]+")


def parts(text: str) -> set[str]:
    """Return the characters and pairs of neighbouring characters of a text."""
    words = _NOT_SAID.sub(" ", text.lower()).split()
    return {part for word in words for part in (*word, *map("".join, pairwise(word)))}


class LikelihoodIndex:
    """One document per category; the position is the index of every score."""

    def __init__(self, documents: Sequence[Sequence[str]]) -> None:
        """Count the parts of each category's phrases."""
        bags = [Counter(p for phrase in phrases for p in parts(phrase)) for phrases in documents]
        everywhere = Counter[str]()
        for bag in bags:
            everywhere.update(bag)
        total = max(sum(everywhere.values()), 1)
        lengths = np.array([sum(bag.values()) for bag in bags], dtype=np.float64)
        self._unsaid = np.log(_PRIOR / (lengths + _PRIOR))
        self._numbers = {part: number for number, part in enumerate(everywhere)}
        self._said = np.zeros((len(self._numbers), len(bags)), dtype=np.float32)
        for column, bag in enumerate(bags):
            for part, count in bag.items():
                share = everywhere[part] / total
                self._said[self._numbers[part], column] = np.log1p(count / (_PRIOR * share))

    def scores(self, text: str) -> NDArray[np.float64]:
        """Return float64, shape (n_categories,): nats per root of the length, 0 for no words."""
        known = [self._numbers[part] for part in parts(text) if part in self._numbers]
        nats = self._said[known].sum(axis=0, dtype=np.float64) + len(known) * self._unsaid
        scaled: NDArray[np.float64] = nats / np.sqrt(max(len(text), 1))
        return scaled


@lru_cache(maxsize=4)
def likelihood_of(documents: tuple[tuple[str, ...], ...]) -> LikelihoodIndex:
    """Return the index of ``documents``; the last few are kept, as the same come again."""
    return LikelihoodIndex(documents)
