"""As many vectors as are asked for, from those of real passages, and their exact neighbours."""

import faiss
import numpy as np
from numpy.typing import NDArray

from retrieval.encoder.progress import Progress, silent
from retrieval.encoder.protocol import Vectors
from retrieval.index.protocol import VectorBlocks

_TENTH = 10


def tenth_neighbour_distance(base: Vectors) -> float:
    """Return the median Euclidean distance of a passage to its tenth neighbour."""
    exact = faiss.IndexFlatL2(base.shape[1])
    exact.add(base)
    squared, _ = exact.search(base, _TENTH + 1)  # the first is the passage itself
    return float(np.sqrt(np.median(squared[:, _TENTH])))


class NoisyVectors:
    """Real vectors first, then each again and again, moved by ``spread`` in any direction."""

    def __init__(self, base: Vectors, spread: float, seed: int) -> None:
        self._base = base
        self._spread = spread
        self._seed = seed

    @property
    def dimensions(self) -> int:
        """Length of each vector."""
        return int(self._base.shape[1])

    def rows(self, start: int, stop: int) -> Vectors:
        """Return float32, shape (stop - start, dimensions); the same for the same start."""
        places = np.arange(start, stop)
        moved = self._moved(places % len(self._base), [self._seed, start])
        real = places < len(self._base)
        moved[real] = self._base[places[real]]
        return moved

    def drawn(self, count: int) -> Vectors:
        """Return vectors made like the others and not among them, for asking."""
        chosen = np.random.default_rng([self._seed, 2**32 + 1]).integers(0, len(self._base), count)
        return self._moved(chosen, [self._seed, 2**32])

    def _moved(self, rows: NDArray[np.int64], seed: list[int]) -> Vectors:
        noise = np.random.default_rng(seed).standard_normal(
            (len(rows), self.dimensions), dtype=np.float32
        )
        noise *= self._spread / np.linalg.norm(noise, axis=1, keepdims=True)
        moved = self._base[rows] + noise
        return np.asarray(moved / np.linalg.norm(moved, axis=1, keepdims=True), dtype=np.float32)


def exact_neighbours(
    blocks: VectorBlocks, queries: Vectors, count: int, progress: Progress = silent
) -> NDArray[np.int64]:
    """Return the ids of the nearest ``count``, shape (n_queries, count), compared one by one."""
    best = np.full((len(queries), count), -np.inf, dtype=np.float32)
    nearest = np.full((len(queries), count), -1, dtype=np.int64)
    done = 0
    for ids, vectors in blocks:
        scores = queries @ vectors.T
        rows = np.argpartition(-scores, min(count, len(ids)) - 1, axis=1)[:, :count]
        best = np.concatenate([best, np.take_along_axis(scores, rows, axis=1)], axis=1)
        nearest = np.concatenate([nearest, ids[rows]], axis=1)
        order = np.argsort(-best, axis=1, kind="stable")[:, :count]
        best, nearest = (np.take_along_axis(one, order, axis=1) for one in (best, nearest))
        done += len(ids)
        progress("逐一比较", done / len(blocks.ids))
    return nearest
