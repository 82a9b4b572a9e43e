"""Weighing of what a text reads like against what its categories claim, in daily use."""

from collections.abc import Sequence

from routing.classification.classifier import Classification, Classifier
from routing.classification.weights import RoutingWeights
from routing.extraction.pipeline import Extraction
from routing.proposals.body_reading import BodyOdds, BodyReading
from routing.proposals.leads import LeadChooser
from routing.taxonomy import LabelledAppeal


class BodyWeighing:
    """Holds the reading of bodies; ``warm_up`` with a warm classifier first."""

    def __init__(self, chooser: LeadChooser, weights: RoutingWeights) -> None:
        self._chooser = chooser
        self._weights = weights
        self._reading: BodyReading | None = None

    @property
    def is_warm(self) -> bool:
        """Whether the reading is built."""
        return self._reading is not None

    def warm_up(
        self, classifier: Classifier, appeals: Sequence[tuple[LabelledAppeal, Extraction]]
    ) -> None:
        """Build the reading from the classifier's examples."""
        told = {
            read.generic: self._chooser.body_behind(one, read.place.district)
            for one, read in appeals
        }
        self._reading = self._chooser.body_reading(*classifier.examples, told)

    def odds(self, extraction: Extraction, classification: Classification) -> BodyOdds:
        """Return how much the text reads like each body's."""
        assert self._reading is not None, "warm_up first"
        weights = self._weights.bodies_of(classification.dense)
        return self._reading.odds(extraction.generic, classification.vector, weights)
