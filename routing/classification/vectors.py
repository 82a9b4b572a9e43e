"""What sentence vectors say of a text: near examples of each category, and a linear reading."""

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from retrieval.encoder.protocol import Encoder, Vectors
from routing.classification.kept_fits import Arrays

logger = logging.getLogger(__name__)

Floats = NDArray[np.float64]
_NEAREST = 8  # of 1, 3, 8 and all examples the best alone: 0.72, 0.78, 0.79, 0.77 right
_SHARPNESS = 60.0  # cosines of this encoder lie between 0.7 and 1: a step of 1/60 tells
_RIDGE = 0.3  # flat from 0.1 to 1
_ABSENT = -1.0  # cosine of an example that is not there


class KeptVectors:
    """Vectors of texts, kept in a cache file named after what they were made from."""

    def __init__(self, encoder: Encoder, cache_dir: Path) -> None:
        self._encoder = encoder
        self._cache_dir = cache_dir

    def of(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors of ``texts``, shape (n, dimensions); 20 s for 5,000 the first time."""
        content = "\n".join((self._encoder.fingerprint, *texts))
        digest = hashlib.sha256(content.encode()).hexdigest()[:16]
        path = self._cache_dir / f"routing-phrases-{digest}.npy"
        if path.exists():
            kept: Vectors = np.load(path, allow_pickle=False)
            return kept
        # Both sides are short things that citizens say: the query side fits phrases too
        # (top-1 0.85 against 0.83 with the passage side on the shipped calibration appeals).
        vectors = self._encoder.encode_queries(list(texts))
        self._cache_dir.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".partial.npy")
        np.save(partial, vectors)
        partial.replace(path)
        logger.info("encoded %d routing phrases", len(texts))
        return vectors


@dataclass(frozen=True)
class LinearReading:
    """A ridge regression from vectors to classes, fitted in closed form."""

    mean: Floats
    weights: Floats  # shape (dimensions, n_classes)

    @classmethod
    def fitted(cls, vectors: Vectors, classes: NDArray[np.intp], n_classes: int) -> "LinearReading":
        """Fit to rows of ``vectors`` with the class of each."""
        mean = vectors.mean(axis=0, dtype=np.float64)
        centred = vectors - mean
        scale = float(np.sqrt((centred**2).sum(axis=1).mean())) or 1.0
        centred /= scale
        wanted = np.eye(n_classes)[classes]
        wanted -= wanted.mean(axis=0)
        gram = centred.T @ centred + _RIDGE * np.eye(centred.shape[1])
        return cls(mean, np.linalg.solve(gram, centred.T @ wanted) / scale)

    def arrays(self) -> Arrays:
        """Return what was fitted."""
        return {"mean": self.mean, "weights": self.weights}

    @classmethod
    def restored(cls, arrays: Arrays) -> Self:
        """Return the reading that :meth:`arrays` came from."""
        return cls(arrays["mean"].astype(np.float64), arrays["weights"].astype(np.float64))

    def scores(self, vector: NDArray[np.floating]) -> Floats:
        """Return float64, shape (n_classes,): about 1 for the class it reads, 0 for others."""
        read: Floats = (vector - self.mean) @ self.weights
        return read


class ExampleVectors:
    """The examples of every category as vectors."""

    def __init__(self, vectors: Vectors, counts: Sequence[int], linear: LinearReading) -> None:
        """Keep ``vectors``, the examples of category after category, ``counts`` of each.

        ``linear`` is the reading fitted to them.
        """
        sizes = np.array(counts)
        starts = np.cumsum(sizes) - sizes
        # Row i holds the positions of category i's examples, filled up with the last position + 1,
        # whose cosine is set below every real one.
        offsets = np.arange(max(sizes.max(), _NEAREST))
        self._positions = np.where(
            offsets < sizes[:, None], starts[:, None] + offsets, len(vectors)
        )
        self._sizes = np.minimum(sizes, _NEAREST)
        self._vectors = vectors
        self._linear = linear

    def scores(self, vector: NDArray[np.floating]) -> tuple[Floats, Floats]:
        """Return the soft mean cosine to the nearest examples, and the linear reading.

        Returns:
            Two arrays, float64, shape (n_categories,).
        """
        cosine = np.append(self._vectors @ vector, _ABSENT).astype(np.float64)
        found = cosine[self._positions]
        best = np.partition(found, -_NEAREST, axis=1)[:, -_NEAREST:]
        heat = np.exp(_SHARPNESS * (best - 1)).sum(axis=1) / self._sizes
        return np.log(heat + 1e-30) / _SHARPNESS, self._linear.scores(vector)
