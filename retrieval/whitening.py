"""What an entry is called on the whole: its names taken together, in a space made round.

The cosines of the encoder lie close together and follow what all names share (a question's tone,
its length). Whitening by the spread of the names within their own entries (as in linear
discriminant analysis, Fisher 1936; here shrunk towards a sphere, Ledoit & Wolf 2004) takes that
out; the mean of exponentials over an entry's names then asks for more than one lucky likeness.
Long stories and spoken questions gain most.
"""

import numpy as np
from numpy.typing import NDArray

from retrieval.encoder.protocol import Vectors
from retrieval.index.protocol import Ids
from retrieval.postings import Scores

# Of shrinkages 0.1-1 and sharpnesses 4-16 the middle of a broad plateau.
_SHRINKAGE = 0.9
_SHARPNESS = 8.0
_LEAST = -0.5  # of an entry without names: below what any name gives


class WhitenedNames:
    """The names of all entries; made once for each library, never changed."""

    def __init__(self, vectors: Vectors, owners: Ids, entries: int) -> None:
        """Take float32 rows of length 1, shape (n_names, dimensions), with each one's entry.

        Args:
            vectors: of the names.
            owners: int64, shape (n_names,): position of the entry that each row names.
            entries: how many entries there are.
        """
        order = np.argsort(owners, kind="stable")
        self._size = entries
        self._rows, self._starts, self._counts = np.unique(
            owners[order], return_index=True, return_counts=True
        )
        sorted_vectors = vectors[order].astype(np.float64)
        self._mean, self._whitening = self._fit(sorted_vectors)
        self._names = self._whiten(sorted_vectors)

    def scores(self, queries: Vectors) -> Scores:
        """Return float32, shape (n_entries,), about -0.1 to 1: the best over all readings.

        ``queries`` is float32, shape (n_readings, dimensions).
        """
        found = np.full(self._size, _LEAST, dtype=np.float32)
        if self._rows.size:
            likeness = np.exp(_SHARPNESS * (self._whiten(queries) @ self._names.T))
            means = np.add.reduceat(likeness, self._starts, axis=1) / self._counts
            found[self._rows] = np.log(means.max(axis=0)) / _SHARPNESS
        return found

    def _fit(self, vectors: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        size = vectors.shape[1]
        if not self._rows.size:
            return np.zeros(size), np.eye(size)
        means = np.add.reduceat(vectors, self._starts, axis=0) / self._counts[:, None]
        within = vectors - np.repeat(means, self._counts, axis=0)
        spread = within.T @ within / len(vectors)
        sphere = max(float(np.trace(spread)) / size, 1e-9)  # names may all stand alone
        shrunk = (1 - _SHRINKAGE) * spread + _SHRINKAGE * sphere * np.eye(size)
        return vectors.mean(axis=0), np.linalg.cholesky(np.linalg.inv(shrunk))

    def _whiten(self, vectors: NDArray[np.float64] | Vectors) -> NDArray[np.float32]:
        moved = (vectors - self._mean) @ self._whitening
        lengths = np.linalg.norm(moved, axis=1, keepdims=True)
        return np.asarray(moved / np.maximum(lengths, 1e-9), dtype=np.float32)
