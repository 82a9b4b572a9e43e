"""Errors of stored test questions.

HotlineError
├── NotFoundError
│   └── StoredTestNotFoundError    no such test question
├── MalformedInputError
│   └── StoredTestEmptyError       a test question without words
└── ConflictError
    └── StoredTestExistsError      the entry has this one already
"""

from foundation.errors import ConflictError, MalformedInputError, NotFoundError


class StoredTestNotFoundError(NotFoundError):
    """There is no test question of this number."""

    user_message = "没有找到该测试问题，请核对编号。"

    def __init__(self, test_id: int) -> None:
        super().__init__(f"stored test {test_id}: not found")


class StoredTestEmptyError(MalformedInputError):
    """A test question must have words."""

    user_message = "测试问题不能为空。"

    def __init__(self, code: str) -> None:
        super().__init__(f"entry {code}: empty test question")


class StoredTestExistsError(ConflictError):
    """The entry has this test question already."""

    user_message = "该事项已有同样的测试问题。"

    def __init__(self, code: str) -> None:
        super().__init__(f"entry {code}: test question exists")
