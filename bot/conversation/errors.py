"""Errors of conversations.

HotlineError
├── NotFoundError
│   └── ConversationNotFoundError
├── ConflictError
│   ├── AlreadyHeldError        another operator took the conversation over first
│   ├── NotHeldError            the operator does not hold it (any more)
│   ├── DraftIncompleteError    registering needs at least what happened
│   ├── DraftChangingError      the draft changed each time it was about to be registered
│   └── QuestionProtectedError  what was said is shielded and joins no queue
└── UnavailableError
    ├── RasaUnavailableError    Rasa is slow or away: the turn goes on without it
    └── TurnBusyError           another process holds the turn for too long
"""

from foundation.errors import ConflictError, NotFoundError, UnavailableError


class ConversationNotFoundError(NotFoundError):
    """There is no such conversation."""

    user_message = "没有找到这个会话，请重新打开页面。"


class AlreadyHeldError(ConflictError):
    """Somebody took the conversation over first."""

    user_message = "该会话已由其他坐席接入。"


class NotHeldError(ConflictError):
    """The operator does not hold this conversation."""

    user_message = "您当前没有接入该会话，请先接入再发送。"


class DraftIncompleteError(ConflictError):
    """There is not enough to register an appeal."""

    user_message = "还缺少诉求内容，请先填写反映的问题。"


class DraftChangingError(ConflictError):
    """What is said or written goes on changing the draft."""

    user_message = "草稿还在更新，请核对内容后再登记一次。"


class QuestionProtectedError(ConflictError):
    """What an informant says is never passed on as a question."""

    user_message = "这是举报或要求保密的内容，不能作为待补问题。"


class RasaUnavailableError(UnavailableError):
    """Rasa did not decide the turn; ``reason`` is short and counted."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"rasa unavailable: {reason}")


class TurnBusyError(UnavailableError):
    """The conversation's turn is held elsewhere for too long."""

    user_message = "上一条消息还在处理，请稍等几秒再发。"
