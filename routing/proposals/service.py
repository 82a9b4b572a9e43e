"""Routing: what one text says of an appeal, and who should handle it."""

import re
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol

import numpy as np

from foundation.clock import Clock, SystemClock
from foundation.settings import Settings
from foundation.text.normalise import normalise
from knowledge_base.schema import Department, Place
from retrieval.encoder.protocol import Encoder
from routing.classification.classifier import Classification, Classifier
from routing.classification.weights import RoutingWeights, load_weights
from routing.extraction.pipeline import Extraction, Extractor
from routing.extraction.places import LocatedPlace
from routing.proposals.evidence import DutyQuotes
from routing.proposals.leads import OPEN, LeadChooser, LeadScore
from routing.proposals.territory import TerritoryMap
from routing.safety import SafetyAlert, screen
from routing.schemas import AppealKind, AppealReading, DepartmentCandidate, Outcome, Proposal
from routing.taxonomy import LeadRule, Taxonomy

_LONGEST = 2000  # characters that enter the pipeline
_KEPT_READINGS = 128
_LEAST_CATEGORY = 0.05  # below it no category is named
_REPORT_CHANCE = 0.2  # a real chance of 举报: identity is protected
_DISPATCHER_BELOW = 0.6
_DISPATCHER_BELOW_UNRULED = 0.8  # 人工判定 and nothing in the text that decides
_APPEAL = 0.5
_SHOWN = 5
# The name by which the departments' data knows who answers a line.
_LINE_NAMES = {
    "110": "110",
    "119": "119",
    "120": "120",
    "122": "122",
    "燃气": "燃气公司",
    "供电": "供电局",
    "心理援助": "卫健委",
}


class Library(Protocol):
    """What routing needs of the knowledge base."""

    @property
    def departments(self) -> Mapping[str, Department]:
        """Bodies by code."""
        ...

    @property
    def places(self) -> Sequence[Place]:
        """The gazetteer."""
        ...


class ResolveDeadline(Protocol):
    """The end of the time to resolve."""

    @property
    def due_at(self) -> datetime | None:
        """Aware; ``None`` where the rules set no limit."""
        ...


