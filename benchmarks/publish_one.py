"""What it takes to answer from a library in which one guide has changed."""

import json
import statistics
import time
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from benchmarks.figures import machine
from foundation.settings import load_settings
from knowledge_base.library import Library
from knowledge_base.loader import load_library
from knowledge_base.schema import Matter
from retrieval.encoder.preparation import load_encoder
from retrieval.index.blocks import MemoryBlocks
from retrieval.index.faiss_index import FaissIndex
from retrieval.index.passage_index import PassageIndex
from retrieval.search import SearchEngine

CODE = "M0103"
SEED = 12345


def main(
    copies: Annotated[int, typer.Option(help="How often every guide stands in the library.")] = 1,
    rounds: int = 7,
) -> None:
    """Print seconds for a new long question (no new word) and for a new short name (a new word).

    Vectors are random: a publish never reads those of other guides. The new text is encoded.
    """
    settings = load_settings()
    library = _copied(load_library(), copies)
    engine = SearchEngine(library, settings)
    engine.warm_up_lexical()
    encoder = load_encoder(settings)
    rows = np.random.default_rng(SEED).standard_normal(
        (len(engine.passages), encoder.dimensions), dtype=np.float32
    )
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    index = FaissIndex(Path("unused"), encoder.dimensions, "random", flat_limit=len(rows))
    index.build(MemoryBlocks(engine.ids, rows))
    engine.use_dense((encoder, PassageIndex.of(index, engine.ids)))
    found: dict[str, Any] = {
        "machine": machine(),
        "guides": len(library.matters),
        "passages": len(engine.passages),
    }
    for name, said in (("question", "补身份证第{}次要花多少钱呀"), ("name", "补第{}证")):
        taken, processor = [], []
        for number in range(rounds):
            changed = _with_alias(library, said.format(number))
            started, used = time.perf_counter(), time.process_time()
            engine.renewed(changed)
            taken.append(time.perf_counter() - started)
            processor.append(time.process_time() - used)
        found[f"{name}_seconds"] = {
            "median": round(statistics.median(taken), 3),
            "least": round(min(taken), 3),
            "most": round(max(taken), 3),
            "processor": round(statistics.median(processor), 3),
        }
    print(json.dumps(found, ensure_ascii=False, indent=1))


def _with_alias(library: Library, alias: str) -> Library:
    matter = library.matter(CODE)
    changed = matter.model_copy(update={"aliases": (*matter.aliases, alias)})
    return replace(library, matters={**library.matters, CODE: changed})


def _copied(library: Library, copies: int) -> Library:
    """Return a library of ``copies`` districts that word each guide in their own way."""
    matters = dict(library.matters)
    for number in range(1, copies):
        matters |= {
            f"{code}-{number}": _of_district(matter, f"{code}-{number}", f"{number}区")
            for code, matter in library.matters.items()
        }
    return replace(library, matters=matters)


def _of_district(matter: Matter, code: str, district: str) -> Matter:
    return matter.model_copy(
        update={
            "code": code,
            "title": district + matter.title,
            "aliases": tuple(district + alias for alias in matter.aliases),
            "sample_questions": tuple(district + text for text in matter.sample_questions),
            "summary": district + matter.summary,
        }
    )


if __name__ == "__main__":
    typer.run(main)
