"""The small states of a promise and the one table of moves between them.

They stand beside the ticket's state, never instead of it.
"""

from enum import StrEnum

from routing.promises.errors import PromiseStateError


class PromiseState(StrEnum):
    """What became of a promise."""

    OPEN = "open"
    APPROVED = "approved"
    REFUSED = "refused"
    KEPT = "kept"  # answered by the day that was promised
    BROKEN = "broken"  # that day passed without an answer
    CLOSED = "closed"  # the ticket went elsewhere, or was answered before anybody decided

    @property
    def label(self) -> str:
        """The word people see."""
        return _LABELS[self]


_S = PromiseState
_LABELS = {
    _S.OPEN: "待审批",
    _S.APPROVED: "已同意",
    _S.REFUSED: "未同意",
    _S.KEPT: "已兑现",
    _S.BROKEN: "未兑现",
    _S.CLOSED: "已失效",
}
LIVE = (_S.OPEN, _S.APPROVED)
TRANSITIONS: dict[PromiseState, frozenset[PromiseState]] = {
    _S.OPEN: frozenset({_S.APPROVED, _S.REFUSED, _S.CLOSED}),
    _S.APPROVED: frozenset({_S.KEPT, _S.BROKEN, _S.CLOSED}),
    _S.REFUSED: frozenset(),
    _S.KEPT: frozenset(),
    _S.BROKEN: frozenset(),
    _S.CLOSED: frozenset(),
}


def check_move(ticket_no: str, current: PromiseState, target: PromiseState) -> None:
    """Refuse a move that the table does not hold.

    Raises:
        PromiseStateError: 409; the promise stays as it is.
    """
    if target not in TRANSITIONS[current]:
        raise PromiseStateError(ticket_no, current.value, current.label, target.value)
