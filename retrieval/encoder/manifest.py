"""What a prepared encoder folder holds, written last and checked before use."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

from retrieval.encoder.wheel import sha256_of
from retrieval.errors import EncoderDamagedError, EncoderError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

MANIFEST = "manifest.json"
SERVED_FILES = ("tokenizer.json", "onnx/model.onnx")
# Raise it when the conversion changes what the vectors are: folders are then made anew.
CONVERSION = 2


class FolderManifest(Protocol):
    """What every prepared model folder says of itself."""

    @property
    def conversion(self) -> int:
        """Which conversion wrote the folder."""
        ...

    @property
    def files(self) -> dict[str, str]:
        """Path → sha256 of the files that serve."""
        ...


ManifestT = TypeVar("ManifestT", bound=FolderManifest)


@dataclass(frozen=True, slots=True)
class Manifest:
    """Written as JSON beside the model; ``files`` maps path → sha256."""

    source: str  # the weights' identity: requirement and hash, or a model's name and hash
    conversion: int
    dimensions: int
    max_tokens: int
    query_prefix: str
    passage_prefix: str
    cosine_to_float: float  # mean over a few sentences, measured at export
    files: dict[str, str]

    @property
    def fingerprint(self) -> str:
        """Short hash of the weights' source and use.

        Not of the exported bytes: these differ between versions of torch, the vectors do not.
        """
        use = [self.source, self.conversion, self.query_prefix, self.passage_prefix]
        return hashlib.sha256(json.dumps(use).encode()).hexdigest()[:16]


def write_manifest(manifest: "DataclassInstance", folder: Path) -> None:
    """Write the manifest; the folder is complete from here on."""
    text = json.dumps(asdict(manifest), ensure_ascii=False, indent=2) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8")


def hash_files(folder: Path) -> dict[str, str]:
    """Return path → sha256 of the files that serve."""
    return {name: sha256_of(folder / name) for name in SERVED_FILES}


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest and check the files against it.

    Raises:
        EncoderError: there is none.
        EncoderDamagedError: it is incomplete, damaged or of an older conversion.
    """
    return read_checked(
        folder, "encoder", Manifest, CONVERSION, (EncoderError, EncoderDamagedError)
    )


def read_checked(
    folder: Path,
    what: str,
    manifest_type: Callable[..., ManifestT],
    conversion: int,
    errors: tuple[type[EncoderError], type[EncoderError]],
) -> ManifestT:
    """Read the manifest of a model folder and check the files and the conversion against it.

    ``what`` names the model's part in the product, for the message; ``errors`` are raised where
    there is no manifest, and where the folder is incomplete, damaged or of another conversion.
    """
    absent, damaged = errors
    advice = "run: hotline encoder prepare"
    try:
        text = (folder / MANIFEST).read_text(encoding="utf-8")
    except OSError as error:
        raise absent(f"no usable {what} in {folder.name} ({error}); {advice}") from error
    try:
        manifest = manifest_type(**json.loads(text))
        actual = hash_files(folder)
    except (OSError, ValueError, TypeError) as error:
        raise damaged(f"no usable {what} in {folder.name} ({error}); {advice}") from error
    faults = sorted(name for name in SERVED_FILES if manifest.files.get(name) != actual[name])
    if faults or manifest.conversion != conversion:
        which = ", ".join(faults) or "an older conversion"
        raise damaged(f"{what}: {which} does not match; {advice}")
    return manifest
