"""Which body a text reads like, whatever its category: the examples of every body taken together.

Where two categories of one body are mixed up the body is right all the same, and a body's own way
of being spoken of may settle what the categories leave open. Decision 0022.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from retrieval.encoder.protocol import Vectors
from routing.classification.kept_fits import Arrays, packed, unpacked
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

    def __init__(self, arrays: Arrays) -> None:
        """Take what :meth:`of` found; ``words.`` and ``vectors.`` tell whose an array is."""
        self._arrays = arrays
        self._bodies = tuple(unpacked(arrays["bodies"]))
        self._words = LikelihoodIndex(_within(arrays, "words."))
        linear = _within(arrays, "vectors.")
        self._vectors = LinearReading.restored(linear) if linear else None

    @classmethod
    def of(cls, texts: Sequence[str], bodies: Sequence[str], vectors: Vectors | None) -> Self:
        """Take the examples, the body of each, and their vectors where there is an encoder."""
        named = sorted(set(bodies))
        numbers = {body: number for number, body in enumerate(named)}
        classes = np.array([numbers[body] for body in bodies])
        documents: list[list[str]] = [[] for _ in named]
        for text, number in zip(texts, classes, strict=True):
            documents[number].append(text)
        words = LikelihoodIndex.of(documents).arrays()
        arrays = {"bodies": packed(named), **{f"words.{name}": a for name, a in words.items()}}
        if vectors is not None:
            linear = LinearReading.fitted(vectors.copy(), classes, len(named)).arrays()
            arrays |= {f"vectors.{name}": array for name, array in linear.items()}
        return cls(arrays)

    def arrays(self) -> Arrays:
        """Return what was found."""
        return self._arrays

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


def _within(arrays: Arrays, part: str) -> Arrays:
    return {name.removeprefix(part): a for name, a in arrays.items() if name.startswith(part)}
