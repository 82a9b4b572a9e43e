"""Category and kind of an appeal: examples, words and cues in two calibrated linear models."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from retrieval.encoder.protocol import Encoder, Vectors
from routing.classification.kept_fits import kept_fit
from routing.classification.kind_words import WordReading
from routing.classification.kinds import KINDS, KindEvidence, kind_features, named_kind
from routing.classification.lexical import LexicalIndex
from routing.classification.likelihood import LikelihoodIndex
from routing.classification.vectors import ExampleVectors, KeptVectors, LinearReading
from routing.classification.weights import CategoryWeights, KindWeights, RoutingWeights
from routing.extraction.pipeline import Extraction
from routing.schemas import AppealKind
from routing.taxonomy import KIND_BY_LABEL, LabelledAppeal, Taxonomy

logger = logging.getLogger(__name__)

Floats = NDArray[np.float64]
_TIE = 0.02
# Of suggestions the share that goes to the categories made for them; of 0.7 to 1 the best.
_OWN_SHARE = 0.8
# Of a suggestion's weight the share that goes to the bodies of what it is about.
_TOPIC_SHARE = 0.6
_OWN_KINDS = (AppealKind.SUGGESTION, AppealKind.COMMENDATION)
_INQUIRY = KINDS.index(AppealKind.INQUIRY)


@dataclass(frozen=True)
class Evidence:
    """What speaks for each category; arrays of float64, shape (n_categories,)."""

    near: Floats
    linear: Floats
    lexical: Floats
    likelihood: Floats
    cue: Floats


@dataclass(frozen=True)
class Classification:
    """Probabilities over categories (in the order of ``Taxonomy.codes``) and kinds."""

    categories: Floats
    kinds: Mapping[AppealKind, float]
    dense: bool  # whether the encoder took part
    bodies: Floats  # the categories as they weigh for who leads
    danger: float | None = None  # how much it reads like danger now; needs the encoder
    vector: NDArray[np.float32] | None = None  # the text's, where the encoder took part

    @property
    def kind(self) -> AppealKind:
        """The kind shown; where two are as likely the better protected one (DESIGN §8)."""
        best = max(self.kinds.values())
        order = (AppealKind.IRREGULARITY_REPORT, AppealKind.COMPLAINT, AppealKind.ASSISTANCE)
        near = [kind for kind in order if self.kinds[kind] >= best - _TIE]
        return near[0] if near else max(self.kinds, key=lambda kind: self.kinds[kind])


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
        """Keep the parts; ``appeals`` join the examples (all the labelled ones)."""
        self._taxonomy = taxonomy
        self._weights = weights
        self._encoder = encoder
        self._cache_dir = cache_dir
        self._appeals = taxonomy.appeals if appeals is None else appeals
        self._examples: tuple[tuple[str, str], ...] = ()
        self._example_vectors: Vectors | None = None
        self._lexical: LexicalIndex | None = None
        self._vectors: ExampleVectors | None = None
        self._kind_vectors: LinearReading | None = None
        self._danger_vectors: LinearReading | None = None
        self._own = {
            kind: np.array([row.level2 == kind.label for row in taxonomy.categories.values()])
            for kind in _OWN_KINDS
        }

    def warm_up(self, generic: Mapping[str, str] | None = None) -> None:
        """Build the indexes; ``generic`` maps an appeal to its text without names of places."""
        documents = self._documents(generic or {})
        self._examples = tuple(
            (code, phrase)
            for code, phrases in zip(self._taxonomy.codes, documents, strict=True)
            for phrase in phrases
        )
        folder = self._cache_dir
        told_of = [part for phrases in documents for part in (str(len(phrases)), *phrases)]
        self._likelihood = kept_fit(
            folder, LikelihoodIndex, told_of, lambda: LikelihoodIndex.of(documents)
        )
        self._lexical = kept_fit(folder, LexicalIndex, told_of, lambda: LexicalIndex.of(documents))
        kind_texts = [*(a.text for a in self._appeals), *self._taxonomy.non_appeals]
        kinds = np.array(
            [KINDS.index(KIND_BY_LABEL[a.kind]) for a in self._appeals]
            + [_INQUIRY] * len(self._taxonomy.non_appeals)
        )
        self._kind_words = self._word_reading(kind_texts, kinds, len(KINDS))
        appeals = [appeal.text for appeal in self._appeals]
        told = [*appeals, *self._taxonomy.emergencies]
        danger = np.array([0] * len(appeals) + [1] * len(self._taxonomy.emergencies))
        self._danger_words = self._word_reading(told, danger, 2)
        if self._encoder is None:
            return
        if self._encoder.fingerprint != self._weights.encoder:
            logger.warning(
                "routing weights belong to another encoder, words only: weights=%s encoder=%s",
                self._weights.encoder,
                self._encoder.fingerprint,
            )
            return
        examples = [phrase for phrases in documents for phrase in phrases]
        spoken = [(generic or {}).get(text, text) for text in kind_texts]
        texts = [*examples, *spoken, *self._taxonomy.emergencies]
        vectors = KeptVectors(self._encoder, self._cache_dir).of(texts)
        counts = [len(phrases) for phrases in documents]
        said = vectors[len(examples) :]
        self._kind_vectors = self._linear(said[: len(kinds)], kinds, len(KINDS))
        if danger.any():
            rows = np.r_[0 : len(appeals), len(kinds) : len(said)]
            self._danger_vectors = self._linear(said[rows], danger, 2)
        self._example_vectors = vectors[: len(examples)]
        classes = np.repeat(np.arange(len(counts)), counts)
        linear = self._linear(self._example_vectors, classes, len(counts))
        self._vectors = ExampleVectors(self._example_vectors, counts, linear)

    def _word_reading(
        self, texts: Sequence[str], classes: NDArray[np.intp], n_classes: int
    ) -> WordReading:
        content: list[str | bytes] = [*texts, classes.tobytes(), str(n_classes)]
        return kept_fit(
            self._cache_dir,
            WordReading,
            content,
            lambda: WordReading.fitted(texts, classes, n_classes),
        )

    def _linear(self, vectors: Vectors, classes: NDArray[np.intp], n_classes: int) -> LinearReading:
        numbers = np.ascontiguousarray(vectors).tobytes(), classes.tobytes()
        content: list[str | bytes] = [*numbers, str(n_classes)]
        return kept_fit(
            self._cache_dir,
            LinearReading.restored,
            content,
            lambda: LinearReading.fitted(vectors, classes, n_classes),
        )

    @property
    def examples(self) -> tuple[tuple[tuple[str, str], ...], Vectors | None]:
        """Category and text of every example, and their vectors where there is an encoder."""
        return self._examples, self._example_vectors

    @property
    def is_dense(self) -> bool:
        """Whether the encoder takes part."""
        return self._vectors is not None

    def classify(self, extraction: Extraction) -> Classification:
        """Return the probabilities for one text."""
        vector = self.vector(extraction)
        evidence = self.evidence(extraction, vector)
        dense = vector is not None
        weights = self._weights.dense if dense else self._weights.lexical_only
        kind_weights = self._weights.kinds if dense else self._weights.kinds_lexical_only
        logits = combine(evidence, weights)
        kinds = kind_probabilities(
            self.kind_evidence(extraction, softmax(logits), vector), kind_weights
        )
        named = dict(zip(KINDS, kinds.tolist(), strict=True))
        categories = self.mixed(logits, named)
        return Classification(
            categories=categories,
            kinds=named,
            dense=dense,
            bodies=self.weighed_for_bodies(categories, logits),
            danger=self._danger(extraction, vector),
            vector=vector,
        )

    def vector(self, extraction: Extraction) -> NDArray[np.float32] | None:
        """Return the sentence vector of the text without names of places."""
        if self._lexical is None:
            self.warm_up()
        if self._vectors is None or self._encoder is None:
            return None
        vector: NDArray[np.float32] = self._encoder.encode_queries([extraction.generic])[0]
        return vector

    def evidence(self, extraction: Extraction, vector: NDArray[np.float32] | None) -> Evidence:
        """Return what speaks for each category."""
        if self._lexical is None:
            self.warm_up()
        assert self._lexical is not None
        size = len(self._taxonomy.codes)
        near, linear = np.zeros(size), np.zeros(size)
        if self._vectors is not None and vector is not None:
            near, linear = self._vectors.scores(vector)
        text, cues = extraction.generic, self._taxonomy.cues
        cue = [
            float(code in cues and cues[code].search(text) is not None)
            for code in self._taxonomy.codes
        ]
        return Evidence(
            near=near,
            linear=linear,
            lexical=np.sqrt(self._lexical.scores(text)),
            likelihood=self._likelihood.scores(text),
            cue=np.array(cue),
        )

    def kind_evidence(
        self, extraction: Extraction, categories: Floats, vector: NDArray[np.float32] | None
    ) -> KindEvidence:
        """Return what speaks for each kind, given a first idea of the category."""
        read = np.zeros(len(KINDS))
        if self._kind_vectors is not None and vector is not None:
            read = self._kind_vectors.scores(vector)
        words = self._kind_words.scores(extraction.text)
        features = self.kind_features(extraction, categories)
        return KindEvidence(features, words, read, named_kind(extraction.text))

    def kind_features(self, extraction: Extraction, categories: Floats) -> Floats:
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

    def mixed(self, logits: Floats, kinds: Mapping[AppealKind, float]) -> Floats:
        """Return P(category): 建议 and 表扬 have categories of their own, whatever they are about.

        How it is said decides between those and the topic; the logits decide within each.
        """
        topic = ~np.any(list(self._own.values()), axis=0)
        mixed = np.zeros(len(logits))
        left = 1.0
        for kind, own in self._own.items():
            if not own.any():
                continue
            share = kinds[kind] * (1.0 if own.sum() == 1 else _OWN_SHARE)
            mixed[own] = share * softmax(logits[own])
            left -= share
        mixed[topic] = left * softmax(logits[topic])
        return mixed

    def weighed_for_bodies(self, categories: Floats, logits: Floats) -> Floats:
        """Return the categories as they weigh for who leads.

        What a suggestion is about tells the body with the professional duty; the categories made
        for suggestions know little more than the territory.
        """
        own = self._own[AppealKind.SUGGESTION]
        topic = ~np.any(list(self._own.values()), axis=0)
        weighed = categories.copy()
        moved = _TOPIC_SHARE * categories[own].sum()
        weighed[own] *= 1 - _TOPIC_SHARE
        weighed[topic] += moved * softmax(logits[topic])
        return weighed

    def _danger(self, extraction: Extraction, vector: NDArray[np.float32] | None) -> float | None:
        if vector is None or self._danger_vectors is None:
            return None
        by_vector = self._danger_vectors.scores(vector)[1]
        return float(by_vector + self._danger_words.scores(extraction.text)[1])

    def _documents(self, generic: Mapping[str, str]) -> tuple[tuple[str, ...], ...]:
        documents: dict[str, list[str]] = {}
        for code, row in self._taxonomy.categories.items():
            names = (row.level3, f"{row.level2}：{row.level3}")
            documents[code] = [*names, *row.examples, *self._taxonomy.phrases.get(code, ())]
        for appeal in self._appeals:
            documents[appeal.category].append(generic.get(appeal.text, appeal.text))
        return tuple(map(tuple, documents.values()))


def combine(evidence: Evidence, weights: CategoryWeights) -> Floats:
    """Return log-odds (up to a constant), shape (n_categories,)."""
    return (
        weights.near * evidence.near
        + weights.linear * evidence.linear
        + weights.lexical * evidence.lexical
        + weights.likelihood * evidence.likelihood
        + weights.cue * evidence.cue
    )


def kind_probabilities(evidence: KindEvidence, weights: KindWeights) -> Floats:
    """Return P(kind), float64, shape (len(KINDS),)."""
    return softmax(
        weights.matrix @ evidence.features
        + weights.words * evidence.words
        + weights.vectors * evidence.vectors
        + weights.named * evidence.named
    )


def softmax(logits: Floats) -> Floats:
    """Return probabilities that sum to 1."""
    likelihood = np.exp(logits - logits.max())
    total: Floats = likelihood / likelihood.sum()
    return total
