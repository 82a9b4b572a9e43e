"""Rasa's own tests of the trained assistant: intents of a blind set, and written stories.

    .venv/bin/python -m benchmarks.rasa_test [--nlu FILE]

Runs ``rasa test nlu`` on the blind sentences (an intent under ``also`` counts as the truth where
it was heard is not known to Rasa: only the first intent counts here, so the figure is the stricter
one) and ``rasa test core`` on ``tests/bot/test_stories.yml``. Prints figures, never a sentence.
"""

import argparse
import json
import subprocess
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from bot.serving import model_path, rasa_python, training_environment
from foundation.settings import ROOT, load_settings
from foundation.text.normalise import normalise

BLIND = ROOT / "tests" / "evaluation" / "nlu" / "sentences.yml"
STORIES = ROOT / "tests" / "bot" / "test_stories.yml"
_LIMIT_SECONDS = 900


def blind_nlu(blind: Path, into: Path) -> None:
    """Write the blind set as Rasa's NLU data, normalised as the service does."""
    rows = YAML(typ="safe").load(blind.read_text(encoding="utf-8"))
    examples: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        examples[row["intent"]].append(normalise(row["text"]))
    nlu = [
        {"intent": name, "examples": "".join(f"- {text}\n" for text in texts)}
        for name, texts in examples.items()
    ]
    YAML().dump({"version": "3.1", "nlu": nlu}, into)


def rasa_test(folder: Path, *arguments: str) -> None:
    """Run one of Rasa's tests; its reports lie in ``folder``."""
    settings = load_settings()
    subprocess.run(
        [
            *(rasa_python(), "-m", "rasa", "test", *arguments),
            *("--model", str(model_path(settings)), "--out", str(folder)),
        ],
        cwd=folder,
        env=training_environment(settings),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=True,
        timeout=_LIMIT_SECONDS,
    )


def main() -> None:
    """Run both and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nlu", type=Path, default=BLIND, help="another blind set")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="rasa-test-") as name:
        folder = Path(name)
        blind_nlu(options.nlu, folder / "blind.yml")
        rasa_test(folder, "nlu", "--nlu", "blind.yml")
        intents = _read(folder / "intent_report.json")
        rasa_test(folder, "core", "--stories", str(STORIES), "--e2e")
        stories = _read(folder / "story_report.json")
    macro = intents["macro avg"]
    print(f"rasa test nlu: {macro['support']} sentences, accuracy {intents['accuracy']:.3f}")
    print(f"  macro precision {macro['precision']:.3f}, recall {macro['recall']:.3f}", end=", ")
    print(f"F1 {macro['f1-score']:.3f}")
    told = stories["conversation_accuracy"]
    print(f"rasa test core: {told['correct']} of {told['total']} stories as written")


def _read(path: Path) -> dict[str, Any]:
    report: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return report


if __name__ == "__main__":
    main()
