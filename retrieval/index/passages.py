"""What is searched: short texts, each of which belongs to a matter, a policy answer or a clause."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path

import numpy as np

from knowledge_base.library import Library
from knowledge_base.policies.passages import passages_of
from knowledge_base.policies.schema import SEPARATOR, PolicyDocument
from knowledge_base.policy_answers.schema import PolicyAnswer
from knowledge_base.schema import FacetName, Matter, Visibility
from knowledge_base.yaml_files import parse_yaml
from retrieval.examples.reading import shipped_examples
from retrieval.index.protocol import Ids
from retrieval.schemas import EntryKind

# Longer passages blur: their vector is a mean over everything said.
_FACET_CHARACTERS = 120
_ELSEWHERE_FILE = Path(__file__).parent.parent / "city" / "elsewhere.yml"
ELSEWHERE = "elsewhere"  # the code that stands for everything no guide is about


_WITHIN = f"{ELSEWHERE}/"


def is_elsewhere(code: str) -> bool:
    """Whether ``code`` stands for what no guide is about, by its name or as a whole."""
    return code == ELSEWHERE or is_neighbour(code)


def is_neighbour(code: str) -> bool:
    """Whether ``code`` stands for one thing that is known by name and answered by no guide."""
    return code.startswith(_WITHIN)


def neighbours() -> tuple[str, ...]:
    """Return the codes of what is known by name and no matter of the city, in order."""
    return tuple(sorted(filter(is_neighbour, shipped_examples())))


def _neighbour(code: str) -> str:
    return code.removeprefix(_WITHIN)


class PassageKind(StrEnum):
    """Which part of an entry a passage comes from."""

    TITLE = "title"
    ALIAS = "alias"
    QUESTION = "question"
    SUMMARY = "summary"
    FACET = "facet"
    # How people put what the entry is about: never shown to citizens.
    EXAMPLE = "example"
    CLAUSE = "clause"  # of a policy document: long prose, which names nothing
    # A name of a matter that the city has but no guide yet: it draws the questions that must not be
    # answered with a neighbour's guide.
    UNWRITTEN = "unwritten"
    # What people write that no guide answers; it draws its like in the same way.
    ELSEWHERE = "elsewhere"


# What an entry is called, by the city or by those who ask for it.
NAMES = frozenset(
    {
        PassageKind.EXAMPLE,
        PassageKind.TITLE,
        PassageKind.ALIAS,
        PassageKind.QUESTION,
        PassageKind.UNWRITTEN,
        PassageKind.ELSEWHERE,
    }
)


@dataclass(frozen=True, slots=True)
class Passage:
    """One searchable text and the entry it belongs to."""

    code: str
    kind: PassageKind
    text: str
    facet: FacetName | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """What can be found: a guide, a policy answer, a clause, or what only draws questions away.

    Not ``written`` is the title of a matter without a public guide, and what ``is_elsewhere``.
    """

    code: str  # M0103; Q0201; of a clause P0001/article3/paragraph2
    title: str
    written: bool
    kind: EntryKind = EntryKind.GUIDE


def build_entries(library: Library) -> tuple[Entry, ...]:
    """Return everything that can be found: guides first, in order of code, clauses last.

    Between them stand the matters without a guide, what is no matter, and the policy answers.
    """
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
    entries.append(Entry(ELSEWHERE, "", written=False))
    entries += [Entry(code, _neighbour(code), written=False) for code in neighbours()]
    entries += [
        Entry(answer.code, answer.question, written=True, kind=EntryKind.POLICY_ANSWER)
        for answer in library.policy_answers.answers.values()
        if answer.visibility is Visibility.PUBLIC
    ]
    clauses = {code: citation for code, citation, _ in _clauses(library)}
    entries += [
        Entry(code, citation, written=True, kind=EntryKind.CLAUSE)
        for code, citation in clauses.items()
    ]
    return tuple(entries)


Record = Matter | PolicyAnswer | PolicyDocument


@dataclass(frozen=True, slots=True, eq=False)
class PassageGroup:
    """The passages of one entry; the next library shares it where nothing of it changed."""

    record: Record | None  # what the passages were taken from; None where only titles are known
    further: tuple[str, ...]  # see ``_further_texts``
    passages: tuple[Passage, ...]
    ids: Ids  # see ``passage_ids``


def build_groups(
    library: Library, entries: Sequence[Entry], before: Mapping[str, PassageGroup]
) -> dict[str, PassageGroup]:
    """Return the passages of each entry under its code; those ``before`` holds are taken over."""
    further = _further_texts(library)
    groups: dict[str, PassageGroup] = {}
    for entry in entries:
        held = before.get(entry.code)
        record, texts = _record_of(library, entry), further.get(entry.code, ())
        if held is None or record is None or held.record is not record or held.further != texts:
            passages = tuple(_of_entry(library, entry, texts))
            if held is None or held.passages != passages:
                held = PassageGroup(record, texts, passages, passage_ids(passages))
        groups[entry.code] = held
    return groups


def build_passages(library: Library, entries: Sequence[Entry]) -> tuple[Passage, ...]:
    """Return the passages of ``entries``, in their order."""
    further = _further_texts(library)
    return tuple(
        passage
        for entry in entries
        for passage in _of_entry(library, entry, further.get(entry.code, ()))
    )


def _record_of(library: Library, entry: Entry) -> Record | None:
    if entry.kind is EntryKind.POLICY_ANSWER:
        return library.policy_answers.answer(entry.code)
    if entry.kind is EntryKind.CLAUSE:
        return library.policies[entry.code.partition(SEPARATOR)[0]].document
    return library.matter(entry.code) if entry.written else None


def _of_entry(library: Library, entry: Entry, further: Sequence[str]) -> Iterator[Passage]:
    if entry.kind is EntryKind.CLAUSE:
        for text in further:
            yield Passage(entry.code, PassageKind.CLAUSE, text)
        return
    yield from _described(library, entry, further)
    for text in shipped_examples().get(entry.code, ()):
        yield Passage(entry.code, PassageKind.EXAMPLE, text)


def _described(library: Library, entry: Entry, further: Sequence[str]) -> Iterator[Passage]:
    if entry.kind is EntryKind.POLICY_ANSWER:
        yield from _of_policy_answer(library.policy_answers.answer(entry.code))
    elif entry.written:
        yield from _of_matter(library.matter(entry.code))
        for name in further:
            yield Passage(entry.code, PassageKind.ALIAS, name)
    elif entry.code == ELSEWHERE:
        yield from _elsewhere()
    elif is_elsewhere(entry.code):
        yield Passage(entry.code, PassageKind.ELSEWHERE, entry.title)
    else:
        for name in (entry.title, *library.index[entry.code].aliases):
            yield Passage(entry.code, PassageKind.UNWRITTEN, name)


def passage_ids(passages: Sequence[Passage]) -> Ids:
    """Return the number of each passage in a vector index, int64, shape (n,), distinct.

    It is made of entry and text alone, so that it is the same in every process and version, and
    a passage with another text has another one.
    """
    seen: Counter[str] = Counter()
    digests = []
    for passage in passages:
        key = f"{passage.code}\0{passage.text}"
        said = f"{key}\0{seen[key]}"  # an entry may say the same twice
        seen[key] += 1
        digests.append(blake2b(said.encode(), digest_size=8).digest())
    # 63 bits: -1 stands for "none", and Milvus takes signed numbers only
    return np.frombuffer(b"".join(digests), dtype=">i8").astype(np.int64) & np.int64(2**63 - 1)


def _clauses(library: Library) -> Iterator[tuple[str, str, str]]:
    """Yield code, citation and text of every clause, documents by code, clauses in order."""
    for code, policy in sorted(library.policies.items()):
        for passage in passages_of(code, policy.document):
            yield f"{code}{SEPARATOR}{passage.path}", passage.citation, passage.text


def _further_texts(library: Library) -> dict[str, tuple[str, ...]]:
    """Return what is searched of an entry and does not stand in its own record, by its code.

    Of a clause its text; of a guide the names of those that it replaced: what people call a guide
    that is gone leads to the one in its place.
    """
    texts: dict[str, list[str]] = {}
    for code, _, text in _clauses(library):
        texts.setdefault(code, []).append(text)
    for former in library.replaced().values():
        texts.setdefault(former.successor, []).extend(former.names)
    return {code: tuple(found) for code, found in texts.items()}


def _of_policy_answer(answer: PolicyAnswer) -> Iterator[Passage]:
    for text in answer.ways_of_asking:
        yield Passage(answer.code, PassageKind.QUESTION, text)


def _elsewhere() -> Iterator[Passage]:
    for text in _elsewhere_texts():
        yield Passage(ELSEWHERE, PassageKind.ELSEWHERE, text)


@lru_cache(maxsize=1)
def _elsewhere_texts() -> tuple[str, ...]:
    return tuple(parse_yaml(_ELSEWHERE_FILE.read_text(encoding="utf-8")))


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
