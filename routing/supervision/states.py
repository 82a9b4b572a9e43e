"""The small states of cards, reminders and orders, and the one table of moves between them.

They stand beside the ticket's state, never instead of it.
"""

from enum import StrEnum

from routing.supervision.errors import RecordStateError


class RecordKind(StrEnum):
    """What a supervision record is."""

    CARD = "card"
    REMINDER = "reminder"
    ORDER = "order"

    @property
    def label(self) -> str:
        """The word people see."""
        return {"card": "亮牌", "reminder": "催办", "order": "督办"}[self.value]


class CardColour(StrEnum):
    """黄牌: due soon. 红牌: overdue. In this order of severity, ``red`` sorts first."""

    RED = "red"
    YELLOW = "yellow"

    @property
    def label(self) -> str:
        """The word people see."""
        return "红牌" if self is CardColour.RED else "黄牌"


class RecordState(StrEnum):
    """Where a record stands."""

    OPEN = "open"
    ANSWERED = "answered"
    APPROVED = "approved"  # orders alone: the supervisor has accepted the answer
    CLOSED = "closed"

    @property
    def label(self) -> str:
        """The word people see."""
        return _STATES[self]

    @property
    def live(self) -> bool:
        """Whether somebody still has to do something, or to look at it."""
        return self in LIVE


_S = RecordState
_STATES = {_S.OPEN: "待回复", _S.ANSWERED: "已回复", _S.APPROVED: "已通过", _S.CLOSED: "已结束"}
LIVE = (_S.OPEN, _S.ANSWERED)
TRANSITIONS: dict[RecordKind, dict[RecordState, frozenset[RecordState]]] = {
    # A department explains; the card ends with its clock.
    RecordKind.CARD: {
        _S.OPEN: frozenset({_S.ANSWERED, _S.CLOSED}),
        _S.ANSWERED: frozenset({_S.CLOSED}),
        _S.CLOSED: frozenset(),
    },
    RecordKind.REMINDER: {
        _S.OPEN: frozenset({_S.ANSWERED, _S.CLOSED}),
        _S.ANSWERED: frozenset(),
        _S.CLOSED: frozenset(),
    },
    # An answer that does not do goes back: the order is open again, with a new time.
    RecordKind.ORDER: {
        _S.OPEN: frozenset({_S.ANSWERED, _S.CLOSED}),
        _S.ANSWERED: frozenset({_S.APPROVED, _S.OPEN, _S.CLOSED}),
        _S.APPROVED: frozenset(),
        _S.CLOSED: frozenset(),
    },
}


class OrderCause(StrEnum):
    """Why a supervision order (督办) was issued."""

    MANUAL = "manual"
    REOPENED = "reopened"  # the citizen was not satisfied
    THIRD_DISPATCH = "third_dispatch"  # dispatched again and again, nobody took it

    @property
    def label(self) -> str:
        """The words people see."""
        return {
            "manual": "督办员发出",
            "reopened": "不满意重办自动督办",
            "third_dispatch": "多次派单自动督办",
        }[self.value]


class CloseReason(StrEnum):
    """Why a record ended."""

    MET = "met"  # what it asked for was done
    MOVED = "moved"  # the due time lies further off now
    TURNED_RED = "turned_red"  # a red card stands in its place
    ELSEWHERE = "elsewhere"  # the department no longer has the ticket
    ENDED = "ended"  # the ticket is over
    CANCELLED = "cancelled"  # by a supervisor

    @property
    def label(self) -> str:
        """The words people see."""
        return _REASONS[self]


_REASONS = {
    CloseReason.MET: "已办理",
    CloseReason.MOVED: "时限已顺延",
    CloseReason.TURNED_RED: "已转红牌",
    CloseReason.ELSEWHERE: "已转其他单位",
    CloseReason.ENDED: "工单已结束",
    CloseReason.CANCELLED: "督办员撤销",
}


def check_move(kind: RecordKind, current: RecordState, target: RecordState) -> None:
    """Refuse a move that the table does not hold.

    Raises:
        RecordStateError: 409; the record stays as it is.
    """
    if target not in TRANSITIONS[kind][current]:
        raise RecordStateError(kind.value, kind.label, current.value, current.label, target.value)
