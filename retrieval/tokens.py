"""Words and character pairs for the lexical index."""

import logging
import re
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

import jieba

from retrieval.wording import Wording

_RUN = re.compile(r"[\u4e00-\u9fff]+|[a-z0-9]+")
_HAN = re.compile(r"[\u4e00-\u9fff]")


class Tokenizer:
    """jieba words with the library's own among them, plus pairs of neighbouring characters."""

    def __init__(self, wording: Wording, terms: Iterable[str], cache_folder: Path) -> None:
        self._filler = wording.filler
        self._wording = wording
        self.terms = _worth_adding(terms)
        self._cache_folder = cache_folder
        self._words = jieba.Tokenizer()
        self._before: dict[str, int] = {}  # what the dictionary said of a term before it was added

    def warm_up(self) -> None:
        """Load jieba's dictionary (cached in the data folder, not in a shared temporary one)."""
        jieba.setLogLevel(logging.WARNING)  # it tells of its dictionary on standard error
        self._cache_folder.mkdir(parents=True, exist_ok=True)
        self._words.tmp_dir = str(self._cache_folder)
        self._words.cache_file = "jieba.cache"
        self._words.initialize()
        for term in _in_order(self.terms):
            self._add(term)

    def with_terms(self, terms: Iterable[str]) -> "Tokenizer":
        """Return this tokenizer where it has exactly these terms, else a changed copy of it."""
        wanted = _worth_adding(terms)
        if wanted == self.terms:
            return self
        other = Tokenizer(self._wording, wanted, self._cache_folder)
        other._before = dict(self._before)
        other._words.FREQ = dict(self._words.FREQ)
        other._words.total = self._words.total
        other._words.initialized = True
        for term in _in_order(self.terms - wanted):
            other._take_out(term)
        for term in _in_order(wanted - self.terms):
            other._add(term)
        return other

    def differing_terms(self, other: "Tokenizer") -> frozenset[str]:
        """Return the terms that only one of the two has: other texts are cut alike by both."""
        return self.terms ^ other.terms

    def words(self, text: str) -> list[str]:
        """Return the words that say something."""
        cut = (word.strip() for word in self._words.cut(text.lower()))
        return [word for word in cut if _RUN.search(word) and not self._says_nothing(word)]

    def tokens(self, text: str) -> list[str]:
        """Return words of two or more characters, and character pairs."""
        kept = [word for word in self.words(text) if len(word) > 1]
        return kept + self._pairs(text.lower())

    def _add(self, term: str) -> None:
        self._before[term] = self._words.FREQ.get(term, 0)
        self._words.add_word(term)

    def _take_out(self, term: str) -> None:
        self._words.total -= self._words.FREQ[term]
        self._words.FREQ[term] = self._before.pop(term)  # 0 is no word

    def _pairs(self, text: str) -> list[str]:
        pairs = []
        for run in _RUN.findall(text):
            if _HAN.match(run):
                # A marker keeps a pair from counting twice with the word of the same letters.
                pairs += [f"_{a}{b}" for a, b in pairwise(run) if not self._says_nothing(a + b)]
        return pairs

    def _says_nothing(self, word: str) -> bool:
        return not self._filler.sub("", word).strip()


def _worth_adding(terms: Iterable[str]) -> frozenset[str]:
    return frozenset(term for term in terms if len(term) > 1)


def _in_order(terms: Iterable[str]) -> list[str]:
    """Return the terms in one order on every start: jieba weighs a word by those before it."""
    return sorted(terms, key=lambda term: (len(term), term))
