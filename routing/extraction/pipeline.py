"""The spaCy pipeline that reads entities: jieba words, then our own components.

``doc.spans["entities"]`` holds what was found, labelled by :class:`EntityKind`; places are found
over characters, so that a name the word list does not know is still found whole.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import spacy
from spacy.language import Language
from spacy.tokens import Doc

from knowledge_base.schema import Place
from retrieval.dictionary import prepare_jieba
from routing.extraction.contacts import (
    PATTERNS,
    EntityKind,
    speaks_as_dependent,
    wishes_anonymity,
    wishes_confidentiality,
)
from routing.extraction.demands import read_demands
from routing.extraction.emotion import EmotionReading, read_emotion
from routing.extraction.parties import find_parties
from routing.extraction.places import LocatedPlace, PlaceGazetteer, locate, without_names
from routing.extraction.times import find_times, main_time
from routing.schemas import Demanded

Span = tuple[int, int, EntityKind]  # start and end in characters
_KEY = "routing_entities"

Doc.set_extension(_KEY, default=(), force=True)
Doc.set_extension("routing_place", default=LocatedPlace(), force=True)
Doc.set_extension("routing_generic", default="", force=True)


@dataclass(frozen=True, slots=True)
class Extraction:
    """What one text names."""

    text: str
    generic: str  # the text with names of places as common nouns: what, not where
    entities: tuple[Span, ...]
    place: LocatedPlace
    when: str | None
    parties: tuple[str, ...]
    phone: str | None
    anonymous: bool
    wants_confidentiality: bool
    dependent: bool
    emotion: EmotionReading
    demands: tuple[Demanded, ...]


class Extractor:
    """Reads entities from normalised text; ``warm_up`` before the first use."""

    def __init__(self, places: Iterable[Place], data_dir: Path) -> None:
        self._places = tuple(places)
        self._cache_dir = data_dir / "cache"
        self._nlp: Language | None = None

    @property
    def places(self) -> tuple[Place, ...]:
        """The gazetteer that texts are read with."""
        return self._places

    def warm_up(self) -> None:
        """Load jieba's words (cached in ``data_dir``) and build the pipeline."""
        if self._nlp is None:
            prepare_jieba(self._cache_dir)
            self._nlp = _build(PlaceGazetteer(self._places))

    def extract(self, text: str) -> Extraction:
        """Read one normalised text."""
        if self._nlp is None:
            self.warm_up()
        assert self._nlp is not None
        doc = self._nlp(text)
        spans: tuple[Span, ...] = getattr(doc._, _KEY)
        return Extraction(
            text=text,
            generic=doc._.routing_generic,
            entities=spans,
            place=doc._.routing_place,
            when=main_time(text, [(a, b) for a, b, kind in spans if kind is EntityKind.TIME]),
            parties=tuple(dict.fromkeys(_said(text, spans, EntityKind.PARTY))),
            phone=next(iter(_said(text, spans, EntityKind.PHONE)), None),
            anonymous=wishes_anonymity(text),
            wants_confidentiality=wishes_confidentiality(text),
            dependent=speaks_as_dependent(text),
            emotion=read_emotion(text),
            demands=read_demands(text),
        )


def _said(text: str, spans: Iterable[Span], wanted: EntityKind) -> list[str]:
    return [text[start:end] for start, end, kind in spans if kind is wanted]


def _build(gazetteer: PlaceGazetteer) -> Language:
    nlp = spacy.blank("zh", config={"nlp": {"tokenizer": {"segmenter": "jieba"}}})
    # Factories are named per process; the gazetteer travels as a closure because it is data.
    Language.component("routing_places", func=_places_component(gazetteer))
    Language.component("routing_patterns", func=_patterns)
    nlp.add_pipe("routing_places")
    nlp.add_pipe("routing_patterns")
    return nlp


class _PlacesComponent:
    """Finds the places and decides which one is meant."""

    def __init__(self, gazetteer: PlaceGazetteer) -> None:
        self._gazetteer = gazetteer

    def __call__(self, doc: Doc) -> Doc:
        bounds = {0, len(doc.text)}
        for token in doc:
            bounds.update((token.idx, token.idx + len(token.text)))
        mentions = self._gazetteer.find(doc.text, frozenset(bounds))
        doc._.routing_place = locate(doc.text, mentions)
        doc._.routing_generic = without_names(doc.text, mentions)
        _add(doc, [(m.start, m.end, EntityKind.PLACE) for m in mentions])
        return doc


def _places_component(gazetteer: PlaceGazetteer) -> _PlacesComponent:
    return _PlacesComponent(gazetteer)


def _patterns(doc: Doc) -> Doc:
    text = doc.text
    found: list[Span] = [(a, b, EntityKind.TIME) for a, b in find_times(text)]
    words = [(token.idx, token.idx + len(token.text)) for token in doc]
    found.extend((a, b, EntityKind.PARTY) for a, b in find_parties(text, words))
    for kind, pattern in PATTERNS:
        found.extend((*match.span(), kind) for match in pattern.finditer(text))
    _add(doc, found)
    return doc


def _add(doc: Doc, found: Iterable[Span]) -> None:
    known: tuple[Span, ...] = getattr(doc._, _KEY)
    doc._.set(_KEY, tuple(sorted((*known, *found))))
