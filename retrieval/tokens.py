"""Words and character pairs for the lexical index."""

import re
from collections.abc import Iterable
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path

import jieba

from retrieval import pinyin
from retrieval.dictionary import with_terms
from retrieval.pinyin import sound_tokens, sounds
from retrieval.remembered import RememberedTexts, key_of
from retrieval.wording import SYNONYMS_FILE, WORDING_FILE, Wording

_RUN = re.compile(r"[\u4e00-\u9fff]+|[a-z0-9]+")
_HAN = re.compile(r"[\u4e00-\u9fff]")


class Tokenizer:
    """jieba words with the library's own among them, plus pairs of neighbouring characters."""

    def __init__(self, wording: Wording, terms: Iterable[str], cache_folder: Path) -> None:
        self._filler = wording.filler
        self._terms = frozenset(term for term in terms if len(term) > 1)
        self._cache_folder = cache_folder
        self._words: jieba.Tokenizer | None = None
        self._texts: RememberedTexts | None = None

    def warm_up(self) -> None:
        """Load jieba's dictionary and what is remembered, both from the data folder."""
        self._words = with_terms(self._terms, self._cache_folder)
        sources = (Path(__file__), Path(pinyin.__file__), WORDING_FILE, SYNONYMS_FILE)
        versions = (version("jieba"), version("pypinyin"))
        key = key_of(self._terms, versions, sources)
        self._texts = RememberedTexts(self._cache_folder / "lexical.json", key)

    def has_terms(self, terms: Iterable[str]) -> bool:
        """Whether it was made with exactly these terms: another index may share it then."""
        return self._terms == {term for term in terms if len(term) > 1}

    def words(self, text: str) -> list[str]:
        """Return the words that say something."""
        assert self._words is not None, "not warmed up"
        cut = (word.strip() for word in self._words.cut(text.lower()))
        return [word for word in cut if _RUN.search(word) and not self._says_nothing(word)]

    def tokens(self, text: str) -> list[str]:
        """Return words of two or more characters, and character pairs."""
        kept = [word for word in self.words(text) if len(word) > 1]
        return kept + self._pairs(text.lower())

    def document_tokens(self, text: str) -> tuple[str, ...]:
        """Return the tokens of a library's text, remembered for the next index over it."""
        return self._remembered.of("tokens", text, self.tokens)

    def document_words(self, text: str) -> tuple[str, ...]:
        """Return the words of a library's text, remembered like its tokens."""
        return self._remembered.of("words", text, self.words)

    def document_sounds(self, text: str) -> tuple[str, ...]:
        """Return the pairs of syllables of a library's text, remembered like its tokens."""
        return self._remembered.of("sounds", text, sound_tokens)

    def term_syllables(self, term: str) -> tuple[str, ...]:
        """Return the syllables of a library's word, remembered like its tokens."""
        return self._remembered.of("syllables", term, sounds)

    def remember(self) -> None:
        """Keep what was read of the library's texts for the next start."""
        self._remembered.save()

    @property
    def _remembered(self) -> RememberedTexts:
        assert self._texts is not None, "not warmed up"
        return self._texts

    def _pairs(self, text: str) -> list[str]:
        pairs = []
        for run in _RUN.findall(text):
            if _HAN.match(run):
                # A marker keeps a pair from counting twice with the word of the same letters.
                pairs += [f"_{a}{b}" for a, b in pairwise(run) if not self._says_nothing(a + b)]
        return pairs

    def _says_nothing(self, word: str) -> bool:
        return not self._filler.sub("", word).strip()
