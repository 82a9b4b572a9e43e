"""Where a group of questions stands, and why a question came into the queue."""

from enum import StrEnum

from knowledge_base.questions.errors import IllegalQuestionMoveError


class QuestionSource(StrEnum):
    """Why a question is in the queue."""

    NO_ANSWER = "no_answer"
    BADLY_RATED = "badly_rated"
    MARKED = "marked"  # by an operator, of what the desk suggested

    @property
    def label(self) -> str:
        """The word people see."""
        return _SOURCES[self]


class QuestionState(StrEnum):
    """What became of a group."""

    OPEN = "open"
    ASSIGNED = "assigned"
    ANSWERED = "answered"
    DISMISSED = "dismissed"

    @property
    def label(self) -> str:
        """The word people see."""
        return _LABELS[self]


_SOURCES = {
    QuestionSource.NO_ANSWER: "没有答上",
    QuestionSource.BADLY_RATED: "答了没解决",
    QuestionSource.MARKED: "坐席标记",
}
_LABELS = {
    QuestionState.OPEN: "待分派",
    QuestionState.ASSIGNED: "处理中",
    QuestionState.ANSWERED: "已补充",
    QuestionState.DISMISSED: "不予处理",
}

_S = QuestionState
TRANSITIONS: dict[QuestionState, frozenset[QuestionState]] = {
    _S.OPEN: frozenset({_S.ASSIGNED, _S.ANSWERED, _S.DISMISSED}),
    _S.ASSIGNED: frozenset({_S.ASSIGNED, _S.ANSWERED, _S.DISMISSED}),
    _S.ANSWERED: frozenset(),
    _S.DISMISSED: frozenset({_S.ASSIGNED}),  # asked again and again: worth an answer after all
}
WAITING = (QuestionState.OPEN, QuestionState.ASSIGNED)
# What was answered and is asked again begins a new group: the answer did not do.
JOINABLE = (*WAITING, QuestionState.DISMISSED)


def check_transition(group_id: int, current: QuestionState, target: QuestionState) -> None:
    """Refuse a move that the table does not hold.

    Raises:
        IllegalQuestionMoveError: 409; the group stays as it is.
    """
    if target not in TRANSITIONS[current]:
        raise IllegalQuestionMoveError(group_id, current, target, current.label)
