"""The facet that a question asks for: a linear classifier over how it is worded.

Characters (one to three) and folded syllables (two and three) of the clauses that ask, so that
dialect, typing errors and pinyin count for what they sound like. No encoder, no dictionary of
words, a tenth of a millisecond.
"""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge_base.schema import FacetName
from retrieval.errors import FacetWeightsError
from retrieval.pinyin import sounds

FOLDER = Path(__file__).parent
WEIGHTS_FILE = FOLDER / "weights.json"
WORDINGS_FILE = FOLDER / "wordings.yml"
QUESTIONS_FILE = FOLDER / "questions.yml"
_CLAUSE = re.compile(r"[^，,。！!？?；;\n]+")
_LONGEST = 3  # characters or syllables of a feature


@dataclass(frozen=True, slots=True)
class FacetReading:
    """The likeliest facet, and how likely it is."""

    facet: FacetName
    probability: float


class FacetReader:
    """Reads the facet from the clauses that ask; made once, never changed."""

    def __init__(
        self,
        facets: Sequence[FacetName],
        features: Sequence[str],
        weights: NDArray[np.float32],
        constants: NDArray[np.float32],
    ) -> None:
        """Take what was learned.

        Args:
            facets: what there is to choose from.
            features: as ``features_of`` names them.
            weights: float32, shape (n_features, n_facets), of the logit of each facet.
            constants: float32, shape (n_facets,), likewise.
        """
        self._facets = tuple(facets)
        self._rows = {name: row for row, name in enumerate(features)}
        self._weights = weights
        self._constants = constants

    def read(self, texts: Iterable[str], asking: re.Pattern[str]) -> FacetReading:
        """Return the likeliest facet of one question, given in all its readings.

        Args:
            texts: normalised.
            asking: what makes a clause a question; where none is one, all clauses count.
        """
        known = self._rows
        rows = [known[name] for name in features_of(texts, asking) if name in known]
        logits = self._constants + self._weights[rows].sum(axis=0)
        shares = 1.0 / (1.0 + np.exp(-np.clip(logits, -30.0, 30.0)))
        best = int(shares.argmax())
        return FacetReading(self._facets[best], float(shares[best] / shares.sum()))


def features_of(texts: Iterable[str], asking: re.Pattern[str]) -> set[str]:
    """Return the features of one question, in all its readings taken together."""
    found: set[str] = set()
    for text in dict.fromkeys(texts):
        clauses = _CLAUSE.findall(text) or [text]
        for clause in [one for one in clauses if asking.search(one)] or clauses:
            found.update(f"c{part}" for part in _runs(f"^{clause.strip()}$", 1, ""))
            found.update(f"s{part}" for part in _runs(["^", *sounds(clause), "$"], 2, "-"))
    return found


def _runs(parts: Sequence[str], shortest: int, between: str) -> Iterable[str]:
    for size in range(shortest, _LONGEST + 1):
        for start in range(len(parts) - size + 1):
            yield between.join(parts[start : start + size])


def sources_fingerprint() -> str:
    """Return the SHA-256 over what the weights are learned from, in hexadecimal."""
    return sha256(WORDINGS_FILE.read_bytes() + QUESTIONS_FILE.read_bytes()).hexdigest()


@lru_cache(maxsize=1)
def load_facet_reader(path: Path = WEIGHTS_FILE) -> FacetReader:
    """Read the shipped weights, once.

    Raises:
        FacetWeightsError: the file is missing, damaged or of another form.
    """
    try:
        data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        learned: dict[str, list[int]] = data["hundredths"]
        facets = [FacetName(name) for name in data["facets"]]
        weights = np.array(list(learned.values()), dtype=np.float32) / np.float32(100)
        constants = np.array(data["constants"], dtype=np.float32)
        weights = weights.reshape(len(learned), len(facets))
        constants = constants.reshape(len(facets))
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise FacetWeightsError(
            f"{path.name} cannot be used ({error}); run: python -m retrieval.facets.training"
        ) from error
    return FacetReader(facets, list(learned), weights, constants)
