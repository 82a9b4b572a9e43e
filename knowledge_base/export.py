"""The library as plain rows, for evaluation and for other systems."""

from collections.abc import Iterator
from typing import TypedDict

from knowledge_base.library import Library
from knowledge_base.rendering import facet_text
from knowledge_base.schema import FacetName, Matter


class ExportRow(TypedDict):
    """One matter; ``facets`` holds only what the guide states."""

    code: str
    title: str
    aliases: list[str]
    category: str
    department: str
    facets: dict[str, str]


def export_rows(library: Library) -> Iterator[ExportRow]:
    """Yield every public matter in order of code (``docs/cli/kb-export.schema.json``)."""
    for matter in library.public_matters():
        yield _row(matter, library)


def _row(matter: Matter, library: Library) -> ExportRow:
    texts = {facet.value: facet_text(matter, facet, library) for facet in FacetName}
    return ExportRow(
        code=matter.code,
        title=matter.title,
        aliases=list(matter.aliases),
        category=matter.category,
        department=matter.department,
        facets={facet: text for facet, text in texts.items() if text},
    )
