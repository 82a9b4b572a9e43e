"""The service's encoder as Rasa runs it: the same ONNX file, tokenizer, prefix and cut.

Imports nothing of the service; ``retrieval/encoder`` writes the folder, and a golden test holds
both environments to the same vectors. The states of middle layers, which the service has no use
for, are read from the same run of the same file.
"""

from __future__ import annotations

import json
import mmap
import re
import shutil
import tempfile
from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

QUERY_TOKENS = 128  # as retrieval/encoder/onnx_encoder.py cuts a question
# One short message gains nothing from more threads on the two cores it shares with the service.
_THREADS = 1
# The last layers tell what a sentence is about; further down more is left of how it is said. Of
# the default encoder's twelve layers these are the sixth, eighth and tenth; their mean hears
# writers left out better than any one of them, at the cost of one.
_MIDDLE = (1 / 2, 2 / 3, 5 / 6)
_LAYER = re.compile(
    rb"/transformer/encoder/layer\.(\d+)/output/LayerNorm/LayerNormalization_output_0"
)


class SentenceEncoder:
    """Runs a prepared encoder folder (manifest.json, tokenizer.json, onnx/model.onnx)."""

    def __init__(self, folder: Path) -> None:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        self._prefix: str = manifest["query_prefix"]
        self._limit = min(QUERY_TOKENS, manifest["max_tokens"])
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = _THREADS
        options.inter_op_num_threads = 1
        # A spinning thread takes the core that the other process needs.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        path = folder / "onnx" / "model.onnx"
        self._middle = _middle_layers(path)
        # A file of its own for a moment: of bytes handed over, ONNX Runtime would keep a copy.
        with tempfile.NamedTemporaryFile(suffix=".onnx") as graph:
            with path.open("rb") as original:
                shutil.copyfileobj(original, graph)
            for name in self._middle:
                graph.write(_output(name))
            graph.flush()
            self._session = onnxruntime.InferenceSession(
                graph.name, options, providers=["CPUExecutionProvider"]
            )

    def encode(self, text: str) -> np.ndarray:
        """Return float32, shape (1, dimensions), the row of length 1.

        One text at a time: the int8 model scales by what it sees, so a batch would shift the
        vectors of its members.
        """
        return self._run(text, ["vectors"])[0]

    def encode_twice(self, text: str) -> np.ndarray:
        """Return float32, shape (1, 2 * dimensions): the vector, and the middle layers' mean.

        The graph of an encoder whose layers bear other names gives its vector twice.
        """
        if not self._middle:
            vector = self.encode(text)
            return np.hstack([vector, vector])
        vector, *layers = self._run(text, ["vectors", *self._middle])
        return np.hstack([vector, np.mean([states.mean(axis=1) for states in layers], axis=0)])

    def _run(self, text: str, outputs: list[str]) -> list[np.ndarray]:
        ids = self._tokenizer.encode(self._prefix + text).ids
        if len(ids) > self._limit:
            ids = [*ids[: self._limit - 1], ids[-1]]
        tokens = np.array([ids], dtype=np.int64)
        inputs = {"input_ids": tokens, "attention_mask": np.ones_like(tokens)}
        found: list[np.ndarray] = self._session.run(outputs, inputs)
        return found


def _middle_layers(path: Path) -> list[str]:
    """Return the names of what the middle layers of a stored ONNX graph put out, if it has any."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as graph:
        names = {int(found[1]): found[0].decode() for found in _LAYER.finditer(graph)}
    places = [round(len(names) * share) - 1 for share in _MIDDLE]
    return [names[place] for place in places if place in names]


def _output(name: str) -> bytes:
    """Return what, put behind a serialised ONNX model, makes ``name`` an output of its graph.

    Messages of Protocol Buffers that follow one another merge: this one holds the graph (field 7
    of the model) with one more output (field 12), its name (1) and type (2: a tensor of floats).
    """
    value = _field(1, name.encode()) + _field(2, _field(1, b"\x08\x01"))
    return _field(7, _field(12, value))


def _field(number: int, content: bytes) -> bytes:
    return bytes([number << 3 | 2]) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    digits = []
    while value >= 1 << 7:
        digits.append(value % (1 << 7) | 1 << 7)
        value >>= 7
    return bytes([*digits, value])
