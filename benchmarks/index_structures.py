"""Flat, inverted lists and HNSW over the same vectors: recall, processor time, memory, build.

Run: ``.venv/bin/python -m benchmarks.index_structures --size 100000``. One thread throughout.
"""

import json
import time
from collections.abc import Callable
from typing import Annotated, Any

import faiss
import numpy as np
import typer

from benchmarks.figures import machine
from benchmarks.noisy_vectors import NoisyVectors, tenth_neighbour_distance
from benchmarks.vector_index import RECALL_AT, SEED, shipped_vectors
from retrieval.encoder.protocol import Vectors
from retrieval.index.faiss_lists import list_count
from retrieval.index.protocol import Ids

_LINKS, _BUILD_EFFORT = 32, 80
_EFFORTS = (32, 64, 128)  # neighbours that an HNSW search keeps in view
_PROBES = (16, 32, 64)  # lists that are read
_HALF = faiss.ScalarQuantizer.QT_fp16


def main(
    size: Annotated[int, typer.Option(help="How many vectors.")] = 100_000, queries: int = 200
) -> None:
    """Print one JSON object a structure and setting, as soon as it is measured."""
    faiss.omp_set_num_threads(1)
    base, questions = shipped_vectors(queries)
    noisy = NoisyVectors(base, tenth_neighbour_distance(base), SEED)
    rows = noisy.rows(0, size)
    asked = {"questions": questions, "moved": noisy.drawn(queries)}
    print(json.dumps({"machine": machine(), "vectors": size}), flush=True)
    exact, built = _built(lambda: faiss.IndexFlatIP(rows.shape[1]), rows)
    truth = {name: exact.search(some, RECALL_AT)[1] for name, some in asked.items()}
    _print("flat, 32 bits", exact, built, asked, truth)
    lists, built = _built(lambda: _lists(rows), rows)
    for probes in _PROBES:
        lists.nprobe = probes
        _print(f"{lists.nlist} lists, 16 bits, {probes} read", lists, built, asked, truth)
    del lists
    for name, make in _GRAPHS.items():
        graph, built = _built(lambda make=make: _graph(make(rows.shape[1])), rows)
        for effort in _EFFORTS:
            faiss.downcast_index(graph).hnsw.efSearch = effort
            _print(f"HNSW {name}, effort {effort}", graph, built, asked, truth)


_GRAPHS: dict[str, Callable[[int], Any]] = {
    "32 bits": lambda width: faiss.IndexHNSWFlat(width, _LINKS, faiss.METRIC_INNER_PRODUCT),
    "16 bits": lambda width: faiss.IndexHNSWSQ(width, _HALF, _LINKS, faiss.METRIC_INNER_PRODUCT),
}


def _graph(index: Any) -> Any:
    index.hnsw.efConstruction = _BUILD_EFFORT
    return index


def _lists(rows: Vectors) -> Any:
    width, count = rows.shape[1], list_count(len(rows))
    centres = faiss.IndexFlatIP(width)
    index = faiss.IndexIVFScalarQuantizer(
        centres, width, count, _HALF, faiss.METRIC_INNER_PRODUCT, False
    )
    index.own_fields, _ = True, centres.this.disown()
    return index


def _built(make: Callable[[], Any], rows: Vectors) -> tuple[Any, float]:
    """Return the index and the seconds of processor that it took."""
    started = time.process_time()
    index = make()
    if not index.is_trained:
        index.train(rows[: 100 * getattr(index, "nlist", 1000)])
    index.add(rows)
    return index, time.process_time() - started


def _print(
    name: str, index: Any, built: float, asked: dict[str, Vectors], truth: dict[str, Ids]
) -> None:
    found: dict[str, Any] = {"structure": name, "build_processor_s": round(built, 1)}
    for which, rows in asked.items():
        index.search(rows, RECALL_AT)
        taken, hits = [], 0
        for row, right in zip(rows, truth[which], strict=True):
            started = time.thread_time()
            ids = index.search(row[None], RECALL_AT)[1][0]
            taken.append((time.thread_time() - started) * 1000)
            hits += len(np.intersect1d(ids, right))
        p50, p95 = np.percentile(taken, [50, 95])
        found[which] = {
            "recall_at_10": round(hits / truth[which].size, 4),
            "processor_p50_ms": round(float(p50), 2),
            "processor_p95_ms": round(float(p95), 2),
        }
    found["mib"] = round(len(faiss.serialize_index(index)) / 2**20, 1)
    print(json.dumps(found), flush=True)


if __name__ == "__main__":
    typer.run(main)
