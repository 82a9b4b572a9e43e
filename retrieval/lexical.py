"""The lexical index: BM25 over words and character pairs, the same over sounds, and coverage."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import bm25s
import numpy as np
from numpy.typing import NDArray

from retrieval.index.passages import NAMES, Entry, Passage, PassageKind
from retrieval.pinyin import SoundDictionary, sound_tokens
from retrieval.tokens import Tokenizer
from retrieval.wording import Wording

Scores = NDArray[np.float32]

_K1, _B = 1.2, 0.5  # short texts of like length; the weights above them are learned anyway
_SHORT_ALIAS = 6  # characters: longer ones are sentences, not words
_SEARCHED = NAMES | {PassageKind.SUMMARY}


@dataclass(frozen=True, slots=True)
class LexicalScores:
    """Float32, shape (n_entries,), each from 0 to about 1."""

    words: Scores  # BM25 of the best passage over what the question could reach
    overlap: Scores  # Dice of the best passage's tokens, weighted by rarity
    coverage: Scores  # share of the question's tokens, by rarity, that the matter knows
    sounds: Scores  # BM25 over pairs of syllables
    known: float  # share of the question's tokens, by rarity, that any matter knows
    best: NDArray[np.int64]  # passage that overlaps most, per entry


class _Channel:
    """BM25 over one kind of token, scaled so that a question's own text would reach about 1."""

    def __init__(self, documents: list[list[str]]) -> None:
        counts = Counter(token for document in documents for token in set(document))
        total = len(documents)
        self.rarest = float(np.log1p(total))
        self.idf = {t: float(np.log1p((total - n + 0.5) / (n + 0.5))) for t, n in counts.items()}
        self._bm25 = bm25s.BM25(k1=_K1, b=_B)
        self._bm25.index(documents, show_progress=False)
        self._size = total

    def weight(self, token: str) -> float:
        """Return the token's rarity; one never seen is as rare as can be."""
        return self.idf.get(token, self.rarest)

    def scores(self, tokens: Sequence[str]) -> Scores:
        """Return float32, shape (n_documents,)."""
        known = [token for token in dict.fromkeys(tokens) if token in self.idf]
        if not known:
            return np.zeros(self._size, dtype=np.float32)
        most = sum(self.weight(token) for token in dict.fromkeys(tokens))
        return np.asarray(self._bm25.get_scores(known), dtype=np.float32) / most


