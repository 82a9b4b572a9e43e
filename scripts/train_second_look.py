"""Learn the weights of the second look: ``python -m scripts.train_second_look``.

Danger and its look-alikes come from the voices under ``tests/routing/safety``; ordinary talk from
the training examples of the intents, the example questions, the appeals used for calibration, the
examples of the categories and answers given inside a conversation (``said_in_between``).
``tests/evaluation`` is never read. The threshold is chosen by leaving one writer out at a time: the
lowest at which, among the look-alikes of the writers left out, the second look alarms on at most
``FALSE_ALARMS`` of those that the screen leaves alone. How calm a text must be for an alert of the
screen to be taken back is chosen the same way, over every writer and for each category of alert:
calmer than each danger of a writer left out.
"""

import hashlib
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from routing.safety.screen import load_screen, screen
from routing.safety.second_look import (
    DATA,
    LINES,
    SCALE,
    grams,
    may_be_taken_back,
    windows,
)

ROOT = Path(__file__).resolve().parent.parent
VOICES = ROOT / "tests/routing/safety"
WRITERS = ("a", "b", "c", "d", "e", "f", "g", "h")
# Who had never seen the screen, and who wrote without having seen them: d had seen what the screen
# missed of b, e of both.
UNSEEN_BY = {
    "b": ("a", "c", "f", "g", "h"),
    "c": ("a", "b", "d", "f", "g", "h"),
    "f": ("a", "b", "c", "d", "e", "h"),
    "g": ("a", "b", "c", "d", "e", "f", "h"),
    "h": ("a", "b", "c", "d", "e", "f", "g"),
}
BLIND_WRITERS = tuple(UNSEEN_BY)
_CALMER = 1.0  # than the calmest danger left out; 0.5 lost four dangers of 1,431, this one
_ENOUGH = 80  # dangers of a category; of fewer, the calmest says too little
FALSE_ALARMS = 0.022  # of the second look alone; 0.02 costs eight dangers in a thousand
_KEPT = 20000  # n-grams; 10,000 cost three points of recall, all 55,000 bring nothing
_TELLING = 3  # an n-gram in fewer dangers says nothing about which line
_STRENGTH = 20.0  # inverse of the regularisation
_ORDINARY = 0.5  # weight of a harmless text beside a voice
_LEFT_OUT_INTENTS = {"crisis", "request_assistance"}  # may tell of danger
_LEFT_OUT_CATEGORY = "C05"  # public order: some of its examples tell of danger


@dataclass(frozen=True, slots=True)
class Voice:
    """One message: the line it needs (``None``: none), and who wrote it."""

    text: str
    line: str | None
    also: tuple[str, ...]
    writer: str


@dataclass(frozen=True, slots=True)
class Judged:
    """An alert of the screen that may be taken back, and its score by weights of other writers."""

    text: str
    category: str
    is_danger: bool
    writer: str
    score: float


