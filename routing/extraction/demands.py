"""What a citizen wants done (诉求事项), by their words; not said is not guessed.

What the other side refuses (不退押金) counts as wanted: it is what the appeal is about. The words
stand in ``demands.yml``.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from foundation.errors import ConfigurationError
from routing.schemas import Demand, Demanded

_FILE = Path(__file__).with_name("demands.yml")
_LONGEST = 24  # characters of the words that are quoted


@dataclass(frozen=True, slots=True)
class DemandBank:
    """The compiled data."""

    said: tuple[tuple[Demand, re.Pattern[str]], ...]
    unless: re.Pattern[str]

    def read(self, text: str) -> tuple[Demanded, ...]:
        """Return what is wanted in the order of the text, each kind once."""
        found = []
        for demand, pattern in self.said:
            match = next(
                (one for one in pattern.finditer(text) if not self.unless.search(_lead(one))), None
            )
            if match is not None:
                found.append((match.start(), Demanded(demand, match[0][-_LONGEST:])))
        return tuple(demanded for _, demanded in sorted(found, key=lambda one: one[0]))


def _lead(match: re.Match[str]) -> str:
    """Return the clause up to where the match begins, and the first words of the match."""
    return re.split(r"[，,。；;！!？?\n]", match.string[: match.start()])[-1]


def read_demands(text: str) -> tuple[Demanded, ...]:
    """Return what a normalised text wants done, by the shipped words."""
    return demand_bank().read(text)


@lru_cache(maxsize=1)
def demand_bank() -> DemandBank:
    """Read and compile the shipped words.

    Raises:
        ConfigurationError: the file cannot be read or holds an expression that is none.
    """
    return load_demands(_FILE.read_text(encoding="utf-8"))


def load_demands(text: str) -> DemandBank:
    """Compile one YAML text; see ``demands.yml`` for its form."""
    try:
        data: dict[str, Any] = yaml.safe_load(text)
        return DemandBank(
            said=tuple(
                (
                    demand,
                    _any((*data[demand.value]["asks"], *data[demand.value].get("refused", ()))),
                )
                for demand in Demand
            ),
            unless=re.compile(data["unless"]),
        )
    except (yaml.YAMLError, KeyError, TypeError, ValueError, re.error) as error:
        raise ConfigurationError(f"demands: not readable: {error!r}") from error


def _any(expressions: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{one})" for one in expressions))
