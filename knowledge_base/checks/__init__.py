"""What an editor should look at: the library loads, but a guide may still be poor.

Faults that keep a guide from loading are found while loading (``references.py``); these findings
are about whether what it says can be trusted. One module holds one family of rules:
``completeness`` missing facets; ``broken_references``; ``likeness`` near-duplicates;
``repetition`` boilerplate; ``conflicts`` facts against facts; ``currency`` laws and guides out of
their time; ``powers`` departments without the power; ``numbers`` without a unit, or local ones
without a mark; ``fees`` without a basis; ``phones`` that are none; ``policy_answers`` out of
their time.
"""

from datetime import date

from knowledge_base.checks.broken_references import broken_references
from knowledge_base.checks.completeness import missing_facets
from knowledge_base.checks.conflicts import conflicts
from knowledge_base.checks.currency import expired_entries, law_dates, laws_not_in_force
from knowledge_base.checks.fees import fees_without_basis
from knowledge_base.checks.findings import Finding, Rule, with_places
from knowledge_base.checks.likeness import shared_aliases, similar_facets, similar_guides
from knowledge_base.checks.numbers import local_numbers, numbers_without_unit
from knowledge_base.checks.phones import no_phones
from knowledge_base.checks.policy_answers import policy_answers_out_of_time
from knowledge_base.checks.powers import departments_without_power
from knowledge_base.checks.repetition import boilerplate
from knowledge_base.library import Library

__all__ = ["Finding", "Rule", "check", "with_places"]


def check(library: Library, today: date) -> list[Finding]:
    """Return all findings, ordered by record; ``today`` judges which laws are in force."""
    matters = list(library.matters.values())
    findings = [
        *broken_references(library),
        *missing_facets(library),
        *shared_aliases(matters),
        *similar_guides(matters),
        *similar_facets(matters),
        *boilerplate(matters),
        *conflicts(matters),
        *laws_not_in_force(library, today),
        *law_dates(library),
        *expired_entries(library, today),
        *departments_without_power(library),
        *numbers_without_unit(matters),
        *local_numbers(library),
        *fees_without_basis(matters),
        *no_phones(library),
        *policy_answers_out_of_time(library, today),
    ]
    return sorted(findings, key=lambda finding: (finding.code, finding.field, finding.message))
