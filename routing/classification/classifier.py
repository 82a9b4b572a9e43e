"""Category and kind of an appeal: similarity, words and cues fused into probabilities."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from retrieval.encoder.protocol import Encoder
from routing.classification.kinds import KINDS, kind_features, kind_probabilities
from routing.classification.lexical import LexicalIndex
from routing.classification.similarity import PhraseVectors
from routing.classification.weights import CategoryWeights, RoutingWeights
from routing.extraction.pipeline import Extraction
from routing.schemas import AppealKind
from routing.taxonomy import LabelledAppeal, Taxonomy

logger = logging.getLogger(__name__)

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Evidence:
    """What speaks for each category; arrays of float64, shape (n_categories,)."""

    nearest: Floats
    several: Floats
    lexical: Floats
    cue: Floats


@dataclass(frozen=True)
class Classification:
    """Probabilities over categories (in the order of ``Taxonomy.codes``) and kinds."""

    categories: Floats
    kinds: Mapping[AppealKind, float]
    dense: bool  # whether the encoder took part

    @property
    def kind(self) -> AppealKind:
        """The kind shown; where two are as likely the better protected one (DESIGN §8)."""
        best = max(self.kinds.values())
        order = (AppealKind.IRREGULARITY_REPORT, AppealKind.COMPLAINT, AppealKind.ASSISTANCE)
        near = [kind for kind in order if self.kinds[kind] >= best - _TIE]
        return near[0] if near else max(self.kinds, key=lambda kind: self.kinds[kind])


_TIE = 0.02


class Classifier:
    """Works from the taxonomy on the first day; without an encoder by words and cues alone."""

    def __init__(
        self,
        taxonomy: Taxonomy,
        weights: RoutingWeights,
        encoder: Encoder | None,
        cache_dir: Path,
        *,
        appeals: Sequence[LabelledAppeal] | None = None,
    ) -> None:
        """Keep the parts; ``appeals`` join the index as examples (all the labelled ones)."""
        self._taxonomy = taxonomy
        self._weights = weights
        self._kind_matrix = weights.kind_matrix()
        self._encoder = encoder
        self._cache_dir = cache_dir
        self._appeals = taxonomy.appeals if appeals is None else appeals
        self._lexical: LexicalIndex | None = None
        self._vectors: PhraseVectors | None = None

    def warm_up(self, generic: Mapping[str, str] | None = None) -> None:
        """Build the indexes; ``generic`` maps an appeal to its text without names of places."""
        documents = self._documents(generic or {})
        self._lexical = LexicalIndex(documents)
        if self._encoder is None:
            return
        if self._encoder.fingerprint != self._weights.encoder:
            logger.warning(
                "routing weights belong to another encoder, words only: weights=%s encoder=%s",
                self._weights.encoder,
                self._encoder.fingerprint,
            )
            return
        vectors = PhraseVectors(documents, self._encoder, self._cache_dir)
        vectors.warm_up()
        self._vectors = vectors

    @property
    def is_dense(self) -> bool:
        """Whether the encoder takes part."""
        return self._vectors is not None

    def classify(self, extraction: Extraction) -> Classification:
        """Return the probabilities for one text."""
        evidence = self.evidence(extraction)
        dense = self._vectors is not None
        weights = self._weights.dense if dense else self._weights.lexical_only
        base = combine(evidence, weights)
        kinds = self.kinds(extraction, softmax(base))
        favoured = self.favoured(kinds)
        return Classification(softmax(base + weights.kind * favoured), kinds, dense)

    def evidence(self, extraction: Extraction) -> Evidence:
        """Return what speaks for each category."""
        if self._lexical is None:
            self.warm_up()
        assert self._lexical is not None
        size = len(self._taxonomy.codes)
        nearest, several = np.zeros(size), np.zeros(size)
        if self._vectors is not None:
            nearest, several = self._vectors.scores(extraction.generic)
        lexical = np.sqrt(self._lexical.scores(extraction.generic))
        cues = self._taxonomy.cues
        cue = [
            float(code in cues and cues[code].search(extraction.generic) is not None)
            for code in self._taxonomy.codes
        ]
        return Evidence(nearest, several, lexical, np.array(cue))

    def kinds(self, extraction: Extraction, categories: Floats) -> dict[AppealKind, float]:
        """Return P(kind) given a first idea of the category."""
        features = self.kind_evidence(extraction, categories)
        return kind_probabilities(extraction.text, features, self._kind_matrix)

    def kind_evidence(self, extraction: Extraction, categories: Floats) -> Floats:
        """Return the features of the kind, shape (len(FEATURES),)."""
        usual = dict.fromkeys(KINDS, 0.0)
        for code, probability in zip(self._taxonomy.codes, categories, strict=True):
            usual[self._taxonomy.usual_kind(code)] += float(probability)
        return kind_features(
            extraction.text,
            has_place=extraction.place.said is not None,
            has_time=extraction.when is not None,
            usual=usual,
        )

    def favoured(self, kinds: Mapping[AppealKind, float]) -> Floats:
        """Return for each category the probability of the kind that has it for its own."""
        # 建议 and 表扬 have categories of their own: how it is said decides more than about what.
        own = {AppealKind.SUGGESTION, AppealKind.COMMENDATION}
        usual = [self._taxonomy.usual_kind(code) for code in self._taxonomy.codes]
        return np.array([kinds[kind] if kind in own else 0.0 for kind in usual])

    def _documents(self, generic: Mapping[str, str]) -> Sequence[Sequence[str]]:
        documents: dict[str, list[str]] = {}
        for code, row in self._taxonomy.categories.items():
            names = (row.level3, f"{row.level2}：{row.level3}")
            documents[code] = [*names, *row.examples, *self._taxonomy.phrases.get(code, ())]
        for appeal in self._appeals:
            documents[appeal.category].append(generic.get(appeal.text, appeal.text))
        return tuple(documents.values())


def combine(evidence: Evidence, weights: CategoryWeights) -> Floats:
    """Return log-odds (up to a constant), shape (n_categories,)."""
    return (
        weights.nearest * evidence.nearest
        + weights.several * evidence.several
        + weights.lexical * evidence.lexical
        + weights.cue * evidence.cue
    )


def softmax(logits: Floats) -> Floats:
    """Return probabilities that sum to 1."""
    likelihood = np.exp(logits - logits.max())
    total: Floats = likelihood / likelihood.sum()
    return total
