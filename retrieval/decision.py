"""From scores to a decision: answer, offer choices, or say that the library does not know."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retrieval.calibration.store import Model
from retrieval.fusion import Evidence
from retrieval.index.kinds import Kinds
from retrieval.schemas import Decision

_SHOWN = 5
CHOICES = 4  # at most
_FOLLOWING = slice(5, 25)  # past the neighbours that speak of the same thing
# A word or two that stand in several guides alike (「身份证怎么办」) name none of them. Of the
# calibration set: half of the ambiguous questions, and none that one guide answers.
_WORD_OR_TWO = 4  # characters
_ALL_WORDS = 0.95  # coverage
_ALIKE = 0.02
# Lead over a neighbour, in fused score, from which on its size tells nothing: odds of 1 to 150.
_NEIGHBOUR_NEAR = 5.0
CONFIDENCE_FEATURES = (
    "top",  # fused score of the best written guide
    "margin",  # its lead over the next matter, with or without a guide
    "elsewhere",  # its lead over what is no matter of ours
    "dense",  # its best cosine (0 without the encoder)
    "names",  # how well all its names together fit (0 without the encoder)
    "names_lead",  # by how much better than the next matter's
    "peak",  # how far that stands above the cosines of the matters that follow
    "overlap",
    "coverage",
    "likelihood",  # of the question where the first is meant, against the likeliest entry
    "likelihood_lead",  # against the likeliest other matter
    "known",  # share of the question that any matter knows
    "here",  # 0 where it is to be done in another city
    "length",  # log of its characters: a story shares less with any guide, and is as sure
)


# What tells whether a question is about any guide at all, whichever: nothing that compares the
# first with the next.
BELONGING_FEATURES = (
    "top",
    "chatter",  # its lead over what is no matter of anybody's
    "neighbour",  # over the nearest of what is known by name and has no guide
    "neighbour_near",  # the same, where that comes near enough to be meant
    "dense",
    "names",
    "peak",
    "overlap",
    "coverage",
    "likelihood",
    "known",
    "here",
    "length",
    "not_there",  # 0 where it is named as another city's: 「成都的公租房」
    "dense_elsewhere",  # how far the best cosine stands above that of what is no matter of ours
)
# By words alone what is no matter of ours fits many guides a little, and none more than the next.
BELONGING_BY_WORDS = (*BELONGING_FEATURES, "margin", "likelihood_lead")


@dataclass(frozen=True, slots=True)
class Ranking:
    """Entries of one kind best first, with what the decision looks at."""

    rows: NDArray[np.int64]  # positions of entries
    scores: NDArray[np.float32]  # same order
    features: dict[str, float]
    generic: bool = False  # all that was said fits several guides alike
    drawn_away: bool = False  # a matter without a guide fits better


def rank(evidence: Evidence, fused: NDArray[np.float32], kinds: Kinds) -> Ranking:
    """Order the written guides and describe how clear the first is.

    Policy answers and clauses take no part: what is published of them changes no order of guides.
    """
    order = np.argsort(-fused, kind="stable")
    rows = order[kinds.guide[order]][:_SHOWN]
    if rows.size == 0:
        nothing = dict.fromkeys((*CONFIDENCE_FEATURES, *BELONGING_FEATURES), 0.0)
        return Ranking(rows, fused[rows], nothing)
    first = int(rows[0])
    top = float(fused[first])
    elsewhere = float(fused[kinds.elsewhere].max()) if kinds.elsewhere.any() else 0.0
    chatter = fused[kinds.elsewhere & ~kinds.neighbour]
    neighbour = top - (float(fused[kinds.neighbour].max()) if kinds.neighbour.any() else 0.0)
    without = float(fused[kinds.unwritten & ~kinds.elsewhere].max(initial=-np.inf))
    second = float(fused[rows[1]]) if rows.size > 1 else 0.0
    dense = 0.0 if evidence.dense is None else float(evidence.dense.any[first])
    dense_elsewhere = 0.0
    if evidence.dense is not None and kinds.elsewhere.any():
        dense_elsewhere = dense - float(evidence.dense.any[kinds.elsewhere].max())
    matters = kinds.guide | kinds.unwritten
    features = {
        "top": top,
        "margin": top - max(second, without),
        "elsewhere": top - elsewhere,
        "chatter": top - (float(chatter.max()) if chatter.size else 0.0),
        "neighbour": neighbour,
        "neighbour_near": min(neighbour, _NEIGHBOUR_NEAR),
        "dense": dense,
        "names": 0.0 if evidence.dense is None else float(evidence.dense.names[first]),
        "names_lead": 0.0
        if evidence.dense is None
        else _lead(evidence.dense.names, first, matters),
        "peak": 0.0 if evidence.dense is None else dense - _level(evidence.dense.any[matters]),
        "overlap": float(evidence.lexical.overlap[first]),
        "coverage": float(evidence.lexical.coverage[first]),
        "likelihood": float(evidence.lexical.likelihood[first]),
        "likelihood_lead": _lead(evidence.lexical.likelihood, first, matters),
        "known": evidence.lexical.known,
        "here": 0.0 if evidence.elsewhere else 1.0,
        "not_there": 0.0 if evidence.there else 1.0,
        "length": math.log(max(evidence.characters, 1)),
        "dense_elsewhere": dense_elsewhere,
    }
    return Ranking(
        rows,
        fused[rows],
        features,
        generic=_is_generic(evidence, first, kinds.guide),
        drawn_away=without > top,
    )


def _is_generic(evidence: Evidence, first: int, written: NDArray[np.bool_]) -> bool:
    if len(evidence.named) > _WORD_OR_TWO:
        return False
    coverage = evidence.lexical.coverage
    alike = coverage[written] >= coverage[first] - _ALIKE
    return float(coverage[first]) >= _ALL_WORDS and int(alike.sum()) > 1


def _lead(scores: NDArray[np.float32], first: int, among: NDArray[np.bool_]) -> float:
    others = among.copy()
    others[first] = False
    return float(scores[first] - scores[others].max(initial=-1.0))


def _level(cosines: NDArray[np.float32]) -> float:
    """Return the cosine that this question has with matters it is not about."""
    following = np.sort(cosines)[::-1][_FOLLOWING]
    return float(following.mean()) if following.size else 0.0


def confidence(ranking: Ranking, model: Model) -> float:
    """Return the calibrated probability that the first candidate is the right one."""
    if ranking.rows.size == 0:
        return 0.0
    return logistic(ranking.features, model.confidence, model.intercept)


def belonging(ranking: Ranking, model: Model) -> float:
    """Return the calibrated probability that one of the first candidates is the right one."""
    if ranking.rows.size == 0:
        return 0.0
    return logistic(ranking.features, model.belonging, model.belonging_intercept)


def logistic(
    features: Mapping[str, float], weights: Mapping[str, float], intercept: float
) -> float:
    """Return the probability that a logistic model gives."""
    logit = intercept + sum(weights[name] * features[name] for name in weights)
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, logit))))


def decide(probability: float, belongs: float, ranking: Ranking, model: Model) -> Decision:
    """Return what to do at these probabilities; a choice needs two candidates.

    Args:
        probability: that the first candidate is the right one.
        belongs: that one of the first is; below ``clarify_from`` nothing is said.
        ranking: the candidates.
        model: the thresholds.

    Two guides that fit all but equally are a choice, however surely one of them is meant, and
    so are those that hold the word or two that were said, however unsure each of them is.
    """
    if ranking.drawn_away:
        return Decision.NO_ANSWER
    several = choices(ranking, model).size > 1
    if ranking.generic and several:
        return Decision.CLARIFY
    if belongs < model.clarify_from or ranking.rows.size == 0:
        return Decision.NO_ANSWER
    if probability >= model.answer_from and ranking.features["margin"] >= model.tie_margin:
        return Decision.ANSWER
    return Decision.CLARIFY if several else Decision.NO_ANSWER


def choices(ranking: Ranking, model: Model) -> NDArray[np.int64]:
    """Return the candidates worth offering: two to four that lie near the first."""
    near = ranking.scores >= ranking.scores[:1].max(initial=0.0) - model.choice_gap
    near[:2] = True
    chosen: NDArray[np.int64] = ranking.rows[near][:CHOICES]
    return chosen
