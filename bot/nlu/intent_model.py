"""The model that tells intents apart, with a confidence that means what it says.

Imports nothing of the service and nothing of Rasa: numpy, scipy and scikit-learn alone. A trained
model is numbers and strings in one ``.npz`` file; nothing is unpickled when it is read.
"""

from __future__ import annotations

from pathlib import Path
from typing import Dict, List, Sequence, Tuple

import numpy as np
from scipy.linalg import cho_factor, cho_solve, get_lapack_funcs
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer

_LONGEST_GRAM = 3
_LEAST_TEXTS = 2  # an n-gram of one example alone is learnt by heart
_BOUNDED = "^{}$"  # where a message begins and ends tells short answers apart
_RUNS = 4  # held out one after another for the temperature
_LOG_TEMPERATURE = (-4.0, 2.0)

# Dense features (vectors and patterns) and n-grams; rows of both together have length 1.
_Rows = Tuple[np.ndarray, csr_matrix]


class IntentModel:
    """Kernel ridge regression over vectors, patterns and character n-grams.

    Two texts are as alike as ``((1 + cosine) / 2) ** 3`` of all their features together, which
    lets a word count differently beside another one. ``vectors`` is float, shape (n_texts,
    dimensions); ``patterns`` is 0/1, shape (n_texts, n_patterns); rows belong to ``texts``.
    ``vector_weight`` and ``gram_weight`` are shares of the inner product beside one pattern in
    common.
    """

    def __init__(self, vector_weight: float, gram_weight: float, ridge: float) -> None:
        self._vector_weight = vector_weight
        self._gram_weight = gram_weight
        self._ridge = ridge
        self._arrays: Dict[str, np.ndarray] = {}
        self._known_grams = csr_matrix((0, 0))  # shape (n_grams, n_examples)
        self._grams: TfidfVectorizer | None = None

    @property
    def temperature(self) -> float:
        """What margins are divided by before the softmax; from margins of held-out examples."""
        return float(self._arrays["temperature"])

    @property
    def labels(self) -> List[str]:
        """The intents, in the order of the columns of ``confidences``."""
        return [str(label) for label in self._arrays["labels"]]

    def fit(
        self,
        texts: Sequence[str],
        vectors: np.ndarray,
        patterns: np.ndarray,
        intents: Sequence[str],
    ) -> "IntentModel":
        """Learn from examples, those of one intent in the order in which they were written."""
        labels, truth = np.unique(np.array(intents), return_inverse=True)
        self._grams = _vectoriser().fit([_BOUNDED.format(text) for text in texts])
        self._arrays = {
            "labels": labels,
            "mean": vectors.mean(axis=0),
            "deviation": vectors.std(axis=0) + 1e-6,
        }
        rows = self._features(texts, vectors, patterns)
        self._known_grams = rows[1].T.tocsr()
        alike = _alike(rows, rows[0], self._known_grams)
        # What an intent has few examples of must weigh as much as what has many.
        alike[np.diag_indices_from(alike)] += (
            self._ridge * np.bincount(truth)[truth] * (len(labels) / len(truth))
        )
        wanted = np.where(truth[:, None] == np.arange(len(labels)), 1.0, -1.0).astype(np.float32)
        shares, inverse = _solved(alike, wanted)
        self._arrays.update(known=rows[0], shares=shares)
        margins = _held_out_margins(inverse, shares, wanted, _runs(truth))
        self._arrays["temperature"] = np.array(_temperature(margins, truth))
        return self

    def confidences(
        self, texts: Sequence[str], vectors: np.ndarray, patterns: np.ndarray
    ) -> np.ndarray:
        """Return float, shape (n_texts, n_intents); rows add up to 1, columns as ``labels``."""
        rows = self._features(texts, vectors, patterns)
        margins = _alike(rows, self._arrays["known"], self._known_grams) @ self._arrays["shares"]
        return _softmax(margins.astype(np.float64) / self.temperature)

    def save(self, path: Path) -> None:
        """Write all that was learnt."""
        assert self._grams is not None
        words = sorted(self._grams.vocabulary_, key=self._grams.vocabulary_.get)
        parts = {name: getattr(self._known_grams, name) for name in ("data", "indices", "indptr")}
        np.savez(path, grams=np.array(words), idf=self._grams.idf_, **parts, **self._arrays)

    def load(self, path: Path) -> "IntentModel":
        """Read what ``save`` wrote."""
        with np.load(path, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        words = [str(word) for word in arrays.pop("grams")]
        self._grams = _vectoriser({word: place for place, word in enumerate(words)})
        self._grams.idf_ = arrays.pop("idf")
        parts = tuple(arrays.pop(name) for name in ("data", "indices", "indptr"))
        self._known_grams = csr_matrix(parts, shape=(len(words), len(arrays["known"])))
        self._arrays = arrays
        return self

    def _features(self, texts: Sequence[str], vectors: np.ndarray, patterns: np.ndarray) -> _Rows:
        assert self._grams is not None
        # The encoder's vectors all point much the same way: what differs is told by deviations.
        spread = (vectors - self._arrays["mean"]) / self._arrays["deviation"]
        spread *= np.sqrt(self._vector_weight / max(1, vectors.shape[1]))
        grams = self._grams.transform([_BOUNDED.format(text) for text in texts])
        grams *= np.sqrt(self._gram_weight)
        dense = np.hstack([spread, patterns])
        squares = (dense**2).sum(axis=1) + np.asarray(grams.multiply(grams).sum(axis=1))[:, 0]
        lengths = np.sqrt(squares + 1e-9)[:, None]
        return (dense / lengths).astype(np.float32), csr_matrix(
            grams.multiply(1 / lengths), dtype=np.float32
        )


def _alike(rows: _Rows, dense: np.ndarray, grams: csr_matrix) -> np.ndarray:
    """Return float32, shape (n_rows, n_others): 0 for opposites, 1 for the same.

    ``dense`` is shape (n_others, n_features), ``grams`` shape (n_grams, n_others).
    """
    cosines = rows[0] @ dense.T
    cosines += (rows[1] @ grams).toarray()
    # To the third: what meets of words, patterns and vectors counts, up to three at a time.
    # Products are a tenth of the time of a power.
    cosines += 1
    cosines /= 2
    alike: np.ndarray = np.square(cosines)
    alike *= cosines
    return alike


def _solved(alike: np.ndarray, wanted: np.ndarray) -> Tuple[np.ndarray, np.ndarray]:
    """Return the shares of each example in each margin, and the inverse of ``alike``."""
    factor = cho_factor(alike, lower=True)
    shares = cho_solve(factor, wanted)
    (invert,) = get_lapack_funcs(("potri",), (alike,))
    half, fault = invert(factor[0], lower=True)
    assert fault == 0
    lower = np.tril(half)
    return shares, lower + np.tril(lower, -1).T


def _runs(truth: np.ndarray) -> List[np.ndarray]:
    """Return the places of a quarter of each intent's examples, one next to the other, each.

    Who writes examples writes some in a row: what stands together is held out together, so that
    the confidence is that of a voice not heard before.
    """
    runs: List[List[int]] = [[] for _ in range(_RUNS)]
    for label in range(truth.max() + 1):
        parts = np.array_split(np.flatnonzero(truth == label), _RUNS)
        for run, places in zip(runs, parts, strict=True):
            run.extend(places.tolist())
    return [np.array(run) for run in runs]


def _held_out_margins(
    inverse: np.ndarray, shares: np.ndarray, wanted: np.ndarray, runs: List[np.ndarray]
) -> np.ndarray:
    """Return each example's margins as if its run had not been learnt, without learning again.

    The margins of a run left out are ``wanted - inverse[run, run]^-1 shares`` (Rifkin and Lippert,
    Notes on Regularized Least Squares, 2007).
    """
    margins = np.zeros(wanted.shape)
    for run in runs:
        margins[run] = wanted[run] - np.linalg.solve(inverse[np.ix_(run, run)], shares[run])
    return margins


def _vectoriser(vocabulary: Dict[str, int] | None = None) -> TfidfVectorizer:
    return TfidfVectorizer(
        analyzer="char",
        ngram_range=(1, _LONGEST_GRAM),
        min_df=_LEAST_TEXTS if vocabulary is None else 1,
        sublinear_tf=True,
        vocabulary=vocabulary,
    )


def _softmax(scores: np.ndarray) -> np.ndarray:
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: np.ndarray = raised / raised.sum(axis=1, keepdims=True)
    return shares


def _temperature(margins: np.ndarray, truth: np.ndarray) -> float:
    """Return the temperature under which the held-out truth is likeliest."""

    def surprise(logarithm: float) -> float:
        shares = _softmax(margins / np.exp(logarithm))
        return -float(np.log(shares[np.arange(len(truth)), truth] + 1e-12).mean())

    found = minimize_scalar(surprise, bounds=_LOG_TEMPERATURE, method="bounded")
    return float(np.exp(found.x))
