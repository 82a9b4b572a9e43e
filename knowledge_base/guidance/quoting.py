"""The guide's own words, with the law that stands beside them."""

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import BaseModel

from knowledge_base.facets import LegalReference
from knowledge_base.rendering import Phrases, laws_text
from knowledge_base.schema import Matter

# Names, codes and the like are no statement of the guide.
_NOT_SAID = frozenset({"aliases", "sample_questions", "source", "legal_basis"})


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of a guide and what they rest on."""

    words: str
    basis: tuple[LegalReference, ...]

    @property
    def text(self) -> str:
        """The words with their law."""
        return self.words + (Phrases.BASIS.format(laws=laws_text(self.basis)) if self.basis else "")


def quote(matter: Matter, words: str) -> Quote | None:
    """Return ``words`` as the guide has them; ``None`` where it does not say so."""
    for said, basis in _statements(matter):
        if words in said:
            return Quote(words, basis)
    return None


def _statements(record: BaseModel) -> Iterator[tuple[str, tuple[LegalReference, ...]]]:
    """Yield every text of a record with the laws of the part it stands in."""
    basis = tuple(getattr(record, "basis", ()))
    for name in type(record).model_fields:
        if name in _NOT_SAID:
            continue
        value = getattr(record, name)
        values = value.values() if isinstance(value, dict) else value
        for item in values if isinstance(values, tuple) or values is not value else (value,):
            if isinstance(item, str):
                yield item, basis
            elif isinstance(item, BaseModel) and not isinstance(item, LegalReference):
                yield from _statements(item)
