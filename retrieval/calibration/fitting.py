"""Learn the fused score's weights, P(correct) and the thresholds from searched questions."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from retrieval.calibration.samples import Sample
from retrieval.calibration.store import Model
from retrieval.decision import (
    BELONGING_BY_WORDS,
    BELONGING_FEATURES,
    CHOICES,
    CONFIDENCE_FEATURES,
    Ranking,
    belonging,
    confidence,
    rank,
)
from retrieval.fusion import fuse
from retrieval.index.kinds import Kinds
from retrieval.judging import POLICY_FEATURES, feature_row, policy_confidence, rank_policies

Array = NDArray[np.float64]

FOLDS = 5
_RIVALS = 15  # per question: the entries that could be taken for the right one
# What a wrong or an unneeded answer may cost; see docs/decisions/0006 for why.
_ANSWER_PRECISION = 0.97
_OUTSIDE_REFUSED = 0.955  # most of the set are near neighbours: what is asked mostly is further
# Until the encoder is loaded: words alone tell less, and each point costs five of the answerable.
_OUTSIDE_REFUSED_BY_WORDS = 0.94
_TIED = 0.03  # share of right answers that may become a choice so that ambiguous questions do
# how often a hotline is asked each; the set's own numbers depend on how many guides are written
_SHARES = {"answerable": 0.6, "unwritten": 0.2, "outside": 0.2}
# Share of all other questions that may get a policy answer, and that may be offered one among
# their choices: a guide that fits as well goes first.
_POLICY_WRONG = {"answerable": 0.01, "outside": 0.02}
_POLICY_OFFERED = {"answerable": 0.03, "outside": 0.04}
_POLICY_LOST = 0.15  # share of right policy answers given up for questions about nothing of ours
_BELONGING_C = 0.3  # the features overlap
_CHOICE_GAP = 3.0  # in fused score, whose unit is a logit: odds of 1 to 20


def fit_model(samples: Sequence[Sample], kinds: Kinds) -> Model:
    """Return weights and thresholds; the thresholds from predictions on held-out folds.

    Guides are fitted on all but the questions about policy, as if there were no policy answers.
    """
    guides = [sample for sample in samples if not sample.policy]
    weights = fit_ranking(guides, kinds)
    model = fit_confidence(guides, kinds, weights)
    sure, belongs = np.zeros(len(guides)), np.zeros(len(guides))
    for train, test in folds(guides):
        part = [guides[i] for i in train]
        fold = fit_confidence(part, kinds, fit_ranking(part, kinds))
        for i in test:
            ranking = ranked(guides[i], kinds, fold)
            sure[i], belongs[i] = confidence(ranking, fold), belonging(ranking, fold)
    return fit_policy(samples, kinds, with_thresholds(model, guides, kinds, sure, belongs))


def fit_policy(samples: Sequence[Sample], kinds: Kinds, model: Model) -> Model:
    """Learn when a policy answer is what was asked, and from when on it may be given.

    Without a question about policy ``model`` stays as it is: no policy answer is ever given.
    """
    if not any(sample.policy for sample in samples):
        return model
    fitted = _fit_policy(samples, kinds, model)
    held_out = np.zeros(len(samples))
    for train, test in folds(samples):
        fold = _fit_policy([samples[i] for i in train], kinds, model)
        held_out[test] = [
            policy_confidence(ranked_policies(samples[i], kinds, fold), fold) for i in test
        ]
    right = np.array([policy_is_right(one, ranked_policies(one, kinds, model)) for one in samples])
    reached = {
        group: held_out[~right & np.array([_group(one) == group for one in samples])]
        for group in ("answerable", "outside")
    }
    counts = Counter(map(_group, samples))

    def least(shares: Mapping[str, float]) -> float:
        return max(
            _least_for_share(reached[name], share, counts[name]) for name, share in shares.items()
        )

    return replace(
        fitted, policy_from=least(_POLICY_WRONG), policy_offer_from=least(_POLICY_OFFERED)
    )


def _least_for_share(wrong: Array, share: float, total: int) -> float:
    """Return the probability that at most ``share`` of ``total`` questions reach in error."""
    order = np.sort(wrong)[::-1]
    if order.size == 0:
        return 0.0
    place = min(int(share * total), len(order) - 1)
    return round(float(order[place]) + 1e-4, 4)


def _fit_policy(samples: Sequence[Sample], kinds: Kinds, model: Model) -> Model:
    rankings = [ranked_policies(sample, kinds, model) for sample in samples]
    rows = np.array([feature_row(ranking.features) for ranking in rankings])
    labels = np.array(list(map(policy_is_right, samples, rankings)))
    kept, weights, intercept = _non_negative(rows, labels, np.ones(len(samples)))
    learned = {POLICY_FEATURES[i]: round(w, 4) for i, w in zip(kept, weights, strict=True)}
    leads = [r.features["unwritten"] for r, hit in zip(rankings, labels, strict=True) if hit]
    floor = round(float(np.quantile(leads, _POLICY_LOST)), 4) if leads else 0.0
    return replace(model, policy=learned, policy_intercept=round(intercept, 4), policy_floor=floor)


def ranked_policies(sample: Sample, kinds: Kinds, model: Model) -> Ranking:
    """Return the policy answers for a sample under ``model``."""
    fused = fuse(sample.evidence, model.ranking)
    return rank_policies(sample.evidence, fused, kinds, rank(sample.evidence, fused, kinds))


def policy_is_right(sample: Sample, ranking: Ranking) -> bool:
    """Whether the first policy answer answers the question."""
    return sample.answerable and ranking.rows.size > 0 and int(ranking.rows[0]) in sample.targets


def folds(samples: Sequence[Sample]) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Split so that no matter stands on both sides."""
    groups = [one.question.codes[0] if one.question.codes else one.question.text for one in samples]
    splitter = GroupKFold(n_splits=FOLDS, shuffle=True, random_state=0)
    return list(splitter.split(np.zeros(len(samples)), groups=groups))


