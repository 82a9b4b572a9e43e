"""The fitted weights, read with the encoder they belong to."""

from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError

from routing.classification.errors import WeightsFaultError
from routing.classification.kinds import FEATURES, KINDS

SHIPPED_FILE = Path(__file__).parent.parent / "city" / "weights.yml"


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CategoryWeights(_Record):
    """Weight of each evidence in a category's log-odds."""

    near: float = 0.0  # soft mean cosine to the nearest examples
    linear: float = 0.0  # linear reading of the sentence vector
    lexical: float  # square root of BM25
    likelihood: float  # query likelihood
    cue: float  # a cue of the category is in the text


class KindWeights(_Record):
    """Weight of each evidence in a kind's log-odds."""

    words: float
    vectors: float = 0.0
    named: float
    features: dict[str, dict[str, float]]  # kind → feature → weight

    @cached_property
    def matrix(self) -> NDArray[np.float64]:
        """Float64, shape (len(KINDS), len(FEATURES))."""
        return np.array(
            [
                [self.features.get(kind.value, {}).get(name, 0.0) for name in FEATURES]
                for kind in KINDS
            ]
        )


class BodyWeights(_Record):
    """Weight of each evidence in a body's log-odds; as they stand here only the claims count."""

    claimed: float = 1.0  # logarithm of what the categories claim for it
    linear: float = 0.0  # linear reading of the sentence vector
    likelihood: float = 0.0  # query likelihood


class LeadCalibration(_Record):
    """P(lead is right) = sigmoid(slope · logit(p) + intercept)."""

    slope: float
    intercept: float

    def probability(self, raw: float) -> float:
        """Return the calibrated probability."""
        clipped = min(max(raw, 1e-6), 1 - 1e-6)
        odds = self.slope * np.log(clipped / (1 - clipped)) + self.intercept
        return float(1 / (1 + np.exp(-odds)))


class AlarmCalibration(_Record):
    """P(the rescue line leads) = sigmoid(slope · danger + intercept); 1 as it stands here."""

    slope: float = 0.0
    intercept: float = 20.0

    def probability(self, danger: float) -> float:
        """Return it for a text that reads this much like danger."""
        return float(1 / (1 + np.exp(-(self.slope * danger + self.intercept))))


class RoutingWeights(_Record):
    """Everything that was fitted; ``encoder`` names the vectors that ``dense`` belongs to."""

    encoder: str
    measured: dict[str, str]  # what was measured when these were fitted, in words
    dense: CategoryWeights
    lexical_only: CategoryWeights
    bodies: BodyWeights = BodyWeights()
    bodies_lexical_only: BodyWeights = BodyWeights()
    lead: LeadCalibration
    lead_lexical_only: LeadCalibration
    alarm: AlarmCalibration = AlarmCalibration()
    kinds: KindWeights
    kinds_lexical_only: KindWeights

    def bodies_of(self, dense: bool) -> BodyWeights:
        """Return the weights of bodies with the encoder or by words only."""
        return self.bodies if dense else self.bodies_lexical_only

    def lead_of(self, dense: bool) -> LeadCalibration:
        """Return the calibration of the lead with the encoder or by words only."""
        return self.lead if dense else self.lead_lexical_only


@lru_cache(maxsize=4)
def load_weights(path: Path = SHIPPED_FILE) -> RoutingWeights:
    """Read the weights.

    Raises:
        WeightsFaultError: the file is missing or does not have the form above.
    """
    try:
        return RoutingWeights.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, yaml.YAMLError, ValidationError) as error:
        raise WeightsFaultError(path.name, error) from error
