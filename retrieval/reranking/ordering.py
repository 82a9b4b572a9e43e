"""Which entries a cross-encoder reads again, and what of them."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from retrieval.fusion import Evidence
from retrieval.index.passages import Entry, Passage

_READ_AGAIN = 6  # each costs as much as a question's own encoding and more


class Reranker(Protocol):
    """Says how well each passage answers a question."""

    @property
    def fingerprint(self) -> str:
        """Names the weights; thresholds belong to one fingerprint."""
        ...

    def scores(self, question: str, passages: list[str]) -> NDArray[np.float32]:
        """Return float32, shape (len(passages),), from 0 to 1."""
        ...


def reranked(
    reranker: Reranker,
    question: str,
    evidence: Evidence,
    entries: Sequence[Entry],
    passages: Sequence[Passage],
) -> NDArray[np.float32]:
    """Return a score per entry, float32, shape (n_entries,); 0 for all but the first few.

    Which are the first is said by the plain sum of the other features: it depends on no weights,
    so that these can be learned from the result.
    """
    order = np.argsort(-evidence.features().sum(axis=1), kind="stable")
    rows = [int(row) for row in order if entries[row].title][:_READ_AGAIN]
    best = evidence.lexical.best if evidence.dense is None else evidence.dense.best
    texts = [_read(entries[row], passages, int(best[row])) for row in rows]
    found = np.zeros(len(entries), dtype=np.float32)
    found[rows] = reranker.scores(question, texts)
    return found


def _read(entry: Entry, passages: Sequence[Passage], best: int) -> str:
    """Return what stands for an entry: what it is called, and what came nearest."""
    return f"{entry.title}：{passages[best].text}" if best >= 0 else entry.title
