"""Two steps: whether the question is ours at all, then whether the first guide is meant."""

import numpy as np
import pytest

from retrieval.calibration.store import Model
from retrieval.decision import Ranking, belonging, decide
from retrieval.schemas import Decision

MODEL = Model(
    ranking={},
    confidence={},
    intercept=0.0,
    answer_from=0.7,
    clarify_from=0.5,
    tie_margin=0.2,
    choice_gap=3.0,
    belonging={"top": 2.0},
    belonging_intercept=-2.0,
)


def ranking(*scores: float, generic: bool = False) -> Ranking:
    found = np.array(scores, dtype=np.float32)
    margin = float(found[0] - found[1]) if len(found) > 1 else 9.0
    features = {"top": float(found[0]) if len(found) else 0.0, "margin": margin}
    return Ranking(np.arange(len(found)), found, features, generic)


@pytest.mark.parametrize(
    ("probability", "belongs", "candidates", "decision"),
    [
        (0.9, 0.9, ranking(9.0, 5.0), Decision.ANSWER),
        (0.6, 0.9, ranking(9.0, 8.0), Decision.CLARIFY),
        # sure of the first against the others, and yet nothing of ours
        (0.9, 0.4, ranking(9.0, 5.0), Decision.NO_ANSWER),
        # the first two fit equally
        (0.9, 0.9, ranking(9.0, 8.9), Decision.CLARIFY),
        # one candidate alone is no choice
        (0.6, 0.9, ranking(9.0), Decision.NO_ANSWER),
        # a word that stands in several guides is a choice however unsure each is
        (0.1, 0.1, ranking(9.0, 8.0, generic=True), Decision.CLARIFY),
    ],
)
def test_decision(
    probability: float, belongs: float, candidates: Ranking, decision: Decision
) -> None:
    assert decide(probability, belongs, candidates, MODEL) is decision


def test_nothing_found_belongs_to_nothing() -> None:
    nothing = Ranking(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32), {"margin": 0.0})

    assert belonging(nothing, MODEL) == 0.0
    assert decide(0.0, 0.0, nothing, MODEL) is Decision.NO_ANSWER


def test_belonging_grows_with_what_speaks_for_it() -> None:
    assert belonging(ranking(0.0, 0.0), MODEL) < 0.5 < belonging(ranking(2.0, 0.0), MODEL)
