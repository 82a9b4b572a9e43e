"""What came of one try to ask the citizen, and how satisfied they were."""

from enum import StrEnum


class FollowUpOutcome(StrEnum):
    """Whether the citizen was asked."""

    REACHED = "reached"
    UNREACHED = "unreached"
    NO_CONTACT = "no_contact"

    @property
    def label(self) -> str:
        """The word people see."""
        return _OUTCOMES[self]


class Satisfaction(StrEnum):
    """How satisfied a citizen is with how the appeal was handled."""

    VERY_SATISFIED = "very_satisfied"
    SATISFIED = "satisfied"
    FAIRLY_SATISFIED = "fairly_satisfied"
    DISSATISFIED = "dissatisfied"
    VERY_DISSATISFIED = "very_dissatisfied"

    @property
    def label(self) -> str:
        """The word people see."""
        return _LABELS[self]

    @property
    def content(self) -> bool:
        """Whether the ticket may rest."""
        return self not in {Satisfaction.DISSATISFIED, Satisfaction.VERY_DISSATISFIED}


_OUTCOMES = {
    FollowUpOutcome.REACHED: "已联系上",
    FollowUpOutcome.UNREACHED: "未接通",
    FollowUpOutcome.NO_CONTACT: "没有可用的联系方式",
}
_LABELS = {
    Satisfaction.VERY_SATISFIED: "非常满意",
    Satisfaction.SATISFIED: "满意",
    Satisfaction.FAIRLY_SATISFIED: "基本满意",
    Satisfaction.DISSATISFIED: "不满意",
    Satisfaction.VERY_DISSATISFIED: "非常不满意",
}
