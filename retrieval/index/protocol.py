"""What retrieval asks of a vector index; every implementation passes the same tests."""

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from retrieval.encoder.progress import Progress, silent
from retrieval.encoder.protocol import Vectors

Ids = NDArray[np.int64]


class VectorBlocks(Protocol):
    """Vectors read block by block, as often as needed: they need not fit into memory together."""

    @property
    def ids(self) -> Ids:
        """Return the distinct ids of all rows, shape (n,), in the order of the blocks."""
        ...

    @property
    def folder(self) -> Path | None:
        """Return where a long build may keep how far it is; it goes when the blocks go."""
        ...

    def __iter__(self) -> Iterator[tuple[Ids, Vectors]]:
        """Yield (ids, float32 rows of length 1) block by block."""
        ...


class VectorIndex(Protocol):
    """Vectors of length 1 under numbers of the caller's choice; inner product is cosine.

    An index knows the place it is kept in (a folder, a server's collection) and the encoder that
    its vectors come from; constructing one neither reads nor writes.
    """

    def __len__(self) -> int:
        """Return how many vectors it holds."""
        ...

    @property
    def dimensions(self) -> int:
        """Length of each vector."""
        ...

    @property
    def ids(self) -> Ids:
        """Return every id it holds, shape (len,), in no particular order."""
        ...

    def build(self, blocks: VectorBlocks, progress: Progress = silent) -> None:
        """Hold exactly these vectors from now on, in the structure that suits their number."""
        ...

    def add(self, ids: Ids, vectors: Vectors) -> None:
        """Add float32 rows, shape (n, dimensions), under distinct ``ids``, shape (n,).

        A vector already held under one of them is replaced.
        """
        ...

    def remove(self, ids: Ids) -> None:
        """Take vectors out; unknown ids are passed over."""
        ...

    def search(self, queries: Vectors, top_k: int) -> tuple[Vectors, Ids]:
        """Return (scores, ids), each shape (n_queries, top_k), best first.

        ``scores[i, j]`` is the cosine of query i and the vector ``ids[i, j]``; where the index
        finds fewer than ``top_k``, ids are -1 and scores -1. Safe to call from many threads.
        """
        ...

    def vectors(self, ids: Ids) -> Vectors:
        """Return the stored rows of ``ids``, in their order.

        Raises:
            KeyError: one of them is not held.
        """
        ...

    def save(self) -> None:
        """Keep what is held now; a crash leaves what was kept before, or this."""
        ...

    def load(self) -> None:
        """Hold what is kept.

        Raises:
            IndexFilesError: nothing is kept, it is damaged, or it is of another encoder.
        """
        ...
