"""All evidence that the routing weights are fitted on and measured with, once per fold."""

import re
from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from benchmarks.routing_fitting import BLANK, QUESTIONS, RememberingEncoder
from foundation.settings import load_settings
from knowledge_base.loader import load_library
from retrieval.encoder.preparation import load_encoder
from routing.city_data import load_taxonomy
from routing.classification.classifier import Classifier, Evidence, combine, softmax
from routing.classification.kinds import KINDS, KindEvidence
from routing.classification.weights import CategoryWeights
from routing.extraction.pipeline import Extractor
from routing.proposals.evidence import DutyQuotes
from routing.proposals.leads import LeadChooser
from routing.proposals.territory import TerritoryMap
from routing.schemas import AppealKind
from routing.taxonomy import KIND_BY_LABEL, LabelledAppeal

Floats = NDArray[np.float64]
FOLDS = 5
DENSE = ("near", "linear", "lexical", "likelihood", "cue")
LEXICAL = ("lexical", "likelihood", "cue")
_EXTRA_SHARE = 0.2
_ASKS = re.compile(r"怎么|什么|多少|哪里|如何|建议|希望|请问|吗")


class Study:
    """All evidence for all calibration texts, computed once per fold."""

    def __init__(
        self, *, dense: bool, by_writer: bool = False, without: Collection[int] = ()
    ) -> None:
        """Read everything.

        Args:
            dense: whether the encoder takes part.
            by_writer: a fold is all that one writer wrote, in the order of the writers, instead of
                one appeal in five.
            without: writers whose appeals are put aside.
        """
        settings = load_settings()
        self.dense = dense
        self.taxonomy, self.library = load_taxonomy(), load_library()
        self.encoder = load_encoder(settings) if dense else None
        self.names = DENSE if dense else LEXICAL
        self._cache = settings.data_dir / "cache" / "study"
        extractor = Extractor(self.library.places, settings.data_dir)
        extractor.warm_up()
        # Blind appeals first: the others only serve as examples.
        kept = (a for a in self.taxonomy.appeals if a.writer not in without)
        self.appeals = tuple(sorted(kept, key=lambda a: not a.blind))
        self.blind = sum(a.blind for a in self.appeals)
        texts = [*(a.text for a in self.appeals), *self.taxonomy.non_appeals]
        self.counted = len(texts)  # the rest only teaches what a short appeal or question is
        extra, extra_kinds = self._short_texts()
        texts += extra
        self.read = [extractor.extract(text) for text in texts]
        self.generic = {e.text: e.generic for e in self.read[: len(self.appeals)]}
        self.categories = np.array([self.taxonomy.codes.index(a.category) for a in self.appeals])
        labels = [KIND_BY_LABEL[a.kind] for a in self.appeals]
        labels += [AppealKind.INQUIRY] * len(self.taxonomy.non_appeals)
        self.kinds = np.array([KINDS.index(kind) for kind in labels + extra_kinds])
        self.share = np.array([1.0] * self.counted + [_EXTRA_SHARE] * len(extra))
        writers = sorted({a.writer for a in self.appeals})
        self.fold_count = len(writers) if by_writer else FOLDS
        self.fold = np.random.default_rng(7).permutation(self.counted) % self.fold_count
        if by_writer:  # what is no appeal, and what was seen when the cues were made, stays mixed
            self.fold[: self.blind] = [writers.index(a.writer) for a in self.appeals[: self.blind]]
        rows = self.taxonomy.categories.values()
        own = {AppealKind.SUGGESTION.label, AppealKind.COMMENDATION.label}
        self.topic = np.array([row.level2 not in own for row in rows])
        quotes = DutyQuotes(self.taxonomy, self.library.departments)
        self.territory = TerritoryMap(self.library.departments, self.library.places)
        self.chooser = LeadChooser(self.taxonomy, self.territory, quotes)
        self.behind = [
            self.chooser.body_behind(a, e.place.district)
            for a, e in zip(self.appeals, self.read, strict=False)
        ]
        self._collect()

    def _collect(self) -> None:
        n = len(self.appeals)
        encoder = None if self.encoder is None else RememberingEncoder(self.encoder)
        self.folds = []
        told = dict(zip((self.generic[a.text] for a in self.appeals), self.behind, strict=True))
        rules = (choice for traits in self.taxonomy.traits.values() for choice in traits.choose)
        rows = self.taxonomy.categories.values()
        named = {choice.lead for choice in rules} | {body for row in rows for body in row.leads}
        self.bodies = tuple(sorted({*self.behind} | named))
        # What the wording and the vector say of each body, two columns.
        self.body_scores: list[Floats] = [None] * n  # type: ignore[list-item]  # filled below
        self.evidence: list[Evidence] = [None] * len(self.read)  # type: ignore[list-item]  # filled below
        self.vector: list[NDArray[np.float32] | None] = [None] * len(self.read)
        self.words: list[KindEvidence] = [None] * len(self.read)  # type: ignore[list-item]  # filled below
        for k in range(self.fold_count):
            known = [a for a, f in zip(self.appeals, self.fold[:n], strict=True) if f != k]
            classifier = self._classifier(known, encoder)
            held = [*np.where(self.fold == k)[0]]
            held += [] if k else list(range(self.counted, len(self.read)))
            self.folds.append(classifier)
            reading = self.chooser.body_reading(*classifier.examples, told)
            columns = [self.bodies.index(body) for body in reading.bodies]
            for i in held:
                self.vector[i] = classifier.vector(self.read[i])
                self.evidence[i] = classifier.evidence(self.read[i], self.vector[i])
                if i < n:
                    scores = reading.scores(self.read[i].generic, self.vector[i])
                    self.body_scores[i] = np.zeros((len(self.bodies), 2))
                    self.body_scores[i][columns] = np.stack(scores, axis=-1)
            for i in held:
                blank = np.full(len(self.taxonomy.codes), 1 / len(self.taxonomy.codes))
                self.words[i] = classifier.kind_evidence(self.read[i], blank, self.vector[i])

    def _classifier(
        self, known: Sequence[LabelledAppeal], encoder: RememberingEncoder | None
    ) -> Classifier:
        fingerprint = "" if encoder is None else encoder.fingerprint
        blank = BLANK.model_copy(update={"encoder": fingerprint})
        classifier = Classifier(self.taxonomy, blank, encoder, self._cache, appeals=known)
        classifier.warm_up(self.generic)
        return classifier

    def _short_texts(self) -> tuple[list[str], list[AppealKind]]:
        texts, kinds = [], []
        for code, phrases in self.taxonomy.phrases.items():
            for phrase in phrases[::5]:  # two per category: more would drown the talk
                if not _ASKS.search(phrase) and not code.startswith("C1402"):
                    texts.append(phrase)
                    kinds.append(self.taxonomy.usual_kind(code))
        for i, matter in enumerate(self.library.index.values()):
            texts.append(matter.title + QUESTIONS[i % len(QUESTIONS)])
            kinds.append(AppealKind.INQUIRY)
        return texts, kinds

    def features(self) -> Floats:
        """Return (n_appeals, n_categories, n_features)."""
        rows = self.evidence[: len(self.appeals)]
        return np.array([np.stack([getattr(e, n) for n in self.names], -1) for e in rows])

    def channels(self) -> Floats:
        """Return (n_texts, n_kinds, 3)."""
        return np.array([np.stack([w.words, w.vectors, w.named], -1) for w in self.words])

    def kind_matrix(self, weights: CategoryWeights) -> Floats:
        """Return (n_texts, n_kind_features) given a first fit of the categories."""
        rows = []
        for read, evidence in zip(self.read, self.evidence, strict=True):
            first = softmax(combine(evidence, weights))
            rows.append(self.folds[0].kind_features(read, first))
        return np.array(rows)
