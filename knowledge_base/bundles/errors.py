"""Errors of bundles.

HotlineError
├── NotFoundError
│   └── BundleNotFoundError      no bundle has this code
└── MalformedInputError
    └── UnknownQuestionError     an answer to a question that the bundle does not ask
"""

from foundation.errors import MalformedInputError, NotFoundError


class BundleNotFoundError(NotFoundError):
    """No bundle has this code."""

    user_message = "没有找到这件事。请回到“一件事一次办”重新选择。"

    def __init__(self, code: str) -> None:
        super().__init__(f"no bundle with code {code}")


class UnknownQuestionError(MalformedInputError):
    """The bundle does not ask this, or asks it no more."""

    user_message = "问题已经更新，请刷新页面后重新选择。"

    def __init__(self, code: str, key: str) -> None:
        super().__init__(f"bundle {code} has no question {key!r:.60}")