@dataclass(frozen=True)
class Model:
    """What was learnt: rarity, weight for danger and weights for the lines, by n-gram."""

    vocabulary: dict[str, int]
    rarity: NDArray[np.float64]
    danger: LogisticRegression
    line: LogisticRegression

    def scores(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Return the score of the most alarming window of each text."""
        parts = [(i, part) for i, text in enumerate(texts) for part in windows(_plain(text))]
        rows = _matrix([grams(part) for _, part in parts], self.vocabulary, self.rarity)
        best = np.full(len(texts), -np.inf)
        np.maximum.at(best, [i for i, _ in parts], self.danger.decision_function(rows))
        return best

    def lines(self, texts: Sequence[str]) -> list[str]:
        """Return the likeliest line of each (short) text."""
        rows = _matrix([grams(_plain(text)) for text in texts], self.vocabulary, self.rarity)
        return [str(line) for line in self.line.predict(rows)]


def voices() -> list[Voice]:
    """Return the voices of every writer."""
    found = []
    for name in ("voices.yml", "sentences.yml"):
        data = _read(VOICES / name)
        found += [Voice(t, line, (), "a") for line, ts in data["alerts"].items() for t in ts]
        quiet = data["quiet"]
        groups = quiet.values() if isinstance(quiet, dict) else (quiet,)
        found += [Voice(text, None, (), "a") for group in groups for text in group]
    for writer in WRITERS[1:]:
        rows = _read(VOICES / f"voices_{writer}.yml")
        found += [
            Voice(row["text"], row.get("line"), tuple(row.get("also", ())), writer) for row in rows
        ]
    return found


def harmless() -> list[str]:
    """Return ordinary messages, none of which tells of danger."""
    return [*_intent_examples(), *_questions(), *_appeals(), *said_in_between()]


def said_in_between() -> list[str]:
    """Return short answers as they are given inside a conversation."""
    return [text for texts in _read(VOICES / "said_in_between.yml").values() for text in texts]


def fingerprint(said: Sequence[Voice]) -> str:
    """Return what changes when any voice changes.

    Ordinary messages are not part of it: examples are added every week, and a test holds the
    weights to those of today.
    """
    lines = sorted(f"{voice.line}\t{voice.text}" for voice in said)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def fit(said: Sequence[Voice], ordinary: Sequence[str]) -> Model:
    """Learn from voices and ordinary messages."""
    found = [grams(_plain(text)) for text in (*(v.text for v in said), *ordinary)]
    counts = Counter(gram for each in found for gram in each)
    # Sorted, so that the same texts give the same weights.
    every = sorted(gram for gram, count in counts.items() if count > 1)
    is_danger = np.array([v.line is not None for v in said] + [False] * len(ordinary))
    weight = np.array([1.0] * len(said) + [_ORDINARY] * len(ordinary))

    def learnt(names: list[str]) -> tuple[dict[str, int], NDArray[np.float64], Any]:
        index = {gram: i for i, gram in enumerate(names)}
        rarity = np.array([np.log(len(found) / counts[gram]) for gram in names]).round(3)
        rows = _matrix(found, index, rarity)
        model = LogisticRegression(C=_STRENGTH, max_iter=600)
        return index, rarity, model.fit(rows, is_danger, sample_weight=weight)

    _, rarity, first = learnt(every)
    order = np.argsort(-np.abs(first.coef_[0]) * rarity, kind="stable")
    index, rarity, danger = learnt(sorted(every[i] for i in order[:_KEPT]))
    alarms = [(i, v.line) for i, v in enumerate(said) if v.line is not None]
    rows = _matrix([found[i] for i, _ in alarms], index, rarity)
    lines = LogisticRegression(C=_STRENGTH, max_iter=600).fit(rows, [line for _, line in alarms])
    return Model(index, rarity, danger, lines)


def left_out(said: Sequence[Voice], ordinary: Sequence[str], writer: str) -> Model:
    """Learn from those only who wrote without having seen this writer's texts."""
    return fit([voice for voice in said if voice.writer in UNSEEN_BY[writer]], ordinary)


def threshold(scores: Iterable[tuple[float, bool]]) -> float:
    """Return the lowest threshold that keeps the false alarms of quiet messages in bounds.

    Args:
        scores: for each message that the screen leaves alone, its score and whether it is danger.
    """
    quiet = sorted((score for score, is_danger in scores if not is_danger), reverse=True)
    return round(quiet[int(FALSE_ALARMS * len(quiet))] + 1e-3, 3)


def judged(said: Sequence[Voice], ordinary: Sequence[str]) -> list[Judged]:
    """Return the alerts that may be taken back, scored without what their writer wrote."""
    found = []
    for writer in WRITERS:
        theirs = [
            (category, voice)
            for voice in said
            if voice.writer == writer and (category := _judged(voice.text))
        ]
        model = fit([voice for voice in said if voice.writer != writer], ordinary)
        scores = model.scores([voice.text for _, voice in theirs])
        found += [
            Judged(voice.text, category, voice.line is not None, writer, float(score))
            for (category, voice), score in zip(theirs, scores, strict=True)
        ]
    return found


def calm(alerts: Sequence[Judged]) -> tuple[float, dict[str, float]]:
    """Return scores that all dangers among the alerts are above.

    Returns:
        The score for any category, and those for the categories with dangers enough.
    """
    scores = defaultdict(list)
    for alert in alerts:
        if alert.is_danger:
            scores[alert.category].append(alert.score)
    least = {name: round(min(each) - _CALMER, 2) for name, each in sorted(scores.items())}
    enough = {name: value for name, value in least.items() if len(scores[name]) >= _ENOUGH}
    return min(least.values()), enough


def taken_back(alerts: Sequence[Judged], writer: str) -> list[Judged]:
    """Return the alerts of this writer that go when the others' dangers say how calm is calm."""
    below, by_category = calm([alert for alert in alerts if alert.writer != writer])
    return [
        alert
        for alert in alerts
        if alert.writer == writer and alert.score < by_category.get(alert.category, below)
    ]


def _judged(text: str) -> str | None:
    """Return the category of the screen's alert where the second look may take it back."""
    alert = screen(text)
    may = alert is not None and may_be_taken_back(alert, _plain(text))
    return alert.category if alert is not None and may else None


def main() -> None:
    """Learn, choose both thresholds, write the weights."""
    said, ordinary = voices(), harmless()
    held = []
    for writer in BLIND_WRITERS:
        model = left_out(said, ordinary, writer)
        theirs = [v for v in said if v.writer == writer and screen(v.text) is None]
        scores = model.scores([v.text for v in theirs])
        held += [(float(s), v.line is not None) for s, v in zip(scores, theirs, strict=True)]
    chosen = threshold(held)
    alerts = judged(said, ordinary)
    below, by_category = calm(alerts)
    _write(fit(said, ordinary), chosen, (below, by_category), fingerprint(said))
    print(f"{len(said)} voices, {len(ordinary)} ordinary messages", end=", ")
    print(f"threshold {chosen}, taken back below {below}, {by_category}")


def _write(model: Model, chosen: float, below: tuple[float, dict[str, float]], texts: str) -> None:
    danger, lines = model.danger.coef_[0], model.line.coef_
    order = [list(model.line.classes_).index(line) for line in LINES]
    said = Counter(gram for v in voices() if v.line is not None for gram in grams(_plain(v.text)))
    rows = {}
    for gram, i in model.vocabulary.items():
        row = [round(model.rarity[i] * SCALE), round(danger[i] * SCALE)]
        if said[gram] >= _TELLING:
            row += [round(lines[j, i] * SCALE) for j in order]
        rows[gram] = row
    head = {
        "texts": texts,
        "threshold": chosen,
        "calm": below[0],
        "calm_by_category": below[1],
        "bias": round(float(model.danger.intercept_[0]), 4),
        "lines": LINES,
        "line_bias": [round(float(model.line.intercept_[j]), 4) for j in order],
    }
    # One n-gram a line, so that a change can be read.
    said_lines = (f"{_json(gram)}: {_json(row)}" for gram, row in rows.items())
    body = ",\n".join(said_lines)
    DATA.write_text(f'{_json(head)[:-1]}, "grams": {{\n{body}\n}}}}\n', encoding="utf-8")


def _matrix(
    found: Sequence[set[str]], index: dict[str, int], rarity: NDArray[np.float64]
) -> csr_matrix:
    rows: list[int] = []
    columns: list[int] = []
    values: list[float] = []
    for i, each in enumerate(found):
        known = sorted(index[gram] for gram in each if gram in index)
        weights = rarity[known]
        norm = float(np.sqrt((weights**2).sum())) or 1.0
        rows += [i] * len(known)
        columns += known
        values += (weights / norm).tolist()
    return csr_matrix((values, (rows, columns)), shape=(len(found), len(index)))


@cache  # every writer left out is learnt without, from the same texts
def _plain(text: str) -> str:
    return load_screen().plain(text)


def _intent_examples() -> Iterator[str]:
    for path in sorted((ROOT / "bot/data/nlu").glob("*.yml")):
        for entry in _read(path)["nlu"]:
            if "intent" in entry and entry["intent"] not in _LEFT_OUT_INTENTS:
                yield from (re.sub(r"^\s*-\s*", "", s) for s in entry["examples"].splitlines())


def _questions() -> Iterator[str]:
    for path in sorted((ROOT / "retrieval/examples").glob("*.yml")):
        for texts in _read(path).values():
            yield from texts


def _appeals() -> Iterator[str]:
    calibration = _read(ROOT / "routing/city/calibration_appeals.yml")
    yield from (appeal["text"] for appeal in calibration["appeals"])
    yield from calibration["non_appeals"]
    for category, texts in _read(ROOT / "routing/city/category_examples.yml").items():
        if not category.startswith(_LEFT_OUT_CATEGORY):
            yield from texts


def _read(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


if __name__ == "__main__":
    main()