class Deadlines(Protocol):
    """What routing needs of the deadline service."""

    def resolve_due(self, kind: AppealKind, registered_at: datetime) -> ResolveDeadline:
        """Return by when an appeal registered at that moment must be resolved."""
        ...


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
        weights: RoutingWeights | None = None,
    ) -> None:
        self._taxonomy = taxonomy
        self._departments = library.departments
        self._deadlines = deadlines
        self._clock = clock or SystemClock()
        self._weights = weights or load_weights()
        cache_dir: Path = settings.data_dir / "cache"
        self._extractor = Extractor(library.places, settings.data_dir)
        self._classifier = Classifier(taxonomy, self._weights, encoder, cache_dir)
        quotes = DutyQuotes(taxonomy, library.departments)
        self._chooser = LeadChooser(
            taxonomy, TerritoryMap(library.departments, library.places), quotes
        )
        self._lines = {
            line: next(
                (
                    body.code
                    for body in library.departments.values()
                    if alias == body.short_name or alias in body.aliases
                ),
                None,
            )
            for line, alias in _LINE_NAMES.items()
        }
        self._recent: OrderedDict[str, tuple[Extraction, Classification]] = OrderedDict()

    def warm_up(self) -> None:
        """Load the word list and build the indexes; about 20 s the first time, then 2 s."""
        self._extractor.warm_up()
        appeals = [appeal.text for appeal in self._taxonomy.appeals]
        self._classifier.warm_up({text: self._extractor.extract(text).generic for text in appeals})

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
        extraction, classification = self._understand(text)
        located = self._locate(extraction, place, reading)
        alert = screen(text)
        settled = kind or _kind(classification, alert)
        read = self._reading(extraction, classification, located, settled)
        categories = self._ranked(classification)
        said = f"{extraction.text}。{place}" if place else extraction.text
        ranked = self._chooser.rank(said, categories, located.district)
        return self._proposal(said, read, ranked, categories, alert, received_at)

    def _proposal(
        self,
        text: str,
        reading: AppealReading,
        ranked: list[LeadScore],
        categories: Sequence[tuple[str, float]],
        alert: SafetyAlert | None,
        received_at: datetime | None,
    ) -> Proposal:
        is_empty = reading.category is None and reading.appeal_probability < _APPEAL
        best = ranked[0] if ranked and not is_empty else None
        lead = None if best is None or best.code == OPEN else best.code
        outcome = self._outcome(reading, best, alert)
        confidence = self._confidence(best)
        asks = self._asks(outcome, reading, text)
        if alert is not None:
            lead = self._lines.get(alert.line) or lead
            confidence = 1.0
        return Proposal(
            outcome=outcome,
            reading=reading,
            lead=lead,
            co=self._co_handling(reading, lead),
            candidates=self._candidates(ranked, lead),
            confidence=round(confidence, 4),
            needs_dispatcher=self._needs_dispatcher(outcome, reading, confidence, text, asks),
            asks=asks,
            emergency_line=None if alert is None else alert.line,
            urgent=alert is not None or self._is_hazardous(text, categories),
            due_at=self._due_at(outcome, reading.kind, received_at),
        )

    def _understand(self, text: str) -> tuple[Extraction, Classification]:
        known = self._recent.get(text)
        if known is not None:
            return known
        extraction = self._extractor.extract(normalise(_encodable(text)[:_LONGEST]))
        understood = extraction, self._classifier.classify(extraction)
        self._recent[text] = understood
        if len(self._recent) > _KEPT_READINGS:
            self._recent.popitem(last=False)
        return understood

    def _reading(
        self,
        extraction: Extraction,
        classification: Classification,
        place: LocatedPlace,
        kind: AppealKind,
    ) -> AppealReading:
        code, probability = self._ranked(classification)[0]
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
            confidential=_is_confidential(extraction, classification, kind),
        )

    def _ranked(self, classification: Classification) -> list[tuple[str, float]]:
        order = np.argsort(-classification.categories)[:_CONSIDERED]
        return [(self._taxonomy.codes[int(i)], float(classification.categories[i])) for i in order]

    def _locate(
        self, extraction: Extraction, place: str | None, reading: AppealReading | None
    ) -> LocatedPlace:
        if place is not None and place.strip():
            given = self._extractor.extract(normalise(_encodable(place)[:_LONGEST])).place
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
        dense = self._classifier.is_dense
        calibration = self._weights.lead if dense else self._weights.lead_lexical_only
        return calibration.probability(best.probability)

    def _co_handling(self, reading: AppealReading, lead: str | None) -> tuple[str, ...]:
        if reading.category is None:
            return ()
        traits = self._taxonomy.traits_of(reading.category.code)
        resolved = (self._chooser.resolve(body, reading.district) for body in traits.co)
        return tuple(dict.fromkeys(code for code in resolved if code and code != lead))

    def _candidates(
        self, ranked: list[LeadScore], lead: str | None
    ) -> tuple[DepartmentCandidate, ...]:
        named = [score for score in ranked if score.code != OPEN]
        if lead is not None and not any(score.code == lead for score in named):
            named.insert(0, LeadScore(lead, 1.0, ["安全筛查：请立即拨打专线"]))
        named.sort(key=lambda score: (score.code != lead, -score.probability))
        return tuple(
            DepartmentCandidate(score.code, round(score.probability, 4), tuple(score.evidence))
            for score in named[:_SHOWN]
        )

    def _is_hazardous(self, text: str, categories: Sequence[tuple[str, float]]) -> bool:
        for code, probability in categories[:2]:
            hazard = self._taxonomy.traits_of(code).hazard
            if hazard and probability >= _HAZARD_CHANCE and re.search(hazard, text):
                return True
        return False

    def _due_at(
        self, outcome: Outcome, kind: AppealKind, received_at: datetime | None
    ) -> datetime | None:
        if outcome in {Outcome.EMERGENCY, Outcome.DECLINE}:
            return None
        return self._deadlines.resolve_due(kind, received_at or self._clock.now()).due_at


_CONSIDERED = 12
_HAZARD_CHANCE = 0.25


def _kind(classification: Classification, alert: SafetyAlert | None) -> AppealKind:
    # Whoever tells of danger to life asks for help, whatever the sentence looks like.
    is_inquiry = classification.kind is AppealKind.INQUIRY
    return AppealKind.ASSISTANCE if alert is not None and is_inquiry else classification.kind


def _encodable(text: str) -> str:
    # A lone surrogate cannot be written anywhere; it says nothing either.
    return text.encode("utf-8", "ignore").decode("utf-8")


def _is_confidential(
    extraction: Extraction, classification: Classification, kind: AppealKind
) -> bool:
    """Whether identity must be protected: over-protection is no error, a miss is (DESIGN §8)."""
    if extraction.wants_confidentiality or kind is AppealKind.IRREGULARITY_REPORT:
        return True
    if classification.kinds[AppealKind.IRREGULARITY_REPORT] >= _REPORT_CHANCE:
        return True
    blames = kind in {AppealKind.COMPLAINT, AppealKind.ASSISTANCE}
    return blames and extraction.dependent
