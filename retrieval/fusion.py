"""Bring dense and lexical evidence together: one score per matter."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from retrieval.encoder.protocol import Vectors
from retrieval.index.passage_index import PassageIndex
from retrieval.index.passages import NAMES, Entry, Passage
from retrieval.index.protocol import Ids
from retrieval.lexical import LexicalScores
from retrieval.postings import Scores
from retrieval.whitening import WhitenedNames

# of a city's few thousand passages: enough that every matter in question is among them
DENSE_TOP_K = 256
# The encoder's cosines lie close together (unrelated texts at about 0.78): spread them.
_DENSE_FLOOR, _DENSE_SPAN = 0.78, 0.16

RANKING_FEATURES = (
    "dense_name",
    "dense_any",
    "dense_names",
    "words",
    "overlap",
    "coverage",
    "sounds",
    "likelihood",
)
RERANKED = "reranked"  # the cross-encoder's, where one is configured: the first few entries only
LEXICAL_FEATURES = ("words", "overlap", "coverage", "sounds", "likelihood")


@dataclass(frozen=True, slots=True)
class DenseScores:
    """Float32, shape (n_entries,): cosines, spread to about 0-1."""

    name: Scores  # best of titles, aliases and questions
    any: Scores  # best of all passages
    names: Scores  # of all names together, see ``whitening``
    best: NDArray[np.int64]  # best passage, per entry; -1 where none was near


class DenseScoring:
    """From the passages that the index found to scores per entry."""

    def __init__(self, entries: Sequence[Entry], passages: Sequence[Passage]) -> None:
        position = {entry.code: row for row, entry in enumerate(entries)}
        self._owner = np.array([position[passage.code] for passage in passages], dtype=np.int64)
        self._is_name = np.array([passage.kind in NAMES for passage in passages], dtype=np.bool_)
        self._size = len(entries)

    def whiten(self, index: PassageIndex, before: WhitenedNames | None = None) -> WhitenedNames:
        """Return what ``score`` needs of the snapshot of these passages.

        ``before`` is that of the library until now.
        """
        rows = np.flatnonzero(self._is_name)
        return WhitenedNames(
            index.ids[rows],
            self._owner[rows],
            self._size,
            lambda places: index.vectors(rows[places]),
            before,
        )

    def score(self, scores: Vectors, ids: Ids, names: Scores) -> DenseScores:
        """Return the best per entry over all readings; see ``VectorIndex.search``.

        ``names``, shape (n_entries,), is what ``WhitenedNames.scores`` says.
        """
        flat_ids, flat = ids.ravel(), scores.ravel()
        flat_ids, flat = flat_ids[flat_ids >= 0], flat[flat_ids >= 0]
        floor = float(flat.min()) if flat.size else 0.0
        order = np.argsort(flat, kind="stable")
        flat_ids, flat = flat_ids[order], flat[order]
        named = self._is_name[flat_ids]
        best = np.full(self._size, -1, dtype=np.int64)
        best[self._owner[flat_ids]] = flat_ids  # the last written, so the highest, stays
        return DenseScores(
            name=self._spread(flat_ids[named], flat[named], floor),
            any=self._spread(flat_ids, flat, floor),
            names=names,
            best=best,
        )

    def _spread(self, ids: Ids, scores: Scores, floor: float) -> Scores:
        per_entry = np.full(self._size, floor, dtype=np.float32)
        per_entry[self._owner[ids]] = scores
        return (per_entry - _DENSE_FLOOR) / _DENSE_SPAN


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that was found for one question; ``dense`` is None until the encoder is loaded."""

    lexical: LexicalScores
    dense: DenseScores | None
    named: str = ""  # the question without facet words and fillers
    characters: int = 1  # of all that was said
    elsewhere: bool = False  # names another city as where it is to be done
    there: bool = False  # names it as another city's: 「成都的公租房」
    reranked: Scores | None = None  # shape (n_entries,), 0-1; None without a cross-encoder
    procedural: bool = False  # asks how, where or with what it is done: a guide says that

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Return what the columns of ``features`` are."""
        if self.dense is None:
            return LEXICAL_FEATURES
        return RANKING_FEATURES if self.reranked is None else (*RANKING_FEATURES, RERANKED)

    def features(self) -> NDArray[np.float32]:
        """Return float32, shape (n_entries, n_features), columns as ``feature_names``."""
        words = (
            self.lexical.words,
            self.lexical.overlap,
            self.lexical.coverage,
            self.lexical.sounds,
            self.lexical.likelihood,
        )
        columns: tuple[Scores, ...] = words
        if self.dense is not None:
            columns = (self.dense.name, self.dense.any, self.dense.names, *words)
            if self.reranked is not None:
                columns = (*columns, self.reranked)
        return np.stack(columns, axis=1)


def without(evidence: Evidence, row: int) -> Evidence:
    """Return the evidence as if one entry had nothing in common with the question."""

    def least(scores: Scores) -> Scores:
        changed = scores.copy()
        changed[row] = scores.min()
        return changed

    lexical, dense = evidence.lexical, evidence.dense
    words = replace(
        lexical,
        words=least(lexical.words),
        overlap=least(lexical.overlap),
        coverage=least(lexical.coverage),
        sounds=least(lexical.sounds),
        likelihood=least(lexical.likelihood),
    )
    return replace(
        evidence,
        lexical=words,
        dense=None
        if dense is None
        else replace(dense, name=least(dense.name), any=least(dense.any), names=least(dense.names)),
    )


def fuse(evidence: Evidence, weights: Mapping[str, float]) -> NDArray[np.float32]:
    """Return one score per entry, float32, shape (n_entries,): the weighted sum of its features."""
    row = np.array([weights[name] for name in evidence.feature_names], dtype=np.float32)
    return np.asarray(evidence.features() @ row, dtype=np.float32)
