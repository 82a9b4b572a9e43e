"""Which required documents a citizen means by what they call them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from knowledge_base.bundles.materials import same_name
from knowledge_base.schema import Matter

# Share of the citizen's words that a document's name must hold.
_HELD_SHARE: Final = 0.6


@dataclass(frozen=True, slots=True)
class NamedDocuments:
    """What was meant; ``numbers`` count from 1 as in the guide."""

    numbers: tuple[int, ...]
    unknown: tuple[str, ...]  # what the guide does not ask for, in the citizen's words


def name_documents(
    matter: Matter, names: Sequence[str], in_guide_words: Callable[[str], str]
) -> NamedDocuments:
    """Return the documents that ``names`` mean.

    One name stands for one document: where two fit alike (申请人身份证, 监护人身份证) it is the
    first, so that the other is still said to be missing.

    Args:
        matter: whose documents.
        names: what the citizen has, in their words.
        in_guide_words: puts colloquial words into the guides' own (户口本 → 户口簿).
    """
    documents = [
        same_name(in_guide_words(document.name)) for document in matter.materials.documents
    ]
    found: list[int] = []
    unknown: list[str] = []
    for name in names:
        scores = [_likeness(same_name(in_guide_words(name)), document) for document in documents]
        best = max(range(len(scores)), key=lambda row: scores[row], default=None)
        if best is None or scores[best] <= 0:
            unknown.append(name)
        else:
            found.append(best + 1)
    return NamedDocuments(tuple(sorted(set(found))), tuple(unknown))


def _likeness(said: str, document: str) -> float:
    """Return 0 where they have too little in common; else the nearer, the higher."""
    said_pairs, document_pairs = _pairs(said), _pairs(document)
    common = len(said_pairs & document_pairs)
    if not said_pairs or common / len(said_pairs) < _HELD_SHARE:
        return 0.0
    return 2 * common / (len(said_pairs) + len(document_pairs))


def _pairs(text: str) -> set[str]:
    return {a + b for a, b in pairwise(text)}
