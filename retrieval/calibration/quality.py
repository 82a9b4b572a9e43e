"""How good ranking and decision are on questions that took no part in fitting."""

from collections.abc import Sequence

import numpy as np

from retrieval.calibration.fitting import fit_model, folds, is_right, ranked
from retrieval.calibration.samples import Sample
from retrieval.decision import confidence, decide
from retrieval.index.passages import Entry
from retrieval.schemas import Decision


def cross_validate(samples: Sequence[Sample], entries: Sequence[Entry]) -> dict[str, float]:
    """Return the figures over held-out folds; weights and thresholds see the other folds only.

    Keys: ``recall_at_1`` and ``recall_at_3`` of answerable questions; of these the shares
    ``answered_right``, ``answered_wrong``, ``clarified``, ``refused``; ``answer_precision`` over
    all answers given; ``outside_refused`` (no guide fits) and ``outside_answered``;
    ``ambiguous_clarified``.
    """
    tally: dict[str, list[float]] = {}
    for train, test in folds(samples):
        model = fit_model([samples[i] for i in train], entries)
        for i in test:
            ranking = ranked(samples[i], entries, model)
            decision = decide(confidence(ranking, model), ranking, model)
            first = {int(row) for row in ranking.rows[:3]}
            hit = is_right(samples[i], ranking)
            for name, value in _marks(samples[i], decision, hit, first).items():
                tally.setdefault(name, []).append(value)
    figures = {name: round(float(np.mean(values)), 4) for name, values in sorted(tally.items())}
    return figures | {"answerable": float(sum(sample.answerable for sample in samples))}


def _marks(sample: Sample, decision: Decision, hit: bool, first: set[int]) -> dict[str, float]:
    answered = decision is Decision.ANSWER
    marks: dict[str, float] = {"answer_precision": float(hit)} if answered else {}
    if sample.answerable:
        return marks | {
            "recall_at_1": float(hit),
            "recall_at_3": float(bool(first & sample.targets)),
            "answered_right": float(answered and hit),
            "answered_wrong": float(answered and not hit),
            "clarified": float(decision is Decision.CLARIFY),
            "refused": float(decision is Decision.NO_ANSWER),
        }
    if sample.ambiguous:
        return marks | {"ambiguous_clarified": float(decision is Decision.CLARIFY)}
    kind = "unwritten" if sample.targets else "outside"
    return marks | {
        f"{kind}_refused": float(decision is Decision.NO_ANSWER),
        f"{kind}_answered": float(answered),
    }
