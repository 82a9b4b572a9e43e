import numpy as np
from numpy.typing import NDArray

from retrieval.products import BestProducts, RoughProducts

Rows = NDArray[np.float32]


def like_sentences(count: int) -> Rows:
    """Return rows of length 1 that lie in a narrow cone, as the encoder's vectors do."""
    numbers = np.random.default_rng(0)
    rows = numbers.normal(size=(count, 384)) + 2.5 * numbers.normal(size=384)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def exactly(queries: Rows, rows: Rows) -> NDArray[np.float64]:
    products = np.einsum("qd,rd->qr", queries.astype(np.float64), rows.astype(np.float64))
    return np.asarray(products)


def test_rough_products_are_right_to_a_thousandth_for_any_number_of_queries() -> None:
    rows = like_sentences(1500)
    products = RoughProducts(rows)

    assert len(products) == 1500
    for size in (1, 2, 5):
        queries = like_sentences(1500 + size)[1500:]
        apart = products.of(queries) - exactly(queries, rows)
        assert np.abs(apart).max() < 0.003
        assert np.abs(apart).mean() < 0.0007


def test_rough_products_of_equal_rows_and_of_nothing() -> None:
    rows = np.ones((3, 8), dtype=np.float32)

    assert RoughProducts(rows).of(rows[:1]).tolist() == [[8.0, 8.0, 8.0]]
    assert RoughProducts(rows).of(np.zeros((1, 8), dtype=np.float32)).tolist() == [[0.0] * 3]


def test_best_products_are_those_of_an_independent_computation_in_their_order() -> None:
    rows = like_sentences(6000)
    queries = like_sentences(6004)[6000:]
    products = BestProducts(rows)

    for count in (1, 10, 256):
        found, places = products.best(queries, count)
        expected = np.argsort(-exactly(queries, rows), axis=1)[:, :count]
        assert places.tolist() == expected.tolist()
        values = np.take_along_axis(exactly(queries, rows), expected, axis=1)
        np.testing.assert_allclose(found, values, atol=1e-6)


def test_best_products_of_few_rows_are_all_of_them() -> None:
    rows = like_sentences(5)

    found, places = BestProducts(rows).best(rows[2:3], 5)

    assert sorted(places[0].tolist()) == [0, 1, 2, 3, 4]
    assert places[0, 0] == 2
    assert found[0, 0] > found[0, 1]
