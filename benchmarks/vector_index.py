"""The vector index at 1,000 to 1,000,000 passages: recall, speed, memory, and how it is built.

Run again after it was ended, by whatever: it goes on with the blocks and lists that are there.
Run again after it was done, it only searches.
"""

import json
import multiprocessing
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import psutil
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from benchmarks.cost_curve import cost_curve
from benchmarks.figures import machine
from benchmarks.noisy_vectors import NoisyVectors, exact_neighbours, tenth_neighbour_distance
from foundation.settings import load_settings
from knowledge_base.loader import load_library
from retrieval.encoder.progress import Progress as Report
from retrieval.encoder.protocol import Vectors
from retrieval.index.blocks import KeptBlocks
from retrieval.index.faiss_index import FaissIndex
from retrieval.search import SearchEngine

SIZES = (1_000, 10_000, 100_000, 1_000_000)
BLOCK_ROWS = 50_000
RECALL_AT = 10
ASKED_FOR = 256  # passages that the product takes per reading of a question
SEED = 12345

Figures = dict[str, Any]


def main(
    folder: Annotated[Path, typer.Option(help="Where vectors and indexes are kept meanwhile.")],
    sizes: Annotated[list[int] | None, typer.Option("--size")] = None,
    queries: int = 200,
    results: Annotated[Path | None, typer.Option("--json")] = None,
    curve: Annotated[Path | None, typer.Option("--svg")] = None,
) -> None:
    """Measure every size, smallest first, and print one JSON object."""
    base, questions = shipped_vectors(queries)
    spread = tenth_neighbour_distance(base)
    found: Figures = {
        "machine": machine(),
        "real_passages": len(base),
        "dimensions": base.shape[1],
        "median_distance_to_tenth_neighbour": round(spread, 4),
        "seed": SEED,
        "sizes": [],
    }
    for size in sorted(sizes or SIZES):
        noisy = NoisyVectors(base, spread, SEED)
        asked = {"questions": questions, "moved_passages": noisy.drawn(queries)}
        found["sizes"].append(_measure(folder / str(size), size, noisy, asked))
        print(json.dumps(found["sizes"][-1], ensure_ascii=False), flush=True)
        if results is not None:
            results.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", "utf-8")
    if curve is not None:
        curve.write_text(cost_curve(found["sizes"]), encoding="utf-8")


def shipped_vectors(queries: int) -> tuple[Vectors, Vectors]:
    """Return the vectors of the library's passages, and of sample questions asked as questions."""
    library = load_library()
    engine = SearchEngine(library, load_settings())
    with _bar() as report:
        encoder, index = engine.load_dense(report)
    texts = [text for matter in library.matters.values() for text in matter.sample_questions]
    step = max(1, len(texts) // queries)
    asked = np.concatenate([encoder.encode_queries([text]) for text in texts[::step][:queries]])
    return index.vectors(np.arange(len(index))), asked


def _measure(folder: Path, size: int, noisy: NoisyVectors, asked: dict[str, Vectors]) -> Figures:
    label = f"noisy-{SEED}"
    took = _built(folder, size, noisy, label)
    blocks = _blocks(folder, size, noisy, label)
    with _bar() as report:
        truth = {
            name: exact_neighbours(blocks, rows, RECALL_AT, report) for name, rows in asked.items()
        }
    context = multiprocessing.get_context("spawn")  # a process that built nothing
    with context.Pool(1) as pool:
        searched = pool.apply(
            measure_search, (folder / "index", noisy.dimensions, label, asked, truth)
        )
    return {"passages": size, **took, **searched}


def _built(folder: Path, size: int, noisy: NoisyVectors, label: str) -> Figures:
    """Build what is not built yet, and return what that took."""
    done = folder / "built.json"
    if done.exists():
        took: Figures = json.loads(done.read_text("utf-8"))
        return took
    blocks = _blocks(folder, size, noisy, label)
    index = FaissIndex(folder / "index", noisy.dimensions, label)
    with _bar() as report:
        blocks.prepare(f"{size}：生成向量", report)
        started, processor = time.perf_counter(), time.process_time()
        index.build(blocks, report)
        index.save()
    took = {
        "build_seconds": round(time.perf_counter() - started, 1),
        "build_processor_seconds": round(time.process_time() - processor, 1),
    }
    done.write_text(json.dumps(took), "utf-8")
    return took


def _blocks(folder: Path, size: int, noisy: NoisyVectors, label: str) -> KeptBlocks:
    ids = np.arange(size, dtype=np.int64)
    return KeptBlocks(folder / "build", ids, label, noisy.rows, BLOCK_ROWS)


def measure_search(
    folder: Path, dimensions: int, label: str, asked: dict[str, Vectors], truth: dict[str, Any]
) -> Figures:
    """Open the index as the service does, one question at a time, and return what it costs."""
    process = psutil.Process()
    index = FaissIndex(folder, dimensions, label)
    before = process.memory_full_info()
    started = time.perf_counter()
    index.load()
    opened = time.perf_counter() - started
    found: Figures = {"exact": index.is_exact, "open_seconds": round(opened, 2)}
    for name, rows in asked.items():
        for row in rows:  # the pages that are searched come into memory
            index.search(row[None], RECALL_AT)
        taken = {count: _timed(index, rows, count) for count in (RECALL_AT, ASKED_FOR)}
        ids = np.stack([index.search(row[None], RECALL_AT)[1][0] for row in rows])
        hits = sum(len(np.intersect1d(*pair)) for pair in zip(ids, truth[name], strict=True))
        found[name] = {"recall_at_10": round(hits / ids.size, 4)}
        for count, figures in taken.items():
            found[name][f"top_{count}"] = figures
    after = process.memory_full_info()
    found["file_mib"] = round(sum(p.stat().st_size for p in folder.glob("*.faiss")) / 2**20, 1)
    found["own_memory_mib"] = round((after.uss - before.uss) / 2**20, 1)
    found["with_mapped_pages_mib"] = round((after.rss - before.rss) / 2**20, 1)
    return found


def _timed(index: FaissIndex, rows: Vectors, top_k: int) -> dict[str, float]:
    wall, processor = [], []
    for row in rows:
        started, used = time.perf_counter(), time.thread_time()
        index.search(row[None], top_k)
        processor.append((time.thread_time() - used) * 1000)
        wall.append((time.perf_counter() - started) * 1000)
    (p50, p95), (cpu50, cpu95) = (np.percentile(one, [50, 95]) for one in (wall, processor))
    named = {"p50_ms": p50, "p95_ms": p95, "processor_p50_ms": cpu50, "processor_p95_ms": cpu95}
    return {name: round(float(value), 2) for name, value in named.items()}


@contextmanager
def _bar() -> Iterator[Report]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=1.0)
        yield lambda step, done: bar.update(task, description=step, completed=done)


if __name__ == "__main__":
    typer.run(main)
