"""Routing: what one text says of an appeal, and who should handle it."""

from collections import OrderedDict
from copy import copy
from dataclasses import replace
from datetime import datetime
from functools import partial

import numpy as np
from numpy.typing import NDArray

from foundation.clock import Clock, SystemClock
from foundation.settings import Settings
from foundation.text.normalise import normalise
from retrieval.encoder.protocol import Encoder
from routing.classification.classifier import Classification, Classifier
from routing.classification.weights import RoutingWeights, load_weights
from routing.extraction.pipeline import Extraction, Extractor
from routing.extraction.places import LocatedPlace
from routing.learning.model import LearntModel
from routing.proposals.body_weighing import BodyWeighing
from routing.proposals.candidates import candidates_of
from routing.proposals.catalogue import DispatchCatalogue
from routing.proposals.collaborators import Deadlines, Library
from routing.proposals.evidence import DutyQuotes
from routing.proposals.judging import (
    encodable,
    is_confidential,
    is_hazardous,
    reads_ordinary,
    rescue_bodies,
    settled_kind,
)
from routing.proposals.leads import OPEN, LeadChooser, LeadScore
from routing.proposals.read_appeals import read_appeals
from routing.proposals.send_back_risk import SendBackHistory, SendBackRisk
from routing.proposals.splitting import parts_of, place_of_part
from routing.proposals.territory import TerritoryMap
from routing.proposals.weighing import Weighed, reread, reweighed
from routing.safety import SafetyAlert, find_danger
from routing.schemas import AppealKind, AppealReading, Outcome, Proposal
from routing.taxonomy import LeadRule, Taxonomy

_LONGEST = 2000  # characters that enter the pipeline
_KEPT_READINGS = 128
_LEAST_CATEGORY = 0.05  # below it no category is named
_DISPATCHER_BELOW = 0.6
_DISPATCHER_BELOW_UNRULED = 0.8  # 人工判定 and nothing in the text that decides
_APPEAL = 0.5
_CONSIDERED = 12
_LIKELY = 3  # categories among which a ruling is looked for


