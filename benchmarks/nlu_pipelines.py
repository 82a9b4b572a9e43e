"""Intent pipelines side by side, on sentences that none of them has seen.

    .venv/bin/python -m benchmarks.nlu_pipelines [--only NAME ...] [--epochs 40] [--json FILE]
    .venv/bin/python -m benchmarks.nlu_pipelines --trained

Each pipeline is trained by the real Rasa (NLU alone) in a temporary folder and parses the blind
set one sentence at a time in a process of its own. Prints scores and the names of confused
intents, never a sentence. An intent under ``also`` counts as right. ``--trained`` measures the
assistant as ``hotline train`` left it, on both blind sets.
"""

import argparse
import json
import os
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from bot.serving import CONFIG, DATA, model_path, rasa_python, training_environment
from foundation.settings import ROOT, Settings, load_settings
from foundation.text.normalise import normalise

BLIND = ROOT / "tests" / "evaluation" / "nlu" / "sentences.yml"
SECOND = BLIND.with_name("sentences_second.yml")
_LIMIT_SECONDS = 1800
_TOKENS = {"name": "JiebaTokenizer"}
_PATTERNS = {
    "name": "RegexFeaturizer",
    "case_sensitive": False,
    "use_lookup_tables": False,
    "use_word_boundaries": False,
}
_GRAMS = {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 3}
_VECTORS = {"name": "bot.nlu.featurizer.OnnxSentenceFeaturizer", "scale": 8.0}
_REGRESSION = {"name": "LogisticRegressionClassifier", "max_iter": 500, "tol": 0.001}
# Runs in Rasa's environment: parses, and prints what was heard, how long it took and the memory.
_MEASURE = """
import asyncio, json, resource, sys, time
from rasa.core.agent import Agent
agent = Agent.load(sys.argv[1])
texts = json.load(sys.stdin)
async def run():
    await agent.parse_message("暖机")
    heard = []
    for text in texts:
        began = time.perf_counter()
        parsed = await agent.parse_message(text)
        took = (time.perf_counter() - began) * 1000
        ranked = [each for each in parsed["intent_ranking"] if each["name"] != "nlu_fallback"]
        heard.append((ranked[0]["name"], ranked[0]["confidence"], took))
    return heard
heard = asyncio.run(run())
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"heard": heard, "peak_mib": peak}))
"""


def pipelines(epochs: int) -> dict[str, list[dict[str, Any]]]:
    """Return every pipeline compared, the one in use first."""
    diet = {
        "name": "DIETClassifier",
        "epochs": epochs,
        "entity_recognition": False,
        "constrain_similarities": True,
        "random_seed": 1,
    }
    chosen = YAML(typ="safe").load(CONFIG.read_text(encoding="utf-8"))["pipeline"]
    return {
        "in use": chosen,
        "regression, patterns": [_TOKENS, _PATTERNS, _REGRESSION],
        "regression, n-grams": [_TOKENS, _PATTERNS, _GRAMS, _REGRESSION],
        "regression, vectors": [_TOKENS, _PATTERNS, _VECTORS, _REGRESSION],
        "regression, vectors, n-grams": [_TOKENS, _PATTERNS, _GRAMS, _VECTORS, _REGRESSION],
        "DIET, n-grams": [_TOKENS, _PATTERNS, _GRAMS, diet],
        "DIET, vectors, n-grams": [_TOKENS, _PATTERNS, _GRAMS, _VECTORS | {"scale": 1.0}, diet],
    }


def blind_rows(path: Path = BLIND) -> list[dict[str, Any]]:
    """Return a blind set: text, intent, also."""
    rows: list[dict[str, Any]] = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    return rows


def measure(settings: Settings, steps: list[dict[str, Any]]) -> dict[str, Any]:
    """Train and measure one pipeline; scores in 0 to 1, times in seconds and milliseconds."""
    rows = blind_rows()
    with tempfile.TemporaryDirectory(prefix="nlu-") as name:
        folder = Path(name)
        config = {"recipe": "default.v1", "language": "zh", "pipeline": steps, "policies": []}
        YAML(typ="safe").dump(config | {"assistant_id": "compared"}, folder / "config.yml")
        began = time.monotonic()
        _rasa(
            settings,
            folder,
            *("-m", "rasa", "train", "nlu", "--config", "config.yml", "--nlu", str(DATA / "nlu")),
            *("--out", "models", "--fixed-model-name", "compared"),
        )
        took = time.monotonic() - began
        answer = hear(settings, folder / "models" / "compared.tar.gz", rows)
    return {"train_seconds": took, "peak_mib": answer["peak_mib"]} | score(rows, answer["heard"])


