"""What a prepared cross-encoder folder holds, written last and checked before use."""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from retrieval.encoder.manifest import MANIFEST, SERVED_FILES, hash_files
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


def write_manifest(manifest: RerankerManifest, folder: Path) -> None:
    """Write the manifest; the folder is complete from here on."""
    text = json.dumps(asdict(manifest), ensure_ascii=False, indent=2) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8")


def read_manifest(folder: Path) -> RerankerManifest:
    """Read the manifest and check the files against it.

    Raises:
        RerankerError: the folder is missing, incomplete or damaged.
    """
    try:
        manifest = RerankerManifest(**json.loads((folder / MANIFEST).read_text(encoding="utf-8")))
        actual = hash_files(folder)
    except (OSError, ValueError, TypeError) as error:
        raise RerankerError(
            f"no usable reranker in {folder.name} ({error}); run: hotline encoder prepare"
        ) from error
    damaged = sorted(name for name in SERVED_FILES if manifest.files.get(name) != actual[name])
    if damaged or manifest.conversion != CONVERSION:
        what = ", ".join(damaged) or "an older conversion"
        raise RerankerError(f"reranker: {what} does not match; run: hotline encoder prepare")
    return manifest
