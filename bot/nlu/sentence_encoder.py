"""The service's encoder as Rasa runs it: the same ONNX file, tokenizer, prefix and cut.

Imports nothing of the service; ``retrieval/encoder`` writes the folder, and a golden test holds
both environments to the same vectors.
"""

import json
from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

QUERY_TOKENS = 128  # as retrieval/encoder/onnx_encoder.py cuts a question
# One short message gains nothing from more threads on the two cores it shares with the service.
_THREADS = 1


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
        self._session = onnxruntime.InferenceSession(
            str(folder / "onnx" / "model.onnx"), options, providers=["CPUExecutionProvider"]
        )

    def encode(self, text: str) -> np.ndarray:
        """Return float32, shape (1, dimensions), the row of length 1.

        One text at a time: the int8 model scales by what it sees, so a batch would shift the
        vectors of its members.
        """
        ids = self._tokenizer.encode(self._prefix + text).ids
        if len(ids) > self._limit:
            ids = [*ids[: self._limit - 1], ids[-1]]
        tokens = np.array([ids], dtype=np.int64)
        inputs = {"input_ids": tokens, "attention_mask": np.ones_like(tokens)}
        return self._session.run(["vectors"], inputs)[0]
