"""Export a sentence-transformers model to one ONNX file: token ids in, unit vectors out.

Pooling and normalisation are part of the graph. The word embeddings are kept as int8 with one
scale a row, the matrix products are int8 by ONNX Runtime's dynamic quantisation. Imports torch:
set-up only.
"""

import io
import logging
import tempfile
import warnings
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import numpy as np
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from sentence_transformers import SentenceTransformer

from retrieval.encoder.protocol import Vectors
from retrieval.errors import EncoderError

OPSET = 17  # known to ONNX Runtime 1.14 and later, so to the older one beside Rasa as well
LEAST_COSINE = 0.985  # measured 0.997 on average for the default encoder; less means a fault
CHECK_SENTENCES = (
    "身份证丢了怎么补办",
    "护照过期了需要带什么材料去换",
    "新生儿上户口在哪里办",
    "公司注销要交多少钱",
    "小区楼下烧烤店半夜还在冒油烟，一直没有人管，请问应该找哪个部门反映",
    "社保卡可以网上申请吗",
)


class Int8Embedding(torch.nn.Module):
    """A lookup with int8 rows and one scale each: a quarter of the memory."""

    def __init__(self, table: torch.Tensor) -> None:
        super().__init__()
        scale = table.abs().amax(dim=1, keepdim=True).clamp(min=1e-12) / 127
        self.register_buffer("rows", torch.round(table / scale).to(torch.int8))
        self.register_buffer("scale", scale)
        self.rows: torch.Tensor
        self.scale: torch.Tensor

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        """Return the rows of ``ids`` as float32."""
        return self.rows[ids].to(torch.float32) * self.scale[ids]


class SentenceGraph(torch.nn.Module):
    """Transformer, pooling and normalisation in one graph."""

    def __init__(self, transformer: Any, pooling: str) -> None:
        super().__init__()
        table = transformer.get_input_embeddings().weight.detach()
        transformer.set_input_embeddings(Int8Embedding(table))
        self.transformer = transformer
        self.pooling = pooling

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        """Return float32, shape (batch, dimensions), rows of length 1."""
        states = self.transformer(input_ids=input_ids, attention_mask=attention_mask)[0]
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
    inputs = (sample["input_ids"], sample["attention_mask"])
    graph = SentenceGraph(transformer.auto_model, pooling.pooling_mode).eval()
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        plain = Path(folder) / "float.onnx"
        _write_float(graph, inputs, plain)
        _quantise(plain, path)


def _write_float(graph: SentenceGraph, inputs: tuple[Any, ...], path: Path) -> None:
    names = ["input_ids", "attention_mask"]
    axes = {name: {0: "batch", 1: "tokens"} for name in names} | {"vectors": {0: "batch"}}
    with warnings.catch_warnings(), redirect_stdout(io.StringIO()):
        # The TorchScript exporter is deprecated; its successor needs one more dependency.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            graph,
            inputs,
            str(path),
            input_names=names,
            output_names=["vectors"],
            dynamic_axes=axes,
            opset_version=OPSET,
            dynamo=False,
        )


def _quantise(source: Path, target: Path) -> None:
    # It advises a pre-processing step that changes nothing for this graph.
    logging.disable(logging.WARNING)
    try:
        quantize_dynamic(
            source,
            target,
            op_types_to_quantize=["MatMul"],
            per_channel=True,
            # Seven bits: eight overflow on processors without VNNI; the weights had only four.
            reduce_range=True,
            weight_type=QuantType.QInt8,
            extra_options={"MatMulConstBOnly": True},
        )
    finally:
        logging.disable(logging.NOTSET)


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
