"""What a guide is expected to state and does not."""

from collections.abc import Iterator

from knowledge_base.checks.findings import Finding, Rule
from knowledge_base.checks.guides import Guides
from knowledge_base.library import Library


def missing_facets(guides: Guides, library: Library) -> Iterator[Finding]:
    """Yield each facet that ``city/matters_index.yml`` expects and the guide does not cover."""
    for guide in guides:
        matter = guide.matter
        entry = library.index.get(matter.code)
        for facet in () if entry is None else entry.expected_facets:
            if not matter.covers(facet):
                yield Finding(
                    matter.code,
                    facet.value,
                    f"{matter.title} 没有写明{facet.label}",
                    "补一条带依据的事实，或写明各地不同之处（local_variation）",
                    Rule.MISSING_FACET,
                )
