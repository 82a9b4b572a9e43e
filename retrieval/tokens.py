"""Words and character pairs for the lexical index."""

import re
from collections.abc import Iterable
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path

import jieba

from retrieval import pinyin
from retrieval.dictionary import copied, own_tokenizer
from retrieval.pinyin import sound_tokens, sounds
from retrieval.remembered import RememberedTexts, key_of
from retrieval.wording import SYNONYMS_FILE, WORDING_FILE, Wording

_RUN = re.compile(r"[\u4e00-\u9fff]+|[a-z0-9]+")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_HEARD = ("sounds", "syllables")  # what is remembered of texts whichever terms there are


class Tokenizer:
    """jieba words with the library's own among them, plus pairs of neighbouring characters."""

    def __init__(self, wording: Wording, terms: Iterable[str], cache_folder: Path) -> None:
        self._filler = wording.filler
        self._wording = wording
        self.terms = _worth_adding(terms)
        self._cache_folder = cache_folder
        self._words: jieba.Tokenizer | None = None
        self._texts: RememberedTexts | None = None
        self._before: dict[str, int] = {}  # what the dictionary said of a term before it was added

    def warm_up(self) -> None:
        """Load jieba's dictionary and what is remembered, both from the data folder."""
        self._words = own_tokenizer(self._cache_folder)
        for term in _in_order(self.terms):
            self._add(self._words, term)
        self._texts = RememberedTexts.read(self._cache_folder / "lexical.json", self._key())

    def with_terms(self, terms: Iterable[str]) -> "Tokenizer":
        """Return this tokenizer where it has exactly these terms, else a changed copy of it."""
        wanted = _worth_adding(terms)
        if wanted == self.terms:
            return self
        assert self._words is not None, "not warmed up"
        other = Tokenizer(self._wording, wanted, self._cache_folder)
        other._before = dict(self._before)
        other._words = words = copied(self._words)
        for term in _in_order(self.terms - wanted):
            other._take_out(words, term)
        for term in _in_order(wanted - self.terms):
            other._add(words, term)
        other._texts = self._remembered.under(other._key(), _HEARD)
        return other

    def differing_terms(self, other: "Tokenizer") -> frozenset[str]:
        """Return the terms that only one of the two has: other texts are cut alike by both."""
        return self.terms ^ other.terms

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

    def _key(self) -> str:
        sources = (Path(__file__), Path(pinyin.__file__), WORDING_FILE, SYNONYMS_FILE)
        return key_of(self.terms, (version("jieba"), version("pypinyin")), sources)

    def _add(self, words: jieba.Tokenizer, term: str) -> None:
        self._before[term] = words.FREQ.get(term, 0)
        words.add_word(term)

    def _take_out(self, words: jieba.Tokenizer, term: str) -> None:
        words.total -= words.FREQ[term]
        words.FREQ[term] = self._before.pop(term)  # 0 is no word

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
