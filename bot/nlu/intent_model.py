"""The linear model that tells intents apart, with a confidence that means what it says.

Imports nothing of the service and nothing of Rasa: numpy and scikit-learn alone. A trained model
is numbers and strings in one ``.npz`` file; nothing is unpickled when it is read.
"""

from __future__ import annotations

from pathlib import Path
from typing import Dict, List, Sequence, Tuple

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix, hstack, spmatrix
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import LinearSVC

_FOLDS = 5
_SEED = 20261122
_LONGEST_GRAM = 3
_LEAST_TEXTS = 2  # an n-gram of one example alone is learnt by heart
_BOUNDED = "^{}$"  # where a message begins and ends tells short answers apart
_LOG_TEMPERATURE = (-4.0, 2.0)


class IntentModel:
    """One-against-rest hyperplanes over vectors, patterns and character n-grams.

    ``vectors`` is float, shape (n_texts, dimensions); ``patterns`` is 0/1, shape (n_texts,
    n_patterns); rows belong to ``texts``.
    """

    def __init__(self, vector_scale: float, gram_scale: float, cost: float) -> None:
        self._vector_scale = vector_scale
        self._gram_scale = gram_scale
        self._cost = cost
        self._arrays: Dict[str, np.ndarray] = {}
        self._grams: TfidfVectorizer | None = None

    @property
    def temperature(self) -> float:
        """What margins are divided by before the softmax; from margins of held-out folds."""
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
        """Learn from examples; the temperature from folds that each model has not seen."""
        named = np.array(intents)
        margins, truth = self._held_out_margins(list(texts), vectors, patterns, named)
        self._fit_planes(texts, vectors, patterns, named)
        self._arrays["temperature"] = np.array(_temperature(margins, truth))
        return self

    def confidences(
        self, texts: Sequence[str], vectors: np.ndarray, patterns: np.ndarray
    ) -> np.ndarray:
        """Return float, shape (n_texts, n_intents); rows add up to 1, columns as ``labels``."""
        return _softmax(self._margins(texts, vectors, patterns) / self.temperature)

    def save(self, path: Path) -> None:
        """Write all that was learnt."""
        assert self._grams is not None
        words = sorted(self._grams.vocabulary_, key=self._grams.vocabulary_.get)
        np.savez(path, grams=np.array(words), idf=self._grams.idf_, **self._arrays)

    def load(self, path: Path) -> "IntentModel":
        """Read what ``save`` wrote."""
        with np.load(path, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        words = [str(word) for word in arrays.pop("grams")]
        self._grams = _vectoriser({word: place for place, word in enumerate(words)})
        self._grams.idf_ = arrays.pop("idf")
        self._arrays = arrays
        return self

    def _fit_planes(
        self, texts: Sequence[str], vectors: np.ndarray, patterns: np.ndarray, intents: np.ndarray
    ) -> None:
        self._grams = _vectoriser().fit([_BOUNDED.format(text) for text in texts])
        self._arrays = {"mean": vectors.mean(axis=0), "deviation": vectors.std(axis=0) + 1e-6}
        planes = LinearSVC(C=self._cost, class_weight="balanced", random_state=_SEED)
        planes.fit(self._features(texts, vectors, patterns), intents)
        self._arrays.update(labels=planes.classes_, planes=planes.coef_, offsets=planes.intercept_)

    def _margins(
        self, texts: Sequence[str], vectors: np.ndarray, patterns: np.ndarray
    ) -> np.ndarray:
        planes, offsets = self._arrays["planes"], self._arrays["offsets"]
        return np.asarray(self._features(texts, vectors, patterns) @ planes.T) + offsets

    def _features(
        self, texts: Sequence[str], vectors: np.ndarray, patterns: np.ndarray
    ) -> spmatrix:
        # The encoder's vectors all point much the same way: what differs is told by deviations.
        spread = (vectors - self._arrays["mean"]) / self._arrays["deviation"] * self._vector_scale
        assert self._grams is not None
        grams = self._grams.transform([_BOUNDED.format(text) for text in texts])
        return hstack([csr_matrix(spread), csr_matrix(patterns), grams * self._gram_scale]).tocsr()

    def _held_out_margins(
        self, texts: List[str], vectors: np.ndarray, patterns: np.ndarray, intents: np.ndarray
    ) -> Tuple[np.ndarray, np.ndarray]:
        """Return margins, shape (n_texts, n_intents), and the true columns."""
        labels = sorted(set(intents.tolist()))
        margins = np.zeros((len(texts), len(labels)))
        folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=_SEED)
        for seen, held in folds.split(texts, intents):
            self._fit_planes([texts[i] for i in seen], vectors[seen], patterns[seen], intents[seen])
            margins[held] = self._margins([texts[i] for i in held], vectors[held], patterns[held])
        return margins, np.array([labels.index(intent) for intent in intents.tolist()])


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
