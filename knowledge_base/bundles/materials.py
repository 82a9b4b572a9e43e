"""The documents of several matters as one list: what is the same is asked once."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from foundation.text.normalise import normalise
from knowledge_base.bundles.schema import SharedDocument, Step
from knowledge_base.schema import LegalReference, Matter, RequiredDocument

# Marks and filling words in which guides differ while they mean one document.
_MARKS: Final = re.compile(r"[\s《》“”\"'‘’·、的]")
_STATE: Final = "中华人民共和国"
_ORIGINAL: Final = ("原件", "原件和复印件")
_COPIED: Final = ("复印件", "原件和复印件")


@dataclass(frozen=True, slots=True)
class Need:
    """One matter's call for a document, as its guide has it."""

    code: str
    title: str  # of the matter
    document: RequiredDocument


@dataclass(frozen=True, slots=True)
class MergedDocument:
    """One document and every matter that needs it, in the order of the steps."""

    name: str
    needs: tuple[Need, ...]
    given_by: str | None = None  # code of the earlier step that issues it

    @property
    def original(self) -> bool:
        """Whether the original is to be shown: once is enough for all."""
        return any(need.document.form in _ORIGINAL for need in self.needs)

    @property
    def copies(self) -> int:
        """How many photocopies in all: each office keeps its own."""
        forms = (need.document for need in self.needs if need.document.form in _COPIED)
        return sum(document.copies or 1 for document in forms)

    @property
    def pieces(self) -> int:
        """How many are wanted where no photocopies are: the most that one matter names; 0: unsaid.

        The same original serves several offices; two photos for one and three for the other are
        kept by them and add up.
        """
        originals = [_count(need, "原件") for need in self.needs]
        kept = [_count(need, None) for need in self.needs]
        return max(max(originals, default=0), sum(kept))

    @property
    def electronic(self) -> bool:
        """Whether every matter takes an electronic certificate (电子证照) instead."""
        return all(need.document.electronic_accepted for need in self.needs)

    @property
    def filled_online(self) -> bool:
        """Whether it exists in electronic form only: nothing to carry."""
        return all(need.document.form == "电子" for need in self.needs)

    @property
    def conditions(self) -> tuple[str, ...]:
        """In which cases it is needed; empty: in every case."""
        named = [need.document.required_when for need in self.needs]
        if None in named:
            return ()
        return tuple(dict.fromkeys(one for one in named if one is not None))

    @property
    def notes(self) -> tuple[str, ...]:
        """What the guides add, each once."""
        notes = (need.document.note for need in self.needs)
        return tuple(dict.fromkeys(note for note in notes if note))

    @property
    def issuers(self) -> tuple[str, ...]:
        """Who issues it, each once."""
        issuers = (need.document.issuer for need in self.needs)
        return tuple(dict.fromkeys(issuer for issuer in issuers if issuer))

    @property
    def basis(self) -> tuple[LegalReference, ...]:
        """The laws of all needs, each once."""
        return tuple(dict.fromkeys(law for need in self.needs for law in need.document.basis))


@dataclass
class _Pile:
    name: str
    needs: list[Need] = field(default_factory=list)
    given_by: str | None = None


def _count(need: Need, form: str | None) -> int:
    return (need.document.copies or 0) if need.document.form == form else 0


def same_name(name: str) -> str:
    """Return the form in which two names of one document are equal; never shown to anyone."""
    return _MARKS.sub("", normalise(name)).removeprefix(_STATE)


def merge(
    taken: Sequence[tuple[Step, Matter | None]], shared: Sequence[SharedDocument] = ()
) -> tuple[MergedDocument, ...]:
    """Return the documents of the steps taken, each once, in the order in which they are needed.

    Args:
        taken: steps in order with their guides; ``None``: no guide is written yet.
        shared: documents that guides call by several names.
    """
    names = {same_name(alias): one.name for one in shared for alias in (one.name, *one.also)}
    piles: dict[str, _Pile] = {}
    given: dict[str, str] = {}
    for step, matter in taken:
        for document in () if matter is None else matter.materials.documents:
            name = names.get(same_name(document.name), document.name)
            pile = piles.setdefault(same_name(name), _Pile(name))
            if not pile.needs:
                pile.given_by = given.get(same_name(name))
            pile.needs.append(Need(step.matter, matter.title if matter else "", document))
        given |= {same_name(names.get(same_name(name), name)): step.matter for name in step.gives}
    return tuple(
        MergedDocument(pile.name, tuple(pile.needs), pile.given_by) for pile in piles.values()
    )
