"""What the wording says of the kind: a linear reading of characters and their neighbours."""

import math
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, sparse

Floats = NDArray[np.float64]
_RIDGE = 0.4  # of 0.1, 0.4 and 1
_LONGEST = 3  # characters
_LEAST = 2  # texts that a run of characters must stand in


class WordReading:
    """Kernel ridge regression over tf-idf of runs of one to three characters."""

    def __init__(self, texts: Sequence[str], classes: NDArray[np.intp], n_classes: int) -> None:
        """Fit to ``texts`` with the class of each."""
        bags = [_runs(text) for text in texts]
        spread = Counter(run for bag in bags for run in bag)
        kept = [run for run, count in spread.items() if count >= _LEAST]
        self._numbers = {run: number for number, run in enumerate(kept)}
        self._rarity = np.array([math.log((1 + len(texts)) / (1 + spread[r])) + 1 for r in kept])
        rows = self._rows(bags)
        wanted = np.eye(n_classes)[classes]
        wanted -= wanted.mean(axis=0)
        kernel = (rows @ rows.T).toarray() + _RIDGE * np.eye(len(texts))
        # Symmetric and positive: half the work of a solution that does not know it.
        shares = linalg.solve(kernel, wanted, assume_a="pos", overwrite_a=True, check_finite=False)
        self._weights: Floats = rows.T @ shares

    def scores(self, text: str) -> Floats:
        """Return float64, shape (n_classes,)."""
        row = self._rows([_runs(text)])
        read: Floats = row.data @ self._weights[row.indices]
        return read

    def _rows(self, bags: Sequence[Counter[str]]) -> sparse.csr_matrix:
        """Return float64, shape (len(bags), n_runs); rows of length 1, or empty."""
        values, numbers, ends = list[Floats](), list[int](), [0]
        for bag in bags:
            known = sorted((self._numbers[r], n) for r, n in bag.items() if r in self._numbers)
            places = [number for number, _ in known]
            counts = np.array([count for _, count in known], dtype=np.float64)
            row = (1 + np.log(counts)) * self._rarity[places] if known else counts
            values.append(row / (float(np.sqrt((row**2).sum())) or 1.0))
            numbers += places
            ends.append(len(numbers))
        shape = (len(bags), len(self._numbers))
        return sparse.csr_matrix((np.concatenate(values), numbers, ends), shape=shape)


@lru_cache(maxsize=4)
def read_of(texts: tuple[str, ...], classes: tuple[int, ...], n_classes: int) -> WordReading:
    """Return the reading fitted to ``texts``.

    The last few are kept: with the encoder, or after a guide was published, the same texts are
    fitted again, which takes seconds.
    """
    return WordReading(texts, np.array(classes), n_classes)


def _runs(text: str) -> Counter[str]:
    framed = f"^{text}$"
    return Counter(
        framed[start : start + length]
        for length in range(1, _LONGEST + 1)
        for start in range(len(framed) - length + 1)
    )
