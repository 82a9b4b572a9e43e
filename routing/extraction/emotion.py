"""How upset a citizen is, by their words: a lexicon with negation, intensifiers and diminishers.

The one place that decides it: the conversation calls a person for whoever is very upset, the desks
show it. Words and scores stand in ``emotion.yml``.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from foundation.errors import ConfigurationError
from routing.schemas import Emotion

_FILE = Path(__file__).with_name("emotion.yml")
_UPSET, _VERY_UPSET = 1.0, 4.0
_STRONGER, _WEAKER = 1.5, 0.5
_BETWEEN = 2  # characters between an intensifier or a negation and its word: 不是特别生气
_MOST_WORDS = 6


@dataclass(frozen=True, slots=True)
class EmotionReading:
    """The level, and the words that led to it in the order of the text."""

    level: Emotion = Emotion.CALM
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EmotionLexicon:
    """The compiled data."""

    outbursts: re.Pattern[str]
    cheerful: re.Pattern[str]
    scored: tuple[tuple[float, re.Pattern[str]], ...]
    intensified: re.Pattern[str]
    diminished: re.Pattern[str]
    negated: re.Pattern[str]

    def read(self, text: str) -> EmotionReading:
        """Return how upset ``text`` (normalised) sounds."""
        burst = None if self.cheerful.search(text) else self.outbursts.search(text)
        found = [*self._scored(text)] + ([(burst.start(), burst[0], _VERY_UPSET)] if burst else [])
        total = sum(score for _, _, score in found)
        if total < _UPSET:
            return EmotionReading()
        level = Emotion.VERY_UPSET if total >= _VERY_UPSET else Emotion.UPSET
        words = dict.fromkeys(words for _, words, _ in sorted(found))
        return EmotionReading(level, tuple(words)[:_MOST_WORDS])

    def _scored(self, text: str) -> list[tuple[int, str, float]]:
        """Return where a word of the lexicon stands, with what stands before it, and its score."""
        found = []
        taken: set[int] = set()
        for score, pattern in self.scored:
            for match in pattern.finditer(text):
                if taken.intersection(range(*match.span())):
                    continue
                taken.update(range(*match.span()))
                before = text[: match.start()]
                if self.negated.search(before):
                    continue
                stronger, weaker = self.intensified.search(before), self.diminished.search(before)
                lead = stronger or weaker
                begin = lead.start() if lead else match.start()
                factor = _STRONGER if stronger else _WEAKER if weaker else 1.0
                found.append((begin, text[begin : match.end()], score * factor))
        return found


def read_emotion(text: str) -> EmotionReading:
    """Return how upset a normalised text sounds, by the shipped words."""
    return emotion_lexicon().read(text)


@lru_cache(maxsize=1)
def emotion_lexicon() -> EmotionLexicon:
    """Read and compile the shipped words.

    Raises:
        ConfigurationError: the file cannot be read or holds an expression that is none.
    """
    return load_emotion(_FILE.read_text(encoding="utf-8"))


def load_emotion(text: str) -> EmotionLexicon:
    """Compile one YAML text; see ``emotion.yml`` for its form."""
    try:
        data: dict[str, Any] = yaml.safe_load(text)
        strong = data["intensifiers"]
        near = rf"(?:{strong}|[^，,。；;！!？?\s]){{0,{_BETWEEN}}}$"
        return EmotionLexicon(
            outbursts=re.compile("|".join(f"(?:{one})" for one in data["outbursts"]["any"])),
            cheerful=re.compile("|".join(data["outbursts"]["unless"])),
            scored=tuple(
                (float(score), re.compile("|".join(f"(?:{one})" for one in said)))
                for score, said in sorted(data["words"].items(), reverse=True)
            ),
            intensified=re.compile(rf"(?:{strong})的?$"),
            diminished=re.compile(rf"(?:{data['diminishers']})$"),
            negated=re.compile(rf"(?:{data['negations']})(?:{strong})?{near}"),
        )
    except (yaml.YAMLError, KeyError, TypeError, ValueError, re.error) as error:
        raise ConfigurationError(f"emotion: not readable: {error!r}") from error
