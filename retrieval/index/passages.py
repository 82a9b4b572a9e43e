"""What is searched: short texts, each of which belongs to one matter."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import yaml

from knowledge_base.library import Library
from knowledge_base.schema import FacetName, Matter

# Longer passages blur: their vector is a mean over everything said.
_FACET_CHARACTERS = 120
_ELSEWHERE_FILE = Path(__file__).parent.parent / "city" / "elsewhere.yml"
ELSEWHERE = "elsewhere"  # the code that stands for everything no guide is about


class PassageKind(StrEnum):
    """Which part of a guide a passage comes from."""

    TITLE = "title"
    ALIAS = "alias"
    QUESTION = "question"
    SUMMARY = "summary"
    FACET = "facet"
    # A name of a matter that the city has but no guide yet: it draws the questions that must not be
    # answered with a neighbour's guide.
    UNWRITTEN = "unwritten"
    # What people write that no guide answers; it draws its like in the same way.
    ELSEWHERE = "elsewhere"


NAMES = frozenset(
    {
        PassageKind.TITLE,
        PassageKind.ALIAS,
        PassageKind.QUESTION,
        PassageKind.UNWRITTEN,
        PassageKind.ELSEWHERE,
    }
)


@dataclass(frozen=True, slots=True)
class Passage:
    """One searchable text and the matter it belongs to."""

    code: str
    kind: PassageKind
    text: str
    facet: FacetName | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A matter as retrieval sees it: a written guide, a title without one, or ``ELSEWHERE``."""

    code: str
    title: str
    written: bool


def build_entries(library: Library) -> tuple[Entry, ...]:
    """Return the public guides in order of code, the matters without one, and what is neither."""
    replaced = library.replaced()
    written = [matter for matter in library.public_matters() if matter.code not in replaced]
    entries = [Entry(matter.code, matter.title, written=True) for matter in written]
    # an internal guide is not shown, and its title draws what it would have answered
    codes = {matter.code for matter in written}
    entries += [
        Entry(code, matter.title, written=False)
        for code, matter in sorted(library.index.items())
        if code not in codes and code not in replaced
    ]
    return (*entries, Entry(ELSEWHERE, "", written=False))


def build_passages(library: Library, entries: Sequence[Entry]) -> tuple[Passage, ...]:
    """Return the passages of ``entries``, in their order."""
    passages: list[Passage] = []
    replaced = library.replaced().values()
    for entry in entries:
        if entry.written:
            passages += _of_matter(library.matter(entry.code))
            # What people call a guide that is gone leads to the one in its place.
            names = [name for one in replaced if one.successor == entry.code for name in one.names]
            passages += [Passage(entry.code, PassageKind.ALIAS, name) for name in names]
        elif entry.code == ELSEWHERE:
            passages += _elsewhere()
        else:
            unwritten = (entry.title, *library.index[entry.code].aliases)
            passages += [Passage(entry.code, PassageKind.UNWRITTEN, name) for name in unwritten]
    return tuple(passages)


def _elsewhere() -> Iterator[Passage]:
    for text in yaml.safe_load(_ELSEWHERE_FILE.read_text(encoding="utf-8")):
        yield Passage(ELSEWHERE, PassageKind.ELSEWHERE, text)


def _of_matter(matter: Matter) -> Iterator[Passage]:
    yield Passage(matter.code, PassageKind.TITLE, matter.title)
    for alias in matter.aliases:
        yield Passage(matter.code, PassageKind.ALIAS, alias)
    for question in matter.sample_questions:
        yield Passage(matter.code, PassageKind.QUESTION, question)
    for common in matter.common_questions:
        yield Passage(matter.code, PassageKind.QUESTION, common.question)
    yield Passage(matter.code, PassageKind.SUMMARY, matter.summary)
    for facet in FacetName:
        text = "；".join(_facet_texts(matter, facet))
        if text:
            said = f"{matter.title} {facet.label}：{text}"[:_FACET_CHARACTERS]
            yield Passage(matter.code, PassageKind.FACET, said, facet)


def _facet_texts(matter: Matter, facet: FacetName) -> Iterator[str]:
    if facet is FacetName.LEGAL_BASIS:
        yield from (reference.law for reference in matter.legal_basis)
        return
    section = getattr(matter, facet.value)
    if facet is FacetName.MATERIALS:
        yield from (document.name for document in section.documents)
    if facet is FacetName.PROCESS:
        yield from (step.text for step in section.steps)
    if facet is FacetName.FEE:
        yield from (item.name for item in section.items)
    if facet is FacetName.ONLINE:
        yield from (entry.name for entry in section.entries)
    yield from (fact.text for fact in section.facts)
    if section.local_variation is not None:
        yield section.local_variation.what
