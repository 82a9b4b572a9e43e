"""Errors of hot issues.

HotlineError
├── NotFoundError
│   └── HotIssueNotFoundError    no such record
└── ConflictError
    └── HotIssueClosedError      it was handled already
"""

from foundation.errors import ConflictError, NotFoundError


class HotIssueNotFoundError(NotFoundError):
    """There is no such hot issue."""

    user_message = "没有找到该热点，请刷新后再试。"

    def __init__(self, issue_id: int) -> None:
        super().__init__(f"hot issue {issue_id}: not found")


class HotIssueClosedError(ConflictError):
    """Somebody has handled it meanwhile."""

    user_message = "该热点已处置完毕，请刷新后再试。"

    def __init__(self, issue_id: int) -> None:
        super().__init__(f"hot issue {issue_id}: handled already")
