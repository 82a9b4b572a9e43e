"""The lexical index: BM25 over words and character pairs, the same over sounds, and coverage."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from retrieval.index.passages import NAMES, Entry, Passage, PassageKind
from retrieval.likelihood import LikelihoodIndex
from retrieval.pinyin import SoundDictionary, sound_tokens
from retrieval.postings import Counted, Lists, Postings, Scores, Vocabulary
from retrieval.spelling import Spelling
from retrieval.tokens import Tokenizer
from retrieval.wording import Wording

_SHORT_ALIAS = 6  # characters: longer ones are sentences, not words
# Among so many examples each word would count as common: ``likelihood`` reads them.
_SEARCHED = NAMES - {PassageKind.EXAMPLE} | {PassageKind.SUMMARY}


@dataclass(frozen=True, slots=True)
class LexicalScores:
    """Float32, shape (n_entries,), each from 0 to about 1 but for the likelihood."""

    words: Scores  # BM25 of the best passage over what the question could reach
    overlap: Scores  # Dice of the best passage's tokens, weighted by rarity
    coverage: Scores  # share of the question's tokens, by rarity, that the matter knows
    sounds: Scores  # BM25 over pairs of syllables
    likelihood: Scores  # of the question where this entry is meant: 0 the likeliest, down to -1
    known: float  # share of the question's tokens, by rarity, that any matter knows
    best: NDArray[np.int64]  # passage that overlaps most, per entry


class _ReadingScores(NamedTuple):
    """What one reading of a question reaches; as in ``LexicalScores``."""

    words: Scores
    overlap: Scores
    coverage: Scores
    sounds: Scores
    known: float
    best: NDArray[np.int64]


class _Document(NamedTuple):
    """One text as it was read: kept as long as it stands in the library."""

    read: str  # in the guides' words, as it was cut
    words: Counted
    sounds: Counted
    spoken: NDArray[np.int32]  # numbers of the words as the text has them, in order


class LexicalIndex:
    """Searches the names, sample questions and summaries of every entry."""

    def __init__(
        self,
        entries: Sequence[Entry],
        passages: Sequence[Passage],
        tokenizer: Tokenizer,
        wording: Wording,
        before: "LexicalIndex | None" = None,
    ) -> None:
        """Index ``passages``; the texts that ``before`` has read are not read again."""
        self._wording = wording
        self.tokenizer = tokenizer
        self._size = len(entries)
        self.vocabulary: Vocabulary = before.vocabulary if before else Vocabulary()
        self.syllables: Vocabulary = before.syllables if before else Vocabulary()
        position = {entry.code: row for row, entry in enumerate(entries)}
        self._ids = np.array([i for i, p in enumerate(passages) if p.kind in _SEARCHED])
        searched = [passages[i] for i in self._ids]
        self._owner = np.array([position[passage.code] for passage in searched])
        # Clauses are long prose: they are compared by the question's words they hold, no more,
        # and never change how rare a word is among the guides.
        clauses = [passage for passage in passages if passage.kind is PassageKind.CLAUSE]
        self._has_names = np.zeros(self._size, dtype=bool)
        self._has_names[self._owner] = True
        # the passages of an entry stand together
        self._starts = np.flatnonzero(np.diff(self._owner, prepend=-1))
        self._first = _first_passages(passages, position)
        self.documents: dict[str, _Document] = self._read_all(
            searched, before.alike(before.documents, tokenizer) if before else {}, self._document
        )
        self.clauses: dict[str, _Document] = self._read_all(
            clauses, before.alike(before.clauses, tokenizer) if before else {}, self._clause
        )
        documents = [self.documents[passage.text] for passage in searched]
        self._words = Postings([one.words for one in documents], self.vocabulary)
        self._sounds = Postings([one.sounds for one in documents], self.syllables)
        in_clauses = Postings([self.clauses[one.text].words for one in clauses], self.vocabulary)
        owners = np.array([position[one.code] for one in clauses], dtype=np.int64)
        # once per entry, however many of its passages hold a token
        self._entries = Lists.of_owners(
            [(self._words.lists, self._owner), (in_clauses.lists, owners)], self._size
        )
        self.likelihood: LikelihoodIndex = LikelihoodIndex(
            entries, passages, before.likelihood if before else None
        )
        self._dictionary = SoundDictionary(
            self._terms(searched, documents), tokenizer.term_syllables, wording.typed_singles
        )
        # the same question is respelt for its facet and for the search
        self._respelt = lru_cache(maxsize=64)(self._put_right)
        self._spelling = Spelling(self.likelihood.count, self.likelihood.letters)

    @staticmethod
    def _read_all(
        passages: Sequence[Passage],
        held: Mapping[str, _Document],
        read: Callable[[str], _Document],
    ) -> dict[str, _Document]:
        found: dict[str, _Document] = {}
        for passage in passages:
            text = passage.text
            if text not in found:
                found[text] = held[text] if text in held else read(text)
        return found

    def alike(
        self, documents: Mapping[str, _Document], tokenizer: Tokenizer
    ) -> Mapping[str, _Document]:
        """Return those of its ``documents`` that ``tokenizer`` would not cut in another way."""
        if not (terms := self.tokenizer.differing_terms(tokenizer)):
            return documents
        differing = re.compile("|".join(map(re.escape, terms)))
        return {
            text: document
            for text, document in documents.items()
            if not differing.search(f"{text}\n{document.read}".lower())
        }

    def _document(self, text: str) -> _Document:
        read = self._read(text)
        return _Document(
            read,
            self.vocabulary.counted(self.tokenizer.document_tokens(read)),
            self.syllables.counted(self.tokenizer.document_sounds(text)),
            np.array(self.vocabulary.numbers(self.tokenizer.document_words(text)), dtype=np.int32),
        )

    def _clause(self, text: str) -> _Document:
        read = self._read(text)
        words = self.vocabulary.counted(self.tokenizer.document_tokens(read))
        return _Document(read, words, words[:, :0], words[0, :0])

    def readings(self, text: str) -> list[str]:
        """Return ``text`` and, where it differs, the same in the guides' words."""
        return list(dict.fromkeys([text, self._read(self.respelt(text))]))

    def respelt(self, text: str) -> str:
        """Return ``text`` with what only sounds like a word of the guides put right."""
        return self._respelt(text)

    def _put_right(self, text: str) -> str:
        return self._spelling.corrected(self._dictionary.rewrite(text))

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
            likelihood=self.likelihood.scores(readings),
            known=max(one.known for one in found),
            best=np.take_along_axis(best, rows[None], axis=0)[0],
        )

    def _search(self, text: str) -> _ReadingScores:
        tokens = list(dict.fromkeys(self.tokenizer.tokens(self._read(text))))
        numbers = self._words.numbers(tokens)
        weights = self._words.rarities(numbers)
        never_met = len(tokens) - len(numbers)
        total = float(weights.sum()) + never_met * self._words.rarest or 1.0
        found = self._words.found(numbers)
        shared = found.sums(weights, len(self._owner))
        overlap = (2 * shared / (self._words.weights + total)).astype(np.float32)
        best, most = self._best_of(overlap)
        coverage = self._entries.of(numbers).sums(weights, self._size) / total
        return _ReadingScores(
            words=self._most_of(self._words.weighed(found, total)),
            overlap=most,
            coverage=coverage.astype(np.float32),
            sounds=self._most_of(self._sounds.bm25(sound_tokens(text))),
            known=float(weights[self._words.holds(numbers)].sum()) / total,
            best=np.where(self._has_names, self._ids[best], self._first),
        )

    def _best_of(self, scores: Scores) -> tuple[NDArray[np.int64], Scores]:
        """Return per entry the row of its best passage (of equals the last), and its score."""
        most = self._most_of(scores)
        rows = np.flatnonzero(scores == most[self._owner])
        best = np.zeros(self._size, dtype=np.int64)
        best[self._owner[rows]] = rows
        return best, most

    def _most_of(self, scores: Scores) -> Scores:
        """Return per entry the score of its best passage; 0 where it has none."""
        most = np.zeros(self._size, dtype=np.float32)
        if self._starts.size:
            most[self._owner[self._starts]] = np.maximum.reduceat(scores, self._starts)
        return most

    def _read(self, text: str) -> str:
        return self._wording.with_guide_words(text)

    def _terms(self, passages: Sequence[Passage], documents: Sequence[_Document]) -> list[str]:
        """Return the words worth recognising by sound, the guides' own first."""
        spoken = [
            document.spoken
            for passage, document in zip(passages, documents, strict=True)
            if passage.kind is not PassageKind.SUMMARY
        ]
        numbers = np.concatenate([*spoken, np.empty(0, dtype=np.int32)])
        counts = np.bincount(numbers, minlength=1)
        first = np.zeros(len(counts), dtype=np.int64)
        first[numbers[::-1]] = np.arange(len(numbers))[::-1]  # the last written stays
        met = np.flatnonzero(counts)
        # most common first, of equals the one met first
        order = met[np.lexsort((first[met], -counts[met]))]
        common = [word for word in map(self.vocabulary.token, order) if len(word) > 1]
        guide_words = list(dict.fromkeys(self._wording.synonyms.values()))
        return [*guide_words, *common, *self._wording.typed_words, *self._wording.synonyms]


def _first_passages(passages: Sequence[Passage], position: dict[str, int]) -> NDArray[np.int64]:
    first = np.zeros(len(position), dtype=np.int64)
    owners = np.array([position[passage.code] for passage in passages], dtype=np.int64)
    first[owners[::-1]] = np.arange(len(owners))[::-1]  # the last written stays
    return first


def library_terms(passages: Sequence[Passage], wording: Wording) -> set[str]:
    """Return the words that jieba should know: the synonym bank's and the short aliases."""
    short = {p.text for p in passages if p.kind is PassageKind.ALIAS}
    bank = {*wording.synonyms, *wording.synonyms.values()}
    return bank | {alias for alias in short if len(alias) <= _SHORT_ALIAS}
