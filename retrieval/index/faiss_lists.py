"""Inverted lists over 16-bit floats: how many, how many are read, and building them in steps."""

import contextlib
import logging
import os
from collections.abc import Iterator
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from retrieval.encoder.progress import Progress, silent
from retrieval.encoder.protocol import Vectors
from retrieval.index.durable import write_durably
from retrieval.index.protocol import Ids, VectorBlocks

logger = logging.getLogger(__name__)

_TRAINING_PER_LIST = 40  # vectors; FAISS warns below 39
_TRAINING_ROUNDS = 8
# Lists read per question; recall@10 is 0.98 and more with these (docs/benchmarks/vector-index.md).
_PROBES = ((50_000, 80), (300_000, 128), (3_000_000, 32))
_MOST_PROBES = 48
_CHECKPOINT_ROWS = 200_000
_CHECKPOINT = "lists.faiss"
_SEED = 12345
_BY_ID = 2  # faiss.DirectMap.Hashtable, which the type stubs do not know

FaissLists = Any  # an IndexIVF: the stubs know what all indexes share only


def list_count(total: int) -> int:
    """Return how many lists ``total`` vectors are spread over: about four times the root."""
    return int(2 ** round(np.log2(4 * np.sqrt(max(total, 1)))))


def probe_count(total: int) -> int:
    """Return how many lists are read for one question."""
    fitting = (probes for limit, probes in _PROBES if total <= limit)
    return min(next(fitting, _MOST_PROBES), list_count(total))


def build_lists(blocks: VectorBlocks, dimensions: int, progress: Progress = silent) -> FaissLists:
    """Return an index over ``blocks``; a build that was ended goes on at its last checkpoint.

    Args:
        blocks: the vectors; read twice. Checkpoints go into their folder, where they have one.
        dimensions: length of each.
        progress: told how far it is.
    """
    total = len(blocks.ids)
    with _every_core():
        index = _checkpoint(blocks)
        if index is None:
            index = _trained(blocks, dimensions, progress)
            _keep(index, blocks)
        done, kept = 0, int(index.ntotal)
        for ids, vectors in blocks:
            if done >= index.ntotal:
                index.add_with_ids(np.ascontiguousarray(vectors), np.ascontiguousarray(ids))
                if index.ntotal - kept >= _CHECKPOINT_ROWS and index.ntotal < total:
                    _keep(index, blocks)
                    kept = int(index.ntotal)
            done += len(ids)
            progress("写入向量", done / total)
    return index


def ids_of_lists(index: FaissLists) -> Ids:
    """Return every id of an index that ``build_lists`` made."""
    lists = index.invlists
    sizes = enumerate(map(lists.list_size, range(index.nlist)))
    parts = [faiss.rev_swig_ptr(lists.get_ids(number), size) for number, size in sizes if size]
    return np.concatenate([np.empty(0, dtype=np.int64), *parts])


def _trained(blocks: VectorBlocks, dimensions: int, progress: Progress) -> FaissLists:
    total = len(blocks.ids)
    count = list_count(total)
    progress("划分向量空间", 0.0)
    quantizer = faiss.IndexFlatIP(dimensions)
    index = faiss.IndexIVFScalarQuantizer(
        quantizer,
        dimensions,
        count,
        # 8 bits lose the last percent of recall: near neighbours differ by less than a step.
        faiss.ScalarQuantizer.QT_fp16,
        faiss.METRIC_INNER_PRODUCT,
        False,  # the vectors themselves, not what is left beside the list's centre
    )
    index.cp.niter = _TRAINING_ROUNDS
    index.cp.seed = _SEED
    # Centres of length 1, as the vectors are: the nearest is the one of the highest product.
    index.cp.spherical = True
    index.train(_sample(blocks, min(total, count * _TRAINING_PER_LIST)))
    # Finds a vector by its id, so that one can be taken out or read.
    index.set_direct_map_type(_BY_ID)
    index.nprobe = probe_count(total)
    return index


def _sample(blocks: VectorBlocks, size: int) -> Vectors:
    chosen: NDArray[np.bool_] = np.zeros(len(blocks.ids), dtype=np.bool_)
    chosen[np.random.default_rng(_SEED).choice(len(chosen), size, replace=False)] = True
    parts, start = [], 0
    for ids, vectors in blocks:
        parts.append(vectors[chosen[start : start + len(ids)]])
        start += len(ids)
    return np.concatenate(parts)


def _keep(index: FaissLists, blocks: VectorBlocks) -> None:
    if blocks.folder is not None:
        path = blocks.folder / _CHECKPOINT
        write_durably(path, lambda scratch: faiss.write_index(index, str(scratch)))


def _checkpoint(blocks: VectorBlocks) -> FaissLists | None:
    """Return the index as far as it was built, where it is of these vectors."""
    path = None if blocks.folder is None else blocks.folder / _CHECKPOINT
    if path is None or not path.exists():
        return None
    ids = blocks.ids
    try:
        index: FaissLists = faiss.read_index(str(path))
        held = ids_of_lists(index)
    except (RuntimeError, AttributeError) as error:
        logger.warning("the checkpoint of the index cannot be read, starting over: %s", error)
        return None
    fits = index.nlist == list_count(len(ids)) and np.array_equal(
        np.sort(held), np.sort(ids[: len(held)])
    )
    return index if fits else None


@contextlib.contextmanager
def _every_core() -> Iterator[None]:
    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(os.cpu_count() or 1)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(before)
