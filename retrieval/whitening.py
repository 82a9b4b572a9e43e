"""What an entry is called on the whole: its names taken together, in a space made round.

The cosines of the encoder lie close together and follow what all names share (a question's tone,
its length). Whitening by the spread of the names within their own entries (as in linear
discriminant analysis, Fisher 1936; here shrunk towards a sphere, Ledoit & Wolf 2004) takes that
out; the mean of exponentials over an entry's names then asks for more than one lucky likeness.
Long stories and spoken questions gain most.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retrieval.encoder.protocol import Vectors
from retrieval.index.protocol import Ids
from retrieval.postings import Scores
from retrieval.products import RoughProducts

# Of shrinkages 0.1-1 and sharpnesses 4-16 the middle of a broad plateau.
_SHRINKAGE = 0.9
_SHARPNESS = 8.0
# A space fitted to nearly the same names is nearly the same: up to this share of names that came
# or went it is kept, so that a published guide costs its own names alone.
_MOST_CHANGED = 0.02
# Entries whose names are compared once more, exactly: further down the order decides nothing.
_EXACT = 32
_LEAST = -0.5  # of an entry without names: below what any name gives


@dataclass(frozen=True, slots=True, eq=False)
class _Space:
    """Where likeness is measured, and the names that it was fitted to."""

    mean: NDArray[np.float64]  # shape (dimensions,)
    whitening: NDArray[np.float64]  # shape (dimensions, dimensions)
    fitted_to: Ids  # of the names

    def suits(self, ids: Ids) -> bool:
        """Whether ``ids`` are, but for a few, the names that it was fitted to."""
        changed = len(np.setxor1d(self.fitted_to, ids, assume_unique=True))
        return changed <= _MOST_CHANGED * len(self.fitted_to)

    def whiten(self, vectors: NDArray[np.float64] | Vectors) -> NDArray[np.float32]:
        """Return the vectors in this space, of length 1."""
        moved = (vectors - self.mean) @ self.whitening
        lengths = np.linalg.norm(moved, axis=1, keepdims=True)
        return np.asarray(moved / np.maximum(lengths, 1e-9), dtype=np.float32)


class WhitenedNames:
    """The names of all entries; made once for each library, never changed."""

    def __init__(
        self,
        ids: Ids,
        owners: Ids,
        entries: int,
        read: Callable[[Ids], Vectors],
        before: "WhitenedNames | None" = None,
    ) -> None:
        """Take the names of a library; those that ``before`` holds are not read where it suits.

        Args:
            ids: of the names in the vector index, int64, shape (n_names,), distinct.
            owners: int64, shape (n_names,): position of the entry that each one names.
            entries: how many entries there are.
            read: returns the float32 rows of length 1, shape (n, dimensions), of names given by
                their place in ``ids``.
            before: the names of the library until now.
        """
        order = np.argsort(owners, kind="stable")
        self._size = entries
        self._ids = ids[order]
        self._rows, self._starts, self._counts = np.unique(
            owners[order], return_index=True, return_counts=True
        )
        if before is not None and before.space.suits(self._ids):
            self.space: _Space = before.space
            self._names = before.with_new(self._ids, lambda places: read(order[places]))
        else:
            vectors = read(order).astype(np.float64)
            self.space = self._fit(vectors)
            self._names = self.space.whiten(vectors)
        self._products = RoughProducts(self._names)

    def with_new(self, ids: Ids, read: Callable[[Ids], Vectors]) -> NDArray[np.float32]:
        """Return the whitened rows of other names, of which only those not held are read."""
        order = np.argsort(self._ids)
        places = np.searchsorted(self._ids, ids, sorter=order)
        places = order[np.minimum(places, len(order) - 1)]
        names = self._names[places]
        if len(new := np.flatnonzero(self._ids[places] != ids)):
            names[new] = self.space.whiten(read(new))
        return names

    def scores(self, queries: Vectors) -> Scores:
        """Return float32, shape (n_entries,), about -0.1 to 1: the best over all readings.

        Exact for the ``_EXACT`` highest entries, right to some thousandths for those below.

        ``queries`` is float32, shape (n_readings, dimensions).
        """
        found = np.full(self._size, _LEAST, dtype=np.float32)
        if self._rows.size:
            moved = self.space.whiten(queries)
            likeness = np.exp(_SHARPNESS * self._products.of(moved))
            means = (np.add.reduceat(likeness, self._starts, axis=1) / self._counts).max(axis=0)
            exact = min(_EXACT, len(means))
            places = np.argpartition(means, len(means) - exact)[len(means) - exact :]
            means[places] = self._exact_means(moved, places)
            found[self._rows] = np.log(means) / _SHARPNESS
        return found

    def _exact_means(self, moved: Vectors, places: Ids) -> Scores:
        """Return what ``scores`` takes the logarithm of, for the entries at ``places``."""
        starts, counts = self._starts[places], self._counts[places]
        columns = moved.T
        # The names of an entry stand together: no row is copied.
        found = [
            self._names[start:end] @ columns
            for start, end in zip(starts, starts + counts, strict=True)
        ]
        likeness = np.exp(_SHARPNESS * np.concatenate(found))
        sums = np.add.reduceat(likeness, np.cumsum(counts) - counts, axis=0)
        return np.asarray((sums / counts[:, None]).max(axis=1), dtype=np.float32)

    def _fit(self, vectors: NDArray[np.float64]) -> _Space:
        size = vectors.shape[1]
        if not self._rows.size:
            return _Space(np.zeros(size), np.eye(size), self._ids)
        means = np.add.reduceat(vectors, self._starts, axis=0) / self._counts[:, None]
        within = vectors - np.repeat(means, self._counts, axis=0)
        spread = within.T @ within / len(vectors)
        sphere = max(float(np.trace(spread)) / size, 1e-9)  # names may all stand alone
        shrunk = (1 - _SHRINKAGE) * spread + _SHRINKAGE * sphere * np.eye(size)
        whitening = np.linalg.cholesky(np.linalg.inv(shrunk))
        return _Space(vectors.mean(axis=0), whitening, self._ids)
