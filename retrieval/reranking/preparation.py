"""Bring the cross-encoder into ``<data_dir>/models/reranker``, whole or not at all."""

import logging
import tempfile
from pathlib import Path

from foundation.settings import Settings
from retrieval.encoder.preparation import swap_folder
from retrieval.encoder.progress import Progress, silent
from retrieval.errors import RerankerError
from retrieval.reranking.manifest import RerankerManifest, read_manifest
from retrieval.reranking.reranker import OnnxReranker

logger = logging.getLogger(__name__)


def reranker_folder(settings: Settings) -> Path:
    """Return where the active cross-encoder stands, whichever model it is."""
    return settings.data_dir / "models" / "reranker"


def load_reranker(settings: Settings) -> OnnxReranker | None:
    """Open the prepared cross-encoder; None where the settings ask for none.

    Raises:
        RerankerError: not prepared, damaged, or prepared for another ``reranker_model``.
    """
    if settings.reranker_model is None:
        return None
    folder = reranker_folder(settings)
    return OnnxReranker(folder, _fitting_manifest(folder, settings.reranker_model))


def prepare_reranker(settings: Settings, progress: Progress = silent) -> Path | None:
    """Prepare the cross-encoder the settings ask for; nothing to do where they ask for none.

    Returns:
        The folder, see ``retrieval.reranking``.

    Raises:
        RerankerError: the model cannot be read or exported.
    """
    wanted = settings.reranker_model
    if wanted is None:
        return None
    folder = reranker_folder(settings)
    try:
        _fitting_manifest(folder, wanted)
    except RerankerError as error:
        logger.warning("reranker is prepared anew: %s", error)
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".reranker-") as scratch:
            progress("转换精排模型", 0.1)
            from retrieval.reranking.export import export_reranker  # noqa: PLC0415 -- torch

            made = Path(scratch) / "new"
            export_reranker(wanted, made)
            swap_folder(made, folder, Path(scratch) / "old")
    progress("精排模型就绪", 1.0)
    return folder


def _fitting_manifest(folder: Path, wanted: str) -> RerankerManifest:
    manifest = read_manifest(folder)
    if not manifest.source.startswith(f"{wanted} sha256:"):
        raise RerankerError(
            "the reranker was prepared for another model; run: hotline encoder prepare"
        )
    return manifest
