"""The names of the entries in a round space, also when a few of them change."""

import numpy as np
import pytest

from retrieval.encoder.protocol import Vectors
from retrieval.index.protocol import Ids
from retrieval.whitening import WhitenedNames

DIMENSIONS, ENTRIES, NAMES = 12, 40, 5
OWNERS = np.repeat(np.arange(ENTRIES), NAMES)
IDS = np.arange(len(OWNERS), dtype=np.int64) * 7_919 + 2**62


def unit(rows: np.ndarray) -> Vectors:
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="module")
def vectors() -> Vectors:
    """The names of an entry lie about one direction, all with much in common."""
    random = np.random.default_rng(7)
    own = np.repeat(random.normal(size=(ENTRIES, DIMENSIONS)), NAMES, axis=0)
    return unit(own + 0.5 * random.normal(size=own.shape) * np.linspace(0.1, 2, DIMENSIONS) + 3)


class Reading:
    """Whitened names, and which of them were read for it."""

    def __init__(
        self, ids: Ids, owners: Ids, rows: Vectors, before: WhitenedNames | None = None
    ) -> None:
        self.read: list[int] = []

        def read(places: Ids) -> Vectors:
            self.read += places.tolist()
            return rows[places]

        self.names = WhitenedNames(ids, owners, ENTRIES, read, before)


def test_scores_agree_with_a_computation_of_their_own(vectors: Vectors) -> None:
    names = Reading(IDS, OWNERS, vectors).names

    means = np.stack([vectors[entry == OWNERS].mean(axis=0) for entry in range(ENTRIES)])
    spread = np.cov((vectors - means[OWNERS]).T.astype(np.float64), bias=True)
    shrunk = 0.1 * spread + 0.9 * np.trace(spread) / DIMENSIONS * np.eye(DIMENSIONS)
    inverse = np.linalg.inv(shrunk)
    moved = vectors.astype(np.float64) - vectors.mean(axis=0)
    lengths = np.sqrt(np.einsum("ij,jk,ik->i", moved, inverse, moved))
    cosines = moved[:1] @ inverse @ moved.T / lengths / lengths[0]
    expected = np.log(np.exp(8 * cosines).reshape(ENTRIES, NAMES).mean(axis=1)) / 8
    found = names.scores(vectors[:1])
    nearest = np.argsort(expected)[-32:]  # compared exactly, the others by bytes
    np.testing.assert_allclose(found[nearest], expected[nearest], atol=1e-5)
    np.testing.assert_allclose(found, expected, atol=3e-3)


def test_order_of_the_names_does_not_matter(vectors: Vectors) -> None:
    order = np.random.default_rng(8).permutation(len(IDS))

    mixed = Reading(IDS[order], OWNERS[order], vectors[order]).names

    expected = Reading(IDS, OWNERS, vectors).names.scores(vectors[:3])
    np.testing.assert_allclose(mixed.scores(vectors[:3]), expected, atol=1e-5)


def test_changed_name_alone_is_read_and_scores_stay_near_those_made_anew(
    vectors: Vectors,
) -> None:
    before = Reading(IDS, OWNERS, vectors).names
    ids, rows = IDS.copy(), vectors.copy()
    ids[17], rows[17] = 5, vectors[150]
    order = np.roll(np.arange(len(ids)), 60)  # entries have moved as well
    owners = (OWNERS[order] + 12) % ENTRIES

    renewed = Reading(ids[order], owners, rows[order], before)
    anew = Reading(ids[order], owners, rows[order])

    assert [int(order[place]) for place in renewed.read] == [17]
    assert len(anew.read) == len(ids)
    found, expected = (one.names.scores(vectors[:20]) for one in (renewed, anew))
    np.testing.assert_allclose(found, expected, atol=0.02)
    own = renewed.names.scores(vectors[150:151])
    assert own[(OWNERS[17] + 12) % ENTRIES] > before.scores(vectors[150:151])[OWNERS[17]] + 0.1


def test_space_is_fitted_anew_when_many_names_have_changed(vectors: Vectors) -> None:
    before = Reading(IDS, OWNERS, vectors).names
    ids = IDS.copy()
    ids[:3] = [5, 6, 7]  # three went and three came: 3 of 100
    rows = np.concatenate([vectors[100:103], vectors[3:]])

    renewed = Reading(ids, OWNERS, rows, before)

    assert len(renewed.read) == len(ids)
    expected = Reading(ids, OWNERS, rows).names.scores(vectors[:5])
    np.testing.assert_array_equal(renewed.names.scores(vectors[:5]), expected)


def test_entry_without_names_is_named_by_nothing(vectors: Vectors) -> None:
    named = OWNERS != 4

    scores = Reading(IDS[named], OWNERS[named], vectors[named]).names.scores(vectors[:1])

    assert scores[4] == np.float32(-0.5)
    assert scores.argmax() == OWNERS[0]
