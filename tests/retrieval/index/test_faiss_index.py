from pathlib import Path

import numpy as np
import pytest

from retrieval.errors import IndexFilesError
from retrieval.index.faiss_index import FaissIndex


def unit_rows(count: int, dimensions: int) -> np.ndarray:
    rows = np.random.default_rng(7).normal(size=(count, dimensions)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_search_agrees_with_matrix_product() -> None:
    rows = unit_rows(50, 16)
    index = FaissIndex(16)
    index.add(np.arange(100, 150), rows)

    scores, ids = index.search(rows[:3], 5)

    cosines = rows[:3] @ rows.T
    expected = np.argsort(-cosines, axis=1)[:, :5]
    assert (ids - 100).tolist() == expected.tolist()
    np.testing.assert_allclose(scores, np.take_along_axis(cosines, expected, axis=1), atol=1e-5)


def test_search_fills_up_when_index_is_small() -> None:
    index = FaissIndex(4)
    index.add(np.array([7]), unit_rows(1, 4))

    scores, ids = index.search(unit_rows(1, 4), 3)

    assert ids.tolist() == [[7, -1, -1]]
    assert scores[0, 1:].tolist() == [-1.0, -1.0]


def test_remove_takes_vectors_out() -> None:
    rows = unit_rows(3, 4)
    index = FaissIndex(4)
    index.add(np.array([1, 2, 3]), rows)

    index.remove(np.array([2, 99]))

    assert len(index) == 2
    assert index.search(rows[1:2], 3)[1][0].tolist().count(2) == 0


def test_saved_index_gives_the_same_vectors(tmp_path: Path) -> None:
    rows = unit_rows(5, 8)
    index = FaissIndex(8)
    index.add(np.arange(5), rows)
    index.save(tmp_path / "vectors.faiss")

    loaded = FaissIndex.load(tmp_path / "vectors.faiss")

    np.testing.assert_array_equal(loaded.vectors(np.array([4, 0])), rows[[4, 0]])


def test_load_refuses_what_is_no_index(tmp_path: Path) -> None:
    (tmp_path / "vectors.faiss").write_bytes(b"not an index")

    with pytest.raises(IndexFilesError):
        FaissIndex.load(tmp_path / "vectors.faiss")
