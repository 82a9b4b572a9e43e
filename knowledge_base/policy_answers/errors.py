"""Errors of the policy answers; faults of their files are the library's ``LibraryFaultsError``.

HotlineError
└── NotFoundError
    └── PolicyAnswerNotFoundError
"""

from foundation.errors import NotFoundError


class PolicyAnswerNotFoundError(NotFoundError):
    """No policy answer has this code."""

    user_message = "没有找到对应的政策问答。"

    def __init__(self, code: str) -> None:
        super().__init__(f"no policy answer with code {code}")