class RoutingService:
    """Reads appeals and proposes who handles them; ``warm_up`` before the first use."""

    def __init__(
        self,
        library: Library,
        taxonomy: Taxonomy,
        settings: Settings,
        encoder: Encoder | None,
        deadlines: Deadlines,
        clock: Clock | None = None,
        *,
        weights: RoutingWeights | None = None,
        learnt: LearntModel | None = None,
        catalogue: DispatchCatalogue | None = None,
        history: SendBackHistory | None = None,
    ) -> None:
        self._taxonomy = taxonomy
        self._departments = library.departments
        self._deadlines = deadlines
        self._clock = clock or SystemClock()
        self._weights = weights or load_weights()
        self._learnt = learnt
        self._catalogue = catalogue or DispatchCatalogue()
        self._cache_dir = settings.data_dir / "cache"
        self._extractor = Extractor(library.places, settings.data_dir)
        self._classifier = Classifier(taxonomy, self._weights, encoder, self._cache_dir)
        quotes = DutyQuotes(taxonomy, library.departments)
        self._territory = TerritoryMap(library.departments, library.places)
        self._chooser = LeadChooser(taxonomy, self._territory, quotes)
        self._bodies_read = BodyWeighing(taxonomy, self._chooser, self._weights, self._cache_dir)
        self._risk = SendBackRisk(quotes, history)
        self._lines = rescue_bodies(library.departments)
        self._recent: OrderedDict[str, tuple[Extraction, Classification]] = OrderedDict()

    def warm_up(self) -> None:
        """Load the word list and build the indexes; about 20 s the first time, then 1 s."""
        self._extractor.warm_up()
        read = read_appeals(self._taxonomy.appeals, self._extractor, self._cache_dir)
        self._classifier.warm_up(read.generic_of(self._taxonomy.appeals))
        self._bodies_read.warm_up(self._classifier, read)

    def using(self, learnt: LearntModel | None) -> "RoutingService":
        """Return the same service with what was learnt in place of what it has."""
        other = copy(self)
        vars(other).update(_learnt=learnt, _recent=OrderedDict())
        return other

    def read(self, text: str) -> AppealReading:
        """Return what one message says of an appeal; cheap enough for every message of a chat."""
        extraction, classification = self._understand(text)
        return self._reading(extraction, classification, extraction.place, classification.kind)

    def propose(
        self,
        text: str,
        *,
        place: str | None = None,
        kind: AppealKind | None = None,
        received_at: datetime | None = None,
        reading: AppealReading | None = None,
    ) -> Proposal:
        """Propose who handles an appeal, by when, and why.

        Args:
            text: what the citizen said, in full; placeholders may stand for personal data.
            place: where it happens, when asked for separately; it outweighs the text.
            kind: the kind, when already settled with the citizen.
            received_at: when the deadline begins to count, aware; now, unless given.
            reading: an earlier reading of the whole conversation, whose place and district count
                where ``text`` names none.
        """
        extraction, _ = self._understand(text)
        located = self._locate(extraction, place, reading)
        whole = self._propose(text, located, place, kind, received_at)
        if whole.emergency_line is not None:
            return whole  # nothing of it waits for the sorting of the rest

        def propose_part(part: str) -> Proposal:
            own = self._understand(part)[0].place
            place_left = located.said if own.said is None else None
            return self._propose(part, place_of_part(own, located), place_left, None, received_at)

        return replace(whole, parts=parts_of(text, propose_part))

    def _propose(
        self,
        text: str,
        located: LocatedPlace,
        place: str | None,
        kind: AppealKind | None,
        received_at: datetime | None,
    ) -> Proposal:
        extraction, classification = self._understand(text)
        alert = find_danger(text)
        settled = kind or settled_kind(classification, alert)
        read = self._reading(extraction, classification, located, settled, told=kind is not None)
        said = f"{extraction.text}。{place}" if place else extraction.text
        ranked = self._bodies(extraction, classification, said, located.district, settled)
        return self._proposal(said, read, ranked, classification, alert, received_at)

    def weigh(self, text: str, place: str | None = None) -> Weighed:
        """Return what the taxonomy alone says of a text: what learning from history starts from."""
        extraction, classification = self._read_by_taxonomy(text)
        located = self._locate(extraction, place, None)
        said = f"{extraction.text}。{place}" if place else extraction.text
        kind = classification.kind
        ranked = self._by_taxonomy(extraction, classification, said, located.district, kind)
        codes = self._taxonomy.codes
        return Weighed(
            text=extraction.generic,
            vector=classification.vector,
            district=located.district,
            bodies={score.code: score.probability for score in ranked},
            categories=dict(zip(codes, classification.categories.tolist(), strict=True)),
            kinds={kind.value: p for kind, p in classification.kinds.items()},
        )

    def resolve(self, body: str, district: str | None) -> str | None:
        """Return the code that acts for ``body`` (a code or 属地) in ``district``."""
        return self._chooser.resolve(body, district)

    def is_district(self, code: str) -> bool:
        """Whether the code is the government of a district."""
        return self._territory.is_district(code)

    def behind(self, text: str, place: str | None = None) -> list[str]:
        """Return the bodies that the categories of a text name, whatever their reach."""
        extraction, classification = self._read_by_taxonomy(text)
        said = f"{extraction.text}。{place}" if place else extraction.text
        rows = [self._taxonomy.categories[code] for code, _ in self._ranked(classification.bodies)]
        return [self._chooser.choose(row, said).body for row in rows]

    def _bodies(
        self,
        extraction: Extraction,
        classification: Classification,
        said: str,
        district: str | None,
        kind: AppealKind,
    ) -> list[LeadScore]:
        ranked = self._by_taxonomy(extraction, classification, said, district, kind)
        if self._learnt is not None:
            resolve = partial(self._chooser.resolve, district=district)
            ranked = reweighed(self._learnt, ranked, extraction, classification, resolve)
        self._catalogue.refresh()
        likely = [code for code, _ in self._ranked(classification.categories)[:_LIKELY]]
        ruling = self._catalogue.alike(extraction.text, likely)
        if ruling is None:
            return ranked
        return self._catalogue.applied(ranked, ruling, lambda body: self._acting(body, district))

    def _acting(self, body: str, district: str | None) -> str | None:
        # What one district's government was ruled to do, every district's does in its own.
        if not self._territory.is_district(body):
            return self._chooser.resolve(body, district)
        return self._territory.body_of(district)

    def _by_taxonomy(
        self,
        extraction: Extraction,
        classification: Classification,
        said: str,
        district: str | None,
        kind: AppealKind,
    ) -> list[LeadScore]:
        # A question or a proposal for the city happens nowhere: nobody is asked where.
        anywhere = kind in {AppealKind.INQUIRY, AppealKind.SUGGESTION}
        categories = self._ranked(classification.bodies)
        odds = self._bodies_read.odds(extraction, classification)
        return self._chooser.rank(said, categories, district, anywhere=anywhere, odds=odds)

    def _proposal(
        self,
        text: str,
        reading: AppealReading,
        ranked: list[LeadScore],
        classification: Classification,
        alert: SafetyAlert | None,
        received_at: datetime | None,
    ) -> Proposal:
        categories = self._ranked(classification.categories)
        is_empty = reading.category is None and reading.appeal_probability < _APPEAL
        best = ranked[0] if ranked and not is_empty else None
        lead = None if best is None or best.code == OPEN else best.code
        outcome = self._outcome(reading, best, alert)
        confidence = self._confidence(best)
        asks = self._asks(outcome, reading, text)
        if alert is not None and not reads_ordinary(classification):
            lead = self._lines.get(alert.line) or lead
            danger = classification.danger
            confidence = 1.0 if danger is None else self._weights.alarm.probability(danger)
        return Proposal(
            outcome=outcome,
            reading=reading,
            lead=lead,
            co=self._co_handling(reading, lead),
            candidates=candidates_of(ranked, lead),
            confidence=round(confidence, 4),
            needs_dispatcher=self._needs_dispatcher(outcome, reading, confidence, text, asks),
            asks=asks,
            emergency_line=None if alert is None else alert.line,
            urgent=alert is not None or is_hazardous(self._taxonomy, text, categories),
            due_at=self._due_at(outcome, reading.kind, received_at),
            send_back_risk=self._send_back_risk(outcome, reading, ranked, lead, confidence, text),
        )

    def _understand(self, text: str) -> tuple[Extraction, Classification]:
        known = self._recent.get(text)
        if known is not None:
            return known
        extraction, classification = self._read_by_taxonomy(text)
        if self._learnt is not None:
            classification = reread(self._learnt, self._taxonomy, extraction, classification)
        understood = extraction, classification
        self._recent[text] = understood
        if len(self._recent) > _KEPT_READINGS:
            self._recent.popitem(last=False)
        return understood

    def _read_by_taxonomy(self, text: str) -> tuple[Extraction, Classification]:
        if not self._bodies_read.is_warm:
            self.warm_up()
        extraction = self._extractor.extract(normalise(encodable(text)[:_LONGEST]))
        return extraction, self._classifier.classify(extraction)

    def _reading(
        self,
        extraction: Extraction,
        classification: Classification,
        place: LocatedPlace,
        kind: AppealKind,
        *,
        told: bool = False,
    ) -> AppealReading:
        code, probability = self._ranked(classification.categories)[0]
        named = probability >= _LEAST_CATEGORY
        return AppealReading(
            kind=kind,
            kind_probability=round(classification.kinds[kind], 4),
            category=self._taxonomy.category(code) if named else None,
            category_probability=round(probability, 4),
            appeal_probability=round(1 - classification.kinds[AppealKind.INQUIRY], 4),
            place=place.said,
            district=place.district,
            subdistrict=place.subdistrict,
            when=extraction.when,
            phone=extraction.phone,
            parties=extraction.parties,
            anonymous=extraction.anonymous,
            confidential=is_confidential(extraction, classification, kind, told=told),
            emotion=extraction.emotion.level,
            emotion_words=extraction.emotion.words,
            demands=extraction.demands,
        )

    def _ranked(self, categories: NDArray[np.float64]) -> list[tuple[str, float]]:
        order = np.argsort(-categories)[:_CONSIDERED]
        return [(self._taxonomy.codes[int(i)], float(categories[i])) for i in order]

    def _locate(
        self, extraction: Extraction, place: str | None, reading: AppealReading | None
    ) -> LocatedPlace:
        if place is not None and place.strip():
            given = self._extractor.extract(normalise(encodable(place)[:_LONGEST])).place
            same_text = extraction.place.district if given.district is None else given.district
            return LocatedPlace(place.strip(), same_text, given.subdistrict)
        if extraction.place.said is None and reading is not None:
            return LocatedPlace(reading.place, reading.district, reading.subdistrict)
        return extraction.place

    def _outcome(
        self, reading: AppealReading, best: LeadScore | None, alert: SafetyAlert | None
    ) -> Outcome:
        if alert is not None:
            return Outcome.EMERGENCY
        if best is not None and best.code != OPEN and not self._receives(best.code):
            return Outcome.DECLINE
        if reading.kind is AppealKind.INQUIRY:
            return Outcome.DIRECT_ANSWER
        if best is not None and best.code == OPEN:
            return Outcome.ASK_PLACE
        return Outcome.TICKET

    def _receives(self, code: str) -> bool:
        body = self._departments.get(code)
        return body is None or body.receives_tickets

    def _asks(self, outcome: Outcome, reading: AppealReading, text: str) -> str | None:
        if outcome is Outcome.ASK_PLACE:
            return "where"
        if outcome is not Outcome.TICKET or reading.category is None:
            return None
        row = self._taxonomy.categories[reading.category.code]
        undecided = self._chooser.choose(row, text).said is None
        return "what" if undecided and self._taxonomy.traits_of(row.code).asks else None

    def _needs_dispatcher(
        self,
        outcome: Outcome,
        reading: AppealReading,
        confidence: float,
        text: str,
        asks: str | None,
    ) -> bool:
        if outcome in {Outcome.EMERGENCY, Outcome.ASK_PLACE, Outcome.DIRECT_ANSWER}:
            return False
        if reading.category is None or confidence < _DISPATCHER_BELOW or asks is not None:
            return True
        row = self._taxonomy.categories[reading.category.code]
        unruled = row.rule is LeadRule.DISPATCHER and self._chooser.choose(row, text).said is None
        return unruled and confidence < _DISPATCHER_BELOW_UNRULED

    def _confidence(self, best: LeadScore | None) -> float:
        if best is None:
            return 0.0
        if self._learnt is not None:
            return self._learnt.confidence.probability(best.probability)
        return self._weights.lead_of(self._classifier.is_dense).probability(best.probability)

    def _send_back_risk(
        self,
        outcome: Outcome,
        reading: AppealReading,
        ranked: list[LeadScore],
        lead: str | None,
        confidence: float,
        text: str,
    ) -> float | None:
        if lead is None or outcome in {Outcome.EMERGENCY, Outcome.DECLINE}:
            return None
        category = reading.category.code if reading.category else None
        return self._risk.of(ranked, lead, confidence, text, category)

    def _co_handling(self, reading: AppealReading, lead: str | None) -> tuple[str, ...]:
        if reading.category is None:
            return ()
        traits = self._taxonomy.traits_of(reading.category.code)
        resolved = (self._chooser.resolve(body, reading.district) for body in traits.co)
        return tuple(dict.fromkeys(code for code in resolved if code and code != lead))

    def _due_at(
        self, outcome: Outcome, kind: AppealKind, received_at: datetime | None
    ) -> datetime | None:
        if outcome in {Outcome.EMERGENCY, Outcome.DECLINE}:
            return None
        return self._deadlines.resolve_due(kind, received_at or self._clock.now()).due_at
