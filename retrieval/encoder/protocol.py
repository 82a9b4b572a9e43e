"""What retrieval asks of an encoder; any implementation passes the same tests."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


class Encoder(Protocol):
    """Turns texts into vectors whose inner product is their cosine."""

    @property
    def dimensions(self) -> int:
        """Length of each vector."""
        ...

    @property
    def fingerprint(self) -> str:
        """Names the weights and their use; thresholds and indexes belong to one fingerprint."""
        ...

    def encode_queries(self, texts: list[str]) -> Vectors:
        """Return float32, shape (len(texts), dimensions), rows of length 1."""
        ...

    def encode_passages(self, texts: list[str]) -> Vectors:
        """Return float32, shape (len(texts), dimensions), rows of length 1."""
        ...
