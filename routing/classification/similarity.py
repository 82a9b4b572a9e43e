"""Cosine of a text to the phrases of each category, through the encoder."""

import hashlib
import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from retrieval.encoder.protocol import Encoder, Vectors

logger = logging.getLogger(__name__)

_NEAREST = 3
_BELOW_ALL = 0.0  # cosines of this encoder stay above 0.6; only a category of under three sees it


class PhraseVectors:
    """Vectors of all phrases, kept in a cache file named after what they were made from."""

    def __init__(
        self, documents: Sequence[Sequence[str]], encoder: Encoder, cache_dir: Path
    ) -> None:
        self._phrases = [phrase for phrases in documents for phrase in phrases]
        self._encoder = encoder
        self._cache_dir = cache_dir
        counts = np.array([len(phrases) for phrases in documents])
        starts = np.cumsum(counts) - counts
        # Row i holds the positions of category i's phrases, filled up with the last position + 1,
        # whose cosine is set below every real one.
        offsets = np.arange(max(counts.max(), _NEAREST))
        self._positions = np.where(
            offsets < counts[:, None], starts[:, None] + offsets, len(self._phrases)
        )
        self._vectors: Vectors | None = None

    def warm_up(self) -> None:
        """Read the vectors from the cache, or make (20 s for 2,000 phrases) and keep them."""
        path = self._cache_dir / f"routing-phrases-{self._digest()}.npy"
        if path.exists():
            self._vectors = np.load(path, allow_pickle=False)
            return
        # Both sides are short things that citizens say: the query side fits phrases too
        # (top-1 0.85 against 0.83 with the passage side on the shipped calibration appeals).
        vectors = self._encoder.encode_queries(self._phrases)
        self._cache_dir.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".partial.npy")
        np.save(partial, vectors)
        partial.replace(path)
        self._vectors = vectors
        logger.info("encoded %d routing phrases", len(self._phrases))

    def scores(self, text: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the cosine to the nearest phrase and the mean cosine to the nearest three.

        Returns:
            Two arrays, float64, shape (n_categories,).
        """
        if self._vectors is None:
            self.warm_up()
        assert self._vectors is not None
        query = self._encoder.encode_queries([text])[0]
        cosine = np.append(self._vectors @ query, _BELOW_ALL).astype(np.float64)
        best = np.sort(cosine[self._positions], axis=1)[:, -_NEAREST:]
        return best[:, -1], best.mean(axis=1)

    def _digest(self) -> str:
        content = "\n".join((self._encoder.fingerprint, *self._phrases))
        return hashlib.sha256(content.encode()).hexdigest()[:16]
