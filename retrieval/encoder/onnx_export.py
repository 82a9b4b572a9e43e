"""Export a sentence-transformers model to one ONNX file: token ids in, unit vectors out.

Pooling and normalisation are part of the graph. The word embeddings are kept as int8 with one
scale a row, the matrix products are int8 by ONNX Runtime's dynamic quantisation. Imports torch:
set-up only.
"""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from sentence_transformers import SentenceTransformer

from retrieval.encoder.fused_attention import fuse_attention
from retrieval.encoder.int8_graph import Int8Embedding, write_int8
from retrieval.encoder.protocol import Vectors
from retrieval.errors import EncoderError

LEAST_COSINE = 0.985  # measured 0.997 on average for the default encoder; less means a fault
CHECK_SENTENCES = (
    "身份证丢了怎么补办",
    "护照过期了需要带什么材料去换",
    "新生儿上户口在哪里办",
    "公司注销要交多少钱",
    "小区楼下烧烤店半夜还在冒油烟，一直没有人管，请问应该找哪个部门反映",
    "社保卡可以网上申请吗",
)


class SentenceGraph(torch.nn.Module):
    """Transformer, pooling and normalisation in one graph."""

    def __init__(self, transformer: Any, pooling: str) -> None:
        super().__init__()
        table = transformer.get_input_embeddings().weight.detach()
        transformer.set_input_embeddings(Int8Embedding(table))
        self.mask = fuse_attention(transformer)
        self.transformer = transformer
        self.pooling = pooling

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        """Return float32, shape (batch, dimensions), rows of length 1."""
        own: torch.Tensor | None = attention_mask
        if self.mask is not None:
            self.mask.value, own = attention_mask.to(torch.int32), None
        states = self.transformer(input_ids=input_ids, attention_mask=own)[0]
        if self.pooling == "cls":
            return torch.nn.functional.normalize(states[:, 0], dim=1)
        weights = attention_mask.unsqueeze(-1).to(states.dtype)
        mean = (states * weights).sum(dim=1) / weights.sum(dim=1)
        return torch.nn.functional.normalize(mean, dim=1)


def export_onnx(model: SentenceTransformer, path: Path) -> None:
    """Write ``model`` as int8 ONNX to ``path``; ``model`` itself is used up by it.

    Raises:
        EncoderError: the model pools in a way that is not known here.
    """
    transformer: Any = model[0]
    pooling: Any = model[1]
    if pooling.pooling_mode not in {"mean", "cls"}:
        raise EncoderError(f"pooling {pooling.pooling_mode!r} is not known; mean and cls are")
    sample = model.tokenizer(list(CHECK_SENTENCES[:2]), padding=True, return_tensors="pt")
    inputs = {name: sample[name] for name in ("input_ids", "attention_mask")}
    graph = SentenceGraph(transformer.auto_model, pooling.pooling_mode).eval()
    write_int8(graph, inputs, "vectors", path)


def check_cosine(exported: Vectors, original: Vectors) -> float:
    """Return the mean cosine of the rows.

    Args:
        exported: float32, shape (n, dimensions), rows of length 1.
        original: same shape, by the model before export.

    Raises:
        EncoderError: the export does not say what the model says.
    """
    cosines = np.sum(exported * original, axis=1)
    if float(cosines.min()) < LEAST_COSINE:
        raise EncoderError(f"the exported encoder strays: least cosine {cosines.min():.4f}")
    return float(cosines.mean())
