"""The encoder as it serves: ONNX Runtime and ``tokenizers``, no torch."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from retrieval.encoder.manifest import Manifest
from retrieval.encoder.protocol import Vectors

PASSAGE_TOKENS = 512  # positions the network has
QUERY_TOKENS = 128  # a question's core; the cost grows with length
# Two cores are the smallest machine promised. Each works on texts of its own: within one short
# question a second thread cost more than it gave (3.8 ms with it, 3.4 ms alone, on a free machine).
_WORKERS = 2
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
        self._session = open_session(folder / "onnx" / "model.onnx")
        self._workers = ThreadPoolExecutor(_WORKERS, thread_name_prefix="encoder")

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
        batches = list(_batches(ids))
        # One text needs no other thread, and is there sooner without.
        spread = map if len(batches) == 1 else self._workers.map
        found = spread(lambda rows: self._run([ids[row] for row in rows]), batches)
        for rows, values in zip(batches, found, strict=True):
            vectors[rows] = values
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


def open_session(path: Path) -> onnxruntime.InferenceSession:
    """Open a graph for the processor, one thread a call; safe to call from several threads."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def _cut(ids: list[int], limit: int) -> list[int]:
    """Return at most ``limit`` ids and keep the closing one."""
    return ids if len(ids) <= limit else [*ids[: limit - 1], ids[-1]]


def _batches(ids: list[list[int]]) -> Iterator[list[int]]:
    """Yield rows by like length, at most ``_BATCH`` at a time, and something for each worker."""
    order = sorted(range(len(ids)), key=lambda row: len(ids[row]))
    size = min(_BATCH, -(-len(order) // _WORKERS))
    for start in range(0, len(order), size or 1):
        yield order[start : start + size]
