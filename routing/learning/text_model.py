"""A classifier of texts learnt from examples: runs of characters and sentence vectors, stacked.

A linear machine over tf-idf of one to three characters and a ridge regression over the vectors
each score every class; two weights, fitted on scores that neither has seen (five folds), turn the
scores into probabilities.
"""

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import minimize
from scipy.special import log_softmax, softmax

from routing.classification.vectors import LinearReading

if TYPE_CHECKING:
    from sklearn.feature_extraction.text import TfidfVectorizer

Floats = NDArray[np.float64]
FOLDS = 5
SEED = 7
_MOST_FEATURES = 60_000
_L2 = 1e-4
_UNSEEN = -2.0  # score of a class that no training row has
_LONGEST_RUN = 3  # characters
_SPACES = re.compile(r"\s\s+")


@dataclass(frozen=True)
class TextModel:
    """Everything that was fitted; ``classes`` names the columns of every score."""

    classes: tuple[str, ...]
    vocabulary: Mapping[str, int]
    rarity: Floats  # idf, shape (n_features,)
    coefficients: NDArray[np.float32]  # shape (n_classes, n_features)
    intercepts: Floats
    linear: LinearReading | None  # over vectors; None without an encoder
    stack: Floats  # weights of the two scores
    known: sparse.csr_matrix  # tf-idf of the closed tickets, one row each

    def probabilities(self, texts: Sequence[str], vectors: NDArray[np.floating] | None) -> Floats:
        """Return P(class), float64, shape (n_texts, n_classes)."""
        scores = np.asarray(self.weighted(texts) @ self.coefficients.T.astype(np.float64))
        scores += self.intercepts
        read = np.zeros_like(scores)
        if self.linear is not None and vectors is not None:
            read = self.linear.scores(vectors)
        found: Floats = softmax(self.stack[0] * scores + self.stack[1] * read, axis=1)
        return found

    def familiarity(self, texts: Sequence[str]) -> Floats:
        """Return how near the nearest closed ticket is to each text, a cosine."""
        cosines = self.weighted(texts) @ self.known.T
        nearest: Floats = cosines.max(axis=1).toarray().ravel()
        return nearest

    def weighted(self, texts: Sequence[str]) -> sparse.csr_matrix:
        """Return tf-idf of the runs of each text, float64, rows of length one.

        The same as the vectoriser it was learnt with; the service, which classifies with it, loads
        no scikit-learn.
        """
        values, columns, ends = list[float](), list[int](), [0]
        for text in texts:
            counts = Counter(self.vocabulary[run] for run in _runs(text) if run in self.vocabulary)
            weights = {n: (1 + np.log(count)) * self.rarity[n] for n, count in counts.items()}
            length = float(np.sqrt(sum(value**2 for value in weights.values()))) or 1.0
            columns += weights
            values += [value / length for value in weights.values()]
            ends.append(len(columns))
        shape = (len(texts), len(self.rarity))
        return sparse.csr_matrix((np.array(values), np.array(columns, np.int64), ends), shape=shape)

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """Return what :meth:`from_arrays` needs; nothing in it is code."""
        kept: dict[str, NDArray[np.generic]] = {
            "classes": np.array(self.classes),
            "vocabulary": np.frombuffer(
                json.dumps(self.vocabulary, ensure_ascii=False).encode(), np.uint8
            ),
            "rarity": self.rarity,
            "coefficients": self.coefficients,
            "intercepts": self.intercepts,
            "stack": self.stack,
            "known": self.known.data.astype(np.float32),
            "known_indices": self.known.indices,
            "known_rows": self.known.indptr,
        }
        if self.linear is not None:
            kept |= {"mean": self.linear.mean, "weights": self.linear.weights}
        return kept

    @classmethod
    def from_arrays(cls, kept: Mapping[str, NDArray[np.generic]]) -> "TextModel":
        """Return the model that :meth:`arrays` was taken from."""
        linear = None
        if "mean" in kept:
            linear = LinearReading(
                kept["mean"].astype(np.float64), kept["weights"].astype(np.float64)
            )
        columns = kept["coefficients"].shape[1]
        return cls(
            known=sparse.csr_matrix(
                (kept["known"], kept["known_indices"], kept["known_rows"]),
                shape=(len(kept["known_rows"]) - 1, columns),
            ),
            classes=tuple(str(name) for name in kept["classes"]),
            vocabulary=json.loads(kept["vocabulary"].tobytes().decode()),
            rarity=kept["rarity"].astype(np.float64),
            coefficients=kept["coefficients"].astype(np.float32),
            intercepts=kept["intercepts"].astype(np.float64),
            linear=linear,
            stack=kept["stack"].astype(np.float64),
        )


