from itertools import product

import pytest

from knowledge_base.schema import FacetName
from retrieval.evaluation.figures import (
    Quality,
    intervals,
    latency,
    quality,
    reliability,
    separation,
)
from retrieval.evaluation.outcomes import Outcome, Verdict
from tests.retrieval.evaluation.conftest import MakeOutcome


@pytest.fixture
def outcomes(outcome: MakeOutcome) -> list[Outcome]:
    fee, process = FacetName.FEE, FacetName.PROCESS
    return [
        outcome(Verdict.RIGHT, 0.95, 1, facet_wanted=fee, facet=fee),
        outcome(Verdict.RIGHT, 0.9, 1, facet_wanted=fee, facet=process),
        outcome(Verdict.PARTLY, 0.89, 1, all_of=("M0101", "M0105"), dealt_with=("M0101",)),
        outcome(Verdict.WRONG, 0.85, 2, all_of=("M0101", "M0109")),
        outcome(Verdict.OFFERED, 0.45, 3, all_of=("M0102", "M0103"), dealt_with=("M0103", "M0102")),
        outcome(Verdict.OFFERED_WITHOUT, 0.42, None),
        outcome(Verdict.REFUSED, 0.1, 4),
        outcome(Verdict.OUTSIDE_REFUSED, 0.05, None),
        outcome(Verdict.OUTSIDE_REFUSED, 0.2, None),
        outcome(Verdict.OUTSIDE_OFFERED, 0.44, None),
        outcome(Verdict.OUTSIDE_ANSWERED, 0.88, None),
    ]


def test_quality_counts_each_share_over_what_it_speaks_of(outcomes: list[Outcome]) -> None:
    assert quality(outcomes) == Quality(
        answerable=7,
        outside=4,
        recall_at_1=round(3 / 7, 4),
        recall_at_3=round(5 / 7, 4),
        recall_at_5=round(6 / 7, 4),
        mrr=round((1 + 1 + 1 + 1 / 2 + 1 / 3 + 0 + 1 / 4) / 7, 4),
        all_of_at_5=round(2 / 3, 4),
        all_of_dealt_with=round(1 / 3, 4),
        answered_right=round(2 / 7, 4),
        answered_partly=round(1 / 7, 4),
        answered_wrong=round(1 / 7, 4),
        clarified=round(2 / 7, 4),
        clarified_with_right=0.5,
        refused=round(1 / 7, 4),
        answer_precision=0.6,
        facet_right=0.5,
        wrong_with_confidence=2,
        outside_refused=0.5,
        outside_clarified=0.25,
        outside_answered=0.25,
        abstention_precision=round(2 / 3, 4),
        abstention_recall=0.5,
    )


def test_quality_of_nothing_answerable_leaves_its_shares_open(outcome: MakeOutcome) -> None:
    found = quality([outcome(Verdict.OUTSIDE_REFUSED, 0.05, None)])

    assert (found.recall_at_1, found.answer_precision, found.outside_refused) == (None, None, 1.0)


def test_separation_is_the_share_of_pairs_in_the_right_order(outcomes: list[Outcome]) -> None:
    inside = [one.best_score for one in outcomes if not one.outside]
    outside = [one.best_score for one in outcomes if one.outside]
    pairs = [1.0 if a > b else 0.5 if a == b else 0.0 for a, b in product(inside, outside)]

    found = separation(outcomes)

    assert found.best_score == round(sum(pairs) / len(pairs), 4)
    assert found.confidence == found.best_score  # here scores grow with confidence
    assert separation(outcomes[:7]).best_score is None


def test_reliability_weighs_each_bin_by_its_questions(outcome: MakeOutcome) -> None:
    outcomes = [
        outcome(Verdict.RIGHT, 0.95, 1),
        outcome(Verdict.WRONG, 0.91, 2),
        outcome(Verdict.RIGHT, 1.0, 1),
        outcome(Verdict.OUTSIDE_REFUSED, 0.1, None),
    ]

    found = reliability(outcomes)

    assert [(one.low, one.questions) for one in found.bins if one.questions] == [(0.1, 1), (0.9, 3)]
    highest = abs((0.95 + 0.91 + 1.0) / 3 - 2 / 3)
    assert found.expected_calibration_error == round((3 * highest + 0.1) / 4, 4)
    assert found.brier == round((0.05**2 + 0.91**2 + 0 + 0.1**2) / 4, 4)


def test_intervals_are_those_of_wilson(outcome: MakeOutcome) -> None:
    outcomes = [outcome(Verdict.RIGHT, 0.9, 1)] * 81 + [outcome(Verdict.WRONG, 0.9, 2)] * 19

    # n = 100, k = 81, z = 1.96: (k + z²/2 ± z·sqrt(k(n-k)/n + z²/4)) / (n + z²)
    assert intervals(outcomes).recall_at_1 == (0.7222, 0.8749)
    assert intervals(outcomes).outside_refused is None


def test_latency_gives_percentiles(outcome: MakeOutcome) -> None:
    outcomes = [outcome(Verdict.RIGHT, 0.9, 1, elapsed_ms=float(ms)) for ms in range(1, 102)]

    found = latency(outcomes)

    assert (found.p50, found.p95, found.most) == (51.0, 96.0, 101.0)
