"""What the wording says of the kind: a linear reading of characters and their neighbours."""

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

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
        rows = sparse.vstack([self._row(bag) for bag in bags], format="csr")
        wanted = np.eye(n_classes)[classes]
        wanted -= wanted.mean(axis=0)
        kernel = (rows @ rows.T).toarray() + _RIDGE * np.eye(len(texts))
        self._weights: Floats = rows.T @ np.linalg.solve(kernel, wanted)

    def scores(self, text: str) -> Floats:
        """Return float64, shape (n_classes,)."""
        row = self._row(_runs(text))
        read: Floats = row.data @ self._weights[row.indices]
        return read

    def _row(self, bag: Counter[str]) -> sparse.csr_matrix:
        known = sorted((self._numbers[run], n) for run, n in bag.items() if run in self._numbers)
        numbers = np.array([number for number, _ in known], dtype=np.int64)
        counts = np.array([count for _, count in known], dtype=np.float64)
        values = (1 + np.log(counts)) * self._rarity[numbers] if known else counts
        length = float(np.sqrt((values**2).sum())) or 1.0
        shape = (1, len(self._numbers))
        return sparse.csr_matrix((values / length, (np.zeros(len(numbers)), numbers)), shape=shape)


def _runs(text: str) -> Counter[str]:
    framed = f"^{text}$"
    return Counter(
        framed[start : start + length]
        for length in range(1, _LONGEST + 1)
        for start in range(len(framed) - length + 1)
    )
