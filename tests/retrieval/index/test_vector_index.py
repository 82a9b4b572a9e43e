"""What every ``VectorIndex`` does, whichever engine is below it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from retrieval.errors import IndexFilesError
from retrieval.index.blocks import MemoryBlocks
from retrieval.index.faiss_index import FaissIndex
from retrieval.index.milvus_index import MilvusIndex
from retrieval.index.protocol import Ids, VectorIndex

DIMENSIONS = 16
Make = Callable[..., VectorIndex]


def unit_rows(count: int, seed: int = 7) -> np.ndarray:
    rows = np.random.default_rng(seed).normal(size=(count, DIMENSIONS)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def some_ids(count: int) -> Ids:
    """Numbers as large as those of passages."""
    return np.arange(count, dtype=np.int64) * 7_919 + 2**62


@pytest.fixture(params=["flat", "lists", "milvus"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Make]:
    """An index at one place; called again, it is another process at the same place."""
    opened: list[MilvusIndex] = []

    def at_place(label: str = "encoder", dimensions: int = DIMENSIONS) -> VectorIndex:
        if request.param != "milvus":
            limit = 10_000 if request.param == "flat" else 20
            return FaissIndex(tmp_path, dimensions, label, flat_limit=limit)
        pytest.importorskip("pymilvus")
        for earlier in opened:
            earlier.close()  # a local file has one reader at a time
        opened.append(MilvusIndex(str(tmp_path / "milvus.db"), dimensions, label))
        return opened[-1]

    yield at_place
    for index in opened:
        index.close()


def built(make: Make, rows: np.ndarray) -> VectorIndex:
    index = make()
    index.build(MemoryBlocks(some_ids(len(rows)), rows))
    return index


def test_search_agrees_with_matrix_product(make: Make) -> None:
    rows = unit_rows(60)
    index = built(make, rows)

    scores, ids = index.search(rows[:3], 5)

    cosines = rows[:3] @ rows.T
    expected = np.argsort(-cosines, axis=1)[:, :5]
    assert (len(index), index.dimensions) == (60, DIMENSIONS)
    assert ids.tolist() == some_ids(60)[expected].tolist()
    np.testing.assert_allclose(scores, np.take_along_axis(cosines, expected, axis=1), atol=2e-3)


def test_search_fills_up_where_little_is_held(make: Make) -> None:
    index = make()
    index.add(some_ids(1), unit_rows(1))

    scores, ids = index.search(unit_rows(1), 3)

    assert ids.tolist() == [[some_ids(1)[0], -1, -1]]
    assert scores[0, 1:].tolist() == [-1.0, -1.0]


def test_added_vector_is_found_and_removed_one_is_not(make: Make) -> None:
    rows = unit_rows(60)
    index = built(make, rows[:59])
    last = some_ids(60)[59:]
    assert index.search(rows[59:], 60)[1][0].tolist().count(last[0]) == 0

    index.add(last, rows[59:])
    index.remove(np.concatenate([some_ids(1), np.array([5], dtype=np.int64)]))  # 5: never held

    assert len(index) == 59
    assert sorted(index.ids.tolist()) == some_ids(60)[1:].tolist()
    assert index.search(rows[59:], 1)[1].tolist() == [[last[0]]]
    assert some_ids(1)[0] not in index.search(rows[:1], 60)[1]


def test_adding_a_held_id_replaces_its_vector(make: Make) -> None:
    rows = unit_rows(60)
    index = built(make, rows)
    other = unit_rows(1, seed=8)

    index.add(some_ids(1), other)

    assert len(index) == 60
    np.testing.assert_allclose(index.vectors(some_ids(1)), other, atol=2e-3)


def test_vectors_come_in_the_order_asked_and_unknown_ids_are_an_error(make: Make) -> None:
    rows = unit_rows(60)
    index = built(make, rows)

    np.testing.assert_allclose(index.vectors(some_ids(60)[[40, 2]]), rows[[40, 2]], atol=2e-3)
    assert index.vectors(some_ids(0)).shape == (0, DIMENSIONS)
    with pytest.raises(KeyError):
        index.vectors(np.array([5], dtype=np.int64))


def test_kept_index_is_the_same_in_another_process_and_can_be_changed(make: Make) -> None:
    rows = unit_rows(60)
    first = built(make, rows)
    first.save()
    before = first.search(rows[:4], 10)

    second = make()
    second.load()
    after = second.search(rows[:4], 10)
    np.testing.assert_array_equal(after[1], before[1])
    np.testing.assert_allclose(after[0], before[0], atol=1e-6)

    second.remove(some_ids(60)[:30])
    second.add(some_ids(61)[60:], unit_rows(1, seed=9))
    second.save()
    third = make()
    third.load()
    assert sorted(third.ids.tolist()) == some_ids(61)[30:].tolist()


def test_build_leaves_nothing_of_what_was_held(make: Make) -> None:
    index = built(make, unit_rows(60))

    index.build(MemoryBlocks(some_ids(50)[25:], unit_rows(25)))

    assert sorted(index.ids.tolist()) == some_ids(50)[25:].tolist()


def test_load_refuses_an_empty_place_and_another_encoder(make: Make) -> None:
    with pytest.raises(IndexFilesError, match="no saved index"):
        make().load()
    index = built(make, unit_rows(60))
    index.save()

    with pytest.raises(IndexFilesError, match=r"another encoder|no saved index"):
        make("other").load()
    make().load()  # it was there all the time