class LexicalIndex:
    """Searches the names, sample questions and summaries of every entry."""

    def __init__(
        self,
        entries: Sequence[Entry],
        passages: Sequence[Passage],
        tokenizer: Tokenizer,
        wording: Wording,
    ) -> None:
        self._wording = wording
        self._tokenizer = tokenizer
        self._size = len(entries)
        position = {entry.code: row for row, entry in enumerate(entries)}
        self._ids = np.array([i for i, p in enumerate(passages) if p.kind in _SEARCHED])
        searched = [passages[i] for i in self._ids]
        self._owner = np.array([position[passage.code] for passage in searched])
        # Clauses are long prose: they are compared by the question's words they hold, no more,
        # and never change how rare a word is among the guides.
        self._has_names = np.zeros(self._size, dtype=bool)
        self._has_names[self._owner] = True
        self._first = _first_passages(passages, position)
        documents = [list(tokenizer.document_tokens(self._read(one.text))) for one in searched]
        self._words = _Channel(documents)
        self._sounds = _Channel(
            [list(tokenizer.document_sounds(passage.text)) for passage in searched]
        )
        self._weights = np.array(
            [sum(map(self._words.weight, set(document))) for document in documents],
            dtype=np.float32,
        )
        self._postings = _postings(documents)
        self._matters = _postings(self._vocabularies(passages, position))
        self._known = {token for document in documents for token in document}
        self._dictionary = SoundDictionary(
            self._terms(searched), tokenizer.term_syllables, wording.typed_singles
        )

    def readings(self, text: str) -> list[str]:
        """Return ``text`` and, where it differs, the same in the guides' words."""
        corrected = self._dictionary.rewrite(text)
        return list(dict.fromkeys([text, self._read(corrected)]))

    def search(self, readings: Sequence[str]) -> LexicalScores:
        """Score every entry by the best of the question's readings."""
        found = [self._search(reading) for reading in readings]
        overlaps = np.stack([one.overlap for one in found])
        rows = overlaps.argmax(axis=0)
        best = np.stack([one.best for one in found])
        return LexicalScores(
            words=np.max([one.words for one in found], axis=0),
            overlap=overlaps.max(axis=0),
            coverage=np.max([one.coverage for one in found], axis=0),
            sounds=np.max([one.sounds for one in found], axis=0),
            known=max(one.known for one in found),
            best=np.take_along_axis(best, rows[None], axis=0)[0],
        )

    def _search(self, text: str) -> LexicalScores:
        tokens = list(dict.fromkeys(self._tokenizer.tokens(self._read(text))))
        weights = [self._words.weight(token) for token in tokens]
        total = sum(weights) or 1.0
        shared = np.zeros(len(self._owner), dtype=np.float32)
        coverage = np.zeros(self._size, dtype=np.float32)
        for token, weight in zip(tokens, weights, strict=True):
            if (rows := self._postings.get(token)) is not None:
                shared[rows] += weight
            if (rows := self._matters.get(token)) is not None:
                coverage[rows] += weight
        overlap = 2 * shared / (self._weights + total)
        best, most = self._best_of(overlap)
        known = sum(w for t, w in zip(tokens, weights, strict=True) if t in self._known)
        return LexicalScores(
            words=self._best_of(self._words.scores(tokens))[1],
            overlap=most,
            coverage=coverage / total,
            sounds=self._best_of(self._sounds.scores(sound_tokens(text)))[1],
            known=known / total,
            best=np.where(self._has_names, self._ids[best], self._first),
        )

    def _best_of(self, scores: Scores) -> tuple[NDArray[np.int64], Scores]:
        """Return per entry the row of its best passage, and that passage's score."""
        order = np.argsort(scores, kind="stable")
        best = np.zeros(self._size, dtype=np.int64)
        best[self._owner[order]] = order  # the last written, so the highest, stays
        return best, np.where(self._has_names, scores[best], np.float32(0.0))

    def _read(self, text: str) -> str:
        return self._wording.with_guide_words(text)

    def _vocabularies(
        self, passages: Sequence[Passage], position: dict[str, int]
    ) -> list[list[str]]:
        vocabularies: list[list[str]] = [[] for _ in position]
        for passage in passages:
            # what one facet says of fees or places is much the same in every guide
            if passage.kind is not PassageKind.FACET:
                tokens = self._tokenizer.document_tokens(self._read(passage.text))
                vocabularies[position[passage.code]] += tokens
        return vocabularies

    def _terms(self, passages: Sequence[Passage]) -> list[str]:
        """Return the words worth recognising by sound, the guides' own first."""
        counts: Counter[str] = Counter()
        for passage in passages:
            if passage.kind not in {PassageKind.SUMMARY, PassageKind.CLAUSE}:
                counts.update(self._tokenizer.document_words(passage.text))
        common = [word for word, _ in counts.most_common() if len(word) > 1]
        guide_words = list(dict.fromkeys(self._wording.synonyms.values()))
        return [*guide_words, *common, *self._wording.typed_words, *self._wording.synonyms]


def _first_passages(passages: Sequence[Passage], position: dict[str, int]) -> NDArray[np.int64]:
    first = np.zeros(len(position), dtype=np.int64)
    for row in range(len(passages) - 1, -1, -1):
        first[position[passages[row].code]] = row
    return first


def library_terms(passages: Sequence[Passage], wording: Wording) -> set[str]:
    """Return the words that jieba should know: the synonym bank's and the short aliases."""
    short = {p.text for p in passages if p.kind is PassageKind.ALIAS}
    bank = {*wording.synonyms, *wording.synonyms.values()}
    return bank | {alias for alias in short if len(alias) <= _SHORT_ALIAS}


def _postings(documents: Sequence[Sequence[str]]) -> dict[str, NDArray[np.int64]]:
    rows: dict[str, list[int]] = {}
    for row, document in enumerate(documents):
        for token in set(document):
            rows.setdefault(token, []).append(row)
    return {token: np.array(found, dtype=np.int64) for token, found in rows.items()}
