"""Learn the fused score's weights, P(correct) and the thresholds from searched questions."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from retrieval.calibration.samples import Sample
from retrieval.calibration.store import Model
from retrieval.decision import CONFIDENCE_FEATURES, Ranking, confidence, rank
from retrieval.fusion import LEXICAL_FEATURES, RANKING_FEATURES, fuse
from retrieval.index.passages import Entry

Array = NDArray[np.float64]

FOLDS = 5
_RIVALS = 15  # per question: the entries that could be taken for the right one
# What a wrong or an unneeded answer may cost; see docs/decisions/0006 for why.
_ANSWER_PRECISION = 0.97
_OUTSIDE_REFUSED = 0.95
_TIED = 0.03  # share of right answers that may become a choice so that ambiguous questions do
# how often a hotline is asked each; the set's own numbers depend on how many guides are written
_SHARES = {"answerable": 0.6, "unwritten": 0.2, "outside": 0.2}
_CHOICE_GAP = 3.0  # in fused score, whose unit is a logit: odds of 1 to 20


def fit_model(samples: Sequence[Sample], entries: Sequence[Entry]) -> Model:
    """Return weights and thresholds; the thresholds from predictions on held-out folds."""
    weights = fit_ranking(samples)
    model = fit_confidence(samples, entries, weights)
    held_out = np.zeros(len(samples))
    for train, test in folds(samples):
        part = [samples[i] for i in train]
        fold = fit_confidence(part, entries, fit_ranking(part))
        held_out[test] = [confidence(ranked(samples[i], entries, fold), fold) for i in test]
    return with_thresholds(model, samples, entries, held_out)


def folds(samples: Sequence[Sample]) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Split so that no matter stands on both sides."""
    groups = [one.question.codes[0] if one.question.codes else one.question.text for one in samples]
    splitter = GroupKFold(n_splits=FOLDS, shuffle=True, random_state=0)
    return list(splitter.split(np.zeros(len(samples)), groups=groups))


def ranked(sample: Sample, entries: Sequence[Entry], model: Model) -> Ranking:
    """Return the sample's candidates under ``model``."""
    return rank(sample.evidence, fuse(sample.evidence, model.ranking), entries)


def fit_ranking(samples: Sequence[Sample]) -> dict[str, float]:
    """Learn weights by which the right entry stands above its rivals (pairwise logistic loss)."""
    names = LEXICAL_FEATURES if samples[0].evidence.dense is None else RANKING_FEATURES
    differences = np.concatenate([_differences(s) for s in samples if len(s.targets) == 1])
    # both orders of each pair, so that the model needs no intercept
    rows = np.concatenate([differences, -differences])
    labels = np.repeat([1, 0], len(differences))
    kept = list(range(len(names)))
    while True:
        model = LogisticRegression(fit_intercept=False, C=1.0, max_iter=1000)
        weights = model.fit(rows[:, kept], labels).coef_[0]
        if weights.min() >= 0:
            break
        # evidence for a matter can never speak against it: leave out what the others contain
        kept.pop(int(weights.argmin()))
    learned = {names[i]: round(float(w), 4) for i, w in zip(kept, weights, strict=True)}
    return {name: learned.get(name, 0.0) for name in names}


def _differences(sample: Sample) -> NDArray[np.float32]:
    features = sample.features()
    target = next(iter(sample.targets))
    order = np.argsort(-features.sum(axis=1))[: _RIVALS + 1]
    rivals = order[order != target][:_RIVALS]
    return np.asarray(features[target] - features[rivals], dtype=np.float32)


def fit_confidence(
    samples: Sequence[Sample], entries: Sequence[Entry], ranking: dict[str, float]
) -> Model:
    """Learn P(first candidate is right); answerable questions and others weigh the same."""
    draft = Model(ranking, {}, 0.0, 1.0, 1.0, 0.0, _CHOICE_GAP)
    rankings = [ranked(sample, entries, draft) for sample in samples]
    rows = np.array([[r.features[n] for n in CONFIDENCE_FEATURES] for r in rankings])
    labels = np.array(list(map(is_right, samples, rankings)))
    kept, weights, intercept = _non_negative(rows, labels, _balance(samples))
    learned = {CONFIDENCE_FEATURES[i]: round(w, 4) for i, w in zip(kept, weights, strict=True)}
    return replace(draft, confidence=learned, intercept=round(intercept, 4))


def _non_negative(
    rows: Array, labels: NDArray[np.bool_], balance: Array
) -> tuple[list[int], list[float], float]:
    """Fit a logistic model, leaving out columns that would count against being right."""
    kept = list(range(rows.shape[1]))
    while True:
        part = rows[:, kept]
        mean, scale = part.mean(axis=0), part.std(axis=0) + 1e-9
        fitted = LogisticRegression(C=1.0, max_iter=1000)
        fitted.fit((part - mean) / scale, labels, sample_weight=balance)
        weights = fitted.coef_[0] / scale
        if weights.min() >= 0:
            return kept, weights.tolist(), float(fitted.intercept_[0] - weights @ mean)
        kept.pop(int(weights.argmin()))


def is_right(sample: Sample, ranking: Ranking) -> bool:
    """Whether answering with the first candidate would be right."""
    return sample.answerable and ranking.rows.size > 0 and int(ranking.rows[0]) in sample.targets


def _balance(samples: Sequence[Sample]) -> Array:
    """Return a weight per sample, so that each group counts as often as it would be asked."""
    groups = [_group(sample) for sample in samples]
    counts = Counter(groups)
    return np.array([_SHARES[group] * len(samples) / counts[group] for group in groups])


def _group(sample: Sample) -> str:
    if sample.answerable:
        return "answerable"
    return "unwritten" if sample.targets and not sample.ambiguous else "outside"


def with_thresholds(
    model: Model, samples: Sequence[Sample], entries: Sequence[Entry], probabilities: Array
) -> Model:
    """Choose the least probabilities at which the precision and the refusals aimed at hold."""
    rankings = [ranked(sample, entries, model) for sample in samples]
    right = np.array(list(map(is_right, samples, rankings)))
    # ambiguous questions are for the tie to catch
    plain = np.array([not sample.ambiguous for sample in samples])
    nothing = np.array([not (s.answerable or s.ambiguous) for s in samples])
    answer_from = _least_for_precision(probabilities[plain], right[plain], _balance(samples)[plain])
    clarify_from = float(np.quantile(probabilities[nothing], _OUTSIDE_REFUSED))
    margins = [
        ranking.features["margin"] for ranking, hit in zip(rankings, right, strict=True) if hit
    ]
    return replace(
        model,
        answer_from=round(answer_from, 4),
        clarify_from=round(min(clarify_from, answer_from), 4),
        tie_margin=round(float(np.quantile(margins, _TIED)), 4) if margins else 0.0,
    )


def _least_for_precision(probabilities: Array, right: NDArray[np.bool_], weights: Array) -> float:
    order = np.argsort(-probabilities)
    hits = np.cumsum(np.where(right[order], weights[order], 0.0))
    precise = np.flatnonzero(hits / np.cumsum(weights[order]) >= _ANSWER_PRECISION)
    return float(probabilities[order[precise[-1]]]) if precise.size else 1.0
