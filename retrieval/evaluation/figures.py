"""Figures over outcomes. A share is None where nothing could have been counted."""

from collections.abc import Callable, Iterable, Sequence

import numpy as np
from pydantic import BaseModel, ConfigDict

from retrieval.evaluation.outcomes import Outcome, Verdict
from retrieval.schemas import Decision

Share = float | None
Interval = tuple[float, float] | None
_BINS = 10
_DEPTH = 5  # how many candidates a search shows


class _Figures(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Quality(_Figures):
    """How often questions of one group came out right; of answerable ones unless said otherwise."""

    answerable: int
    outside: int
    recall_at_1: Share  # a right guide stands first
    recall_at_3: Share
    recall_at_5: Share
    mrr: Share  # mean of 1/rank of the first right guide; 0 beyond the fifth
    all_of_at_5: Share  # of questions about several matters: all of them among the first five
    all_of_dealt_with: Share  # of these: all of them answered, or among the choices
    answered_right: Share
    answered_partly: Share  # one of several matters asked for
    answered_wrong: Share
    clarified: Share
    clarified_with_right: Share  # of those clarified: a right guide is among the choices
    refused: Share
    answer_precision: Share  # of all answers given, those from a right guide
    facet_right: Share  # of right answers where a facet is named: on this facet
    wrong_with_confidence: int  # wrong answers, and answers to questions from outside
    outside_refused: Share  # of those outside
    outside_clarified: Share
    outside_answered: Share
    abstention_precision: Share  # of all that were refused, those outside
    abstention_recall: Share  # the same as outside_refused, under its usual name


class Intervals(_Figures):
    """95 % intervals (Wilson) of the shares that are compared most."""

    recall_at_1: Interval
    recall_at_3: Interval
    answered_wrong: Interval
    outside_refused: Interval


class Bin(_Figures):
    """Questions whose confidence lies in ``[low, high)``."""

    low: float
    high: float
    questions: int
    confidence: Share  # mean of what was claimed
    right: Share  # share whose first guide is right


class Reliability(_Figures):
    """Whether confidence can be believed: over all questions, those outside being never right."""

    expected_calibration_error: float  # mean distance of claim and truth, by size of the bin
    brier: float  # mean squared error of the confidence
    bins: tuple[Bin, ...]


class Separation(_Figures):
    """AUROC: how surely answerable questions stand above those outside; 0.5 is chance."""

    best_score: Share
    confidence: Share


class Latency(_Figures):
    """Milliseconds from question to answer, one at a time."""

    p50: float
    p95: float
    most: float


def quality(outcomes: Sequence[Outcome]) -> Quality:
    """Return the figures of one group."""
    answerable = [one for one in outcomes if not one.outside]
    outside = [one for one in outcomes if one.outside]
    answered = [one for one in outcomes if one.decision is Decision.ANSWER]
    refused = [one for one in outcomes if one.decision is Decision.NO_ANSWER]
    several = [one for one in answerable if one.all_of]
    clarified = [one for one in answerable if one.decision is Decision.CLARIFY]
    right = [one for one in answerable if one.verdict is Verdict.RIGHT]
    faceted = [one for one in right if one.facet_wanted is not None]
    return Quality(
        answerable=len(answerable),
        outside=len(outside),
        recall_at_1=_share(answerable, _within(1)),
        recall_at_3=_share(answerable, _within(3)),
        recall_at_5=_share(answerable, _within(_DEPTH)),
        mrr=_mean([1 / one.rank if one.rank else 0.0 for one in answerable]),
        all_of_at_5=_share(several, _all_found),
        all_of_dealt_with=_share(several, lambda one: set(one.all_of) <= set(one.dealt_with)),
        answered_right=_share(answerable, _is(Verdict.RIGHT)),
        answered_partly=_share(answerable, _is(Verdict.PARTLY)),
        answered_wrong=_share(answerable, _is(Verdict.WRONG)),
        clarified=_share(answerable, _is(Verdict.OFFERED, Verdict.OFFERED_WITHOUT)),
        clarified_with_right=_share(clarified, _is(Verdict.OFFERED)),
        refused=_share(answerable, _is(Verdict.REFUSED)),
        answer_precision=_share(answered, _is(Verdict.RIGHT, Verdict.PARTLY)),
        facet_right=_share(faceted, lambda one: one.facet is one.facet_wanted),
        wrong_with_confidence=sum(one.verdict.worth == 0 for one in outcomes),
        outside_refused=_share(outside, _is(Verdict.OUTSIDE_REFUSED)),
        outside_clarified=_share(outside, _is(Verdict.OUTSIDE_OFFERED)),
        outside_answered=_share(outside, _is(Verdict.OUTSIDE_ANSWERED)),
        abstention_precision=_share(refused, _is(Verdict.OUTSIDE_REFUSED)),
        abstention_recall=_share(outside, _is(Verdict.OUTSIDE_REFUSED)),
    )


def intervals(outcomes: Sequence[Outcome]) -> Intervals:
    """Return how far the shares may lie from the truth for a set of this size."""
    answerable = [one for one in outcomes if not one.outside]
    outside = [one for one in outcomes if one.outside]
    return Intervals(
        recall_at_1=_interval(answerable, _within(1)),
        recall_at_3=_interval(answerable, _within(3)),
        answered_wrong=_interval(answerable, _is(Verdict.WRONG)),
        outside_refused=_interval(outside, _is(Verdict.OUTSIDE_REFUSED)),
    )


def reliability(outcomes: Sequence[Outcome]) -> Reliability:
    """Return confidence against truth in ten bins of equal width."""
    claimed = np.array([one.confidence for one in outcomes])
    right = np.array([one.first_is_right for one in outcomes], dtype=np.float64)
    edges = np.linspace(0.0, 1.0, _BINS + 1)
    bin_of = np.clip(np.digitize(claimed, edges) - 1, 0, _BINS - 1)
    bins = []
    error = 0.0
    for number in range(_BINS):
        inside = bin_of == number
        size = int(inside.sum())
        mean, truth = (claimed[inside].mean(), right[inside].mean()) if size else (0.0, 0.0)
        error += size * abs(mean - truth)
        bins.append(
            Bin(
                low=round(float(edges[number]), 2),
                high=round(float(edges[number + 1]), 2),
                questions=size,
                confidence=round(float(mean), 4) if size else None,
                right=round(float(truth), 4) if size else None,
            )
        )
    return Reliability(
        expected_calibration_error=round(float(error / max(1, len(outcomes))), 4),
        brier=round(float(np.mean((claimed - right) ** 2)), 4),
        bins=tuple(bins),
    )


def separation(outcomes: Sequence[Outcome]) -> Separation:
    """Return how well scores tell answerable questions from those outside."""
    answerable = [not one.outside for one in outcomes]
    if len(set(answerable)) == 1:
        return Separation(best_score=None, confidence=None)
    # it takes a second to import, and only this needs it
    from sklearn.metrics import roc_auc_score  # noqa: PLC0415 -- slow import

    scores = [one.best_score for one in outcomes]
    claimed = [one.confidence for one in outcomes]
    return Separation(
        best_score=round(float(roc_auc_score(answerable, scores)), 4),
        confidence=round(float(roc_auc_score(answerable, claimed)), 4),
    )


def latency(outcomes: Sequence[Outcome]) -> Latency:
    """Return percentiles of the time taken."""
    taken = [one.elapsed_ms for one in outcomes]
    p50, p95 = np.percentile(taken, [50, 95])
    return Latency(p50=round(float(p50), 2), p95=round(float(p95), 2), most=max(taken))


def _within(depth: int) -> Callable[[Outcome], bool]:
    return lambda one: one.rank is not None and one.rank <= depth


def _is(*verdicts: Verdict) -> Callable[[Outcome], bool]:
    return lambda one: one.verdict in verdicts


def _all_found(one: Outcome) -> bool:
    return set(one.all_of) <= {each.code for each in one.ranked[:_DEPTH]}


def _share(outcomes: Sequence[Outcome], holds: Callable[[Outcome], bool]) -> Share:
    return _mean([holds(one) for one in outcomes])


def _mean(values: Iterable[float]) -> Share:
    counted = list(values)
    return round(float(np.mean(counted)), 4) if counted else None


def _interval(outcomes: Sequence[Outcome], holds: Callable[[Outcome], bool]) -> Interval:
    if not outcomes:
        return None
    from scipy.stats import binomtest  # noqa: PLC0415 -- slow import

    found = binomtest(sum(map(holds, outcomes)), len(outcomes)).proportion_ci(method="wilson")
    return round(float(found.low), 4), round(float(found.high), 4)
