"""BM25 over the words and character pairs of each category's names, examples and phrases."""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import pairwise
from typing import Self

import jieba
import numpy as np
from numpy.typing import NDArray

from routing.classification.kept_fits import Arrays, packed, unpacked

Scores = NDArray[np.float64]

_RUN = re.compile(r"[\u4e00-\u9fff]+|[a-z0-9]+")
_SATURATION = 1.2  # BM25's k1
_LENGTH_SHARE = 0.5  # BM25's b: categories differ little in length, and longer means richer


def tokens(text: str) -> list[str]:
    """Return words of two or more characters, and marked pairs of neighbouring characters."""
    runs = _RUN.findall(text.lower())
    words = [word for run in runs for word in jieba.cut(run) if len(word) > 1]
    pairs = [f"_{run[i : i + 2]}" for run in runs for i in range(len(run) - 1)]
    return words + pairs


class LexicalIndex:
    """One document per category."""

    def __init__(self, arrays: Arrays) -> None:
        """Take what :meth:`of` counted; the position of a document is the index of every score."""
        self._arrays = arrays
        self._size = int(arrays["size"])
        self._rows = arrays["rows"].astype(np.int32)
        self._weights: Scores = arrays["weights"].astype(np.float64)
        # Token → where its rows and weights begin and end.
        spans = pairwise(arrays["ends"].tolist())
        self._spans = dict(zip(unpacked(arrays["tokens"]), spans, strict=True))

    @classmethod
    def of(cls, documents: Sequence[Sequence[str]]) -> Self:
        """Index the phrases of each category."""
        size = len(documents)
        bags = [Counter(t for phrase in phrases for t in tokens(phrase)) for phrases in documents]
        lengths = [sum(bag.values()) for bag in bags]
        average = (sum(lengths) / len(lengths)) if lengths else 1.0
        spread = Counter(token for bag in bags for token in bag)
        postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for row, (bag, length) in enumerate(zip(bags, lengths, strict=True)):
            norm = _SATURATION * (1 - _LENGTH_SHARE + _LENGTH_SHARE * length / average)
            for token, count in bag.items():
                rarity = math.log(1 + (size - spread[token] + 0.5) / (spread[token] + 0.5))
                weight = rarity * count * (_SATURATION + 1) / (count + norm)
                postings[token].append((row, weight))
        flat = [entry for entries in postings.values() for entry in entries]
        arrays = {
            "size": np.array(size),
            "tokens": packed(list(postings)),
            "ends": np.cumsum([0, *map(len, postings.values())]),
            "rows": np.array([row for row, _ in flat], dtype=np.int32),
            "weights": np.array([weight for _, weight in flat], dtype=np.float64),
        }
        return cls(arrays)

    def arrays(self) -> Arrays:
        """Return what was counted."""
        return self._arrays

    def scores(self, text: str) -> Scores:
        """Return float64, shape (n_categories,): BM25 of ``text`` against each category."""
        total = np.zeros(self._size)
        for token in set(tokens(text)):
            found = self._spans.get(token)
            if found is not None:
                within = slice(*found)
                total[self._rows[within]] += self._weights[within]
        return total
