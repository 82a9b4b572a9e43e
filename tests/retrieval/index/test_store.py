import logging
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from retrieval.encoder.onnx_encoder import OnnxEncoder
from retrieval.encoder.protocol import Vectors
from retrieval.index.faiss_index import FaissIndex
from retrieval.index.passage_index import PassageIndex
from retrieval.index.passages import Passage, PassageKind, passage_ids
from retrieval.index.store import keep_snapshot, open_index


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


@pytest.fixture
def opened(tmp_path: Path, counting: CountingEncoder) -> Callable[..., PassageIndex]:
    """Opens the index of some texts as a start of the service does."""

    def open_as_at_start(*texts: str) -> PassageIndex:
        counting.encoded.clear()
        index = FaissIndex(tmp_path, counting.dimensions, counting.fingerprint)
        return open_index(index, tmp_path, passages(*texts), counting)

    return open_as_at_start


Opened = Callable[..., PassageIndex]


def test_open_index_reuses_what_is_kept(opened: Opened, counting: CountingEncoder) -> None:
    opened("身份证", "护照")

    again = opened("身份证", "护照")

    assert (len(again), counting.encoded) == (2, [])


def test_open_index_encodes_only_what_is_new(opened: Opened, counting: CountingEncoder) -> None:
    first = opened("身份证", "护照")

    second = opened("结婚证", "护照")

    assert counting.encoded == ["结婚证"]
    np.testing.assert_array_equal(second.vectors(np.array([1])), first.vectors(np.array([1])))


def test_few_new_passages_are_added_and_what_else_is_kept_stays(
    opened: Opened, counting: CountingEncoder
) -> None:
    texts = ["身份证", "护照", "社保卡", "居住证", "驾驶证", "房产证"]
    opened(*texts)

    opened(*texts[1:], "结婚证")
    assert counting.encoded == ["结婚证"]

    both = opened(*texts, "结婚证")
    assert (len(both), counting.encoded) == (7, [])


@pytest.mark.parametrize("name", ["vectors-*.faiss", "manifest.json"])
def test_one_flipped_byte_is_noticed_and_the_index_built_anew_with_a_message(
    tmp_path: Path,
    opened: Opened,
    counting: CountingEncoder,
    caplog: pytest.LogCaptureFixture,
    name: str,
) -> None:
    before = opened("身份证", "护照")
    (path,) = tmp_path.glob(name)
    flip(path, path.stat().st_size // 2)

    with caplog.at_level(logging.WARNING):
        rebuilt = opened("身份证", "护照")

    assert counting.encoded == ["身份证", "护照"]
    assert "vector index is built anew" in caplog.text
    rows = np.arange(2)
    np.testing.assert_array_equal(rebuilt.vectors(rows), before.vectors(rows))
    opened("身份证", "护照")
    assert counting.encoded == []


def flip(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 0xFF
    path.write_bytes(data)


def test_index_of_another_encoder_is_built_anew(
    tmp_path: Path, opened: Opened, counting: CountingEncoder, caplog: pytest.LogCaptureFixture
) -> None:
    other = FaissIndex(tmp_path, counting.dimensions, "0123456789abcdef")
    open_index(other, tmp_path, passages("身份证"), counting)

    with caplog.at_level(logging.WARNING):
        opened("身份证")

    assert counting.encoded == ["身份证"]
    assert "it was made with another encoder" in caplog.text


def test_kept_snapshot_holds_exactly_its_passages_and_the_older_one_goes_on(
    tmp_path: Path, opened: Opened, counting: CountingEncoder
) -> None:
    texts = ["身份证", "护照", "社保卡", "居住证", "驾驶证", "房产证"]
    first = opened(*texts)
    wanted = passages(*texts[1:], "结婚证")
    changed = first.changed(passage_ids(wanted), [one.text for one in wanted], counting)
    counting.encoded.clear()
    place = FaissIndex(tmp_path, counting.dimensions, counting.fingerprint)

    kept = keep_snapshot(place, tmp_path, changed, counting)

    assert counting.encoded == []
    assert sorted(place.ids.tolist()) == sorted(kept.ids.tolist()) == sorted(passage_ids(wanted))
    asked = counting.encode_queries(["结婚证"])
    assert kept.search(asked, 6)[1].tolist() == changed.search(asked, 6)[1].tolist()
    assert len(first) == 6
    assert first.search(counting.encode_queries(["身份证"]), 1)[1].tolist() == [[0]]