def ranked(sample: Sample, kinds: Kinds, model: Model) -> Ranking:
    """Return the sample's candidates under ``model``."""
    return rank(sample.evidence, fuse(sample.evidence, model.ranking), kinds)


def fit_ranking(samples: Sequence[Sample], kinds: Kinds) -> dict[str, float]:
    """Learn weights by which the right entry stands above its rivals (pairwise logistic loss)."""
    names = samples[0].evidence.feature_names
    differences = np.concatenate(
        [_differences(s, s.target, kinds) for s in samples if s.target is not None]
    )
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


def _differences(sample: Sample, target: int, kinds: Kinds) -> NDArray[np.float32]:
    features = sample.features()
    order = np.argsort(-features.sum(axis=1))
    order = order[(kinds.guide | kinds.unwritten)[order]][: _RIVALS + 1]
    rivals = order[order != target][:_RIVALS]
    return np.asarray(features[target] - features[rivals], dtype=np.float32)


def fit_confidence(samples: Sequence[Sample], kinds: Kinds, ranking: dict[str, float]) -> Model:
    """Learn P(first candidate is right) and P(one of the first is); each group counts its share."""
    draft = Model(ranking, {}, 0.0, 1.0, 1.0, 0.0, _CHOICE_GAP)
    rankings = [ranked(sample, kinds, draft) for sample in samples]
    balance = _balance(samples)
    first = np.array(list(map(is_right, samples, rankings)))
    learned, intercept = _fit_confidence(rankings, first, balance)
    among = np.array(list(map(is_among, samples, rankings)))
    by_words = samples[0].evidence.dense is None
    names = BELONGING_BY_WORDS if by_words else BELONGING_FEATURES
    belongs, constant = _fit_belonging(rankings, names, among, balance)
    return replace(
        draft,
        confidence=learned,
        intercept=intercept,
        belonging=belongs,
        belonging_intercept=constant,
    )


