"""Reads which matter a message means, by weights learnt from written dialogues.

Learnt by ``python -m scripts.train_following``; why and how well: ``docs/decisions/0028``.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from bot.conversation.following.features import Row, Said, rows_of
from foundation.errors import ConfigurationError
from knowledge_base.library import Library
from retrieval.weighing import Weighed

WEIGHTS_FILE = Path(__file__).with_name("weights.json")


@dataclass(frozen=True, slots=True)
class Meant:
    """The likeliest matter (``None``: none is meant), and how likely it is."""

    code: str | None
    probability: float


def read_following(said: Said, weighed: Weighed, library: Library) -> Meant:
    """Return which matter ``said`` means.

    Args:
        said: the message; its focus is a guide of ``library``.
        weighed: the search for its words.
        library: the guides.

    Raises:
        ConfigurationError: the weights cannot be read.
    """
    codes, rows = rows_of(said, weighed, library)
    shares = shares_of(rows, load_weights())
    best = int(np.argmax(shares))
    return Meant(codes[best], shares[best])


def shares_of(rows: Sequence[Row], weights: Mapping[str, float]) -> list[float]:
    """Return the probability of each candidate; together they are 1."""
    logits = np.array(
        [sum(weights.get(name, 0.0) * value for name, value in row.items()) for row in rows]
    )
    powers = np.exp(logits - logits.max())
    return [float(one) for one in powers / powers.sum()]


@lru_cache(maxsize=1)
def load_weights(path: Path = WEIGHTS_FILE) -> Mapping[str, float]:
    """Return the weight of each feature.

    Raises:
        ConfigurationError: the file is missing or damaged.
    """
    try:
        return {
            name: float(weight)
            for name, weight in json.loads(path.read_text(encoding="utf-8"))["weights"].items()
        }
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise ConfigurationError(
            f"{path.name} cannot be used ({error!r}); run: python -m scripts.train_following"
        ) from error
