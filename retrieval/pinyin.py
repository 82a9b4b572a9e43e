"""Sounds: for typos, homophones, and words written in Latin letters."""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import pairwise

from pypinyin import lazy_pinyin

_HAN = re.compile(r"[\u4e00-\u9fff]+")
_LATIN = re.compile(r"[a-zA-ZüÜ' ]*[a-zA-ZüÜ]")
_LONGEST_SYLLABLE = 6  # zhuang
# Sounds that many speakers do not tell apart.
_MERGED = (("zh", "z"), ("ch", "c"), ("sh", "s"))
_FINALS = (("ang", "an"), ("eng", "en"), ("ing", "in"))


@lru_cache(maxsize=20_000)
def fold(syllable: str) -> str:
    """Return the syllable with flat and retroflex, front and back nasals made one."""
    for wide, narrow in _MERGED:
        if syllable.startswith(wide):
            syllable = narrow + syllable[len(wide) :]
    for wide, narrow in _FINALS:
        if syllable.endswith(wide):
            syllable = syllable[: -len(wide)] + narrow
    return syllable


def sounds(text: str) -> list[str]:
    """Return the folded syllables of the Chinese and the Latin-written words in ``text``."""
    syllables: list[str] = []
    for run in re.findall(r"[\u4e00-\u9fff]+|[a-zA-Z]+", text):
        if _HAN.match(run):
            syllables += [fold(one) for one in lazy_pinyin(run)]
        else:
            syllables += [fold(one) for one in split_syllables(run.lower()) or []]
    return syllables


def sound_tokens(text: str) -> list[str]:
    """Return pairs of neighbouring syllables; single ones say too little."""
    syllables = sounds(text)
    return [f"{a}-{b}" for a, b in pairwise(syllables)]


@lru_cache(maxsize=1)
def _syllables() -> frozenset[str]:
    """Every syllable of the common characters (GB 2312 level one, and the rest of the block)."""
    return frozenset(lazy_pinyin("".join(map(chr, range(0x4E00, 0x9FA6)))))


def split_syllables(word: str) -> list[str] | None:
    """Split Latin letters into syllables, fewest first; None when they are not pinyin."""
    known = _syllables()
    best: list[list[str] | None] = [[]] + [None] * len(word)
    for end in range(1, len(word) + 1):
        for start in range(max(0, end - _LONGEST_SYLLABLE), end):
            head = best[start]
            if head is None or word[start:end] not in known:
                continue
            if best[end] is None or len(head) + 1 < len(best[end] or []):
                best[end] = [*head, word[start:end]]
    return best[-1] if word else None


class SoundDictionary:
    """The guides' words by their sound: writes a question with the words it may have meant."""

    def __init__(
        self, terms: Iterable[str], syllables_of: Callable[[str], Sequence[str]] = sounds
    ) -> None:
        """Take the words in order of preference; ``syllables_of`` may know them already."""
        self._terms: dict[tuple[str, ...], str] = {}
        for term in terms:
            self._terms.setdefault(tuple(syllables_of(term)), term)
        self._known = set(self._terms.values())
        self._longest = max((len(key) for key in self._terms), default=0)

    def rewrite(self, text: str) -> str:
        """Return ``text`` with words that only sound like one of the guides' put right."""
        text = re.sub(r"[a-zA-Z][a-zA-Z' ]*[a-zA-Z]", self._latin, text)
        return _HAN.sub(lambda run: self._han(run[0]), text)

    def _latin(self, match: re.Match[str]) -> str:
        syllables = split_syllables(match[0].replace(" ", "").replace("'", "").lower())
        if not syllables:
            return match[0]
        return self._replace([fold(one) for one in syllables], syllables, least=2)

    def _han(self, run: str) -> str:
        return self._replace([fold(one) for one in lazy_pinyin(run)], list(run), least=3)

    def _replace(self, syllables: list[str], original: list[str], least: int) -> str:
        if len(syllables) != len(original):
            return "".join(original)
        out: list[str] = []
        at = 0
        while at < len(syllables):
            size = self._match(syllables, at, least)
            term = self._terms[tuple(syllables[at : at + size])] if size else original[at]
            said = "".join(original[at : at + size])
            # what is a word of the guides already stays, also where another sounds the same
            out.append(said if said in self._known else term)
            at += size or 1
        return "".join(out)

    def _match(self, syllables: list[str], at: int, least: int) -> int:
        for size in range(min(self._longest, len(syllables) - at), least - 1, -1):
            if tuple(syllables[at : at + size]) in self._terms:
                return size
        return 0