def _fit_confidence(
    rankings: Sequence[Ranking], labels: NDArray[np.bool_], balance: Array
) -> tuple[dict[str, float], float]:
    """Return weights by feature (none where it would count against) and the intercept."""
    rows = np.array([[r.features[name] for name in CONFIDENCE_FEATURES] for r in rankings])
    kept, weights, intercept = _non_negative(rows, labels, balance)
    learned = {CONFIDENCE_FEATURES[i]: round(w, 4) for i, w in zip(kept, weights, strict=True)}
    return learned, round(intercept, 4)


def _fit_belonging(
    rankings: Sequence[Ranking],
    names: Sequence[str],
    labels: NDArray[np.bool_],
    balance: Array,
) -> tuple[dict[str, float], float]:
    """Return weights by feature, of either sign, and the intercept.

    What a question shares with all guides alike (words that are known, a best cosine that stands
    out) says less than what it shares with nothing else, and is to be taken off again.
    """
    rows = np.array([[r.features[name] for name in names] for r in rankings])
    mean, scale = rows.mean(axis=0), rows.std(axis=0) + 1e-9
    fitted = LogisticRegression(C=_BELONGING_C, max_iter=1000)
    fitted.fit((rows - mean) / scale, labels, sample_weight=balance)
    weights = fitted.coef_[0] / scale
    learned = dict(zip(names, map(float, weights.round(4)), strict=True))
    return learned, round(float(fitted.intercept_[0] - weights @ mean), 4)


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


def is_among(sample: Sample, ranking: Ranking) -> bool:
    """Whether what is asked is among the candidates that could be offered."""
    offered = set(map(int, ranking.rows[:CHOICES]))
    return sample.ambiguous or (sample.answerable and not sample.targets.isdisjoint(offered))


def _balance(samples: Sequence[Sample]) -> Array:
    """Return a weight per sample, so that each group counts as often as it would be asked."""
    groups = [_group(sample) for sample in samples]
    counts = Counter(groups)
    return np.array([_SHARES[group] * len(samples) / counts[group] for group in groups])


def _group(sample: Sample) -> str:
    if sample.policy:
        return "policy"
    if sample.answerable:
        return "answerable"
    return "unwritten" if sample.targets and not sample.ambiguous else "outside"


def with_thresholds(
    model: Model, samples: Sequence[Sample], kinds: Kinds, sure: Array, belongs: Array
) -> Model:
    """Choose the least probabilities at which the precision and the refusals aimed at hold.

    Args:
        model: what the samples are ranked with.
        samples: questions that guides answer, or nothing does.
        kinds: of the entries.
        sure: P(first candidate is right), shape (n_samples,), each from a fold without it.
        belongs: P(one of the first is), likewise.
    """
    rankings = [ranked(sample, kinds, model) for sample in samples]
    right = np.array(list(map(is_right, samples, rankings)))
    # ambiguous questions are for the tie to catch
    plain = np.array([not sample.ambiguous for sample in samples])
    nothing = np.array([not (s.answerable or s.ambiguous) for s in samples])
    by_words = samples[0].evidence.dense is None
    aim = _OUTSIDE_REFUSED_BY_WORDS if by_words else _OUTSIDE_REFUSED
    clarify_from = float(np.quantile(belongs[nothing], aim))
    spoken = plain & (belongs >= clarify_from)
    answer_from = _least_for_precision(sure[spoken], right[spoken], _balance(samples)[spoken])
    margins = [
        ranking.features["margin"] for ranking, hit in zip(rankings, right, strict=True) if hit
    ]
    return replace(
        model,
        answer_from=round(answer_from, 4),
        clarify_from=round(clarify_from, 4),
        tie_margin=round(float(np.quantile(margins, _TIED)), 4) if margins else 0.0,
    )


def _least_for_precision(probabilities: Array, right: NDArray[np.bool_], weights: Array) -> float:
    order = np.argsort(-probabilities)
    hits = np.cumsum(np.where(right[order], weights[order], 0.0))
    precise = np.flatnonzero(hits / np.cumsum(weights[order]) >= _ANSWER_PRECISION)
    return float(probabilities[order[precise[-1]]]) if precise.size else 1.0
