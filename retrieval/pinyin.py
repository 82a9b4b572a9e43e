"""Sounds: for typos, homophones, and words written in Latin letters."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from pypinyin import lazy_pinyin

_HAN = re.compile(r"[\u4e00-\u9fff]+")
_RUN = re.compile(r"[\u4e00-\u9fff]+|[a-zA-Z]+")
# Characters and letters that may be one word, and what such a run is made of.
_SPOKEN = re.compile(r"[\u4e00-\u9fffa-zA-Z']+(?: +[\u4e00-\u9fffa-zA-Z']+)*")
_PART = re.compile(r"[\u4e00-\u9fff]+|[a-zA-Z]+|'+| +")
_LONGEST_SYLLABLE = 6  # zhuang
_PAIR = 2  # syllables
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
    for run in _RUN.findall(text):
        syllables += _sounds_of_run(run)
    return syllables


@lru_cache(maxsize=4096)
def _sounds_of_run(run: str) -> tuple[str, ...]:
    if _HAN.match(run):
        return tuple(fold(one) for one in lazy_pinyin(run))
    return tuple(fold(one) for one in split_syllables(run.lower()) or ())


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


@dataclass(frozen=True, slots=True)
class _Unit:
    """One syllable of what was said: a character, or Latin letters that spell one."""

    sound: str  # folded
    said: str
    latin: bool
    gap: str = ""  # what stood before it


def _units(part: str, gap: str) -> list[_Unit]:
    """Return the syllables of characters or of letters that spell some; else nothing."""
    if _HAN.match(part):
        pairs = zip(_sounds_of_run(part), part, strict=True)
        found = [_Unit(sound, said, latin=False) for sound, said in pairs]
    else:
        syllables = split_syllables(part.lower()) if part.isascii() else None
        found = [_Unit(fold(one), one, latin=True) for one in syllables or ()]
    return [replace(one, gap=gap) if one is found[0] else one for one in found]


class SoundDictionary:
    """The guides' words by their sound: writes a question with the words it may have meant."""

    def __init__(
        self,
        terms: Iterable[str],
        syllables_of: Callable[[str], Sequence[str]] = sounds,
        singles: Mapping[str, str] | None = None,
    ) -> None:
        """Take the words in order of preference.

        Args:
            terms: words of two syllables and more.
            syllables_of: may know them already.
            singles: the character that a syllable written in Latin letters stands for where no
                word fits.
        """
        self._terms: dict[tuple[str, ...], str] = {}
        for term in terms:
            self._terms.setdefault(tuple(syllables_of(term)), term)
        self._known = set(self._terms.values())
        # How long the words are that begin with two syllables, longest first: most begin none.
        lengths: dict[tuple[str, ...], set[int]] = {}
        for key in self._terms:
            lengths.setdefault(key[:_PAIR], set()).add(len(key))
        self._lengths = {start: sorted(found, reverse=True) for start, found in lengths.items()}
        self._singles = dict(singles or {})

    def rewrite(self, text: str) -> str:
        """Return ``text`` with words that only sound like one of the guides' put right.

        Words may be part characters, part letters (解chu diya); letters that spell no syllables
        stay.
        """
        return _SPOKEN.sub(lambda run: self._run(run[0]), text)

    def _run(self, run: str) -> str:
        out: list[str] = []
        units: list[_Unit] = []
        gap = ""
        for part in _PART.findall(run):
            spelt = _units(part, gap)
            if part.isspace() or part == "'":
                gap = part
                continue
            if spelt:
                units += spelt
            else:
                out += [self._put_right(units), gap, part]
                units = []
            gap = ""
        return "".join(out) + self._put_right(units) + gap

    def _put_right(self, units: Sequence[_Unit]) -> str:
        out: list[str] = []
        at = 0
        while at < len(units):
            unit, size = units[at], self._match(units, at)
            if size:
                said = "".join(one.said for one in units[at : at + size])
                term = self._terms[tuple(one.sound for one in units[at : at + size])]
                # what is a word of the guides already stays, also where another sounds the same
                out.append(said if said in self._known else term)
            elif unit.latin and unit.said in self._singles:
                out.append(self._singles[unit.said])
            else:
                out += [unit.gap, unit.said]
            at += size or 1
        return "".join(out)

    def _match(self, units: Sequence[_Unit], at: int) -> int:
        start = tuple(unit.sound for unit in units[at : at + _PAIR])
        for size in self._lengths.get(start, ()):
            span = units[at : at + size]
            if len(span) < max(size, _PAIR):
                continue
            # two characters that only sound like a word are too often something else
            enough = size > _PAIR or any(unit.latin for unit in span)
            if enough and tuple(unit.sound for unit in span) in self._terms:
                return size
        return 0
