"""How good ranking and decision are on questions that took no part in fitting."""

from collections.abc import Sequence

import numpy as np

from retrieval.calibration.fitting import fit_model, folds
from retrieval.calibration.samples import Sample
from retrieval.index.kinds import Kinds
from retrieval.judging import Judgement, judge
from retrieval.schemas import Decision


def cross_validate(samples: Sequence[Sample], kinds: Kinds) -> dict[str, float]:
    """Return the figures over held-out folds; weights and thresholds see the other folds only.

    Keys: ``recall_at_1`` and ``recall_at_3`` of answerable questions; of these the shares
    ``answered_right``, ``answered_wrong``, ``clarified``, ``refused``; ``answer_precision`` over
    all answers given; ``outside_refused`` (no guide fits) and ``outside_answered``;
    ``ambiguous_clarified``. The first six again as ``policy_…`` of the questions about policy; what
    both a guide and a policy answer answer is right with either.
    """
    tally: dict[str, list[float]] = {}
    for train, test in folds(samples):
        model = fit_model([samples[i] for i in train], kinds)
        for i in test:
            judged = judge(samples[i].evidence, kinds, model)
            for name, value in _marks(samples[i], judged).items():
                tally.setdefault(name, []).append(value)
    figures = {name: round(float(np.mean(values)), 4) for name, values in sorted(tally.items())}
    policy = sum(sample.policy for sample in samples)
    answerable = sum(sample.answerable for sample in samples) - policy
    return figures | {"answerable": float(answerable), "policy": float(policy)}


def _marks(sample: Sample, judged: Judgement) -> dict[str, float]:
    decision, rows = judged.decision, [int(row) for row in judged.rows[:3]]
    answered = decision is Decision.ANSWER
    hit = sample.answerable and bool(rows) and rows[0] in sample.targets
    marks: dict[str, float] = {"answer_precision": float(hit)} if answered else {}
    if sample.answerable:
        shares = {
            "recall_at_1": float(hit),
            "recall_at_3": float(bool(sample.targets.intersection(rows))),
            "answered_right": float(answered and hit),
            "answered_wrong": float(answered and not hit),
            "clarified": float(decision is Decision.CLARIFY),
            "refused": float(decision is Decision.NO_ANSWER),
        }
        return marks | {f"policy_{n}" if sample.policy else n: v for n, v in shares.items()}
    if sample.ambiguous:
        return marks | {"ambiguous_clarified": float(decision is Decision.CLARIFY)}
    kind = "unwritten" if sample.targets else "outside"
    return marks | {
        f"{kind}_refused": float(decision is Decision.NO_ANSWER),
        f"{kind}_answered": float(answered),
    }
