"""Which questions mean the same: one nearest group, or a new one.

A question is near a group when it is near its members on average. Both channels are inner
products of unit vectors, so the average is one product with the members' mean vector.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

WORDS_SIZE = 1024  # hashed character pairs; a question has some ten
# Measured on the 2,597 shipped sample and calibration questions of 260 matters with the default
# encoder (``benchmarks/question_groups.py``): of the pairs put together 63 % are of one matter, and
# most others of neighbours (a card lost, a card expired); with words alone 57 %. From 0.05 more it
# is 67 %, but the same thing in wholly other words is left apart.
MEANING_SHARE = 0.7
JOINS_FROM = 0.40
JOINS_FROM_WORDS = 0.45  # words alone, while there is no encoder


@dataclass(frozen=True, slots=True)
class Vectors:
    """Questions as an encoder places them.

    ``rows``: float32, shape (n_questions, dimensions), length 1, spread around the origin, so that
    unrelated questions are near 0. Only rows of the same ``encoder`` can be compared.
    """

    encoder: str
    rows: Floats


class Meaning(Protocol):
    """What grouping asks of the search above it."""

    def residue(self, text: str) -> str:
        """Return the words that say what a question is about, asking words left out."""
        ...

    def vectors(self, texts: Sequence[str]) -> Vectors | None:
        """Return where the questions lie; None while no encoder takes part."""
        ...


@dataclass(frozen=True, slots=True)
class Signature:
    """One question, or the mean of a group; ``meaning`` float32 in the space of ``encoder``."""

    words: Floats  # float32, shape (WORDS_SIZE,)
    meaning: Floats | None = None
    encoder: str | None = None

    def similarity(self, other: "Signature") -> tuple[float, float]:
        """Return how near the two are, and from where on they are taken for the same."""
        words = float(self.words @ other.words)
        if self.meaning is None or other.meaning is None or self.encoder != other.encoder:
            return words, JOINS_FROM_WORDS
        meaning = float(self.meaning @ other.meaning)
        return MEANING_SHARE * meaning + (1 - MEANING_SHARE) * words, JOINS_FROM


def signatures(texts: Sequence[str], meaning: Meaning) -> list[Signature]:
    """Return the signature of each question; slow where an encoder takes part."""
    if not texts:
        return []
    words = [words_vector(meaning.residue(text) or text) for text in texts]
    vectors = meaning.vectors(texts)
    if vectors is None:
        return [Signature(each) for each in words]
    rows = zip(words, vectors.rows, strict=True)
    return [Signature(each, row, vectors.encoder) for each, row in rows]


def words_vector(text: str) -> Floats:
    """Return which character pairs the text holds: float32, shape (WORDS_SIZE,), length 1 or 0."""
    plain = "".join(letter for letter in text.lower() if letter.isalnum())
    pairs = {one + other for one, other in pairwise(plain)} or {plain}
    vector = np.zeros(WORDS_SIZE, np.float32)
    # Not hash(): that differs from process to process.
    vector[[zlib.crc32(pair.encode()) % WORDS_SIZE for pair in pairs if pair]] = 1.0
    length = float(np.linalg.norm(vector))
    return vector / np.float32(length) if length else vector


def nearest(question: Signature, groups: Sequence[tuple[int, Signature]]) -> int | None:
    """Return the id of the nearest group that the question may join; None: it begins one."""
    best, most = None, -1.0
    for group_id, group in groups:
        similarity, from_here = question.similarity(group)
        # By how much each passes its channel's own threshold: the two scales differ.
        margin = similarity - from_here
        if margin >= 0 and margin > most:
            best, most = group_id, margin
    return best


def mean_with(mean: Floats, count: int, row: Floats) -> Floats:
    """Return the mean of ``count`` rows and one more."""
    grown: Floats = ((mean * count + row) / (count + 1)).astype(np.float32)
    return grown


def as_bytes(vector: Floats) -> bytes:
    """Return the vector as it is stored."""
    return vector.astype("<f4").tobytes()


def from_bytes(stored: bytes) -> Floats:
    """Return a stored vector."""
    return np.frombuffer(stored, dtype="<f4").astype(np.float32)
