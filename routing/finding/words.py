"""Text cut for search: pairs of neighbouring characters, and words of letters and digits.

Documents hold pairs, which no dictionary changes; a query comes apart at jieba's words, and each
word is looked for as the row of its pairs: exactly that substring (docs/decisions/0021).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import jieba

from foundation.text.normalise import normalise
from retrieval.dictionary import own_tokenizer

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff"
_RUN = re.compile(rf"[{_HAN}]+|[a-z0-9]+")
_IS_HAN = re.compile(rf"[{_HAN}]")
# 20261122-000123-1: found whole, not by its parts.
_NUMBER = re.compile(r"\d+(?:-\d+)+")
# Alone they say nothing; a query of nothing else is looked for as it stands.
_PARTICLES = frozenset("的了在是有和与及或我你您他她它们这那个吗呢吧啊呀就都也还很被把给对到")
_MOST_TERMS = 16


@dataclass(frozen=True, slots=True)
class Term:
    """Tokens that must follow one another; with ``prefix`` the last one may go on."""

    tokens: tuple[str, ...]
    prefix: bool = False

    @property
    def said(self) -> str:
        """The piece of text that the tokens stand for."""
        if not _IS_HAN.match(self.tokens[0]):
            return "-".join(self.tokens)  # of a number its parts, otherwise one token
        return self.tokens[0] + "".join(one[-1] for one in self.tokens[1:])

    @property
    def numeric(self) -> bool:
        """Whether it may be a number, or the beginning of one."""
        return self.tokens[0].isdigit()


def document_words(text: str) -> str:
    """Return the tokens of a text, in order, with spaces between them."""
    return " ".join(_tokens(normalise(text).lower()))


def _tokens(text: str) -> Iterator[str]:
    for run in _RUN.findall(text):
        if not _IS_HAN.match(run):
            yield run
            continue
        yield from (a + b for a, b in pairwise(run))
        # Closes the run: no row of pairs goes over its end, and every character begins a token.
        yield run[-1]


class QueryReader:
    """Reads what people type into a search field."""

    def __init__(self, cache_folder: Path) -> None:
        self._cache_folder = cache_folder
        self._words: jieba.Tokenizer | None = None

    def terms(self, text: str) -> tuple[Term, ...]:
        """Return what must all be found; empty where nothing can be looked for."""
        found = list(dict.fromkeys(self._all(normalise(text).lower())))
        telling = [one for one in found if one.tokens[0] not in _PARTICLES]
        return tuple((telling or found)[:_MOST_TERMS])

    def words(self, text: str) -> list[str]:
        """Return the words of a text, in order."""
        runs = _RUN.findall(normalise(text).lower())
        return [word for run in runs for word in (self._cut(run) if _IS_HAN.match(run) else (run,))]

    def _all(self, text: str) -> Iterator[Term]:
        at = 0
        for number in _NUMBER.finditer(text):
            yield from self._plain(text[at : number.start()])
            yield Term(tuple(number[0].split("-")), prefix=True)
            at = number.end()
        yield from self._plain(text[at:])

    def _plain(self, text: str) -> Iterator[Term]:
        for run in _RUN.findall(text):
            if not _IS_HAN.match(run):
                yield Term((run,), prefix=True)
                continue
            for word in self._cut(run):
                pairs = tuple(a + b for a, b in pairwise(word))
                yield Term(pairs) if pairs else Term((word,), prefix=True)

    def _cut(self, run: str) -> Iterator[str]:
        if self._words is None:
            self._words = own_tokenizer(self._cache_folder)
        yield from self._words.cut(run)
