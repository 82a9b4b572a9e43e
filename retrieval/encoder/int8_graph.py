"""Write a network as one int8 ONNX file: exported, its nodes fused, its products quantised.

Imports torch: set-up only.
"""

import io
import logging
import tempfile
import warnings
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.transformers import optimizer
from onnxruntime.transformers.fusion_options import FusionOptions

OPSET = 17
_MICROSOFT = "com.microsoft"  # ONNX Runtime's own operators: fused attention, layer norms, gelu


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


def write_int8(
    graph: torch.nn.Module, inputs: dict[str, torch.Tensor], output: str, path: Path
) -> None:
    """Write ``graph`` to ``path``.

    Args:
        graph: called with the inputs in their order.
        inputs: one example each, int64, shape (batch, tokens); both may differ later.
        output: name of what it returns, whose first axis is the batch.
        path: the file.
    """
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        plain, fused = Path(folder) / "float.onnx", Path(folder) / "fused.onnx"
        _write_float(graph, inputs, output, plain)
        # Notes on what it cannot fuse, and advice on a step that changes nothing for this graph.
        logging.disable(logging.WARNING)
        try:
            _fuse(plain, fused)
            _quantise(fused, path)
        finally:
            logging.disable(logging.NOTSET)


def _write_float(
    graph: torch.nn.Module, inputs: dict[str, torch.Tensor], output: str, path: Path
) -> None:
    axes = {name: {0: "batch", 1: "tokens"} for name in inputs} | {output: {0: "batch"}}
    with warnings.catch_warnings(), redirect_stdout(io.StringIO()):
        # The TorchScript exporter is deprecated; its successor needs one more dependency.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            graph,
            tuple(inputs.values()),
            str(path),
            input_names=list(inputs),
            output_names=[output],
            dynamic_axes=axes,
            opset_version=OPSET,
            custom_opsets={_MICROSOFT: 1},
            dynamo=False,
        )


def _fuse(source: Path, target: Path) -> None:
    options = FusionOptions("bert")
    options.enable_attention = False  # done before the export, where it is sure to be recognised
    fused: Any = optimizer.optimize_model(
        str(source), model_type="bert", opt_level=0, optimization_options=options
    )
    fused.save_model_to_file(str(target))


def _quantise(source: Path, target: Path) -> None:
    quantize_dynamic(
        source,
        target,
        op_types_to_quantize=["MatMul"],
        per_channel=True,
        # Seven bits: eight overflow on processors without VNNI; the weights had only four.
        reduce_range=True,
        weight_type=QuantType.QInt8,
        extra_options={
            "MatMulConstBOnly": True,
            # of what comes out of the fused operators, which shape inference does not know
            "DefaultTensorType": onnx.TensorProto.FLOAT,
        },
    )
