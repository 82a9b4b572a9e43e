from collections.abc import Sequence
from pathlib import Path

import numpy as np

from retrieval.encoder.protocol import Vectors
from retrieval.index.blocks import MemoryBlocks
from retrieval.index.faiss_index import FaissIndex
from retrieval.index.passage_index import PassageIndex
from retrieval.index.passages import Passage, PassageKind, passage_ids
from retrieval.index.protocol import Ids

DIMENSIONS = 24


class LetterEncoder:
    """A vector of its own for each text; the same for the same."""

    dimensions, fingerprint = DIMENSIONS, "letters"

    def __init__(self) -> None:
        self.encoded: list[str] = []

    def encode_queries(self, texts: list[str]) -> Vectors:
        rows = [
            np.random.default_rng(list(text.encode())).normal(size=DIMENSIONS) for text in texts
        ]
        found = np.array(rows, dtype=np.float32).reshape(len(texts), DIMENSIONS)
        return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True), dtype=np.float32)

    def encode_passages(self, texts: list[str]) -> Vectors:
        self.encoded += texts
        return self.encode_queries(texts)


def ids_of(texts: Sequence[str]) -> Ids:
    return passage_ids([Passage("M0001", PassageKind.ALIAS, text) for text in texts])


def snapshot(folder: Path, texts: Sequence[str]) -> tuple[PassageIndex, LetterEncoder]:
    encoder, ids = LetterEncoder(), ids_of(texts)
    index = FaissIndex(folder, DIMENSIONS, "letters")
    index.build(MemoryBlocks(ids, encoder.encode_queries(list(texts))))
    return PassageIndex.of(index, ids), encoder


def changed(before: PassageIndex, texts: Sequence[str], encoder: LetterEncoder) -> PassageIndex:
    return before.changed(ids_of(texts), texts, encoder)


def test_changed_snapshot_finds_what_an_index_built_anew_finds(tmp_path: Path) -> None:
    texts = [f"事项{number}" for number in range(40)]
    other = ["新增甲", *texts[5:30], "新增乙", *texts[35:]]
    before, encoder = snapshot(tmp_path / "a", texts)
    anew, _ = snapshot(tmp_path / "b", other)
    asked = encoder.encode_queries(["新增甲", texts[0], texts[20]])

    after = changed(before, other, encoder)

    assert encoder.encoded == ["新增甲", "新增乙"]
    scores, rows = after.search(asked, 10)
    assert rows.tolist() == anew.search(asked, 10)[1].tolist()
    np.testing.assert_allclose(scores, anew.search(asked, 10)[0], atol=1e-6)
    every = np.arange(len(other))
    np.testing.assert_allclose(after.vectors(every), anew.vectors(every), atol=1e-6)


def test_older_snapshot_stays_as_it_was(tmp_path: Path) -> None:
    before, encoder = snapshot(tmp_path, ["护照", "身份证"])
    asked = encoder.encode_queries(["护照", "身份证"])

    after = changed(before, ["结婚证"], encoder)

    assert after.search(asked, 2)[1].tolist() == [[0, -1], [0, -1]]
    assert before.search(asked, 1)[1].tolist() == [[0], [1]]


def test_what_was_encoded_for_one_snapshot_is_taken_over_by_the_next(tmp_path: Path) -> None:
    before, encoder = snapshot(tmp_path, ["护照"])

    second = changed(before, ["护照", "结婚证"], encoder)
    third = changed(second, ["社保卡", "护照", "结婚证"], encoder)
    fourth = changed(third, ["护照"], encoder)

    assert encoder.encoded == ["结婚证", "社保卡"]
    asked = encoder.encode_queries(["社保卡", "护照", "结婚证"])
    assert third.search(asked, 1)[1].tolist() == [[0], [1], [2]]
    assert len(fourth) == 1
    assert not fourth.is_worn


def test_ids_tell_passages_apart_and_stay_the_same_elsewhere() -> None:
    same = Passage("M0001", PassageKind.ALIAS, "护照")
    elsewhere = Passage("M0002", PassageKind.ALIAS, "护照")

    ids = passage_ids([same, elsewhere, same])

    assert len(set(ids.tolist())) == 3
    assert (ids >= 0).all()
    # the same in every process and version: indexes kept anywhere depend on it
    assert passage_ids([same]).tolist() == [ids[0]]
