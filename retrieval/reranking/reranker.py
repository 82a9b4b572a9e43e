"""The cross-encoder as it serves: ONNX Runtime and ``tokenizers``, no torch."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from retrieval.encoder.onnx_encoder import open_session
from retrieval.reranking.manifest import RerankerManifest

PAIR_TOKENS = 256  # a question's core and one passage; the cost grows with length


class OnnxReranker:
    """Says how well each passage answers a question; see ``retrieval.reranking``."""

    def __init__(self, folder: Path, manifest: RerankerManifest) -> None:
        self._manifest = manifest
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        limit = min(PAIR_TOKENS, manifest.max_tokens)
        self._tokenizer.enable_truncation(limit, strategy="longest_first")
        self._session = open_session(folder / "onnx" / "model.onnx")
        self._inputs = [one.name for one in self._session.get_inputs()]

    @property
    def fingerprint(self) -> str:
        """Names the weights; thresholds belong to one fingerprint."""
        return self._manifest.fingerprint

    def scores(self, question: str, passages: list[str]) -> NDArray[np.float32]:
        """Return float32, shape (len(passages),), from 0 to 1."""
        if not passages:
            return np.zeros(0, dtype=np.float32)
        pairs = [self._tokenizer.encode(question, passage) for passage in passages]
        columns = {
            "input_ids": [pair.ids for pair in pairs],
            "attention_mask": [pair.attention_mask for pair in pairs],
            "token_type_ids": [pair.type_ids for pair in pairs],
        }
        inputs = {name: _padded(columns[name]) for name in self._inputs}
        found: NDArray[np.float32] = self._session.run(["scores"], inputs)[0]
        return found


def _padded(rows: list[list[int]]) -> NDArray[np.int64]:
    table = np.zeros((len(rows), max(map(len, rows))), dtype=np.int64)
    for row, values in enumerate(rows):
        table[row, : len(values)] = values
    return table
