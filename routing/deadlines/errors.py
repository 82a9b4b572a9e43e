"""Errors of deadlines.

HotlineError
├── ConfigurationError
│   ├── CalendarOverrideError      the override file cannot be used
│   └── RulePackNotFoundError      the setting names a pack that is not there
├── MalformedInputError
│   ├── UncountableAmountError     an amount that no limit can have
│   ├── NoticeSentenceError        one sentence of a holiday notice cannot be read
│   └── NoticeRefusedError         a holiday notice that may not be loaded as it stands
└── CalendarNotPublishedError      the count enters a year whose holiday notice is not loaded
"""

from http import HTTPStatus

from foundation.errors import ConfigurationError, HotlineError, MalformedInputError


class CalendarNotPublishedError(HotlineError):
    """The count enters a year for which no official holiday notice is loaded."""

    status_code = HTTPStatus.CONFLICT
    user_message = "该年度的节假日安排尚未公布，暂不能给出确定的时限。"

    def __init__(self, year: int) -> None:
        self.year = year
        super().__init__(f"no official work calendar loaded for {year}")


class CalendarOverrideError(ConfigurationError):
    """The calendar's override file is malformed; the message says where."""


class RulePackNotFoundError(ConfigurationError):
    """No rule pack has this code."""

    def __init__(self, code: str, known: list[str]) -> None:
        super().__init__(f"HOTLINE_RULE_PACK={code}: no such rule pack; known: {', '.join(known)}")


class UncountableAmountError(MalformedInputError):
    """The amount is not positive, not whole where days are counted, or beyond ten years."""

    user_message = "时限数量无效：应为正数，工作日和自然日应为整数，且不超过十年。"

    def __init__(self, amount: float, unit: str) -> None:
        super().__init__(f"cannot count {amount} {unit}")


class NoticeSentenceError(MalformedInputError):
    """One sentence of a holiday notice cannot be read; the message, Chinese, says why."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        self.user_message = f"通知中有一句读不懂：{reason}。"
        super().__init__(reason)


class NoticeRefusedError(MalformedInputError):
    """A holiday notice is of another year, incomplete, or holds sentences nobody could read."""

    def __init__(self, year: int, reason: str) -> None:
        self.user_message = f"{year}年的节假日通知未载入：{reason}。"
        super().__init__(f"holiday notice for {year} refused")
