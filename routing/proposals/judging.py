"""What one text gives reason for: danger, protection, the kind that is settled."""

import re
from collections.abc import Mapping, Sequence

from knowledge_base.schema import Department
from routing.classification.classifier import Classification
from routing.extraction.pipeline import Extraction
from routing.safety import SafetyAlert
from routing.schemas import AppealKind
from routing.taxonomy import Taxonomy

_REPORT_CHANCE = 0.2  # a real chance of 举报: identity is protected
# The same where somebody said what kind it is: 「我要投诉」 is not overruled by one chance in five.
_REPORT_CHANCE_AGAINST = 0.5
# Of 120 shipped emergencies one lies below, of 121 calibration appeals that are alarmed on 54
# (five-fold). At 0.2 it would be 74, but more emergencies that nothing was developed on would lose
# their line: docs/benchmarks/routing.md.
ORDINARY_DANGER = 0.1
_HAZARD_CHANCE = 0.25
# The name by which the departments' data knows who answers a line.
_LINE_NAMES = {
    "110": "110",
    "119": "119",
    "120": "120",
    "122": "122",
    "燃气": "燃气公司",
    "供电": "供电局",
    "心理援助": "卫健委",
}


def reads_ordinary(classification: Classification) -> bool:
    """Whether a text that the screen alarms on reads like any other appeal."""
    # The card goes out all the same; but a shop's opening hours are not handed to the police.
    return classification.danger is not None and classification.danger < ORDINARY_DANGER


def settled_kind(classification: Classification, alert: SafetyAlert | None) -> AppealKind:
    """Return the kind, danger considered."""
    # Whoever tells of danger to life asks for help, whatever the sentence looks like.
    is_inquiry = classification.kind is AppealKind.INQUIRY
    return AppealKind.ASSISTANCE if alert is not None and is_inquiry else classification.kind


def encodable(text: str) -> str:
    """Return the text without what cannot be written anywhere."""
    # A lone surrogate cannot be written anywhere; it says nothing either.
    return text.encode("utf-8", "ignore").decode("utf-8")


def is_confidential(
    extraction: Extraction, classification: Classification, kind: AppealKind, *, told: bool
) -> bool:
    """Whether identity must be protected: over-protection is no error, a miss is (DESIGN §8).

    ``told``: the kind was said by citizen or operator, not read from this text.
    """
    if extraction.wants_confidentiality or kind is AppealKind.IRREGULARITY_REPORT:
        return True
    enough = _REPORT_CHANCE_AGAINST if told else _REPORT_CHANCE
    if classification.kinds[AppealKind.IRREGULARITY_REPORT] >= enough:
        return True
    blames = kind in {AppealKind.COMPLAINT, AppealKind.ASSISTANCE}
    return blames and extraction.dependent


def is_hazardous(taxonomy: Taxonomy, text: str, categories: Sequence[tuple[str, float]]) -> bool:
    """Whether the text tells of the danger that a likely category of it may hold."""
    for code, probability in categories[:2]:
        hazard = taxonomy.traits_of(code).hazard
        if hazard and probability >= _HAZARD_CHANCE and re.search(hazard, text):
            return True
    return False


def rescue_bodies(departments: Mapping[str, Department]) -> dict[str, str | None]:
    """Return the code of who answers each line, where the city's data names one."""
    return {
        line: next(
            (
                body.code
                for body in departments.values()
                if alias == body.short_name or alias in body.aliases
            ),
            None,
        )
        for line, alias in _LINE_NAMES.items()
    }
