"""The vectors of one library's passages: a snapshot that shares what did not change."""

from collections.abc import Sequence

import numpy as np

from retrieval.encoder.protocol import Encoder, Vectors
from retrieval.index.protocol import Ids, VectorIndex

# With more hidden or beside than this a snapshot is worth keeping anew. Up to here a search asks
# the index for as many more as are hidden, and the ones beside cost it 0.3 ms.
_MOST_HIDDEN = 512
_MOST_BESIDE = 2_000
_BATCH = 64


class PassageIndex:
    """Speaks of passages by their row; the shared ``VectorIndex`` below by their ids.

    What a changed library adds stands in a small matrix beside the index, what it lost is hidden.
    Neither touches the index, so that whoever holds an older snapshot goes on with it.
    """

    def __init__(
        self, index: VectorIndex, ids: Ids, beside_ids: Ids, beside: Vectors, base_ids: Ids
    ) -> None:
        """Join index and ids.

        Args:
            index: holds ``base_ids``; never changed from here on.
            ids: of the passages, distinct; ids[i] is passage i.
            beside_ids: of the passages that the index does not hold.
            beside: their vectors, float32, shape (len(beside_ids), dimensions).
            base_ids: every id that the index holds, ascending.
        """
        self._index = index
        self._ids = ids
        self._beside_ids = beside_ids
        self._beside = beside
        self._base_ids = base_ids
        self._order = np.argsort(ids, kind="stable")
        self._sorted = ids[self._order]
        in_base = len(ids) - len(beside_ids)
        self._hidden = len(base_ids) - in_base

    @classmethod
    def of(cls, index: VectorIndex, ids: Ids) -> "PassageIndex":
        """Return the snapshot of passages that ``index`` holds all of."""
        nothing = np.empty((0, index.dimensions), dtype=np.float32)
        return cls(index, ids, ids[:0], nothing, np.sort(index.ids))

    def __len__(self) -> int:
        """Return how many passages it knows."""
        return len(self._ids)

    @property
    def ids(self) -> Ids:
        """Return the id of each passage."""
        return self._ids

    @property
    def is_worn(self) -> bool:
        """Whether so much has changed that the index should be kept anew."""
        return self._hidden > _MOST_HIDDEN or len(self._beside_ids) > _MOST_BESIDE

    def search(self, queries: Vectors, top_k: int) -> tuple[Vectors, Ids]:
        """Return (scores, rows), each shape (n_queries, top_k), best first; see ``VectorIndex``."""
        more = min(self._hidden, _MOST_HIDDEN)
        scores, ids = self._index.search(queries, min(top_k + more, len(self._base_ids)))
        rows = self._rows_of(ids)
        if len(self._beside_ids):
            rows = np.concatenate(
                [rows, np.tile(self._rows_of(self._beside_ids), (len(queries), 1))], axis=1
            )
            scores = np.concatenate([scores, queries @ self._beside.T], axis=1)
        scores = np.where(rows < 0, np.float32(-1.0), scores)
        best = np.argsort(-scores, axis=1, kind="stable")[:, :top_k]
        return np.take_along_axis(scores, best, axis=1), np.take_along_axis(rows, best, axis=1)

    def vectors(self, rows: Ids) -> Vectors:
        """Return the vectors of passages, in their order."""
        ids = self._ids[rows]
        is_beside = np.isin(ids, self._beside_ids)
        found = np.empty((len(ids), self._index.dimensions), dtype=np.float32)
        found[~is_beside] = self._index.vectors(ids[~is_beside])
        found[is_beside] = self._beside[_places(self._beside_ids, ids[is_beside])]
        return found

    def changed(self, ids: Ids, texts: Sequence[str], encoder: Encoder) -> "PassageIndex":
        """Return the snapshot of other passages; only those that are new are encoded.

        Args:
            ids: of the passages, distinct.
            texts: of the passages; texts[i] belongs to ids[i].
            encoder: the one that the index was built with.
        """
        outside = np.flatnonzero(~_holds(self._base_ids, ids))
        beside_ids = ids[outside]
        beside = np.empty((len(outside), self._index.dimensions), dtype=np.float32)
        known = np.isin(beside_ids, self._beside_ids)
        beside[known] = self._beside[_places(self._beside_ids, beside_ids[known])]
        new = np.flatnonzero(~known)
        for start in range(0, len(new), _BATCH):
            places = new[start : start + _BATCH]
            beside[places] = encoder.encode_passages([texts[outside[place]] for place in places])
        return PassageIndex(self._index, ids, beside_ids, beside, self._base_ids)

    def _rows_of(self, ids: Ids) -> Ids:
        """Return the row of each id; -1 for one that no passage has."""
        if not len(self._ids):
            return np.full(ids.shape, -1, dtype=np.int64)
        places = np.minimum(np.searchsorted(self._sorted, ids), len(self._ids) - 1)
        return np.where(self._sorted[places] == ids, self._order[places], -1)


def _holds(ascending: Ids, ids: Ids) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    if not len(ascending):
        return np.zeros(len(ids), dtype=np.bool_)
    places = np.minimum(np.searchsorted(ascending, ids), len(ascending) - 1)
    return np.asarray(ascending[places] == ids)


def _places(held: Ids, ids: Ids) -> Ids:
    """Return where in ``held`` each id stands; every one does."""
    order = np.argsort(held, kind="stable")
    return np.asarray(order[np.searchsorted(held, ids, sorter=order)], dtype=np.int64)
