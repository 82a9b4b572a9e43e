"""Short texts in almost the same words, found among thousands without comparing each with each."""

from collections.abc import Collection, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process


def alike_texts(
    texts: Sequence[str], least: float, chosen: Collection[int] | None = None
) -> Iterator[tuple[int, int]]:
    """Yield the positions of each two texts at least so alike, the lower first; each pair once.

    Args:
        texts: compared as they are; an empty one is like another empty one.
        least: rapidfuzz ratio, above 0, up to 100.
        chosen: only pairs with one of these positions; all when not given.
    """
    order = np.array(sorted(range(len(texts)), key=lambda at: len(texts[at])), dtype=np.int64)
    lengths = np.array([len(texts[at]) for at in order], dtype=np.int64)
    if chosen is not None:
        rows = np.array(sorted(chosen), dtype=np.int64)
        found = _at_least(texts, rows, order, least)
        yield from sorted({(min(pair), max(pair)) for pair in found})
        return
    for length in np.unique(lengths):
        # The ratio is twice the letters shared by the letters of both: what is longer than this
        # cannot reach it. What is shorter was compared before.
        longest = length * (200 - least) / least
        begin, same, end = (
            int(np.searchsorted(lengths, length, side="left")),
            int(np.searchsorted(lengths, length, side="right")),
            int(np.searchsorted(lengths, longest, side="right")),
        )
        rows = order[begin:same]
        for one, other in _at_least(texts, rows, order[begin:end], least):
            # Within one length each pair comes twice.
            if one < other or len(texts[one]) != len(texts[other]):
                yield min(one, other), max(one, other)


def _at_least(
    texts: Sequence[str], rows: NDArray[np.int64], columns: NDArray[np.int64], least: float
) -> Iterator[tuple[int, int]]:
    """Yield positions of a row and a column; no text with itself."""
    scores = process.cdist(
        [texts[at] for at in rows],
        [texts[at] for at in columns],
        scorer=fuzz.ratio,
        score_cutoff=least,
        dtype=np.uint8,
    )
    for row, column in np.argwhere(scores > 0):
        one, other = int(rows[row]), int(columns[column])
        if one != other:
            yield one, other
