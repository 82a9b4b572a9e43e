"""Errors of finding.

HotlineError
├── NotFoundError
│   └── SavedFilterNotFoundError  no such filter of this account
├── MalformedInputError
│   └── NothingToFindError        a search without a word that could be looked for
└── ConflictError
    └── TooManyFiltersError       an account keeps no more than a few dozen
"""

from foundation.errors import ConflictError, MalformedInputError, NotFoundError


class SavedFilterNotFoundError(NotFoundError):
    """The account keeps no such filter; somebody else's is no answer either."""

    user_message = "没有找到这个常用筛选，可能已删除。"

    def __init__(self, filter_id: int) -> None:
        super().__init__(f"saved filter {filter_id}: not this account's")


class NothingToFindError(MalformedInputError):
    """What was typed holds nothing that could be looked for."""

    user_message = "请输入要查找的字词或编号，只有标点无法查找。"

    def __init__(self) -> None:
        super().__init__("search without a term")


class TooManyFiltersError(ConflictError):
    """The account keeps as many filters as anybody finds again."""

    user_message = "常用筛选最多保留30个，请先删除不用的。"

    def __init__(self, account_id: str) -> None:
        super().__init__(f"account {account_id}: too many saved filters")
