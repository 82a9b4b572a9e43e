import numpy as np

from retrieval.products import Products


def test_products_agree_with_an_independent_computation_for_any_number_of_queries() -> None:
    rows = np.random.default_rng(0).normal(size=(700, 12)).astype(np.float32)

    products = Products(rows)

    assert len(products) == 700
    for size in (1, 2, 5):
        queries = np.ascontiguousarray(rows[:size]) + np.float32(0.5)
        expected = np.einsum("qd,rd->qr", queries.astype(np.float64), rows.astype(np.float64))
        np.testing.assert_allclose(products.of(queries), expected, rtol=1e-4, atol=1e-5)
