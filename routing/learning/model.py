"""What was learnt from closed tickets, and how it weighs beside the taxonomy."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import log_softmax

from routing.classification.weights import LeadCalibration
from routing.learning.text_model import TextModel

Floats = NDArray[np.float64]
Distribution = Mapping[str, float]
_FLOOR = 1e-3  # what neither side says is still possible
_RELEVANT = 0.01


@dataclass(frozen=True)
class Reading:
    """What the history tells of one text, and how near its nearest ticket is (cosine)."""

    told: Distribution
    near: float


@dataclass(frozen=True)
class Blend:
    """log p = prior · log(taxonomy) + learnt · near · log(history), up to a constant.

    ``near`` is how near the nearest closed ticket is: what the history never spoke of it does not
    decide.
    """

    prior: float = 1.0
    learnt: float = 0.0

    def of(self, said: Distribution, read: Reading) -> dict[str, float]:
        """Return the distribution over all that either side names, most probable first."""
        told = read.told
        names = [*said, *(n for n, p in told.items() if n not in said and p >= _RELEVANT)]
        if not names:
            return {}
        prior = np.log(np.array([said.get(name, 0.0) for name in names]) + _FLOOR)
        learnt = np.log(np.array([told.get(name, 0.0) for name in names]) + _FLOOR)
        logits = self.prior * prior + self.learnt * read.near * learnt
        found = np.exp(log_softmax(logits))
        order = np.argsort(-found, kind="stable")
        return {names[i]: float(found[i]) for i in order}


def fit_blend(
    said: Sequence[Distribution],
    read: Sequence[Reading],
    gold: Sequence[str],
    share: Floats | None = None,
) -> Blend:
    """Return the blend under which the right names are likeliest; ``share`` weighs the cases."""
    counts = np.ones(len(gold)) if share is None else share
    cases = []
    for one, other, right in zip(said, read, gold, strict=True):
        told = other.told
        names = list(dict.fromkeys((right, *one, *(n for n, p in told.items() if p >= _RELEVANT))))
        prior = np.log(np.array([one.get(n, 0.0) for n in names]) + _FLOOR)
        learnt = np.log(np.array([told.get(n, 0.0) for n in names]) + _FLOOR)
        cases.append((prior, other.near * learnt))

    def loss(weights: Floats) -> float:
        spent = [-log_softmax(weights[0] * p + weights[1] * h)[0] for p, h in cases]
        mean = np.average(spent, weights=counts)
        return float(mean + 1e-3 * ((weights[0] - 1) ** 2 + weights[1] ** 2))

    found = minimize(loss, np.array([1.0, 0.5]), method="Nelder-Mead", options={"maxiter": 120}).x
    return Blend(prior=max(float(found[0]), 0.05), learnt=max(float(found[1]), 0.0))


@dataclass(frozen=True)
class Target:
    """One thing that is learnt: the body, the category or the kind."""

    model: TextModel
    blend: Blend

    def read(self, texts: Sequence[str], vectors: NDArray[np.floating] | None) -> list[Reading]:
        """Return P(name) of every text as the history tells it."""
        found = self.model.probabilities(texts, vectors)
        near = self.model.familiarity(texts)
        return [
            Reading(dict(zip(self.model.classes, row.tolist(), strict=True)), float(nearest))
            for row, nearest in zip(found, near, strict=True)
        ]


BODY, CATEGORY, KIND = "body", "category", "kind"


@dataclass(frozen=True)
class LearntModel:
    """What one version knows; ``targets`` always holds the body."""

    version: str
    targets: Mapping[str, Target]
    confidence: LeadCalibration  # of the blended probability of the first body

    def bodies(
        self,
        text: str,
        vector: NDArray[np.floating] | None,
        said: Distribution,
        resolve: Callable[[str], str | None],
        unresolved: str,
    ) -> dict[str, float]:
        """Return P(body), most probable first.

        Args:
            text: normalised, without names of places.
            vector: its sentence vector, ``None`` without an encoder.
            said: P(body) as the taxonomy tells it.
            resolve: from a body or 属地 to the code that acts where it happens.
            unresolved: stands for a body that depends on a place that is not stated.
        """
        target = self.targets[BODY]
        vectors = None if vector is None else vector[None, :]
        read = resolved(target.read([text], vectors)[0], resolve, unresolved)
        return target.blend.of(said, read)

    def reread(
        self, name: str, text: str, vector: NDArray[np.floating] | None, said: Distribution
    ) -> dict[str, float] | None:
        """Return P(category) or P(kind), ``None`` where that was not learnt."""
        target = self.targets.get(name)
        if target is None:
            return None
        vectors = None if vector is None else vector[None, :]
        return target.blend.of(said, target.read([text], vectors)[0])


def resolved(read: Reading, resolve: Callable[[str], str | None], unresolved: str) -> Reading:
    """Return the reading over the codes that act where it happens."""
    found: dict[str, float] = {}
    for name, probability in read.told.items():
        code = resolve(name) or unresolved
        found[code] = found.get(code, 0.0) + probability
    return Reading(found, read.near)
