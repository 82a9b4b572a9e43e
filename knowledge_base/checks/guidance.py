"""Guidance whose guide was changed since: it is not offered until both agree again."""

from collections.abc import Iterator

from knowledge_base.checks.findings import Finding, Rule
from knowledge_base.checks.guides import Guides
from knowledge_base.guidance.checking import problems
from knowledge_base.library import Library


def guidance_against_guides(guides: Guides, library: Library) -> Iterator[Finding]:
    """Yield what the questions on a guide name and the guide does not say any more."""
    for guide in guides:
        guidance = library.guidance.get(guide.code)
        if guidance is None:
            continue
        for one in problems(guidance, guide.matter, library.matters):
            named = library.title_of(one.said) or one.said  # of a matter its title
            message = f"智能导办用到“{named}”，指南里没有，暂不向市民提问"
            repair = "改回指南的写法，或者请维护人员按新指南改导办问题"
            yield Finding(guide.code, "materials", message, repair, Rule.GUIDANCE)
