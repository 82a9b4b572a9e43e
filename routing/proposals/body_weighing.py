"""Weighing of what a text reads like against what its categories claim, in daily use."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from routing.classification.classifier import Classification, Classifier
from routing.classification.kept_fits import kept_fit
from routing.classification.weights import RoutingWeights
from routing.extraction.pipeline import Extraction
from routing.proposals.body_reading import BodyOdds, BodyReading
from routing.proposals.leads import LeadChooser
from routing.proposals.read_appeals import ReadAppeals
from routing.taxonomy import Taxonomy


class BodyWeighing:
    """Holds the reading of bodies; ``warm_up`` with a warm classifier first."""

    def __init__(
        self, taxonomy: Taxonomy, chooser: LeadChooser, weights: RoutingWeights, folder: Path
    ) -> None:
        """Keep the parts; ``folder`` is where what is fitted may lie."""
        self._taxonomy = taxonomy
        self._folder = folder
        self._chooser = chooser
        self._weights = weights
        self._reading: BodyReading | None = None

    @property
    def is_warm(self) -> bool:
        """Whether the reading is built."""
        return self._reading is not None

    def warm_up(self, classifier: Classifier, read: ReadAppeals) -> None:
        """Build the reading from the classifier's examples; ``read`` is the taxonomy's appeals."""
        appeals = self._taxonomy.appeals
        examples, vectors = classifier.examples
        told = {
            generic: self._chooser.body_behind(one, district)
            for one, generic, district in zip(appeals, read.generic, read.districts, strict=True)
        }
        content = [*self._content(examples, told)]
        if vectors is not None:
            content.append(vectors.tobytes())
        self._reading = kept_fit(
            self._folder,
            BodyReading,
            content,
            lambda: self._chooser.body_reading(examples, vectors, told),
        )

    def _content(
        self, examples: Sequence[tuple[str, str]], told: Mapping[str, str]
    ) -> Iterator[str | bytes]:
        # The bodies of the examples follow from the rows and the rules; of the appeals, from both.
        for code, row in self._taxonomy.categories.items():
            yield row.model_dump_json()
            yield self._taxonomy.traits_of(code).model_dump_json()
        for pair in (*examples, *told.items()):
            yield from pair

    def odds(self, extraction: Extraction, classification: Classification) -> BodyOdds:
        """Return how much the text reads like each body's."""
        assert self._reading is not None, "warm_up first"
        weights = self._weights.bodies_of(classification.dense)
        return self._reading.odds(extraction.generic, classification.vector, weights)
