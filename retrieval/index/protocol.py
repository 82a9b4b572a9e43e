"""What retrieval asks of a vector index; every implementation passes the same tests."""

from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from retrieval.encoder.protocol import Vectors

Ids = NDArray[np.int64]


class VectorIndex(Protocol):
    """Vectors of length 1 under numbers of the caller's choice; inner product is cosine."""

    def __len__(self) -> int:
        """Return how many vectors it holds."""
        ...

    def add(self, ids: Ids, vectors: Vectors) -> None:
        """Add float32 rows, shape (n, dimensions), under ``ids``, shape (n,)."""
        ...

    def remove(self, ids: Ids) -> None:
        """Take vectors out; unknown ids are passed over."""
        ...

    def search(self, queries: Vectors, top_k: int) -> tuple[Vectors, Ids]:
        """Return (scores, ids), each shape (n_queries, top_k), best first.

        ``scores[i, j]`` is the cosine of query i and the vector ``ids[i, j]``; where the index
        holds fewer than ``top_k``, ids are -1 and scores -1.
        """
        ...

    def vectors(self, ids: Ids) -> Vectors:
        """Return the stored rows of ``ids``, in their order."""
        ...

    def save(self, path: Path) -> None:
        """Write to a file; whole or not at all."""
        ...
