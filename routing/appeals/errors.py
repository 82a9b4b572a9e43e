"""Errors of appeals.

HotlineError
├── NotFoundError
│   └── ProgressNotFoundError    no such number, or the code is wrong: one sentence for both
├── ConflictError
│   ├── ProgressLockedError      429, five wrong tries
│   ├── NothingInVaultError      the appeal is not confidential, or another ticket's
│   ├── TooLateToWithdrawError   answered, or over
│   └── AppealOverError          nothing can be added any more
└── MalformedInputError
    ├── NothingAddedError        words without words
    ├── VaultReasonMissingError  nobody is looked up without a reason
    └── WithdrawalReasonMissingError  nothing is taken back for a citizen without a reason
"""

from datetime import datetime
from http import HTTPStatus

from foundation.errors import ConflictError, MalformedInputError, NotFoundError


class ProgressNotFoundError(NotFoundError):
    """No such appeal, or a wrong code: who asks cannot tell which."""

    user_message = "没有找到对应的诉求，请核对诉求编号和查询码。"
    # The wrong try itself is what must be remembered.
    keeps_changes = True

    def __init__(self) -> None:
        super().__init__("progress refused: number and code do not match")


class ProgressLockedError(ConflictError):
    """Too many wrong tries on this number, or from this address."""

    status_code = HTTPStatus.TOO_MANY_REQUESTS
    user_message = "查询错误次数过多，请15分钟后再试，或拨打12345查询。"

    def __init__(self, until: datetime) -> None:
        self.until = until
        super().__init__(f"progress refused: locked until {until.isoformat()}")


class NothingInVaultError(ConflictError):
    """There is no protected identity behind this appeal at this ticket."""

    user_message = "这件诉求没有需要保密的身份，或不在这张工单里。"

    def __init__(self, ticket_no: str, number: str) -> None:
        super().__init__(f"ticket {ticket_no}: nothing in the vault for appeal {number}")


class VaultReasonMissingError(MalformedInputError):
    """The vault is opened for a reason, or not at all."""

    user_message = "请写明为什么必须知道举报人是谁，不少于四个字；理由会留痕。"

    def __init__(self, ticket_no: str) -> None:
        super().__init__(f"ticket {ticket_no}: vault refused, no reason")


class TooLateToWithdrawError(ConflictError):
    """What was answered, or is over, cannot be taken back."""

    user_message = (
        "这件诉求已经答复或已经结束，不能撤回。对办理结果有意见的，请在回访时说明或拨打12345。"
    )

    def __init__(self, number: str) -> None:
        super().__init__(f"appeal {number}: withdrawal refused, answered or over")


class AppealOverError(ConflictError):
    """Nothing is handled any more, so that nothing can be added."""

    user_message = "这件诉求已经办结，不能再补充。有新的情况请重新反映，或拨打12345。"

    def __init__(self, number: str) -> None:
        super().__init__(f"appeal {number}: nothing can be added, it is over")


class NothingAddedError(MalformedInputError):
    """What is added has words."""

    user_message = "请写下要补充的内容。"

    def __init__(self, number: str) -> None:
        super().__init__(f"appeal {number}: nothing to add")


class WithdrawalReasonMissingError(MalformedInputError):
    """Whoever takes an appeal back for its citizen says why the citizen wants it."""

    user_message = "请写明市民为什么要撤回，不少于四个字；理由会留痕。"

    def __init__(self, number: str) -> None:
        super().__init__(f"appeal {number}: withdrawal refused, no reason")
