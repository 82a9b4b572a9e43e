"""Turn a sentence-transformers folder into one that serves: ONNX beside it, checked, sealed.

Imports torch: set-up only.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
from sentence_transformers import SentenceTransformer
from transformers.utils import logging as transformers_logging

from retrieval.encoder.hub import opened
from retrieval.encoder.manifest import CONVERSION, Manifest, hash_files, write_manifest
from retrieval.encoder.onnx_encoder import PASSAGE_TOKENS, OnnxEncoder
from retrieval.encoder.onnx_export import CHECK_SENTENCES, check_cosine, export_onnx
from retrieval.encoder.progress import Progress
from retrieval.encoder.protocol import Vectors
from retrieval.encoder.wheel import sha256_of
from retrieval.errors import EncoderError


def export_folder(model_name: str, folder: Path, source: str | None, progress: Progress) -> None:
    """Export a model into ``folder`` and write the manifest last.

    Args:
        model_name: a local folder (may be ``folder`` itself) or a hub name.
        folder: where the sentence-transformers files and ``onnx/`` stand afterwards.
        source: identity of the weights; None: the name and the hash of its weights.
        progress: told of each step.

    Raises:
        EncoderError: the model cannot be had, or says something else once it is exported.
    """
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # theirs is untyped
    model = opened(lambda: SentenceTransformer(model_name, device="cpu"), model_name, EncoderError)
    if model_name != str(folder):
        model.save(str(folder))
    if source is None:
        source = f"{model_name} sha256:{sha256_of(folder / 'model.safetensors')}"
    progress("导出 ONNX 模型", 0.6)
    (folder / "onnx").mkdir(exist_ok=True)
    manifest = _draft(model, source)
    original = _encode(model, manifest.query_prefix)
    export_onnx(model, folder / "onnx" / "model.onnx")
    progress("核对 ONNX 模型", 0.9)
    exported = OnnxEncoder(folder, manifest).encode_queries(list(CHECK_SENTENCES))
    cosine = round(check_cosine(exported, original), 5)
    write_manifest(replace(manifest, cosine_to_float=cosine, files=hash_files(folder)), folder)


def _encode(model: SentenceTransformer, prefix: str) -> Vectors:
    texts = [prefix + text for text in CHECK_SENTENCES]
    return np.asarray(model.encode(texts, normalize_embeddings=True, show_progress_bar=False))


def _draft(model: SentenceTransformer, source: str) -> Manifest:
    prompts = model.prompts
    return Manifest(
        source=source,
        conversion=CONVERSION,
        dimensions=model.get_embedding_dimension() or 0,
        max_tokens=model.max_seq_length or PASSAGE_TOKENS,
        query_prefix=prompts.get("query") or "",
        passage_prefix=prompts.get("passage") or prompts.get("document") or "",
        cosine_to_float=0.0,
        files={},
    )
