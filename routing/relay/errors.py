"""Errors of the relay.

HotlineError
├── NotFoundError
│   ├── NoInformantError         no protected appeal of this pseudonym under the ticket
│   └── MessageNotFoundError     none of this number at the ticket, or of the appeal
├── MalformedInputError
│   └── EmptyMessageError        a message without words
└── ConflictError
    ├── QuestionRefusedError     the question asks who the informant is, or names somebody
    ├── NotAskedNowError         the department has not accepted, or nothing goes on any more
    ├── TooManyQuestionsError    so many wait for an answer already
    └── AlreadyAnsweredError     the question was answered
"""

from collections.abc import Sequence

from foundation.errors import ConflictError, MalformedInputError, NotFoundError
from routing.reply_gate.schemas import ReplyFinding


class NoInformantError(NotFoundError):
    """Nobody under this ticket is protected, or not under this pseudonym."""

    user_message = "这张工单没有这位保密的举报人；不保密的市民请直接联系。"

    def __init__(self, ticket_no: str, pseudonym: int | None) -> None:
        super().__init__(f"ticket {ticket_no}: no informant {pseudonym}")


class MessageNotFoundError(NotFoundError):
    """There is none, or it is another ticket's or appeal's: who asks cannot tell which."""

    user_message = "没有找到这条消息，请刷新后再试。"

    def __init__(self, message_id: int) -> None:
        super().__init__(f"relay message {message_id}: not found for this reader")


class EmptyMessageError(MalformedInputError):
    """A message must have words."""

    user_message = "请写上内容。"

    def __init__(self) -> None:
        super().__init__("relay: message without words")


class QuestionRefusedError(ConflictError):
    """The question would tell who the informant is, or make them say it."""

    def __init__(self, ticket_no: str, findings: Sequence[ReplyFinding]) -> None:
        self.findings = tuple(findings)
        reasons = "；".join(dict.fromkeys(one.reason for one in findings))
        self.user_message = f"问题不能转给举报人：{reasons}。"
        rules = ",".join(dict.fromkeys(one.rule.value for one in findings))
        super().__init__(f"ticket {ticket_no}: question refused by {rules}")


class NotAskedNowError(ConflictError):
    """Nobody asks or answers at this ticket now."""

    def __init__(self, ticket_no: str, why: str, sentence: str) -> None:
        self.user_message = sentence
        super().__init__(f"ticket {ticket_no}: relay refused, {why}")


class TooManyQuestionsError(ConflictError):
    """An informant is not to be worn down."""

    user_message = "还有几个问题等着回答，请等有了回答再问，或把问题并成一个。"

    def __init__(self, ticket_no: str) -> None:
        super().__init__(f"ticket {ticket_no}: question refused, too many are open")


class AlreadyAnsweredError(ConflictError):
    """The question was answered; more can be said as a statement."""

    user_message = "这个问题已经回答过了。还有要说的，可以写在“补充情况”里。"

    def __init__(self, message_id: int) -> None:
        super().__init__(f"relay message {message_id}: answered already")
