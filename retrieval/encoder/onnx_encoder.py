"""The encoder as it serves: ONNX Runtime and ``tokenizers``, no torch."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from retrieval.encoder.manifest import Manifest
from retrieval.encoder.protocol import Vectors

PASSAGE_TOKENS = 512  # positions the network has
QUERY_TOKENS = 128  # a question's core; the cost grows with length
# Two cores are the smallest machine promised; more threads gain nothing on one short question.
_THREADS = 2
_BATCH = 16  # passages of like length together; larger batches only pad more


class OnnxEncoder:
    """An ``Encoder`` over a prepared folder; see ``retrieval.encoder`` for its layout."""

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self._manifest = manifest
        # the model may hold fewer positions than the cap
        self._limit = min(PASSAGE_TOKENS, manifest.max_tokens)
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

    @property
    def dimensions(self) -> int:
        """Length of each vector."""
        return self._manifest.dimensions

    @property
    def fingerprint(self) -> str:
        """Names the weights and their use."""
        return self._manifest.fingerprint

    def encode_queries(self, texts: list[str]) -> Vectors:
        """Return float32, shape (len(texts), dimensions), rows of length 1."""
        return self._encode(texts, self._manifest.query_prefix, min(QUERY_TOKENS, self._limit))

    def encode_passages(self, texts: list[str]) -> Vectors:
        """Return float32, shape (len(texts), dimensions), rows of length 1."""
        return self._encode(texts, self._manifest.passage_prefix, self._limit)

    def _encode(self, texts: list[str], prefix: str, limit: int) -> Vectors:
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        ids = [_cut(self._tokenizer.encode(prefix + text).ids, limit) for text in texts]
        for rows in _batches(ids):
            vectors[rows] = self._run([ids[row] for row in rows])
        return vectors

    def _run(self, batch: list[list[int]]) -> NDArray[np.float32]:
        width = max(map(len, batch))
        tokens = np.zeros((len(batch), width), dtype=np.int64)
        mask = np.zeros_like(tokens)
        for row, ids in enumerate(batch):
            tokens[row, : len(ids)] = ids
            mask[row, : len(ids)] = 1
        inputs = {"input_ids": tokens, "attention_mask": mask}
        result: NDArray[np.float32] = self._session.run(["vectors"], inputs)[0]
        return result


def _cut(ids: list[int], limit: int) -> list[int]:
    """Return at most ``limit`` ids and keep the closing one."""
    return ids if len(ids) <= limit else [*ids[: limit - 1], ids[-1]]


def _batches(ids: list[list[int]]) -> Iterator[list[int]]:
    """Yield rows by like length, at most ``_BATCH`` at a time."""
    order = sorted(range(len(ids)), key=lambda row: len(ids[row]))
    for start in range(0, len(order), _BATCH):
        yield order[start : start + _BATCH]
