"""What a team would use instead, side by side in one run.

Every engine gets the same passages (titles, aliases, sample questions, summaries, facets of the
public guides) in a process of its own, one after the other, and is asked the same questions, one at
a time. Needs the optional extra ``benchmarks``; for Rasa its own environment.

    python -m benchmarks.retrieval_baselines QUESTIONS… [--only NAME…] [--json FILE] [--rasa PYTHON]

Rasa's selector takes minutes an epoch over all passages; ``--rasa-names`` gives it titles and
aliases alone, so that it comes to a figure, which is then no comparison on equal texts.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.baselines.worker import ENGINES
from benchmarks.figures import machine
from foundation.settings import ROOT, load_settings
from knowledge_base.library import Library
from knowledge_base.loader import load_library
from retrieval.encoder.preparation import encoder_folder
from retrieval.evaluation.questions import EvaluationQuestion, check_codes, read_questions
from retrieval.index.passages import PassageKind, build_entries, build_passages

RASA = "Rasa ResponseSelector"
_BRIEF = (PassageKind.TITLE, PassageKind.ALIAS)
_COLUMNS = ("R@1", "R@3", "MRR", "p50 ms", "p95 ms", "questions/s", "build s", "MiB")
_TIMEOUT_SECONDS = 3600


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path, help="questions, as hotline evaluate reads")
    parser.add_argument("--only", nargs="+", choices=(*ENGINES, RASA), default=[*ENGINES, RASA])
    parser.add_argument("--json", type=Path, help="write every figure here")
    parser.add_argument("--rasa", type=Path, default=ROOT / ".venv-rasa" / "bin" / "python")
    parser.add_argument("--rasa-epochs", type=int, default=100)
    parser.add_argument(
        "--rasa-names", action="store_true", help="train it on titles and aliases alone"
    )
    return parser.parse_args()


def passages(
    library: Library, kinds: Sequence[PassageKind] = tuple(PassageKind)
) -> list[dict[str, str]]:
    """Return the texts of the public guides; what stands for no guide is ours alone."""
    entries = [entry for entry in build_entries(library) if entry.written]
    found = build_passages(library, entries)
    return [{"code": one.code, "text": one.text} for one in found if one.kind in kinds]


def asked(options: argparse.Namespace, name: str, given: dict[str, Any]) -> dict[str, Any]:
    """Run one engine in its own process."""
    command = [sys.executable, "-m", "benchmarks.baselines.worker"]
    if name == RASA:
        command = [str(options.rasa), str(ROOT / "benchmarks" / "baselines" / "rasa_selector.py")]
    done = subprocess.run(
        command,
        input=json.dumps({**given, "engine": name}),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        cwd=ROOT,
        timeout=_TIMEOUT_SECONDS,
    )
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def figures(result: dict[str, Any], questions: Sequence[EvaluationQuestion]) -> dict[str, float]:
    """Return quality over the answerable questions, and cost over all."""
    ranks = [
        next((place for place, code in enumerate(found, 1) if code in question.right), None)
        for found, question in zip(result["found"], questions, strict=True)
        if question.right
    ]
    taken = np.array(result["milliseconds"])
    p50, p95 = np.percentile(taken, [50, 95])
    values = (
        np.mean([rank == 1 for rank in ranks]),
        np.mean([rank is not None and rank <= 3 for rank in ranks]),
        np.mean([1 / rank if rank and rank <= 5 else 0.0 for rank in ranks]),
        *(p50, p95, 1000 / taken.mean(), result["build_seconds"], result["memory_mib"]),
    )
    return dict(zip(_COLUMNS, map(float, values), strict=True))


def table(rows: dict[str, dict[str, float]]) -> str:
    """Return the figures as Markdown."""
    lines = ["| | " + " | ".join(_COLUMNS) + " |", "|---" + "|---:" * len(_COLUMNS) + "|"]
    for name, row in rows.items():
        quality = [f"{row[column]:.3f}" for column in _COLUMNS[:3]]
        cost = [f"{row[column]:.1f}" for column in _COLUMNS[3:]]
        lines.append(f"| {name} | " + " | ".join([*quality, *cost]) + " |")
    return "\n".join(lines)


def main() -> None:
    options = read_options()
    settings, library = load_settings(), load_library()
    questions = read_questions(options.files)
    check_codes(questions, library)
    given = {
        "encoder": str(encoder_folder(settings)),
        "texts": passages(library),
        "questions": [question.text for question in questions],
        "epochs": options.rasa_epochs,
    }
    rows, before = {}, machine()
    for name in options.only:
        print(name, file=sys.stderr, flush=True)
        texts = given["texts"]
        if name == RASA and options.rasa_names:
            texts = passages(library, _BRIEF)
            print(f"{len(texts)} titles and aliases", file=sys.stderr, flush=True)
        rows[name] = figures(asked(options, name, {**given, "texts": texts}), questions)
        if options.json is not None:
            kept = {"before": before, "after": machine(), "engines": rows}
            options.json.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    answerable = sum(bool(question.right) for question in questions)
    print(table(rows))
    print(
        f"\n{answerable} answerable of {len(questions)} questions, {len(given['texts'])} passages"
    )
    print(f"before {before}\nafter {machine()}")


if __name__ == "__main__":
    main()
