"""Latency of retrieval: encoding, searching, a whole question; and encoding against PyTorch.

Run: ``.venv/bin/python -m benchmarks.retrieval`` (needs ``hotline encoder prepare``);
``--no-search`` for the encoders alone.
All figures of one run stand in one table. ``least`` takes each question's shortest time over the
rounds and then the median over the questions: on a busy machine that is what the work itself takes.
"""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Self

import numpy as np
import typer
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from benchmarks.figures import machine
from foundation.settings import Settings, load_settings
from knowledge_base.library import Library
from knowledge_base.loader import load_library
from retrieval.calibration.samples import read_questions
from retrieval.encoder.preparation import encoder_folder, load_encoder
from retrieval.encoder.protocol import Encoder, Vectors
from retrieval.search import SearchEngine
from retrieval.service import Retriever
from retrieval.understanding import understand

QUESTIONS = 100
WARM_UP = 10
ROUNDS = 5
ENCODED = 40  # questions that both encoders are asked in each round
OURS, TORCH = "encode, ONNX Runtime int8", "encode, PyTorch float32"

Times = NDArray[np.float64]  # milliseconds


def measure(work: Callable[[str], object], texts: list[str]) -> tuple[Times, Times]:
    """Return milliseconds by the clock and of the processor, shape (ROUNDS, len(texts)) each."""
    for text in texts[:WARM_UP]:
        work(text)
    wall, processor = np.zeros((2, ROUNDS, len(texts)))
    for turn in range(ROUNDS):
        for column, text in enumerate(texts):
            started, used = time.perf_counter(), time.process_time()
            work(text)
            processor[turn, column] = (time.process_time() - used) * 1000
            wall[turn, column] = (time.perf_counter() - started) * 1000
    return wall, processor


class Remembering:
    """An encoder that knows its answers, so that what is left is the search."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._known: dict[tuple[str, ...], Vectors] = {}
        self.dimensions = encoder.dimensions
        self.fingerprint = encoder.fingerprint

    def encode_queries(self, texts: list[str]) -> Vectors:
        """Encode each list once."""
        key = tuple(texts)
        if key not in self._known:
            self._known[key] = self._encoder.encode_queries(texts)
        return self._known[key]

    def encode_passages(self, texts: list[str]) -> Vectors:
        """Pass on."""
        return self._encoder.encode_passages(texts)


def search_alone(library: Library, settings: Settings, texts: list[str]) -> tuple[Times, Times]:
    engine = SearchEngine(library, settings)
    encoder, index = engine.load_dense()
    engine.use_dense((Remembering(encoder), index))

    def search(text: str) -> object:
        return engine.search(understand(text, engine.wording))

    for text in texts:
        search(text)
    return measure(search, texts)


def main(*, encoding: bool = True, search: bool = True) -> None:
    """Print the table, ``--no-encoding`` or ``--no-search`` leaving that out of it."""
    settings = load_settings()
    texts = [question.text for question in read_questions()][::2][:QUESTIONS]
    console = Console()
    before = machine()
    rows: dict[str, tuple[Times, Times]] = {}
    if search:
        rows = searching(settings, texts, console)
    if encoding:
        rows |= encoders(load_encoder(settings), str(encoder_folder(settings)), texts[:ENCODED])
    table = Table("milliseconds", "p50", "p95", "least p50", "least p95", "processor least p50")
    for name, (wall, processor) in rows.items():
        shortest = wall.min(axis=0)
        values = [np.percentile(some, share) for some in (wall, shortest) for share in (50, 95)]
        values.append(np.median(processor.min(axis=0)))
        table.add_row(name, *(f"{value:.2f}" for value in values))
    console.print(table)
    for threads in (2, 1) if encoding else ():
        wall, processor = (
            [rows[_named(who, threads)][of] for who in (OURS, TORCH)] for of in (0, 1)
        )
        console.print(
            f"encode, ONNX / PyTorch with {threads} threads: least {_ratio(wall, least=True):.2f}, "
            f"all {_ratio(wall, least=False):.2f}, processor {_ratio(processor, least=True):.2f}"
        )
    console.print(f"before {before}\nafter {machine()}")


def _ratio(times: list[Times], *, least: bool) -> float:
    ours, theirs = (np.median(each.min(axis=0) if least else each) for each in times)
    return float(ours / theirs)


def searching(
    settings: Settings, texts: list[str], console: Console
) -> dict[str, tuple[Times, Times]]:
    """Time search and whole questions, and print how long it takes to be ready for them."""
    started = time.perf_counter()
    library = load_library()
    retriever = Retriever(library, settings)
    retriever.warm_up_lexical()
    lexical_seconds = time.perf_counter() - started
    alone = measure(retriever.ask, texts)
    began = time.perf_counter()
    retriever.warm_up()
    dense_seconds = time.perf_counter() - began
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    console.print(f"lexical ready after {lexical_seconds:.1f} s, all {dense_seconds:.1f} s later")
    console.print(f"peak memory: {memory:.0f} MiB")
    return {
        "search besides encoding": search_alone(library, settings, texts),
        "ask, lexical channel alone": alone,
        "ask, both channels": measure(retriever.ask, texts),
    }


def encoders(encoder: Encoder, folder: str, texts: list[str]) -> dict[str, tuple[Times, Times]]:
    """Time both encoders turn by turn, so that whatever else runs slows both."""
    found = {}
    for threads in (2, 1):
        with PlainSentenceTransformers(folder, threads) as plain:
            taken = np.zeros((2, 2, ROUNDS + 1, len(texts)))  # who, clock or processor, …
            for turn in range(ROUNDS + 1):
                for column, text in enumerate(texts):
                    started, used = time.perf_counter(), time.process_time()
                    encoder.encode_queries([text])
                    taken[0, 1, turn, column] = (time.process_time() - used) * 1000
                    taken[0, 0, turn, column] = (time.perf_counter() - started) * 1000
                    taken[1, :, turn, column] = plain.timed(text)
        for name, (wall, processor) in zip((OURS, TORCH), taken[:, :, 1:], strict=True):
            found[_named(name, threads)] = (wall, processor)
    return found


def _named(who: str, threads: int) -> str:
    return f"{TORCH}, threads: {threads}" if who == TORCH else f"{OURS}, beside {threads}"


class PlainSentenceTransformers:
    """Works in a process of its own: thread pools do not mix."""

    def __init__(self, folder: str, threads: int) -> None:
        command = [sys.executable, "-c", _TORCH, folder, str(threads)]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def timed(self, text: str) -> tuple[float, float]:
        """Encode one text and return milliseconds by the clock and of the processor."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(text) + "\n")
        self._process.stdin.flush()
        wall, processor = self._process.stdout.readline().split()
        return float(wall), float(processor)


_TORCH = """
import json, sys, time, torch
from sentence_transformers import SentenceTransformer
torch.set_num_threads(int(sys.argv[2]))
model = SentenceTransformer(sys.argv[1], device="cpu")
for line in sys.stdin:
    text = json.loads(line)
    started, used = time.perf_counter(), time.process_time()
    model.encode([text], prompt_name="query", show_progress_bar=False)
    processor, wall = time.process_time() - used, time.perf_counter() - started
    print(wall * 1000, processor * 1000, flush=True)
"""


if __name__ == "__main__":
    typer.run(main)
