"""Errors of the clocks of tickets.

HotlineError
├── MalformedInputError
│   └── ExtensionReasonMissingError  an extension, or its refusal, gives no reason
└── ConflictError
    ├── ExtensionPendingError      one is waiting for its decision already
    ├── ExtensionTooLateError      asked for after the ticket was due
    ├── NothingToExtendError       the rules set this ticket no limit
    ├── NoExtensionPendingError    nobody asked, or it is decided
    └── OwnExtensionError          decided by whom it was asked for
"""

from datetime import datetime

from foundation.errors import ConflictError, MalformedInputError, NotFoundError


class ExtensionReasonMissingError(MalformedInputError):
    """An extension (延期) says why, and so does its refusal."""

    user_message = "申请延期和不同意延期都须写明理由。"

    def __init__(self, ticket_no: str) -> None:
        super().__init__(f"ticket {ticket_no}: extension without a reason")


class ExtensionPendingError(ConflictError):
    """One request at a time."""

    user_message = "该工单已有延期申请在审批，请等待结果。"

    def __init__(self, ticket_no: str) -> None:
        super().__init__(f"ticket {ticket_no}: an extension is pending")


class ExtensionTooLateError(ConflictError):
    """What is overdue can no longer be extended."""

    user_message = "该工单已超过办理时限，不能再申请延期。"

    def __init__(self, ticket_no: str, due_at: datetime) -> None:
        super().__init__(f"ticket {ticket_no}: extension refused, due {due_at.isoformat()}")


class NothingToExtendError(ConflictError):
    """The rules set no limit for this ticket, or its supervision order sets the time."""

    user_message = "该工单没有可以延长的办理时限；重新办理的，请按督办单规定的期限回复。"

    def __init__(self, ticket_no: str) -> None:
        super().__init__(f"ticket {ticket_no}: no due time to extend")


class NoExtensionPendingError(ConflictError):
    """There is no request to decide on."""

    user_message = "该工单没有待审批的延期申请，请刷新。"

    def __init__(self, ticket_no: str) -> None:
        super().__init__(f"ticket {ticket_no}: no extension is pending")


class OwnExtensionError(ConflictError):
    """The handling department does not decide on its own request."""

    user_message = "延期须由热线审批，不能由申请单位自行批准。"

    def __init__(self, ticket_no: str) -> None:
        super().__init__(f"ticket {ticket_no}: extension decided by its own department")


class UnknownRulePackError(NotFoundError):
    """There is no rule pack of this code to be tried."""

    user_message = "没有这个规则包，请从列表中选择。"

    def __init__(self, code: str) -> None:
        super().__init__(f"no rule pack {code[:64]!r}")
