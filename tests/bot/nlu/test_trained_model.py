"""The trained model on sentences that it has not seen: a floor under what a change may cost."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.nlu_pipelines import blind_rows, hear, score
from bot.nlu.intent_model import IntentModel, _held_out_margins, _solved
from bot.serving import model_path
from tests.rasa_fixtures import RunningRasa

# 0.943 when it was set; two sentences of one intent more or less are chance.
LEAST_MACRO_F1 = 0.92
# Sure answers (from 0.9 on) of the same model were right in 96 of 100.
LEAST_RIGHT_OF_SURE = 0.93
SURE = 0.9

COLOURS = ("红", "绿", "蓝")


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    return blind_rows()


@pytest.fixture(scope="module")
def heard(running_rasa: RunningRasa, rows: list[dict[str, Any]]) -> list[tuple[str, float, float]]:
    found: list[tuple[str, float, float]] = hear(
        running_rasa.settings, model_path(running_rasa.settings).resolve(), rows
    )["heard"]
    return found


@pytest.mark.rasa
def test_unseen_sentences_are_understood(
    rows: list[dict[str, Any]], heard: list[tuple[str, float, float]]
) -> None:
    assert score(rows, heard)["macro_f1"] >= LEAST_MACRO_F1


@pytest.mark.rasa
def test_sure_answers_are_right(
    rows: list[dict[str, Any]], heard: list[tuple[str, float, float]]
) -> None:
    sure = [
        name in {row["intent"], *row.get("also", [])}
        for row, (name, confidence, _) in zip(rows, heard, strict=True)
        if confidence >= SURE
    ]

    assert len(sure) > len(rows) / 2
    assert sum(sure) / len(sure) >= LEAST_RIGHT_OF_SURE


def _painted(count: int) -> tuple[list[str], np.ndarray, np.ndarray, list[str]]:
    """Return texts, vectors, patterns and labels that go together, with one in ten mislabelled."""
    chance = np.random.default_rng(7)
    labels = [COLOURS[place % 3] for place in range(count)]
    vectors = chance.normal(size=(count, 4))
    vectors[np.arange(count), [COLOURS.index(label) for label in labels]] += 2.0
    for place in range(0, count, 10):
        labels[place] = COLOURS[(COLOURS.index(labels[place]) + 1) % 3]
    return [f"第{place}句" for place in range(count)], vectors, np.zeros((count, 1)), labels


def test_confidence_is_as_high_as_answers_are_right() -> None:
    texts, vectors, patterns, labels = _painted(1200)
    model = IntentModel(1.0, 0.0, 0.3).fit(texts[:600], vectors[:600], patterns[:600], labels[:600])

    shares = model.confidences(texts[600:], vectors[600:], patterns[600:])
    right = [
        model.labels[row.argmax()] == label for row, label in zip(shares, labels[600:], strict=True)
    ]

    assert np.allclose(shares.sum(axis=1), 1.0)
    assert shares.max(axis=1).mean() == pytest.approx(np.mean(right), abs=0.05)


def test_held_out_margins_are_those_of_a_model_that_has_not_seen_the_run() -> None:
    chance = np.random.default_rng(3)
    points = chance.normal(size=(40, 5))
    alike = ((1 + np.tanh(points @ points.T)) / 2) + np.eye(40) * 3
    wanted = np.where(chance.random((40, 3)) < 0.4, 1.0, -1.0)
    runs = [np.arange(0, 10), np.arange(10, 40)]

    shares, inverse = _solved(alike.copy(), wanted)
    margins = _held_out_margins(inverse, shares, wanted, runs)

    for held, seen in (runs, runs[::-1]):
        learnt = np.linalg.solve(alike[np.ix_(seen, seen)], wanted[seen])
        assert np.allclose(margins[held], alike[np.ix_(held, seen)] @ learnt)


def test_stored_model_says_the_same(tmp_path: Path) -> None:
    texts, vectors, patterns, labels = _painted(90)
    model = IntentModel(48.0, 60.0, 0.1).fit(texts, vectors, patterns, labels)
    model.save(tmp_path / "intents.npz")

    again = IntentModel(48.0, 60.0, 0.1).load(tmp_path / "intents.npz")

    assert again.labels == model.labels
    assert again.temperature == model.temperature
    assert np.array_equal(
        again.confidences(texts, vectors, patterns), model.confidences(texts, vectors, patterns)
    )
