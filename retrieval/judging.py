"""Which kind of entry a question is answered with: a guide, a policy answer, or a quoted clause.

Guides are ranked and decided among themselves (``decision``): a policy answer is given instead
only where it is likelier to be what was asked, and a clause only where neither is sure.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from retrieval.calibration.store import Model
from retrieval.decision import (
    CHOICES,
    Ranking,
    belonging,
    choices,
    confidence,
    decide,
    logistic,
    rank,
)
from retrieval.fusion import Evidence, fuse
from retrieval.index.kinds import Kinds
from retrieval.schemas import Decision

_SHOWN = 5
# A policy answer this near to being offered stands second among the candidates: for operators.
_MENTIONED = 0.5  # of the probability from which citizens are offered it
POLICY_FEATURES = (
    "lead",  # fused score of the best policy answer over the best guide
    "dense",  # its best cosine (0 without the encoder)
    "names_lead",  # how much better all its names together fit than the best guide's
    "likelihood_lead",  # how much likelier the question where it is meant than the best guide
    "plain",  # 1 where it is not asked how, where or with what something is done
)
# No document is shipped, so that clauses cannot be calibrated: these are set strictly. A question
# in a clause's own words reaches 0.98 and 0.68 (tests/retrieval/test_policies.py).
_CLAUSE_DENSE = 0.7  # spread cosine
_CLAUSE_COVERAGE = 0.6
_CLAUSE_LEAD = 0.15  # over the best guide or policy answer, in spread cosine
_CLAUSE_CONFIDENCE = 0.9  # what an answer with a clause is given as: the rules above are strict
# From which an operator is shown a clause: spread cosine, and coverage.
_CLAUSE_NEAR, _CLAUSE_SHARED = 0.5, 0.3


@dataclass(frozen=True, slots=True)
class Judgement:
    """What to do with a question, and with which entries."""

    decision: Decision
    rows: NDArray[np.int64]  # positions of entries, best first; with ``clarify`` the choices
    scores: NDArray[np.float32]  # fused, same order; of one kind only they are in order
    probability: float  # that rows[0] is right
    guides: Ranking
    policies: Ranking
    guide_probability: float
    belonging: float  # probability that one of the first guides is right
    policy_probability: float
    clauses: NDArray[np.int64]  # worth showing to an operator, best first


def judge(evidence: Evidence, kinds: Kinds, model: Model) -> Judgement:
    """Decide over all kinds of entries."""
    fused = fuse(evidence, model.ranking)
    guides = rank(evidence, fused, kinds)
    policies = rank_policies(evidence, fused, kinds, guides)
    sure, likely = confidence(guides, model), policy_confidence(policies, model)
    probability = sure
    clauses = _clauses(evidence, kinds)
    belongs = belonging(guides, model)
    decision = decide(probability, belongs, guides, model)
    rows = guides.rows
    if likely >= model.policy_offer_from * _MENTIONED and rows.size:
        rows = np.concatenate([rows[:1], policies.rows[:1], rows[1:]])[:_SHOWN]
    # Two policy answers that fit all but equally are a choice, as with guides.
    tied = policies.features["margin"] < model.tie_margin
    if likely >= model.policy_from and not tied:
        decision, probability = Decision.ANSWER, likely
        rows = np.concatenate([policies.rows[:1], guides.rows, policies.rows[1:]])[:_SHOWN]
    elif likely >= model.policy_offer_from and decision is not Decision.ANSWER:
        decision = Decision.CLARIFY
        probability = max(probability, likely)
        rows = _mixed(guides, policies, model)
    elif decision is Decision.CLARIFY:
        rows = choices(guides, model)
    if decision is not Decision.ANSWER and _is_sure(evidence, kinds, clauses):
        decision, probability = Decision.ANSWER, _CLAUSE_CONFIDENCE
        rows = np.concatenate([clauses[:1], rows])[:_SHOWN]
    scores = fused[rows]
    return Judgement(
        decision,
        rows,
        scores,
        probability,
        guides=guides,
        policies=policies,
        guide_probability=sure,
        belonging=belongs,
        policy_probability=likely,
        clauses=clauses,
    )


def without_answer(judged: Judgement) -> Judgement:
    """Return the judgement of a question that says only what it does not mean: at most a choice."""
    if judged.decision is not Decision.ANSWER:
        return judged
    several = judged.guides.rows.size > 1
    return replace(
        judged,
        decision=Decision.CLARIFY if several else Decision.NO_ANSWER,
        rows=judged.guides.rows[:CHOICES],
        scores=judged.guides.scores[:CHOICES],
    )


def rank_policies(
    evidence: Evidence, fused: NDArray[np.float32], kinds: Kinds, guides: Ranking
) -> Ranking:
    """Order the policy answers and compare the first with the best guide."""
    found = np.flatnonzero(kinds.policy_answer)
    rows = found[np.argsort(-fused[found], kind="stable")][:_SHOWN]
    features = dict.fromkeys((*POLICY_FEATURES, "margin", "unwritten"), 0.0)
    if rows.size == 0:
        return Ranking(rows, fused[rows], features)
    first = int(rows[0])
    if evidence.dense is not None:
        features["dense"] = float(evidence.dense.any[first])
        names = evidence.dense.names
        features["names_lead"] = float(names[first] - names[kinds.guide].max(initial=-1.0))
    likelihood = evidence.lexical.likelihood
    features["likelihood_lead"] = float(likelihood[first] - likelihood[kinds.guide].max(initial=-1))
    nothing = fused[kinds.unwritten]
    features["unwritten"] = float(fused[first]) - (float(nothing.max()) if nothing.size else 0.0)
    features["lead"] = float(fused[first]) - float(guides.scores[:1].max(initial=0.0))
    features["plain"] = 0.0 if evidence.procedural else 1.0
    features["margin"] = float(fused[first] - fused[rows[1]]) if rows.size > 1 else np.inf
    return Ranking(rows, fused[rows], features)


def policy_confidence(policies: Ranking, model: Model) -> float:
    """Return the calibrated probability that the first policy answer is what was asked."""
    if policies.rows.size == 0 or policies.features["unwritten"] < model.policy_floor:
        return 0.0
    if not model.policy:
        return 0.0
    return logistic(policies.features, model.policy, model.policy_intercept)


def _mixed(guides: Ranking, policies: Ranking, model: Model) -> NDArray[np.int64]:
    near = choices(guides, model) if guides.rows.size else guides.rows
    return np.concatenate([policies.rows[:1], near, policies.rows[1:2]])[:CHOICES]


def _clauses(evidence: Evidence, kinds: Kinds) -> NDArray[np.int64]:
    """Return the clauses nearest in meaning, best first; none before the encoder is loaded."""
    found = np.flatnonzero(kinds.clause)
    if evidence.dense is None or found.size == 0:
        return found[:0]
    near = evidence.dense.any[found] + evidence.lexical.coverage[found]
    best: NDArray[np.int64] = found[np.argsort(-near, kind="stable")][:_SHOWN]
    near_enough = evidence.dense.any[best] >= _CLAUSE_NEAR
    return best[near_enough & (evidence.lexical.coverage[best] >= _CLAUSE_SHARED)]


def _is_sure(evidence: Evidence, kinds: Kinds, clauses: NDArray[np.int64]) -> bool:
    if evidence.dense is None or clauses.size == 0:
        return False
    near, first = evidence.dense.any, clauses[0]
    others = near[~kinds.clause]
    return bool(
        near[first] >= _CLAUSE_DENSE
        and evidence.lexical.coverage[first] >= _CLAUSE_COVERAGE
        and near[first] >= float(others.max(initial=0.0)) + _CLAUSE_LEAD
    )


def feature_row(features: Mapping[str, float]) -> list[float]:
    """Return the policy features in their order, for fitting."""
    return [features[name] for name in POLICY_FEATURES]
