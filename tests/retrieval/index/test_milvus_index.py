"""What only Milvus can meet: a damaged local file, a server that is away, the product over it."""

import logging
from pathlib import Path

import numpy as np
import pytest

from foundation.settings import Settings
from retrieval.errors import IndexFilesError, IndexServerError
from retrieval.index.blocks import MemoryBlocks
from retrieval.index.milvus_index import MilvusIndex
from retrieval.index.passage_index import PassageIndex
from retrieval.index.passages import Passage, PassageKind
from retrieval.index.store import open_index, vector_index
from tests.retrieval.index.test_passage_index import LetterEncoder

pytest.importorskip("pymilvus")

TEXTS = ["身份证", "护照", "结婚证"]


def passages() -> list[Passage]:
    return [Passage("M0001", PassageKind.ALIAS, text) for text in TEXTS]


def opened(place: Path) -> tuple[MilvusIndex, PassageIndex, LetterEncoder]:
    encoder = LetterEncoder()
    index = MilvusIndex(str(place / "milvus.db"), encoder.dimensions, encoder.fingerprint)
    return index, open_index(index, place, passages(), encoder), encoder


@pytest.mark.parametrize("name", ["schema.json", "manifest.json"])
def test_damaged_local_file_is_built_anew_with_a_message(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    first, _, _ = opened(tmp_path)
    first.close()
    (path,) = tmp_path.glob(f"milvus.db/collections/*/{name}")
    path.write_bytes(bytes(byte ^ 0xFF for byte in path.read_bytes()))

    with caplog.at_level(logging.WARNING):
        second, snapshot, encoder = opened(tmp_path)

    assert encoder.encoded == TEXTS
    assert "vector index is built anew" in caplog.text
    assert snapshot.search(encoder.encode_queries(["护照"]), 1)[1].tolist() == [[1]]
    second.close()


def test_kept_collection_is_used_as_it_is(tmp_path: Path) -> None:
    opened(tmp_path)[0].close()

    second, snapshot, encoder = opened(tmp_path)

    assert encoder.encoded == []
    assert snapshot.search(encoder.encode_queries(["结婚证"]), 1)[1].tolist() == [[2]]
    second.close()


def test_server_that_is_away_is_an_error_and_nothing_is_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("retrieval.index.milvus_index._TIMEOUT_SECONDS", 0.5)
    encoder = LetterEncoder()
    index = MilvusIndex("http://127.0.0.1:9", encoder.dimensions, encoder.fingerprint)

    with pytest.raises(IndexServerError, match="Milvus cannot be opened"):
        open_index(index, tmp_path, passages(), encoder)

    assert encoder.encoded == []


def test_setting_chooses_milvus_and_where_it_is(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, vector_index="milvus")
    encoder = LetterEncoder()
    index = vector_index(settings, encoder)
    assert isinstance(index, MilvusIndex)

    with pytest.raises(IndexFilesError, match="no saved index"):
        index.load()
    index.build(MemoryBlocks(np.array([7]), encoder.encode_queries(["护照"])))

    assert (tmp_path / "index" / "milvus.db").exists()
    index.close()
