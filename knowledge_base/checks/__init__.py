"""What an editor should look at: the library loads, but a guide may still be poor.

Faults that keep a guide from loading are found while loading (``references.py``); these findings
are about whether what it says can be trusted. One module holds one family of rules:
``completeness`` missing facets; ``broken_references``; ``likeness`` near-duplicates;
``repetition`` boilerplate; ``conflicts`` facts against facts; ``currency`` laws and guides out of
their time; ``powers`` departments without the power; ``numbers`` without a unit, or local ones
without a mark; ``fees`` without a basis; ``phones`` that are none; ``policy_answers`` out of
their time; ``guidance`` that its guide does not bear out any more.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date

from knowledge_base.checks.broken_references import broken_reference_data, broken_references
from knowledge_base.checks.completeness import missing_facets
from knowledge_base.checks.conflicts import conflicts
from knowledge_base.checks.currency import expired_entries, law_dates, laws_not_in_force
from knowledge_base.checks.fees import fees_without_basis
from knowledge_base.checks.findings import Finding, Rule, with_places
from knowledge_base.checks.guidance import guidance_against_guides
from knowledge_base.checks.guides import CheckedGuide, GuideMemory, Guides
from knowledge_base.checks.likeness import shared_aliases, similar_facets, similar_guides
from knowledge_base.checks.numbers import local_numbers, numbers_without_unit
from knowledge_base.checks.phones import no_phones, no_phones_of_points
from knowledge_base.checks.policy_answers import policy_answers_out_of_time
from knowledge_base.checks.powers import departments_without_power
from knowledge_base.checks.repetition import boilerplate
from knowledge_base.library import Library

# Of this process: whatever asks for checks speaks of the same guides, but for a few.
_MEMORY = GuideMemory()

__all__ = [
    "Finding",
    "GuideMemory",
    "Rule",
    "check",
    "check_entry",
    "check_lapsed",
    "with_places",
]


def check(library: Library, today: date, memory: GuideMemory | None = None) -> list[Finding]:
    """Return all findings, ordered by record.

    Args:
        library: what is looked at.
        today: judges which laws are in force.
        memory: what was worked out before of guides that are still the same; the process's own
            by default.
    """
    guides = (memory or _MEMORY).guides(library)
    found = [
        *_of_guides(guides, library, today),
        *_between(guides, None),
        *_of_reference_data(library),
        *policy_answers_out_of_time(library, today),
    ]
    return _ordered(found)


def check_lapsed(lapsed: Library, today: date) -> list[Finding]:
    """Return one finding an entry past its last day, ordered by record.

    Args:
        lapsed: from ``freshness.lapsed``; ``check`` of what is answered today does not see it.
        today: after the last day of each.
    """
    guides = [CheckedGuide(matter) for matter in lapsed.matters.values()]
    return _ordered(
        (*expired_entries(guides, lapsed, today), *policy_answers_out_of_time(lapsed, today))
    )


def check_entry(
    library: Library, code: str, today: date, memory: GuideMemory | None = None
) -> list[Finding]:
    """Return those of ``check`` that the guide ``code`` has, or has a part in.

    Compares this one guide with the others: where they were looked at before it takes
    milliseconds, otherwise up to a second for what is worked out of every guide.
    """
    guides = (memory or _MEMORY).guides(library)
    focus = next(guide for guide in guides if guide.code == code)
    replaced = [guide for guide in guides if guide.matter.superseded_by == code]
    looked_at = dict.fromkeys((focus, *replaced))
    found = [*_of_guides(tuple(looked_at), library, today), *_between(guides, focus)]
    named = re.compile(rf"{code}(?!\d)")
    return _ordered(one for one in found if one.code == code or named.search(one.message))


def _of_guides(guides: Guides, library: Library, today: date) -> Iterator[Finding]:
    """Look at each of the guides by itself."""
    yield from broken_references(guides, library)
    yield from missing_facets(guides, library)
    yield from laws_not_in_force(guides, library, today)
    yield from expired_entries(guides, library, today)
    yield from departments_without_power(guides, library)
    yield from numbers_without_unit(guides)
    yield from local_numbers(guides, library)
    yield from fees_without_basis(guides)
    yield from no_phones(guides)
    yield from guidance_against_guides(guides, library)


def _between(guides: Guides, focus: CheckedGuide | None) -> Iterator[Finding]:
    """Compare the guides with each other, or one with all others."""
    yield from shared_aliases(guides, focus)
    yield from similar_guides(guides, focus)
    yield from similar_facets(guides, focus)
    yield from boilerplate(guides, focus)
    yield from conflicts(guides, focus)


def _of_reference_data(library: Library) -> Iterator[Finding]:
    """Look at what belongs to no guide: laws, departments, places, service points."""
    yield from broken_reference_data(library)
    yield from law_dates(library)
    yield from no_phones_of_points(library)


def _ordered(findings: Iterable[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda finding: (finding.code, finding.field, finding.message))
