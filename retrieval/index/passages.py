"""What is searched: short texts, each of which belongs to one matter."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path

import numpy as np
import yaml

from knowledge_base.library import Library
from knowledge_base.schema import FacetName, Matter
from retrieval.index.protocol import Ids

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
    written = library.public_matters()
    entries = [Entry(matter.code, matter.title, written=True) for matter in written]
    # an internal guide is not shown, and its title draws what it would have answered
    codes = {matter.code for matter in written}
    entries += [
        Entry(code, matter.title, written=False)
        for code, matter in sorted(library.index.items())
        if code not in codes
    ]
    return (*entries, Entry(ELSEWHERE, "", written=False))


@dataclass(frozen=True, slots=True, eq=False)
class PassageGroup:
    """The passages of one entry; the next library shares it where nothing of it changed."""

    matter: Matter | None  # what the passages were taken from, where that is a guide
    passages: tuple[Passage, ...]
    ids: Ids  # see ``passage_ids``


def build_groups(
    library: Library, entries: Sequence[Entry], before: Mapping[str, PassageGroup]
) -> dict[str, PassageGroup]:
    """Return the passages of each entry under its code; those ``before`` holds are taken over."""
    groups: dict[str, PassageGroup] = {}
    for entry in entries:
        held = before.get(entry.code)
        matter = library.matters.get(entry.code) if entry.written else None
        if held is None or matter is None or held.matter is not matter:
            passages = tuple(_of_entry(library, entry))
            if held is None or held.passages != passages:
                held = PassageGroup(matter, passages, passage_ids(passages))
        groups[entry.code] = held
    return groups


def build_passages(library: Library, entries: Sequence[Entry]) -> tuple[Passage, ...]:
    """Return the passages of ``entries``, in their order."""
    return tuple(passage for entry in entries for passage in _of_entry(library, entry))


def _of_entry(library: Library, entry: Entry) -> Iterator[Passage]:
    if entry.written:
        yield from _of_matter(library.matter(entry.code))
    elif entry.code == ELSEWHERE:
        yield from _elsewhere()
    else:
        for name in (entry.title, *library.index[entry.code].aliases):
            yield Passage(entry.code, PassageKind.UNWRITTEN, name)


def passage_ids(passages: Sequence[Passage]) -> Ids:
    """Return the number of each passage in a vector index, int64, shape (n,), distinct.

    It is made of matter and text alone, so that it is the same in every process and version, and
    a passage with another text has another one.
    """
    seen: Counter[str] = Counter()
    digests = []
    for passage in passages:
        key = f"{passage.code}\0{passage.text}"
        said = f"{key}\0{seen[key]}"  # a guide may say the same twice
        seen[key] += 1
        digests.append(blake2b(said.encode(), digest_size=8).digest())
    # 63 bits: -1 stands for "none", and Milvus takes signed numbers only
    return np.frombuffer(b"".join(digests), dtype=">i8").astype(np.int64) & np.int64(2**63 - 1)


def _elsewhere() -> Iterator[Passage]:
    for text in _elsewhere_texts():
        yield Passage(ELSEWHERE, PassageKind.ELSEWHERE, text)


@lru_cache(maxsize=1)
def _elsewhere_texts() -> tuple[str, ...]:
    return tuple(yaml.safe_load(_ELSEWHERE_FILE.read_text(encoding="utf-8")))


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
