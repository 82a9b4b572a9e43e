"""Errors of promised handling.

HotlineError
├── MalformedInputError
│   ├── PromiseReasonMissingError  a promise, or its refusal, gives no reason
│   └── PromisedDayError           the day lies before the due time, or too far off
└── ConflictError
    ├── PromisePendingError        one stands already
    ├── NoPromisePendingError      nobody promised, or it is decided
    ├── OwnPromiseError            decided by whom it was made
    ├── NothingToPromiseError      no due time that could be missed
    └── PromiseStateError          a move that the table does not hold
"""

from datetime import date

from foundation.errors import ConflictError, MalformedInputError


class PromiseReasonMissingError(MalformedInputError):
    """A promise (承诺办理) says why, and so does its refusal."""

    user_message = "承诺办理和不同意承诺都须写明理由。"

    def __init__(self, ticket_no: str) -> None:
        super().__init__(f"ticket {ticket_no}: promise without a reason")


class PromisedDayError(MalformedInputError):
    """The day that is promised is not later than the due time, or lies too far off."""

    user_message = "承诺的日期须晚于现行时限和今天，且在一年以内；能按期办结的不用承诺。"

    def __init__(self, ticket_no: str, day: date) -> None:
        super().__init__(f"ticket {ticket_no}: {day.isoformat()} cannot be promised")


class PromisePendingError(ConflictError):
    """One promise at a time."""

    user_message = "该工单已有承诺在审批或在履行，不能另作承诺。"

    def __init__(self, ticket_no: str) -> None:
        super().__init__(f"ticket {ticket_no}: a promise stands already")


class NoPromisePendingError(ConflictError):
    """There is no promise to decide on."""

    user_message = "该工单没有待审批的承诺，请刷新。"

    def __init__(self, ticket_no: str) -> None:
        super().__init__(f"ticket {ticket_no}: no promise is pending")


class OwnPromiseError(ConflictError):
    """The handling department does not decide on its own promise."""

    user_message = "承诺须由热线审批，不能由作出承诺的单位自行批准。"

    def __init__(self, ticket_no: str) -> None:
        super().__init__(f"ticket {ticket_no}: promise decided by its own department")


class NothingToPromiseError(ConflictError):
    """No due time binds the lead now, so that there is nothing that could be missed."""

    user_message = "该工单没有办理时限，或本单位不是主办单位，不用承诺。"

    def __init__(self, ticket_no: str) -> None:
        super().__init__(f"ticket {ticket_no}: nothing to promise")


class PromiseStateError(ConflictError):
    """The promise stands elsewhere than the act needs."""

    def __init__(self, ticket_no: str, current: str, label: str, target: str) -> None:
        self.user_message = f"承诺当前为“{label}”，不能这样操作，请刷新后再试。"
        super().__init__(f"ticket {ticket_no}: promise {current} → {target} is not allowed")
