"""Which body a text reads like, whatever its category: the examples of every body taken together.

Where two categories of one body are mixed up the body is right all the same, and a body's own way
of being spoken of may settle what the categories leave open. Decision 0022.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retrieval.encoder.protocol import Vectors
from routing.classification.likelihood import LikelihoodIndex
from routing.classification.vectors import LinearReading
from routing.classification.weights import BodyWeights

Floats = NDArray[np.float64]
# Added to what the categories claim before its logarithm is taken: what they hardly claim at all
# is not put aside for good.
LEAST_CLAIM = 1e-3


@dataclass(frozen=True)
class BodyOdds:
    """How much one text reads like each body's: log-odds up to a constant."""

    read: Mapping[str, float]
    claimed: float  # weight of what the categories claim

    def weighed(self, claims: Mapping[str, float]) -> dict[str, float]:
        """Return the claims (body → probability, not empty) with the reading; same sum."""
        logits = np.array(
            [
                self.claimed * np.log(probability + LEAST_CLAIM) + self.read.get(body, 0.0)
                for body, probability in claims.items()
            ]
        )
        shares = np.exp(logits - logits.max())
        shares *= sum(claims.values()) / shares.sum()
        return dict(zip(claims, shares.tolist(), strict=True))


class BodyReading:
    """Built from examples with the body of each (a code or 属地, before any district acts)."""

    def __init__(
        self, texts: Sequence[str], bodies: Sequence[str], vectors: Vectors | None
    ) -> None:
        """Take the examples, the body of each, and their vectors where there is an encoder."""
        self._bodies = tuple(sorted(set(bodies)))
        numbers = {body: number for number, body in enumerate(self._bodies)}
        classes = np.array([numbers[body] for body in bodies])
        documents: list[list[str]] = [[] for _ in self._bodies]
        for text, number in zip(texts, classes, strict=True):
            documents[number].append(text)
        self._words = LikelihoodIndex(documents)
        self._vectors = (
            None
            if vectors is None
            else LinearReading.fitted(vectors.copy(), classes, len(self._bodies))
        )

    @property
    def bodies(self) -> tuple[str, ...]:
        """The bodies in the order of every score."""
        return self._bodies

    def scores(self, text: str, vector: NDArray[np.floating] | None) -> tuple[Floats, Floats]:
        """Return the reading of the vector (zeros without one) and that of the words.

        Returns:
            Two arrays, float64, shape (n_bodies,).
        """
        linear = np.zeros(len(self._bodies))
        if self._vectors is not None and vector is not None:
            linear = self._vectors.scores(vector)
        return linear, self._words.scores(text)

    def odds(
        self, text: str, vector: NDArray[np.floating] | None, weights: BodyWeights
    ) -> BodyOdds:
        """Return the weighed reading of one text without names of places."""
        linear, words = self.scores(text, vector)
        read = weights.linear * linear + weights.likelihood * words
        return BodyOdds(dict(zip(self._bodies, read.tolist(), strict=True)), weights.claimed)
