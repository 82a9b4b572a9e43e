"""Characters typed for others that sound alike, put right by what stands beside them.

A character is doubted where neither pair with its neighbours is met in any name or example
question. Of those that sound alike the one is taken that makes the most usual pairs (Viterbi over
counts of pairs). Words of the guides are put right elsewhere (``pinyin.SoundDictionary``); this
finds the common ones: 「补半」 → 「补办」, 「怎么唤」 → 「怎么换」.
"""

import math
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

from pypinyin import Style, pinyin

from retrieval.pinyin import fold

_HAN = re.compile(r"[\u4e00-\u9fff]{2,}")
_ONE = re.compile(r"[\u4e00-\u9fff]$")
_UNSEEN = 0.05  # counted for a pair that is never met
# Nats a neighbour for a character that sounds alike, and for one that only some speakers say alike:
# a pair that is met twice outweighs the first. Less puts words of spoken language wrong.
_REPLACED, _LOOSE = 3.2, 4.5
_MOST = 12  # candidates for one character, the most usual
_LONGEST = 40  # characters; a story has enough of them right
# Sounds that speakers of some regions do not tell apart.
_INITIALS = (("l", "n"), ("f", "h"), ("r", "n"))

Count = Callable[[str], int]


@lru_cache(maxsize=10_000)
def _sounds(letter: str) -> frozenset[str]:
    return frozenset(
        fold(one) for one in pinyin(letter, style=Style.NORMAL, heteronym=True)[0] if one
    )


def _loosely(sound: str) -> str:
    for said, meant in _INITIALS:
        if sound.startswith(said):
            return meant + sound[len(said) :]
    return sound


class Spelling:
    """Puts single characters right; made once for each library."""

    def __init__(self, count: Count, letters: Iterable[str]) -> None:
        """Take what is met in names and examples.

        Args:
            count: how often a character or a pair of them is met, in entries.
            letters: the characters that are met.
        """
        self._count = count
        alike: defaultdict[str, list[str]] = defaultdict(list)
        for letter in sorted(filter(_ONE.match, letters), key=count, reverse=True):
            for sound in _sounds(letter):
                alike[_loosely(sound)].append(letter)
        self._alike = {sound: tuple(found[:_MOST]) for sound, found in alike.items()}

    def corrected(self, text: str) -> str:
        """Return ``text`` with characters put right that fit neither neighbour."""
        if len(text) > _LONGEST:
            return text
        return _HAN.sub(lambda run: self._run(run[0]), text)

    def _run(self, run: str) -> str:
        seen = [self._count(run[at : at + 2]) > 0 for at in range(len(run) - 1)]
        before, after = [False, *seen], [*seen, False]
        choices = [
            [(letter, 0.0)]
            if before[at] or after[at]
            else self._candidates(letter, 1 + (0 < at < len(run) - 1))
            for at, letter in enumerate(run)
        ]
        if all(len(found) == 1 for found in choices):
            return run
        return self._likeliest(choices)

    def _candidates(self, letter: str, neighbours: int) -> list[tuple[str, float]]:
        """Return what may have been meant, each with its cost in nats."""
        found = {letter: 0.0}
        own = _sounds(letter)
        for sound in own:
            for other in self._alike.get(_loosely(sound), ()):
                cost = neighbours * (_REPLACED if own & _sounds(other) else _LOOSE)
                found[other] = min(cost, found.get(other, cost))
        return list(found.items())

    def _likeliest(self, choices: Sequence[Sequence[tuple[str, float]]]) -> str:
        best = {letter: (-cost, letter) for letter, cost in choices[0]}
        for found in choices[1:]:
            best = {
                letter: max(
                    (score + math.log(self._count(last + letter) + _UNSEEN) - cost, said + letter)
                    for last, (score, said) in best.items()
                )
                for letter, cost in found
            }
        return max(best.values())[1]
