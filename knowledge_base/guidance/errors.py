"""Errors of guidance.

HotlineError
└── MalformedInputError
    └── UnknownAnswerError     an answer that the guidance of a matter does not know
"""

from foundation.errors import MalformedInputError


class UnknownAnswerError(MalformedInputError):
    """The guidance does not ask this, or has no such answer, or not any more."""

    user_message = "问题已经更新，请重新打开页面再选一次。"

    def __init__(self, code: str, said: str) -> None:
        super().__init__(f"guidance of {code} has no answer {said!r:.60}")
