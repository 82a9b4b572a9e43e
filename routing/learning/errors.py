"""Errors of learning.

HotlineError
├── MalformedInputError
│   └── HistoryFaultsError      the table of closed tickets cannot be read
├── NotFoundError
│   └── VersionNotFoundError    there is no such version of the model
└── ConfigurationError
    └── LearntModelFaultError   a kept model is damaged or belongs to other data
"""

from collections.abc import Sequence

from foundation.errors import ConfigurationError, MalformedInputError, NotFoundError

_SHOWN = 20


class HistoryFaultsError(MalformedInputError):
    """The table cannot be read, or too few of its rows can."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__(f"history: {len(faults)} faults: {'; '.join(faults[:3])}")
        self.faults = tuple(faults)
        left = len(faults) - _SHOWN
        more = [f"……另有 {left} 处"] if left > 0 else []
        self.user_message = "历史工单表不能用：\n" + "\n".join([*faults[:_SHOWN], *more])


class VersionNotFoundError(NotFoundError):
    """There is no such version."""

    def __init__(self, version: str) -> None:
        super().__init__(f"routing model: no version {version}")
        self.user_message = f"没有编号为 {version} 的派单模型；可用 --list 查看。"


class LearntModelFaultError(ConfigurationError):
    """A kept model cannot be used; routing goes on without it."""

    def __init__(self, version: str, cause: str) -> None:
        super().__init__(f"routing model {version}: {cause}")
        self.cause = cause
        self.user_message = f"派单模型 {version} 不能使用：{cause}。"
