"""The probability that the lead sends the ticket back (退单风险).

From what the model knows of this appeal: how sure it is of the lead, how evenly first and second
stand, whether the second has a duty that the text speaks of. Fitted on appeals that the model had
not seen, where a wrong lead stands for a send-back (``benchmarks/send_back_risk.py``). Where the
city's own tickets tell enough, the odds move by how often that body really sends such tickets back
against how often it was expected to.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import exp, log, log2
from pathlib import Path
from typing import Protocol

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from routing.classification.errors import WeightsFaultError
from routing.proposals.evidence import DutyQuotes
from routing.proposals.leads import OPEN, LeadScore

SHIPPED_FILE = Path(__file__).parent.parent / "city" / "send_back_risk.yml"
LEAST_TICKETS = 20  # below it history says nothing
_HALFWAY = 30  # tickets at which history counts for half
_EDGE = 0.002


class RiskWeights(BaseModel):
    """log-odds = intercept + Σ weight · feature."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    measured: dict[str, str]  # in words
    intercept: float
    doubt: float  # log-odds that the lead is wrong, by the calibrated confidence
    entropy: float  # of first and second, in bits
    second_speaks: float  # 1 where a duty of the second is spoken of
    mean: float  # of the fitted risk, what history is held against where nothing was expected


@dataclass(frozen=True, slots=True)
class SendBackCount:
    """What became of the last tickets of one kind that one body was proposed for and got."""

    sent: int
    returned: int
    expected: float | None  # mean of the risks that were told; None where none was


class SendBackHistory(Protocol):
    """What the city's own tickets tell."""

    def __call__(self, department: str, category: str | None) -> SendBackCount | None:
        """Return the narrowest count of at least ``LEAST_TICKETS``; ``None``: there is none."""
        ...


class SendBackRisk:
    """Computes the risk of one proposal."""

    def __init__(
        self,
        quotes: DutyQuotes,
        history: SendBackHistory | None,
        weights: RiskWeights | None = None,
    ) -> None:
        self._quotes = quotes
        self._history = history
        self._weights = weights or load_risk_weights()

    def of(
        self,
        ranked: Sequence[LeadScore],
        lead: str,
        confidence: float,
        text: str,
        category: str | None,
    ) -> float:
        """Return the probability, rounded to four places.

        Args:
            ranked: bodies with their probabilities, best first.
            lead: the one that is proposed.
            confidence: calibrated probability that it is right.
            text: normalised.
            category: code, for history.
        """
        features = risk_features(ranked, confidence, text, self._quotes)
        risk = modelled_risk(self._weights, features)
        count = None if self._history is None else self._history(lead, category)
        if count is not None:
            risk = corrected(risk, count, self._weights.mean)
        return round(risk, 4)


def risk_features(
    ranked: Sequence[LeadScore], confidence: float, text: str, quotes: DutyQuotes
) -> tuple[float, float, float]:
    """Return doubt, entropy and whether the second has a duty that the text speaks of."""
    first = ranked[0].probability if ranked else 0.0
    second = ranked[1] if len(ranked) > 1 else None
    other = second.probability if second else 0.0
    speaks = second is not None and second.code != OPEN and quotes.speaks_of(second.code, text)
    return -_logit(confidence), _entropy(first, other), float(speaks)


def modelled_risk(weights: RiskWeights, features: tuple[float, float, float]) -> float:
    """Return the risk by what the model knows."""
    doubt, entropy, speaks = features
    return _sigmoid(
        weights.intercept
        + weights.doubt * doubt
        + weights.entropy * entropy
        + weights.second_speaks * speaks
    )


def corrected(risk: float, count: SendBackCount, mean: float) -> float:
    """Return the risk as history moves it; the order among appeals of one kind stays."""
    if count.sent < LEAST_TICKETS:
        return risk
    real = (count.returned + 0.5) / (count.sent + 1)
    expected = mean if count.expected is None else count.expected
    share = count.sent / (count.sent + _HALFWAY)
    return _sigmoid(_logit(risk) + share * (_logit(real) - _logit(expected)))


@lru_cache(maxsize=1)
def load_risk_weights(path: Path = SHIPPED_FILE) -> RiskWeights:
    """Read the weights.

    Raises:
        WeightsFaultError: the file is missing or does not have the form above.
    """
    try:
        return RiskWeights.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, yaml.YAMLError, ValidationError) as error:
        raise WeightsFaultError(path.name, error) from error


def _entropy(first: float, second: float) -> float:
    total = first + second
    shares = [one / total for one in (first, second) if one > 0] if total else []
    return -sum(share * log2(share) for share in shares)


def _logit(probability: float) -> float:
    clipped = min(max(probability, _EDGE), 1 - _EDGE)
    return log(clipped / (1 - clipped))


def _sigmoid(odds: float) -> float:
    return 1 / (1 + exp(-odds))
