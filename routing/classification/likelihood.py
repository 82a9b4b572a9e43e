"""How likely a text is in the words in which each category is told.

Query likelihood (Ponte & Croft 1998) over single characters and pairs, smoothed by what all
categories share (Dirichlet prior): what everybody says costs nothing, and a word that the
dictionary does not know (dialect, a typing error) still counts by its characters.
"""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import Self

import numpy as np
from numpy.typing import NDArray

from routing.classification.kept_fits import Arrays, packed, unpacked

_PRIOR = 300.0  # parts that every category is taken to have said as all do on average
_NOT_SAID = re.compile(r"[\W\d_]+")


def parts(text: str) -> set[str]:
    """Return the characters and pairs of neighbouring characters of a text."""
    words = _NOT_SAID.sub(" ", text.lower()).split()
    return {part for word in words for part in (*word, *map("".join, pairwise(word)))}


class LikelihoodIndex:
    """One document per category; the position is the index of every score."""

    def __init__(self, arrays: Arrays) -> None:
        """Take what :meth:`of` counted."""
        self._arrays = arrays
        self._numbers = {part: number for number, part in enumerate(unpacked(arrays["parts"]))}
        self._unsaid: NDArray[np.float64] = arrays["unsaid"].astype(np.float64)
        self._said = np.zeros((len(self._numbers), len(self._unsaid)), dtype=np.float32)
        self._said[arrays["rows"], arrays["columns"]] = arrays["gains"]

    @classmethod
    def of(cls, documents: Sequence[Sequence[str]]) -> Self:
        """Count the parts of each category's phrases."""
        bags = [Counter(p for phrase in phrases for p in parts(phrase)) for phrases in documents]
        everywhere = Counter[str]()
        for bag in bags:
            everywhere.update(bag)
        total = max(sum(everywhere.values()), 1)
        lengths = np.array([sum(bag.values()) for bag in bags], dtype=np.float64)
        numbers = {part: number for number, part in enumerate(everywhere)}
        said = np.fromiter(everywhere.values(), dtype=np.float64, count=len(everywhere))
        rows = np.array([numbers[part] for bag in bags for part in bag], dtype=np.int32)
        counts = np.array([count for bag in bags for count in bag.values()], dtype=np.float64)
        arrays = {
            "parts": packed(list(numbers)),
            "unsaid": np.log(_PRIOR / (lengths + _PRIOR)),
            # Of the table only what is not 0.
            "rows": rows,
            "columns": np.repeat(np.arange(len(bags), dtype=np.int32), list(map(len, bags))),
            "gains": np.log1p(counts * total / (_PRIOR * said[rows])).astype(np.float32),
        }
        return cls(arrays)

    def arrays(self) -> Arrays:
        """Return what was counted."""
        return self._arrays

    def scores(self, text: str) -> NDArray[np.float64]:
        """Return float64, shape (n_categories,): nats per root of the length, 0 for no words."""
        known = [self._numbers[part] for part in parts(text) if part in self._numbers]
        nats = self._said[known].sum(axis=0, dtype=np.float64) + len(known) * self._unsaid
        scaled: NDArray[np.float64] = nats / np.sqrt(max(len(text), 1))
        return scaled
