"""Versions of what was learnt, in ``data_dir/routing``: written once, never changed, one in force.

```
routing/current.json          which version is in force; absent: the taxonomy alone
routing/0003/model.npz        arrays only, nothing in it is code
routing/0003/manifest.json    when, from how many tickets, with which figures, and the fingerprints
```
"""

import hashlib
import json
import logging
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from routing.classification.weights import LeadCalibration
from routing.learning.errors import LearntModelFaultError, VersionNotFoundError
from routing.learning.model import BODY, Blend, LearntModel, Target
from routing.learning.text_model import TextModel
from routing.taxonomy import Taxonomy

logger = logging.getLogger(__name__)

SHIPPED = "0000"  # the taxonomy alone; always there
_CURRENT, _MODEL, _MANIFEST = "current.json", "model.npz", "manifest.json"


@dataclass(frozen=True)
class Manifest:
    """What is known of one version without its arrays."""

    version: str
    made_at: str
    encoder: str | None  # whose vectors it reads
    taxonomy: str  # digest of the categories and bodies it names
    rows: int
    figures: Mapping[str, float]
    blends: Mapping[str, tuple[float, float]]
    confidence: tuple[float, float]
    model: str  # SHA-256 of the arrays
    before: str  # the version it replaced
    # What the cross-validation said of every ticket, by digest: a later comparison must not ask
    # this version about tickets that it has seen.
    right: Mapping[str, bool] = field(default_factory=dict)


class ModelStore:
    """Keeps versions; whoever writes holds no lock: a version's folder is made in one step."""

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir / "routing"

    @property
    def current(self) -> str:
        """The version in force."""
        try:
            named = json.loads((self._folder / _CURRENT).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return SHIPPED
        version = named.get("version") if isinstance(named, dict) else None
        return version if isinstance(version, str) else SHIPPED

    def versions(self) -> list[Manifest]:
        """Return all versions that can be read, the oldest first."""
        found = []
        for folder in sorted(self._folder.glob("[0-9]" * 4)):
            try:
                found.append(self.manifest(folder.name))
            except LearntModelFaultError:
                logger.warning("routing model not readable: version=%s", folder.name)
        return found

    def manifest(self, version: str) -> Manifest:
        """Return what is known of a version.

        Raises:
            VersionNotFoundError: there is none of that number.
            LearntModelFaultError: its manifest cannot be read.
        """
        path = self._folder / version / _MANIFEST
        if not path.exists():
            raise VersionNotFoundError(version)
        try:
            kept: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            return Manifest(**kept)
        except (OSError, ValueError, TypeError) as error:
            raise LearntModelFaultError(version, f"说明文件已损坏（{error}）") from error

    def load(self, version: str, encoder: str | None, taxonomy: Taxonomy) -> LearntModel:
        """Return a version that fits the encoder and the categories in use.

        Raises:
            VersionNotFoundError: there is none of that number.
            LearntModelFaultError: it is damaged, or belongs to another encoder or taxonomy.
        """
        manifest = self.manifest(version)
        if manifest.encoder is not None and manifest.encoder != encoder:
            raise LearntModelFaultError(version, "它属于另一个语义模型，须重新训练")
        if manifest.taxonomy != taxonomy_digest(taxonomy):
            raise LearntModelFaultError(version, "分类或责任单位已变，须重新训练")
        path = self._folder / version / _MODEL
        if not path.exists() or _digest_of(path) != manifest.model:
            raise LearntModelFaultError(version, "模型文件已损坏或被改动")
        with np.load(path, allow_pickle=False) as arrays:
            targets = {
                name: Target(TextModel.from_arrays(_part(arrays, name)), Blend(*blend))
                for name, blend in manifest.blends.items()
            }
        slope, intercept = manifest.confidence
        calibration = LeadCalibration(slope=slope, intercept=intercept)
        return LearntModel(version, targets, calibration)

    def save(self, model: LearntModel, manifest: Manifest) -> Manifest:
        """Keep a new version under the next number; it is not in force yet."""
        self._folder.mkdir(parents=True, exist_ok=True)
        numbers = [int(path.name) for path in self._folder.glob("[0-9]" * 4)]
        version = f"{max(numbers, default=0) + 1:04d}"
        partial = self._folder / f".{version}.{os.getpid()}"
        partial.mkdir()
        arrays = {
            f"{name}.{key}": array
            for name, target in model.targets.items()
            for key, array in target.model.arrays().items()
        }
        np.savez_compressed(partial / _MODEL, **arrays)  # type: ignore[arg-type]  # stubs want a name each
        kept = asdict(manifest) | {
            "version": version,
            "model": _digest_of(partial / _MODEL),
        }
        text = json.dumps(kept, ensure_ascii=False, indent=1)
        (partial / _MANIFEST).write_text(text, encoding="utf-8")
        partial.rename(self._folder / version)
        return self.manifest(version)

    def put_in_force(self, version: str) -> None:
        """Let ``version`` (or :data:`SHIPPED`) be the one that is loaded at start.

        Raises:
            VersionNotFoundError: there is none of that number.
        """
        if version != SHIPPED:
            self.manifest(version)
        self._folder.mkdir(parents=True, exist_ok=True)
        partial = self._folder / f".{_CURRENT}.{os.getpid()}"
        partial.write_text(json.dumps({"version": version}), encoding="utf-8")
        partial.replace(self._folder / _CURRENT)

    def before(self, version: str) -> str:
        """Return the version that ``version`` replaced."""
        return SHIPPED if version == SHIPPED else self.manifest(version).before


def load_in_force(data_dir: Path, encoder: str | None, taxonomy: Taxonomy) -> LearntModel | None:
    """Return the version in force, ``None`` for the taxonomy alone.

    One that cannot be used is named in the log and left out: routing never stops for it.
    """
    store = ModelStore(data_dir)
    version = store.current
    if version == SHIPPED:
        return None
    try:
        if encoder is None and store.manifest(version).encoder is not None:
            logger.info("routing model waits for the encoder: version=%s", version)
            return None
        return store.load(version, encoder, taxonomy)
    except (LearntModelFaultError, VersionNotFoundError, OSError, ValueError, KeyError) as error:
        logger.warning("routing model not used, taxonomy alone: %s", error)
        return None


def taxonomy_digest(taxonomy: Taxonomy) -> str:
    """Return what tells one set of categories and bodies from another."""
    named = [f"{code}:{','.join(row.leads)}" for code, row in taxonomy.categories.items()]
    content = "\n".join([*named, *sorted(taxonomy.responsibilities)])
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def _part(arrays: Mapping[str, Any], name: str) -> dict[str, Any]:
    prefix = f"{name}."
    return {key.removeprefix(prefix): arrays[key] for key in arrays if key.startswith(prefix)}


def _digest_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def blends_of(targets: Mapping[str, Target]) -> dict[str, tuple[float, float]]:
    """Return the blends as a manifest keeps them, the body first."""
    names: Sequence[str] = [BODY, *(name for name in targets if name != BODY)]
    return {name: (targets[name].blend.prior, targets[name].blend.learnt) for name in names}
