"""Errors of supervision.

HotlineError
├── NotFoundError
│   ├── RecordNotFoundError        no such card, reminder or order on this ticket
│   └── WeekNotFoundError          that week has no report
├── MalformedInputError
│   └── WordsMissingError          a reminder, an order or a reply without words
└── ConflictError
    ├── RecordStateError           the record's state forbids the move
    ├── NobodyToSuperviseError     no department has the ticket, or not this one
    └── SupervisionOverError       the ticket is over
"""

from foundation.errors import ConflictError, MalformedInputError, NotFoundError


class RecordNotFoundError(NotFoundError):
    """No such record, or not this department's: the reader cannot tell which."""

    user_message = "没有找到这条督办记录，请刷新后再试。"

    def __init__(self, kind: str, record_id: int) -> None:
        super().__init__(f"{kind} {record_id}: not found for this reader")


class WeekNotFoundError(NotFoundError):
    """No report was stored for the week."""

    user_message = "没有这一周的周报。周报在每周结束后生成。"

    def __init__(self, week: str) -> None:
        super().__init__(f"week {week}: no report")


class WordsMissingError(MalformedInputError):
    """What is asked for, or answered, must be said."""

    user_message = "请写明内容。"

    def __init__(self, ticket_no: str, kind: str) -> None:
        super().__init__(f"ticket {ticket_no}: {kind} without words")


class RecordStateError(ConflictError):
    """The record has moved on."""

    def __init__(self, kind: str, name: str, current: str, label: str, target: str) -> None:
        self.user_message = f"该{name}{label}，不能这样操作，请刷新后再试。"
        super().__init__(f"{kind}: {current} → {target} is not allowed")


class NobodyToSuperviseError(ConflictError):
    """A reminder or an order goes to a department that has the ticket."""

    user_message = "该单位现在没有承办这张工单，请先派单，或选择正在承办的单位。"

    def __init__(self, ticket_no: str, department_code: str | None) -> None:
        super().__init__(f"ticket {ticket_no}: {department_code or 'nobody'} does not have it")


class SupervisionOverError(ConflictError):
    """Nothing is asked of anybody once a ticket is over."""

    def __init__(self, ticket_no: str, current: str, label: str) -> None:
        self.user_message = f"工单当前为“{label}”，不能再催办、督办。"
        super().__init__(f"ticket {ticket_no}: {current}, nothing to supervise")