def hear(settings: Settings, model: Path, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Parse the sentences of ``rows`` as the service hands them over.

    Returns:
        ``heard``: for each row (intent, confidence, milliseconds); ``peak_mib``: of the process.
    """
    texts = json.dumps([normalise(row["text"]) for row in rows])
    printed = _rasa(settings, model.parent, "-c", _MEASURE, str(model), said=texts)
    answer: dict[str, Any] = json.loads(printed.splitlines()[-1])
    return answer


def score(rows: list[dict[str, Any]], heard: list[tuple[str, float, float]]) -> dict[str, Any]:
    """Return macro-F1, parse times and confusions of (intent, confidence, milliseconds)."""
    pairs = [
        (row["intent"], row["intent"] if name in row.get("also", []) else name)
        for row, (name, _, _) in zip(rows, heard, strict=True)
    ]
    took = sorted(each[2] for each in heard)
    confused = sorted({pair for pair in pairs if pair[0] != pair[1]})
    return {
        "macro_f1": macro_f1(pairs),
        "right": sum(truth == name for truth, name in pairs) / len(pairs),
        "least": sorted((round(_f1(pairs, name), 2), name) for name in {t for t, _ in pairs})[:8],
        "calibration_error": _calibration_error(pairs, [each[1] for each in heard]),
        "parse_p50_ms": took[len(took) // 2],
        "parse_p95_ms": took[int(len(took) * 0.95)],
        "confusions": {
            f"{truth} -> {name}": pairs.count((truth, name)) for truth, name in confused
        },
    }


def macro_f1(pairs: list[tuple[str, str]]) -> float:
    """Return the mean F1 over the intents that occur; ``pairs`` are (truth, heard)."""
    names = {truth for truth, _ in pairs}
    return sum(_f1(pairs, name) for name in names) / len(names)


def _f1(pairs: list[tuple[str, str]], name: str) -> float:
    hits = pairs.count((name, name))
    said = sum(heard == name for _, heard in pairs)
    true = sum(truth == name for truth, _ in pairs)
    return 2 * hits / (said + true)


def _calibration_error(pairs: list[tuple[str, str]], confidences: list[float]) -> float:
    """Return the mean distance of confidence from being right, over ten bins."""
    bins: list[list[float]] = [[] for _ in range(10)]
    for (truth, heard), confidence in zip(pairs, confidences, strict=True):
        bins[min(int(confidence * 10), 9)].append(confidence - (truth == heard))
    return sum(abs(sum(each)) for each in bins) / len(pairs)


def trained(settings: Settings) -> dict[str, dict[str, Any]]:
    """Return the figures of the trained assistant by blind set."""
    figures = {}
    for path in (BLIND, SECOND):
        rows = blind_rows(path)
        answer = hear(settings, model_path(settings).resolve(), rows)
        figures[path.stem] = score(rows, answer["heard"]) | {"peak_mib": answer["peak_mib"]}
    return figures


def _rasa(settings: Settings, folder: Path, *arguments: str, said: str = "") -> str:
    return subprocess.run(
        [rasa_python(), *arguments],
        cwd=folder,
        env=training_environment(settings)
        | {"OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", "1")},
        input=said,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        check=True,
        timeout=_LIMIT_SECONDS,
    ).stdout


def main() -> None:
    """Measure the pipelines asked for and print one line each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", help="names of pipelines")
    parser.add_argument("--epochs", type=int, default=40, help="of DIET")
    parser.add_argument("--json", type=Path, help="write every figure here")
    parser.add_argument("--trained", action="store_true", help="what hotline train left")
    options = parser.parse_args()
    settings, figures = load_settings(), {}
    if options.trained:
        print(json.dumps(trained(settings), indent=1))
        return
    print("| pipeline | macro-F1 | right | training s | parse p50 ms | p95 ms | peak MiB |")
    for name, steps in pipelines(options.epochs).items():
        if options.only and name not in options.only:
            continue
        found = figures[name] = measure(settings, steps)
        print(
            f"| {name} | {found['macro_f1']:.3f} | {found['right']:.3f} "
            f"| {found['train_seconds']:.0f} | {found['parse_p50_ms']:.1f} "
            f"| {found['parse_p95_ms']:.1f} | {found['peak_mib']:.0f} |",
            flush=True,
        )
        if options.json:
            options.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
