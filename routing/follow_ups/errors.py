"""Errors of follow-ups.

HotlineError
├── NotFoundError
│   └── AppealNotOnTicketError     the ticket does not answer this appeal
├── MalformedInputError
│   └── FollowUpIncompleteError    the citizen was reached, and what they said is missing
└── ConflictError
    ├── FollowUpDoneError          this appeal was followed up in this round already
    ├── NotFollowingUpError        the follow-up has not begun, or is over
    └── ContactKnownError          closed as unreachable although there is a phone to call
"""

from foundation.errors import ConflictError, MalformedInputError, NotFoundError


class AppealNotOnTicketError(NotFoundError):
    """The ticket does not answer this appeal."""

    user_message = "该诉求不在这张工单里，请刷新后再试。"

    def __init__(self, ticket_no: str, number: str) -> None:
        super().__init__(f"ticket {ticket_no}: does not answer appeal {number}")


class FollowUpIncompleteError(MalformedInputError):
    """Who was reached said whether it is solved and how satisfied they are."""

    user_message = "请选择问题是否解决和满意程度。"

    def __init__(self, ticket_no: str) -> None:
        super().__init__(f"ticket {ticket_no}: follow-up without an answer")


class FollowUpDoneError(ConflictError):
    """One appeal is followed up once a round."""

    user_message = "该诉求本轮已完成回访，请刷新。"

    def __init__(self, ticket_no: str, number: str) -> None:
        super().__init__(f"ticket {ticket_no}: appeal {number} was followed up")


class NotFollowingUpError(ConflictError):
    """Contacts are shown, and answers taken, only while the follow-up runs."""

    def __init__(self, ticket_no: str, current: str, label: str) -> None:
        self.user_message = f"工单当前为“{label}”，请先开始回访。"
        super().__init__(f"ticket {ticket_no}: {current}, no follow-up runs")


class ContactKnownError(ConflictError):
    """A citizen with a phone is called before the follow-up is closed without them."""

    user_message = "市民留有电话，请先电话回访；打不通请记为“未接通”。"

    def __init__(self, ticket_no: str, number: str) -> None:
        super().__init__(f"ticket {ticket_no}: appeal {number} has a phone")
