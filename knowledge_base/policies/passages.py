"""What the retrieval index is given of published documents: one passage a clause."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from knowledge_base.policies.quoting import citation
from knowledge_base.policies.schema import Clause, PolicyDocument

_LONGEST: Final = 120  # characters that are searched; longer ones blur, as with guides


@dataclass(frozen=True, slots=True)
class ClausePassage:
    """One searchable clause; its whole text is found by ``code`` and ``path``."""

    code: str  # of the document, P0001
    path: str  # of the clause, for ``quote``
    citation: str
    text: str


def clause_passages(documents: Mapping[str, PolicyDocument], day: date) -> Iterator[ClausePassage]:
    """Yield the provisions of what is in force on ``day``, documents by code, clauses in order.

    Args:
        documents: published ones that the reader may see, by code.
        day: Asia/Shanghai.
    """
    for code, document in sorted(documents.items()):
        if document.in_force_on(day):
            yield from passages_of(code, document)


def passages_of(code: str, document: PolicyDocument) -> Iterator[ClausePassage]:
    """Yield the provisions of one document, in order, whatever day it is."""
    for clause in document.provisions:
        if clause.path:
            said = f"{document.title} {_heading(document, clause)}{clause.text}"
            yield ClausePassage(code, clause.key, citation(document, clause), said[:_LONGEST])


def _heading(document: PolicyDocument, clause: Clause) -> str:
    """Return the nearest heading above: a bare list item says little without it."""
    for depth in range(len(clause.path), 0, -1):
        if (heading := document.headings.get(clause.path[:depth])) is not None:
            return f"{heading} "
    return ""
