"""How likely a question is in the words in which an entry is asked for.

Query likelihood (Ponte & Croft 1998) over single characters and pairs, smoothed by what all
entries share (Dirichlet prior, Zhai & Lafferty 2004). Characters and pairs, not words, because
citizens mistype and no dictionary cuts dialect well. The prior keeps an entry of a few names on a
par with one that has many examples: what everybody says (「怎么」「我想」) costs neither.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy import sparse

from foundation.text.normalise import normalise
from retrieval.index.passages import NAMES, Entry, Passage
from retrieval.postings import Counted, Lists, Rows, Scores, Vocabulary

# Of 30, 300 and 3,000 the one at which an entry without examples loses nothing against one with.
_PRIOR = 300.0  # characters and pairs that every entry is taken to have said as all do on average
_FAR = 120.0  # nats behind the likeliest entry, from which on it makes no difference
_UNKNOWN = -1.0
_NOT_SAID = re.compile(r"[\W\d_]+")


@dataclass(frozen=True, slots=True)
class _Counts:
    """In how many of an entry's texts each character and pair stands."""

    texts: tuple[str, ...]
    counted: Counted


class LikelihoodIndex:
    """The names and example questions of every entry; made once for each library."""

    def __init__(
        self,
        entries: Sequence[Entry],
        passages: Sequence[Passage],
        before: "LikelihoodIndex | None" = None,
    ) -> None:
        """Count what each entry is called; entries as ``before`` has them are not counted again."""
        self._size = len(entries)
        self.vocabulary: Vocabulary = before.vocabulary if before else Vocabulary()
        held = before.counts if before else {}
        self.counts: dict[str, _Counts] = {
            code: self._counted(texts, held.get(code)) for code, texts in _texts(passages).items()
        }
        rows = [row for row, entry in enumerate(entries) if entry.code in self.counts]
        counted = [self.counts[entries[row].code].counted for row in rows]
        self._rows: Rows = np.array(rows, dtype=np.int64)
        self._weigh(counted)

    def _counted(self, texts: tuple[str, ...], held: _Counts | None) -> _Counts:
        if held is not None and held.texts == texts:
            return held
        counts = Counter(part for text in texts for part in _parts(text))
        numbers = self.vocabulary.numbers(counts)
        return _Counts(texts, np.array([numbers, list(counts.values())], dtype=np.int32))

    def _weigh(self, counted: Sequence[Counted]) -> None:
        numbers, counts = np.concatenate([*counted, np.empty((2, 0), np.int32)], axis=1)
        bounds = np.zeros(len(counted) + 1, dtype=np.int64)
        np.cumsum([one.shape[1] for one in counted], out=bounds[1:])
        everywhere = np.bincount(numbers, counts, minlength=len(self.vocabulary))
        share = everywhere / max(float(everywhere.sum()), 1.0)
        lengths = np.array([one[1].sum() for one in counted], dtype=np.float64)
        self._known = everywhere > 0
        self._everywhere = everywhere
        # of what an entry never said, per part of the question
        self._unsaid = np.log(_PRIOR / (lengths + _PRIOR))
        said = np.log1p(counts / (_PRIOR * share[numbers]))
        by_entry = sparse.csr_matrix(
            (said.astype(np.float32), numbers, bounds), shape=(len(counted), len(everywhere))
        )
        self._said = Lists(by_entry.tocsc())

    def count(self, part: str) -> int:
        """Return how many texts of entries a character or a pair of them stands in."""
        number = self.vocabulary.number(part)
        if number is None or number >= len(self._everywhere):
            return 0
        return int(self._everywhere[number])

    @property
    def letters(self) -> tuple[str, ...]:
        """The single characters that are met."""
        met = map(self.vocabulary.token, np.flatnonzero(self._known).tolist())
        return tuple(part for part in met if len(part) == 1)

    def scores(self, readings: Iterable[str]) -> Scores:
        """Return float32, shape (n_entries,): 0 for the likeliest entry, -1 for what is far off.

        In all its readings together a question says more than in any of them: what was mistyped
        stands in none of the entries and counts for nothing.
        """
        parts = {part for reading in readings for part in _parts(reading)}
        numbers = [
            number
            for part in parts
            if (number := self.vocabulary.number(part)) is not None
            and number < len(self._known)  # met by a later library that shares the vocabulary
            and self._known[number]
        ]
        found = np.full(self._size, _UNKNOWN, dtype=np.float32)
        if not numbers or not self._rows.size:
            return found
        said = self._said.of(np.array(sorted(numbers), dtype=np.int64))
        nats = said.totals(len(self._rows)) + len(numbers) * self._unsaid
        found[self._rows] = np.maximum((nats - nats.max()) / _FAR, _UNKNOWN)
        return found


def _texts(passages: Sequence[Passage]) -> Mapping[str, tuple[str, ...]]:
    """Return the names and examples of each entry that has any."""
    found: dict[str, list[str]] = {}
    for passage in passages:
        if passage.kind in NAMES:
            found.setdefault(passage.code, []).append(passage.text)
    return {code: tuple(texts) for code, texts in found.items()}


def _parts(text: str) -> set[str]:
    """Return the letters and pairs of letters of a text, without case.

    Numbers are whoever's they are (a telephone, a date), and say nothing of what is asked.
    """
    words = _NOT_SAID.sub(" ", normalise(text).lower()).split()
    return {part for word in words for part in (*word, *map("".join, pairwise(word)))}
