"""Latency of retrieval: encoding, searching, a whole question; and encoding against PyTorch.

Run: ``.venv/bin/python -m benchmarks.retrieval`` (needs ``hotline encoder prepare``).
All figures of one run stand in one table, so that ratios mean something on a busy machine.
"""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np
from rich.console import Console
from rich.table import Table

from foundation.settings import Settings, load_settings
from knowledge_base.library import Library
from knowledge_base.loader import load_library
from retrieval.calibration.samples import read_questions
from retrieval.encoder.preparation import encoder_folder, load_encoder
from retrieval.encoder.protocol import Encoder, Vectors
from retrieval.search import SearchEngine
from retrieval.service import Retriever
from retrieval.understanding import understand

QUESTIONS = 200
WARM_UP = 10
OURS, TORCH = "encode, ONNX Runtime int8", "encode, PyTorch float32"


def measure(work: Callable[[str], object], texts: list[str]) -> np.ndarray:
    """Return milliseconds per text, float64, shape (len(texts),)."""
    for text in texts[:WARM_UP]:
        work(text)
    taken = []
    for text in texts:
        started = time.perf_counter()
        work(text)
        taken.append((time.perf_counter() - started) * 1000)
    return np.array(taken)


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


def search_alone(library: Library, settings: Settings, texts: list[str]) -> np.ndarray:
    engine = SearchEngine(library, settings)
    encoder, index = engine.load_dense()
    engine.use_dense((Remembering(encoder), index))

    def search(text: str) -> object:
        return engine.search(understand(text, engine.wording))

    for text in texts:
        search(text)
    return measure(search, texts)


def main() -> None:
    settings = load_settings()
    texts = [question.text for question in read_questions()][::2][:QUESTIONS]
    started = time.perf_counter()
    library = load_library()
    retriever = Retriever(library, settings)
    retriever.warm_up_lexical()
    lexical_seconds = time.perf_counter() - started
    alone = measure(retriever.ask, texts)
    retriever.warm_up()
    ready_seconds = time.perf_counter() - started
    encoder = load_encoder(settings)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    rows = {
        **encoders(encoder, str(encoder_folder(settings)), texts),
        "search besides encoding": search_alone(library, settings, texts),
        "ask, lexical channel alone": alone,
        "ask, both channels": measure(retriever.ask, texts),
    }
    table = Table("milliseconds", "p50", "p95")
    for name, taken in rows.items():
        table.add_row(name, f"{np.percentile(taken, 50):.2f}", f"{np.percentile(taken, 95):.2f}")
    console = Console()
    console.print(table)
    ratio = np.median(rows[OURS]) / np.median(rows[TORCH])
    console.print(f"encode, ONNX / PyTorch: {ratio:.2f}")
    console.print(f"lexical ready after {lexical_seconds:.1f} s, all after {ready_seconds:.1f} s")
    console.print(f"peak memory before PyTorch: {memory:.0f} MiB")


def encoders(encoder: Encoder, folder: str, texts: list[str]) -> dict[str, np.ndarray]:
    """Time both encoders turn by turn, so that whatever else runs slows both.

    Plain sentence-transformers works in a process of its own: thread pools do not mix.
    """
    command = [sys.executable, "-c", _TORCH, folder]
    taken: dict[str, list[float]] = {OURS: [], TORCH: []}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdin is not None
        assert other.stdout is not None
        for text in [*texts[:WARM_UP], *texts]:
            started = time.perf_counter()
            encoder.encode_queries([text])
            taken[OURS].append((time.perf_counter() - started) * 1000)
            other.stdin.write(json.dumps(text) + "\n")
            other.stdin.flush()
            taken[TORCH].append(float(other.stdout.readline()))
        other.stdin.close()
    return {name: np.array(values[WARM_UP:]) for name, values in taken.items()}


_TORCH = """
import json, sys, time, torch
from sentence_transformers import SentenceTransformer
torch.set_num_threads(2)
model = SentenceTransformer(sys.argv[1], device="cpu")
for line in sys.stdin:
    text = json.loads(line)
    started = time.perf_counter()
    model.encode([text], prompt_name="query", show_progress_bar=False)
    print((time.perf_counter() - started) * 1000, flush=True)
"""


if __name__ == "__main__":
    main()
