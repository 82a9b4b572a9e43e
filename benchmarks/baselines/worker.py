"""One engine in a process of its own: built, asked, weighed. Speaks JSON.

Reads ``{"engine", "encoder", "texts": [{"code", "text"}], "questions": [str]}`` from standard
input, writes ``{"found": [[code]], "milliseconds": [float], "build_seconds", "memory_mib"}``, the
memory being what the process takes after the questions less what Python alone had taken.
"""

import json
import sys
import time
from collections.abc import Callable

import psutil

from benchmarks.baselines.protocol import Engine, Text
from connectors.cli.machine_form import json_only_output

_WARM_UP = 5
_MIB = 2**20


def _bm25(_: str) -> Engine:
    from benchmarks.baselines.words import Bm25  # noqa: PLC0415 -- only this engine's libraries

    return Bm25()


def _whoosh(_: str) -> Engine:
    from benchmarks.baselines.words import Whoosh  # noqa: PLC0415 -- same

    return Whoosh()


def _tantivy(_: str) -> Engine:
    from benchmarks.baselines.words import Tantivy  # noqa: PLC0415 -- same

    return Tantivy()


def _dense(encoder: str) -> Engine:
    from benchmarks.baselines.vectors import SentenceTransformersFaiss  # noqa: PLC0415 -- same

    return SentenceTransformersFaiss(encoder)


def _haystack(encoder: str) -> Engine:
    from benchmarks.baselines.vectors import HaystackHybrid  # noqa: PLC0415 -- same

    return HaystackHybrid(encoder)


def _ours(_: str) -> Engine:
    from benchmarks.baselines.ours import Ours  # noqa: PLC0415 -- same

    return Ours()


ENGINES: dict[str, Callable[[str], Engine]] = {
    "bm25s": _bm25,
    "whoosh": _whoosh,
    "tantivy": _tantivy,
    "sentence-transformers + FAISS": _dense,
    "haystack hybrid": _haystack,
    "this project": _ours,
}


def main() -> None:
    given = json.load(sys.stdin)
    with json_only_output() as output:
        json.dump(measured(given), output)


def measured(given: dict[str, object]) -> dict[str, object]:
    texts = [Text(**each) for each in given["texts"]]  # type: ignore[attr-defined]  # JSON
    questions: list[str] = given["questions"]  # type: ignore[assignment]  # JSON
    process = psutil.Process()
    before = process.memory_info().rss
    started = time.perf_counter()
    engine = ENGINES[str(given["engine"])](str(given["encoder"]))
    engine.build(texts)
    built = time.perf_counter() - started
    for question in questions[:_WARM_UP]:
        engine.search(question)
    found, taken = [], []
    for question in questions:
        began = time.perf_counter()
        codes = engine.search(question)
        taken.append((time.perf_counter() - began) * 1000)
        found.append(engine.completed(question, codes))
    return {
        "found": found,
        "milliseconds": taken,
        "build_seconds": built,
        "memory_mib": (process.memory_info().rss - before) / _MIB,
    }


if __name__ == "__main__":
    main()
