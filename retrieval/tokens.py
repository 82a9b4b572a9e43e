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
        self._terms = frozenset(term for term in terms if len(term) > 1)
        self._cache_folder = cache_folder
        self._words = jieba.Tokenizer()
        self._documents: dict[str, tuple[str, ...]] = {}

    def warm_up(self) -> None:
        """Load jieba's dictionary (cached in the data folder, not in a shared temporary one)."""
        jieba.setLogLevel(logging.WARNING)  # it tells of its dictionary on standard error
        self._cache_folder.mkdir(parents=True, exist_ok=True)
        self._words.tmp_dir = str(self._cache_folder)
        self._words.cache_file = "jieba.cache"
        self._words.initialize()
        for term in self._terms:
            self._words.add_word(term)

    def has_terms(self, terms: Iterable[str]) -> bool:
        """Whether it was made with exactly these terms: another index may share it then."""
        return self._terms == {term for term in terms if len(term) > 1}

    def words(self, text: str) -> list[str]:
        """Return the words that say something."""
        cut = (word.strip() for word in self._words.cut(text.lower()))
        return [word for word in cut if _RUN.search(word) and not self._says_nothing(word)]

    def tokens(self, text: str) -> list[str]:
        """Return words of two or more characters, and character pairs."""
        kept = [word for word in self.words(text) if len(word) > 1]
        return kept + self._pairs(text.lower())

    def document_tokens(self, text: str) -> tuple[str, ...]:
        """Return the tokens of a library's text, remembered for the next index over it."""
        if text not in self._documents:
            self._documents[text] = tuple(self.tokens(text))
        return self._documents[text]

    def _pairs(self, text: str) -> list[str]:
        pairs = []
        for run in _RUN.findall(text):
            if _HAN.match(run):
                # A marker keeps a pair from counting twice with the word of the same letters.
                pairs += [f"_{a}{b}" for a, b in pairwise(run) if not self._says_nothing(a + b)]
        return pairs

    def _says_nothing(self, word: str) -> bool:
        return not self._filler.sub("", word).strip()
