"""What a prepared cross-encoder folder holds, written last and checked before use."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from retrieval.encoder.manifest import read_checked
from retrieval.errors import RerankerError

# Raise it when the conversion changes what the scores are: folders are then made anew.
CONVERSION = 1


@dataclass(frozen=True, slots=True)
class RerankerManifest:
    """Written as JSON beside the model; ``files`` maps path → sha256."""

    source: str  # the model's name and the hash of its weights
    conversion: int
    max_tokens: int
    largest_difference: float  # to the scores before export, over a few pairs
    files: dict[str, str]

    @property
    def fingerprint(self) -> str:
        """Short hash of the weights' source; see the encoder's."""
        use = ["reranker", self.source, self.conversion]
        return hashlib.sha256(json.dumps(use).encode()).hexdigest()[:16]


def read_manifest(folder: Path) -> RerankerManifest:
    """Read the manifest and check the files against it.

    Raises:
        RerankerError: the folder is missing, incomplete or damaged.
    """
    errors = (RerankerError, RerankerError)
    return read_checked(folder, "reranker", RerankerManifest, CONVERSION, errors)
