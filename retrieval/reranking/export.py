"""Turn a cross-encoder into one that serves: ONNX, checked against what it said before, sealed.

Imports torch: set-up only.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sentence_transformers import CrossEncoder
from transformers.utils import logging as transformers_logging

from retrieval.encoder.fused_attention import fuse_attention
from retrieval.encoder.hub import opened
from retrieval.encoder.int8_graph import Int8Embedding, write_int8
from retrieval.encoder.manifest import hash_files, write_manifest
from retrieval.encoder.wheel import sha256_of
from retrieval.errors import RerankerError
from retrieval.reranking.manifest import CONVERSION, RerankerManifest
from retrieval.reranking.reranker import PAIR_TOKENS, OnnxReranker

MOST_DIFFERENCE = 0.1  # of a score from 0 to 1, through int8; more means a fault
_INPUTS = ("input_ids", "attention_mask", "token_type_ids")
_QUESTION = "身份证丢了怎么补办"
_PASSAGES = ["居民身份证丢失补领", "普通护照首次申请", "公司注销要交多少钱", "社保卡补办"]


class ScoreGraph(torch.nn.Module):
    """The network and the sigmoid over its one output."""

    def __init__(self, model: Any, names: list[str]) -> None:
        super().__init__()
        inner = model.base_model
        inner.set_input_embeddings(Int8Embedding(inner.get_input_embeddings().weight.detach()))
        self.mask = fuse_attention(inner)
        self.model = model
        self.names = names

    def forward(self, *columns: torch.Tensor) -> torch.Tensor:
        """Return float32, shape (batch,), from 0 to 1."""
        inputs: dict[str, torch.Tensor | None] = dict(zip(self.names, columns, strict=True))
        attention_mask = inputs["attention_mask"]
        if self.mask is not None and attention_mask is not None:
            self.mask.value, inputs["attention_mask"] = attention_mask.to(torch.int32), None
        return torch.sigmoid(self.model(**inputs).logits[:, 0])


def export_reranker(model_name: str, folder: Path) -> None:
    """Export a model into ``folder`` and write the manifest last.

    Args:
        model_name: a local folder or a hub name.
        folder: where tokenizer, weights and ``onnx/`` stand afterwards.

    Raises:
        RerankerError: the model cannot be had, or does not give one score a pair.
    """
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # theirs is untyped
    model = opened(lambda: CrossEncoder(model_name, device="cpu"), model_name, RerankerError)
    if model.model.config.num_labels != 1:
        raise RerankerError(f"{model_name} gives {model.model.config.num_labels} scores a pair")
    (folder / "onnx").mkdir(parents=True)
    model.save_pretrained(str(folder))
    manifest = RerankerManifest(
        source=f"{model_name} sha256:{sha256_of(folder / 'model.safetensors')}",
        conversion=CONVERSION,
        max_tokens=min(model.max_seq_length or PAIR_TOKENS, PAIR_TOKENS),
        largest_difference=0.0,
        files={},
    )
    pairs = [(_QUESTION, passage) for passage in _PASSAGES]
    before = model.predict(pairs, activation_fn=torch.nn.Sigmoid(), show_progress_bar=False)
    _write_graph(model, folder / "onnx" / "model.onnx")
    after = OnnxReranker(folder, manifest).scores(_QUESTION, _PASSAGES)
    difference = float(np.abs(after - before).max())
    if difference > MOST_DIFFERENCE:
        raise RerankerError(f"the exported reranker strays: by {difference:.3f}")
    sealed = replace(manifest, largest_difference=round(difference, 5), files=hash_files(folder))
    write_manifest(sealed, folder)


def _write_graph(model: CrossEncoder, path: Path) -> None:
    questions = [_QUESTION] * len(_PASSAGES)
    sample = model.tokenizer(questions, _PASSAGES, padding=True, return_tensors="pt")
    names = [name for name in _INPUTS if name in sample]
    graph = ScoreGraph(model.model, names).eval()
    write_int8(graph, {name: sample[name] for name in names}, "scores", path)
