"""What a relay message is and where it stands."""

from enum import StrEnum

from routing.tickets.states import WITH_DEPARTMENT, TicketState

# While a ticket is in one of these, what its informant adds is still read by somebody.
HEARD = frozenset(
    {
        *WITH_DEPARTMENT,
        TicketState.REGISTERED,
        TicketState.DISPATCHING,
        TicketState.RETURNED,
        TicketState.REOPENED,
        TicketState.REPLIED,
        TicketState.FOLLOWING_UP,
    }
)


class MessageKind(StrEnum):
    """Who says what."""

    QUESTION = "question"  # of a department
    ANSWER = "answer"  # of the informant, to a question
    STATEMENT = "statement"  # of the informant, without being asked

    @property
    def label(self) -> str:
        """The word people see."""
        return {"question": "提问", "answer": "回答", "statement": "补充"}[self.value]


class MessageState(StrEnum):
    """Where it stands."""

    ASKED = "asked"  # a question that nobody has answered
    ANSWERED = "answered"  # a question that was
    WAITING = "waiting"  # said by the informant; a dispatcher decides
    CONFIRMED = "confirmed"  # passed on as confirmed
    WITHHELD = "withheld"  # not passed on

    @property
    def label(self) -> str:
        """The word people see."""
        return _LABELS[self]


_LABELS = {
    MessageState.ASKED: "等举报人回答",
    MessageState.ANSWERED: "已回答",
    MessageState.WAITING: "待派单员确认",
    MessageState.CONFIRMED: "已转交",
    MessageState.WITHHELD: "未转交",
}
