"""Understanding by who wrote: ``python -m benchmarks.intent_voices``.

Each writer's examples are heard by a model that learnt from all others', once with and once
without those of the newest writer; then both blind sets, by models with and without the newest.
Encoder, patterns and classifier are the assistant's own, run without Rasa. Prints figures, never
a sentence; takes some nine minutes on a busy machine.
"""

import argparse
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from benchmarks.nlu_pipelines import BLIND, SECOND, blind_rows, score
from bot.nlu.intent_model import IntentModel
from bot.nlu.punctuation import one_form
from bot.nlu.sentence_encoder import SentenceEncoder
from bot.serving import CONFIG, DATA, training_environment
from foundation.settings import load_settings
from foundation.text.normalise import normalise

RUNS = Path(__file__).parent / "data" / "intent_writers.yml"
WRITERS = ("A", "B", "C", "D", "E", "F", "G")  # the last has what follows the runs that are counted
NEWEST = WRITERS[-1]
_CLASSIFIER = "bot.nlu.intent_classifier.CalibratedIntentClassifier"


@dataclass(frozen=True, slots=True)
class Example:
    """One training example and who wrote it."""

    text: str
    intent: str
    writer: str


@dataclass(frozen=True)
class Heard:
    """Texts as the classifier gets them; row i of both arrays belongs to ``texts[i]``."""

    texts: list[str]
    vectors: NDArray[np.float64]  # shape (n_texts, dimensions)
    patterns: NDArray[np.float64]  # 0/1, shape (n_texts, n_patterns)

    def rows(self, places: NDArray[np.intp]) -> "Heard":
        """Return some of the texts."""
        texts = [self.texts[place] for place in places]
        return Heard(texts, self.vectors[places], self.patterns[places])


def examples() -> list[Example]:
    """Return the training examples, those of one intent in the order in which they were written.

    Raises:
        ValueError: an intent has fewer examples than its writers are said to have written.
    """
    runs: dict[str, list[int]] = _read(RUNS)
    found = []
    for path in sorted((DATA / "nlu").glob("*.yml")):
        for entry in _read(path)["nlu"]:
            if "intent" in entry:
                lines = [line.removeprefix("- ") for line in entry["examples"].splitlines()]
                by = _writers(runs[entry["intent"]], len(lines))
                found += [
                    Example(line, entry["intent"], writer)
                    for line, writer in zip(lines, by, strict=True)
                ]
    return found


def _writers(run: Sequence[int], count: int) -> list[str]:
    """Return who wrote each of ``count`` examples that stand one after another."""
    left = count - sum(run)
    if left < 0:
        raise ValueError(f"{RUNS.name} counts {sum(run)} examples where {count} stand")
    return [w for w, size in zip(WRITERS, [*run, left], strict=True) for _ in range(size)]


def patterns() -> list[re.Pattern[str]]:
    """Return the word patterns, as Rasa's RegexFeaturizer applies them."""
    entries = _read(DATA / "nlu" / "features.yml")["nlu"]
    return [
        re.compile(entry["examples"].strip().removeprefix("- "), re.IGNORECASE) for entry in entries
    ]


def hear(encoder: SentenceEncoder, texts: Sequence[str]) -> Heard:
    """Return the features of messages as the service hands them over."""
    known = patterns()
    marks = np.array([[bool(each.search(text)) for each in known] for text in texts], dtype=float)
    said = [one_form(text) for text in texts]
    return Heard(said, np.vstack([encoder.encode_twice(text) for text in said]), marks)


def learn(heard: Heard, intents: Sequence[str]) -> IntentModel:
    """Fit the classifier with the settings of ``config.yml``."""
    steps = _read(CONFIG)["pipeline"]
    chosen = next(step for step in steps if step["name"] == _CLASSIFIER)
    model = IntentModel(chosen["vector_weight"], chosen["gram_weight"], chosen["ridge"])
    return model.fit(heard.texts, heard.vectors, heard.patterns, intents)


def understood(model: IntentModel, heard: Heard, rows: list[dict[str, Any]]) -> str:
    """Return how well messages are understood, in words; ``rows`` hold intent and also."""
    shares = model.confidences(heard.texts, heard.vectors, heard.patterns)
    labels = model.labels
    said = [(labels[int(row.argmax())], float(row.max()), 0.0) for row in shares]
    found = score(rows, said)
    least = ", ".join(f"{name} {value:.2f}" for value, name in found["least"][:4])
    return (
        f"macro-F1 {found['macro_f1']:.4f}, right {round(found['right'] * len(rows))} "
        f"of {len(rows)}, calibration error {found['calibration_error']:.3f}, least {least}"
    )


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--blind-only", action="store_true", help="leave no writer out")
    options = parser.parse_args()
    encoder = SentenceEncoder(Path(training_environment(load_settings())["HOTLINE_ENCODER_DIR"]))
    every = examples()
    writer = np.array([each.writer for each in every])
    intent = np.array([each.intent for each in every])
    heard = hear(encoder, [each.text for each in every])

    def learnt(chosen: NDArray[np.bool_]) -> IntentModel:
        return learn(heard.rows(np.flatnonzero(chosen)), intent[chosen].tolist())

    for left_out in () if options.blind_only else WRITERS:
        theirs = heard.rows(np.flatnonzero(writer == left_out))
        rows: list[dict[str, Any]] = [{"intent": name} for name in intent[writer == left_out]]
        others = writer != left_out
        print(left_out, "left out:", understood(learnt(others), theirs, rows), flush=True)
        if left_out != NEWEST:
            model = learnt(others & (writer != NEWEST))
            print(f"{left_out} and {NEWEST} left out:", understood(model, theirs, rows), flush=True)
    both = {path.stem: blind_rows(path) for path in (BLIND, SECOND)}
    said = {
        name: hear(encoder, [normalise(r["text"]) for r in rows]) for name, rows in both.items()
    }
    for head, chosen in (
        ("all", np.full(len(every), True)),
        (f"without {NEWEST}", writer != NEWEST),
    ):
        model = learnt(chosen)
        for name, rows in both.items():
            print(f"{name}, {head}:", understood(model, said[name], rows), flush=True)


def _read(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)


if __name__ == "__main__":
    main()
