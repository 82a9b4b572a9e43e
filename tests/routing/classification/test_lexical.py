import numpy as np

from routing.classification.classifier import Evidence, combine, softmax
from routing.classification.lexical import LexicalIndex, tokens
from routing.classification.weights import CategoryWeights, LeadCalibration, load_weights


def test_tokens_hold_words_and_marked_pairs() -> None:
    assert {"路灯", "_路灯", "_灯坏"} <= set(tokens("路灯坏了"))


def test_lexical_index_ranks_the_document_that_shares_rare_words() -> None:
    index = LexicalIndex.of([["路灯不亮", "路灯坏了"], ["井盖丢了", "路上井盖响"], ["狗叫"]])

    scores = index.scores("门口的井盖不见了")

    assert scores.argmax() == 1
    assert scores[2] == 0


def test_combine_adds_what_each_evidence_weighs() -> None:
    evidence = Evidence(
        near=np.array([0.9, 0.8]),
        linear=np.array([0.8, 0.8]),
        likelihood=np.array([0.0, 1.0]),
        lexical=np.array([1.0, 3.0]),
        cue=np.array([1.0, 0.0]),
    )
    weights = CategoryWeights(near=10, linear=1, lexical=2, likelihood=4, cue=3)

    assert np.allclose(combine(evidence, weights), [9 + 0.8 + 2 + 3, 8 + 0.8 + 6 + 4])
    assert np.isclose(softmax(np.array([0.0, 0.0]))[0], 0.5)


def test_lead_calibration_is_a_sigmoid_of_log_odds() -> None:
    calibration = LeadCalibration(slope=1, intercept=0)

    assert np.isclose(calibration.probability(0.73), 0.73)
    assert 0 < calibration.probability(0) < calibration.probability(1) < 1


def test_shipped_weights_say_what_was_measured() -> None:
    weights = load_weights()

    assert weights.encoder
    assert "top-1" in weights.measured["lead"]
    assert weights.kinds.matrix.shape[0] == len(weights.kinds.features) == 6
