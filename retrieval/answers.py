"""Compose an answer from a guide's fields, and say where it comes from.

Every word comes from ``knowledge_base.rendering``; nothing is written here.
"""

from collections.abc import Iterator

from pydantic import BaseModel

from knowledge_base.library import Library
from knowledge_base.rendering import Phrases, facet_text, headline, laws_text
from knowledge_base.schema import FacetName, LegalReference, Matter
from retrieval.schemas import Source

# What a plain 「怎么办」 is answered with: the way, and what to bring.
_PLAIN = (FacetName.PROCESS, FacetName.MATERIALS)


def compose_text(matter: Matter, facet: FacetName, library: Library) -> str:
    """Return the facet asked for; where the guide is silent, it says so.

    A plain "how do I" opens with the summary; who asks for one facet is told the matter's title
    and the facet, not everything again.
    """
    plain = facet is FacetName.PROCESS
    wanted = _PLAIN if plain else (facet,)
    blocks = [headline(matter) if plain else matter.title]
    blocks += [block for one in wanted if (block := _block(matter, one, library))]
    if len(blocks) == 1:
        phone = matter.consultation_phone
        blocks.append(Phrases.MISSING.format(labels=facet.label, phone=phone))
    return "\n\n".join(blocks)


def _block(matter: Matter, facet: FacetName, library: Library) -> str:
    text = facet_text(matter, facet, library)
    return f"{Phrases.HEADING.format(label=facet.label)}\n{text}" if text else ""


def cite(matter: Matter, facet: FacetName) -> Source:
    """Return title, version, effective date, source document and the laws behind the facet."""
    section = None if facet is FacetName.LEGAL_BASIS else getattr(matter, facet.value)
    found = list(_references(section)) or list(matter.legal_basis)
    return Source(
        code=matter.code,
        title=matter.title,
        version=matter.version,
        valid_from=matter.valid_from.isoformat(),
        source=matter.source.title,
        laws=tuple(dict.fromkeys(laws_text([reference]) for reference in found)),
    )


def _references(value: object) -> Iterator[LegalReference]:
    """Yield every legal reference anywhere inside a part of a guide."""
    if isinstance(value, LegalReference):
        yield value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _references(getattr(value, name))
    elif isinstance(value, tuple):
        for one in value:
            yield from _references(one)