def folds_of(count: int) -> NDArray[np.intp]:
    """Return the fold of every row, the same for the same count."""
    return np.random.default_rng(SEED).permutation(count) % FOLDS


def learn(
    texts: Sequence[str],
    vectors: NDArray[np.floating] | None,
    labels: Sequence[str],
    own: NDArray[np.bool_] | None = None,
) -> TextModel:
    """Fit a model to texts, their vectors (without an encoder ``None``) and labels.

    ``own`` tells which texts are closed tickets (all of them); the others only keep the model from
    forgetting what those do not speak of.
    """
    classes = tuple(sorted(set(labels)))
    gold = np.array([classes.index(label) for label in labels])
    fold = folds_of(len(texts))
    scores = np.zeros((len(texts), len(classes), 2))
    for k in range(FOLDS):
        rows, held = np.where(fold != k)[0], np.where(fold == k)[0]
        part = _fit(texts, vectors, gold, rows, len(classes))
        scores[held] = part.scores(
            [texts[i] for i in held], None if vectors is None else vectors[held]
        )
    whole = _fit(texts, vectors, gold, np.arange(len(texts)), len(classes))
    tickets = [text for text, mine in zip(texts, _all(texts, own), strict=True) if mine]
    return TextModel(
        known=sparse.csr_matrix(whole.vectoriser.transform(tickets)),
        classes=classes,
        vocabulary={str(run): int(n) for run, n in whole.vectoriser.vocabulary_.items()},
        rarity=np.asarray(whole.vectoriser.idf_, dtype=np.float64),
        coefficients=whole.coefficients.astype(np.float32),
        intercepts=whole.intercepts,
        linear=whole.linear,
        stack=_stacked(scores, gold),
    )


def _all(texts: Sequence[str], own: NDArray[np.bool_] | None) -> NDArray[np.bool_]:
    return np.ones(len(texts), dtype=bool) if own is None else own


@dataclass(frozen=True)
class _Part:
    vectoriser: "TfidfVectorizer"
    coefficients: Floats
    intercepts: Floats
    linear: LinearReading | None

    def scores(self, texts: Sequence[str], vectors: NDArray[np.floating] | None) -> Floats:
        said = np.asarray(self.vectoriser.transform(texts) @ self.coefficients.T) + self.intercepts
        read = np.zeros_like(said)
        if self.linear is not None and vectors is not None:
            read = self.linear.scores(vectors)
        return np.stack([said, read], -1)


def _runs(text: str) -> list[str]:
    """Return every run of one to three characters, as the vectoriser cuts them."""
    said = _SPACES.sub(" ", text.lower())
    return [
        said[at : at + length]
        for length in range(1, _LONGEST_RUN + 1)
        for at in range(len(said) - length + 1)
    ]


def _vectoriser() -> "TfidfVectorizer":
    from sklearn.feature_extraction.text import (  # noqa: PLC0415 -- only where something is learnt
        TfidfVectorizer,
    )

    return TfidfVectorizer(
        analyzer="char",
        ngram_range=(1, _LONGEST_RUN),
        sublinear_tf=True,
        min_df=2,
        max_features=_MOST_FEATURES,
    )


def _fit(
    texts: Sequence[str],
    vectors: NDArray[np.floating] | None,
    gold: NDArray[np.intp],
    rows: NDArray[np.intp],
    n_classes: int,
) -> _Part:
    from sklearn.svm import LinearSVC  # noqa: PLC0415 -- only where something is learnt

    vectoriser = _vectoriser()
    seen = vectoriser.fit_transform([texts[i] for i in rows])
    known = np.unique(gold[rows])
    coefficients = np.zeros((n_classes, seen.shape[1]))
    intercepts = np.full(n_classes, _UNSEEN)
    if len(known) > 1:
        machine = LinearSVC(C=1.0, random_state=SEED).fit(seen, gold[rows])
        weights, offsets = machine.coef_, machine.intercept_
        if weights.shape[0] == 1:  # of two classes one is the other turned round
            weights, offsets = np.vstack([-weights, weights]), np.append(-offsets, offsets)
        coefficients[known], intercepts[known] = weights, offsets
    linear = None
    if vectors is not None:
        linear = LinearReading.fitted(vectors[rows], gold[rows], n_classes)
    return _Part(vectoriser, coefficients, intercepts, linear)


def _stacked(scores: Floats, gold: NDArray[np.intp]) -> Floats:
    rows = np.arange(len(gold))

    def loss(weights: Floats) -> float:
        return float(
            -log_softmax(scores @ weights, axis=1)[rows, gold].mean() + 1e-4 * weights @ weights
        )

    start = np.array([2.0, 2.0])
    found: Floats = np.maximum(minimize(loss, start, method="L-BFGS-B").x, 0.0)
    return found
