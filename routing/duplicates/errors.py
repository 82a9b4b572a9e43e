"""Errors of duplicates.

HotlineError
└── NotFoundError
    └── PairNotFoundError   one of the two tickets is not there
"""

from foundation.errors import NotFoundError


class PairNotFoundError(NotFoundError):
    """One of the two tickets is not there, or both are the same."""

    user_message = "没有找到要比对的工单，请刷新后再试。"

    def __init__(self, ticket_no: str, other_no: str) -> None:
        super().__init__(f"no pair of {ticket_no} and {other_no}")
