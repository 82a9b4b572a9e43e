import logging
from pathlib import Path

import numpy as np
import pytest

from retrieval.encoder.onnx_encoder import OnnxEncoder
from retrieval.encoder.protocol import Vectors
from retrieval.errors import IndexFilesError
from retrieval.index.passages import Passage, PassageKind
from retrieval.index.store import load_index, open_index


class CountingEncoder:
    """The real encoder, which remembers what it was asked to encode."""

    def __init__(self, encoder: OnnxEncoder) -> None:
        self._encoder = encoder
        self.encoded: list[str] = []

    @property
    def dimensions(self) -> int:
        return self._encoder.dimensions

    @property
    def fingerprint(self) -> str:
        return self._encoder.fingerprint

    def encode_queries(self, texts: list[str]) -> Vectors:
        return self._encoder.encode_queries(texts)

    def encode_passages(self, texts: list[str]) -> Vectors:
        self.encoded += texts
        return self._encoder.encode_passages(texts)


@pytest.fixture
def counting(encoder: OnnxEncoder) -> CountingEncoder:
    return CountingEncoder(encoder)


def passages(*texts: str) -> list[Passage]:
    return [Passage("M0001", PassageKind.ALIAS, text) for text in texts]


def test_open_index_reuses_what_is_saved(tmp_path: Path, counting: CountingEncoder) -> None:
    open_index(tmp_path, passages("身份证", "护照"), counting)
    counting.encoded.clear()

    again = open_index(tmp_path, passages("身份证", "护照"), counting)

    assert (len(again), counting.encoded) == (2, [])


def test_open_index_encodes_only_what_is_new(tmp_path: Path, counting: CountingEncoder) -> None:
    first = open_index(tmp_path, passages("身份证", "护照"), counting)
    counting.encoded.clear()

    second = open_index(tmp_path, passages("结婚证", "护照"), counting)

    assert counting.encoded == ["结婚证"]
    np.testing.assert_array_equal(second.vectors(np.array([1])), first.vectors(np.array([1])))


@pytest.mark.parametrize("name", ["vectors.faiss", "passages.json", "manifest.json"])
def test_open_index_rebuilds_damaged_files_with_a_message(
    tmp_path: Path, counting: CountingEncoder, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    open_index(tmp_path, passages("身份证", "护照"), counting)
    counting.encoded.clear()
    (tmp_path / name).write_bytes(b'{"x": 1}')

    with caplog.at_level(logging.WARNING):
        rebuilt = open_index(tmp_path, passages("身份证", "护照"), counting)

    assert counting.encoded == ["身份证", "护照"]
    assert "vector index is built anew" in caplog.text
    assert len(load_index(tmp_path, counting.fingerprint)[0]) == len(rebuilt) == 2


def test_load_index_refuses_another_encoder(tmp_path: Path, counting: CountingEncoder) -> None:
    open_index(tmp_path, passages("身份证"), counting)

    with pytest.raises(IndexFilesError, match="another encoder"):
        load_index(tmp_path, "0123456789abcdef")
