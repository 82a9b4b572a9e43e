"""Errors of the desks.

HotlineError
├── ConflictError
│   ├── AccountExistsError      the user name is taken
│   └── FileNotTakenError       another file is being read on the same page
└── MalformedInputError
    ├── AccountIncompleteError  name, role or department is missing
    ├── EntryTextError          what stands in the editor cannot be read
    └── TrialNotPossibleError   questions cannot be tried on a text that is no guide yet
"""

from foundation.errors import ConflictError, MalformedInputError


class AccountExistsError(ConflictError):
    """The user name is taken."""

    user_message = "已有同名账号，请换一个账号名。"


class AccountIncompleteError(MalformedInputError):
    """What an account needs is missing."""

    user_message = "请填写账号和姓名，并至少选择一个角色；承办角色还须选择单位。"


class EntryTextError(MalformedInputError):
    """What stands in the editor of the knowledge desk is no mapping of fields."""

    def __init__(self, problem: str) -> None:
        self.user_message = problem
        super().__init__("entry text cannot be read")


class FileNotTakenError(ConflictError):
    """A second file was given while the first is still read."""

    user_message = "上一个文件还在读取，请稍等。"


class TrialNotPossibleError(MalformedInputError):
    """A text that is no guide yet answers nothing."""

    user_message = "内容还有错误，改正后才能用它试答。"

    def __init__(self) -> None:
        super().__init__("entry text is no guide yet")
