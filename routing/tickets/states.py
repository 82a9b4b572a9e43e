"""The states of a ticket and the one table of transitions between them."""

from enum import StrEnum

from routing.tickets.errors import IllegalTransitionError


class TicketState(StrEnum):
    """Where a ticket (工单) stands."""

    DRAFT = "draft"
    REGISTERED = "registered"
    DECLINED = "declined"
    DIRECT_ANSWERED = "direct_answered"
    DISPATCHING = "dispatching"
    DISPATCHED = "dispatched"
    ACCEPTED = "accepted"
    HANDLING = "handling"
    AWAITING_CITIZEN = "awaiting_citizen"
    REPLIED = "replied"
    FOLLOWING_UP = "following_up"
    RESOLVED = "resolved"
    ARCHIVED = "archived"
    RETURNED = "returned"
    REOPENED = "reopened"
    MERGED = "merged"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        """The word people see."""
        return _LABELS[self]

    @property
    def running(self) -> bool:
        """Whether nobody has answered yet, and the clock goes on."""
        return self in RUNNING


_LABELS = {
    TicketState.DRAFT: "草稿",
    TicketState.REGISTERED: "已受理",
    TicketState.DECLINED: "不予受理",
    TicketState.DIRECT_ANSWERED: "已直接答复",
    TicketState.DISPATCHING: "待派单",
    TicketState.DISPATCHED: "已派单",
    TicketState.ACCEPTED: "已签收",
    TicketState.HANDLING: "办理中",
    TicketState.AWAITING_CITIZEN: "等待补充材料",
    TicketState.REPLIED: "已答复",
    TicketState.FOLLOWING_UP: "回访中",
    TicketState.RESOLVED: "已办结",
    TicketState.ARCHIVED: "已归档",
    TicketState.RETURNED: "已退单",
    TicketState.REOPENED: "重新办理",
    TicketState.MERGED: "已并单",
    TicketState.WITHDRAWN: "已撤单",
}

_S = TicketState
# While nobody has answered, the citizen may withdraw and a duplicate may be merged.
_OUT = frozenset({_S.MERGED, _S.WITHDRAWN})
TRANSITIONS: dict[TicketState, frozenset[TicketState]] = {
    _S.DRAFT: frozenset({_S.REGISTERED, _S.WITHDRAWN}),
    _S.REGISTERED: frozenset({_S.DECLINED, _S.DIRECT_ANSWERED, _S.DISPATCHING}) | _OUT,
    _S.DECLINED: frozenset(),
    _S.DIRECT_ANSWERED: frozenset(),
    _S.DISPATCHING: frozenset({_S.DISPATCHED, _S.DECLINED}) | _OUT,
    _S.DISPATCHED: frozenset({_S.ACCEPTED, _S.RETURNED}) | _OUT,
    _S.ACCEPTED: frozenset({_S.HANDLING, _S.RETURNED}) | _OUT,
    _S.HANDLING: frozenset({_S.AWAITING_CITIZEN, _S.REPLIED}) | _OUT,
    _S.AWAITING_CITIZEN: frozenset({_S.HANDLING}) | _OUT,
    _S.REPLIED: frozenset({_S.FOLLOWING_UP}),
    _S.FOLLOWING_UP: frozenset({_S.RESOLVED, _S.REOPENED}),
    _S.RESOLVED: frozenset({_S.ARCHIVED, _S.REOPENED}),
    _S.ARCHIVED: frozenset(),
    _S.RETURNED: frozenset({_S.DISPATCHING}) | _OUT,
    _S.REOPENED: frozenset({_S.DISPATCHING}) | _OUT,
    _S.MERGED: frozenset(),
    _S.WITHDRAWN: frozenset(),
}

# What a department still has to do something about.
WITH_DEPARTMENT = (
    TicketState.DISPATCHED,
    TicketState.ACCEPTED,
    TicketState.HANDLING,
    TicketState.AWAITING_CITIZEN,
)

# Nothing more happens to it: no file is added, nobody is asked for anything.
OVER = frozenset(state for state, onward in TRANSITIONS.items() if not onward)

# A citizen adds nothing to what is settled; who disagrees says so when asked.
SETTLED = OVER | {TicketState.RESOLVED}

# Nobody has answered yet, and it may become overdue.
RUNNING = (
    TicketState.REGISTERED,
    TicketState.DISPATCHING,
    TicketState.DISPATCHED,
    TicketState.ACCEPTED,
    TicketState.HANDLING,
    TicketState.RETURNED,
    TicketState.REOPENED,
)

# The citizen was asked whether the reply did: what is known now may help the next one.
LEARNABLE = (TicketState.RESOLVED, TicketState.ARCHIVED)


def check_transition(ticket_no: str, current: TicketState, target: TicketState) -> None:
    """Refuse a move that the table does not hold.

    Raises:
        IllegalTransitionError: 409; the ticket stays as it is.
    """
    if target not in TRANSITIONS[current]:
        raise IllegalTransitionError(ticket_no, current, target, current.label)
