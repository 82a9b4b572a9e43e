"""The kept index of the library's passages: checked at load, completed or built anew as needed."""

import logging
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from foundation.settings import Settings
from retrieval.encoder.progress import Progress, silent
from retrieval.encoder.protocol import Encoder, Vectors
from retrieval.errors import IndexFilesError
from retrieval.index.blocks import KeptBlocks
from retrieval.index.faiss_index import FaissIndex
from retrieval.index.milvus_index import MilvusIndex
from retrieval.index.passage_index import PassageIndex
from retrieval.index.passages import Passage, passage_ids
from retrieval.index.protocol import Ids, VectorIndex

logger = logging.getLogger(__name__)

# A build spreads vectors over lists that suit it; adding more than this share leaves it askew.
_MOST_ADDED = 0.2

Make = Callable[[Ids], Vectors]  # rows of passages → their vectors


def index_folder(settings: Settings) -> Path:
    """Return where the index, or how far its build is, is kept on this machine."""
    return settings.data_dir / "index"


def vector_index(settings: Settings, encoder: Encoder) -> VectorIndex:
    """Return the kind of index that the settings choose, not yet loaded."""
    folder = index_folder(settings)
    if settings.vector_index == "faiss":
        return FaissIndex(folder, encoder.dimensions, encoder.fingerprint)
    uri = settings.milvus_uri or str(folder / "milvus.db")
    token = "" if settings.milvus_token is None else settings.milvus_token.get_secret_value()
    return MilvusIndex(uri, encoder.dimensions, encoder.fingerprint, token)


def open_index(
    index: VectorIndex,
    folder: Path,
    passages: Sequence[Passage],
    encoder: Encoder,
    progress: Progress = silent,
) -> PassageIndex:
    """Return the snapshot of ``passages``.

    What is kept is used as it is when it fits, completed when some texts are new, and built anew
    when it is missing, damaged or of another encoder. What it holds besides stays: it may have
    been published by this city, and is only hidden.

    Args:
        index: where the vectors are, or go.
        folder: for what a long build has done so far.
        passages: to be held; only those not held yet are encoded.
        encoder: the one that ``index`` is labelled with.
        progress: told how far it is.

    Raises:
        IndexServerError: the server of the index cannot be reached.
    """
    ids = passage_ids(passages)

    def make(rows: Ids) -> Vectors:
        return encoder.encode_passages([passages[row].text for row in rows])

    _complete(index, folder, ids, encoder.fingerprint, make, progress)
    progress("语义索引就绪", 1.0)
    return PassageIndex.of(index, ids)


def keep_snapshot(
    index: VectorIndex, folder: Path, snapshot: PassageIndex, encoder: Encoder
) -> PassageIndex:
    """Keep exactly what ``snapshot`` knows, and return it over the index that is kept now.

    Args:
        index: a new object over the place of the snapshot's own index, which stays as it is.
        folder: for what a long build has done so far.
        snapshot: its vectors are taken over; nothing is encoded.
        encoder: the one that the vectors are from.
    """
    held = _complete(index, folder, snapshot.ids, encoder.fingerprint, snapshot.vectors, silent)
    stale = np.setdiff1d(held, snapshot.ids)
    if len(stale):
        index.remove(stale)
        index.save()
    return PassageIndex.of(index, snapshot.ids)


def _complete(
    index: VectorIndex, folder: Path, ids: Ids, label: str, make: Make, progress: Progress
) -> Ids:
    """Load ``index`` and have it hold ``ids``; return what it holds besides and did before."""
    held = np.empty(0, dtype=np.int64)
    try:
        index.load()
        held = index.ids
    except IndexFilesError as error:
        logger.warning("vector index is built anew: %s", error)
    missing = np.flatnonzero(~np.isin(ids, held))
    if len(missing) > _MOST_ADDED * len(held):
        _build(index, folder / "build", ids, label, _known_first(index, ids, held, make), progress)
        return np.empty(0, dtype=np.int64)
    if len(missing):
        index.add(ids[missing], make(missing))
        index.save()
    return held


def _known_first(index: VectorIndex, ids: Ids, held: Ids, make: Make) -> Make:
    """Return a ``make`` that asks for those vectors only that the index does not hold."""
    known = np.isin(ids, held)

    def vectors(rows: Ids) -> Vectors:
        found = np.empty((len(rows), index.dimensions), dtype=np.float32)
        old, new = known[rows], ~known[rows]
        if old.any():
            found[old] = index.vectors(ids[rows[old]])
        if new.any():
            found[new] = make(rows[new])
        return found

    return vectors


def _build(
    index: VectorIndex, folder: Path, ids: Ids, label: str, make: Make, progress: Progress
) -> None:
    blocks = KeptBlocks(folder, ids, label, lambda start, stop: make(np.arange(start, stop)))
    blocks.prepare("建立语义索引", progress)
    index.build(blocks, progress)
    index.save()
    blocks.clear()
