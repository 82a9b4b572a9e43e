"""Exact search in memory with FAISS: right for the tens of thousands of passages of one city."""

import os
from pathlib import Path

import faiss
import numpy as np

from retrieval.encoder.protocol import Vectors
from retrieval.errors import IndexFilesError
from retrieval.index.protocol import Ids


class FaissIndex:
    """A ``VectorIndex`` over ``IndexFlatIP``."""

    def __init__(self, dimensions: int) -> None:
        # One question against some thousand rows: a second thread costs more than it saves.
        faiss.omp_set_num_threads(1)
        self._index: faiss.Index = faiss.IndexIDMap2(faiss.IndexFlatIP(dimensions))

    def __len__(self) -> int:
        """Return how many vectors it holds."""
        return int(self._index.ntotal)

    @property
    def dimensions(self) -> int:
        """Length of each vector."""
        return int(self._index.d)

    def add(self, ids: Ids, vectors: Vectors) -> None:
        """Add float32 rows under ``ids``."""
        if len(ids):
            self._index.add_with_ids(np.ascontiguousarray(vectors), ids)

    def remove(self, ids: Ids) -> None:
        """Take vectors out; unknown ids are passed over."""
        self._index.remove_ids(faiss.IDSelectorBatch(ids))

    def search(self, queries: Vectors, top_k: int) -> tuple[Vectors, Ids]:
        """Return (scores, ids), each shape (n_queries, top_k), best first."""
        scores, ids = self._index.search(np.ascontiguousarray(queries), top_k)
        scores[ids < 0] = -1.0
        return scores, ids

    def vectors(self, ids: Ids) -> Vectors:
        """Return the stored rows of ``ids``, in their order."""
        rows = [self._index.reconstruct(int(one)) for one in ids]
        return np.array(rows, dtype=np.float32).reshape(len(rows), self.dimensions)

    def save(self, path: Path) -> None:
        """Write to a file; whole or not at all."""
        scratch = path.with_name(f".{path.name}.{os.getpid()}")
        faiss.write_index(self._index, str(scratch))
        scratch.replace(path)

    @classmethod
    def load(cls, path: Path) -> "FaissIndex":
        """Read what ``save`` wrote.

        Raises:
            IndexFilesError: FAISS cannot read the file.
        """
        try:
            stored = faiss.read_index(str(path))
        except RuntimeError as error:
            raise IndexFilesError(f"{path.name} cannot be read") from error
        index = cls(stored.d)
        index._index = stored
        return index
