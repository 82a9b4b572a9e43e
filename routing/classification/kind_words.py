"""What the wording says of the kind: a linear reading of characters and their neighbours."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, sparse

from routing.classification.kept_fits import Arrays, packed, unpacked

Floats = NDArray[np.float64]
_RIDGE = 0.4  # of 0.1, 0.4 and 1
_LONGEST = 3  # characters
_LEAST = 2  # texts that a run of characters must stand in


class WordReading:
    """Kernel ridge regression over tf-idf of runs of one to three characters."""

    def __init__(self, arrays: Arrays) -> None:
        """Take what :meth:`fitted` found."""
        self._arrays = arrays
        self._numbers = {run: number for number, run in enumerate(unpacked(arrays["runs"]))}
        self._rarity: Floats = arrays["rarity"].astype(np.float64)
        self._weights: Floats = arrays["weights"].astype(np.float64)

    @classmethod
    def fitted(cls, texts: Sequence[str], classes: NDArray[np.intp], n_classes: int) -> Self:
        """Fit to ``texts`` with the class of each."""
        bags = [_runs(text) for text in texts]
        spread = Counter(run for bag in bags for run in bag)
        kept = [run for run, count in spread.items() if count >= _LEAST]
        numbers = {run: number for number, run in enumerate(kept)}
        rarity = np.array([math.log((1 + len(texts)) / (1 + spread[r])) + 1 for r in kept])
        rows = _rows(bags, numbers, rarity)
        wanted = np.eye(n_classes)[classes]
        wanted -= wanted.mean(axis=0)
        kernel = (rows @ rows.T).toarray() + _RIDGE * np.eye(len(texts))
        # Symmetric and positive: half the work of a solution that does not know it.
        shares = linalg.solve(kernel, wanted, assume_a="pos", overwrite_a=True, check_finite=False)
        return cls({"runs": packed(kept), "rarity": rarity, "weights": rows.T @ shares})

    def arrays(self) -> Arrays:
        """Return what was fitted."""
        return self._arrays

    def scores(self, text: str) -> Floats:
        """Return float64, shape (n_classes,)."""
        row = _rows([_runs(text)], self._numbers, self._rarity)
        read: Floats = row.data @ self._weights[row.indices]
        return read


def _rows(
    bags: Sequence[Counter[str]], numbers: Mapping[str, int], rarity: Floats
) -> sparse.csr_matrix:
    """Return float64, shape (len(bags), n_runs); rows of length 1, or empty."""
    values, columns, ends = list[Floats](), list[int](), [0]
    for bag in bags:
        known = sorted((numbers[run], count) for run, count in bag.items() if run in numbers)
        places = [number for number, _ in known]
        counts = np.array([count for _, count in known], dtype=np.float64)
        row = (1 + np.log(counts)) * rarity[places] if known else counts
        values.append(row / (float(np.sqrt((row**2).sum())) or 1.0))
        columns += places
        ends.append(len(columns))
    shape = (len(bags), len(numbers))
    return sparse.csr_matrix((np.concatenate(values), columns, ends), shape=shape)


def _runs(text: str) -> Counter[str]:
    framed = f"^{text}$"
    return Counter(
        framed[start : start + length]
        for length in range(1, _LONGEST + 1)
        for start in range(len(framed) - length + 1)
    )
