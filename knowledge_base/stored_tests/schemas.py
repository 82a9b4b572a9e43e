"""The shape that stored test questions are read in."""

from dataclasses import dataclass

from knowledge_base.schema import FacetName


@dataclass(frozen=True, slots=True)
class StoredQuestion:
    """A question that must be answered from the matter ``code``."""

    id: int
    code: str
    question: str
    facet: FacetName | None = None  # None: whichever the answer speaks of
