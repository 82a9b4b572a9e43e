"""Errors of the life of an entry.

HotlineError
├── NotFoundError
│   └── EntryNotFoundError         no such entry or version, or not for this reader
├── MalformedInputError
│   ├── EntryCodeError             the content names no code, or another matter's
│   ├── EntryReasonMissingError    a change without a reason
│   ├── NothingChangedError        a draft that says what is published already
│   ├── DraftFaultsError           a draft that cannot be a guide yet; every fault listed
│   └── SuccessorError             superseded by itself or by what does not exist
├── PermissionDeniedError
│   └── SelfReviewError            who wrote a draft does not publish it
└── ConflictError
    ├── IllegalEntryMoveError      the state forbids the move
    ├── StaleEntryError            someone else changed the entry meanwhile
    ├── StaleBaseError             another version was published since the draft began
    ├── ImportSweptError           an import that was given up while it was being written
    ├── LibraryMovedError          another entry was published while this one was checked
    └── PublishBlockedError        checks found something; each finding is listed
"""

from collections.abc import Sequence

from foundation.errors import (
    ConflictError,
    MalformedInputError,
    NotFoundError,
    PermissionDeniedError,
)
from knowledge_base.checks import Finding


class EntryNotFoundError(NotFoundError):
    """There is no such entry or version, or not for this reader: they cannot tell which."""

    user_message = "没有找到该条目或该版本，或您无权查看。"

    def __init__(self, code: str, version: int | None = None) -> None:
        super().__init__(f"entry {code} version {version}: not found for this reader")


class EntryCodeError(MalformedInputError):
    """The content's code is missing, malformed or another's."""

    user_message = "内容中的事项编码缺失、格式不对，或与条目不一致。编码形如 M0103。"

    def __init__(self, code: object) -> None:
        super().__init__(f"entry code {code!r} cannot be used")


class EntryReasonMissingError(MalformedInputError):
    """A change must say why."""

    user_message = "请写明修改、发布或停用的理由。"

    def __init__(self, code: str) -> None:
        super().__init__(f"entry {code}: no reason given")


class NothingChangedError(MalformedInputError):
    """The draft says exactly what is published already."""

    user_message = "内容与当前发布的版本完全相同，没有可保存的改动。"

    def __init__(self, code: str) -> None:
        super().__init__(f"entry {code}: nothing changed")


class DraftFaultsError(MalformedInputError):
    """The draft is no guide yet."""

    def __init__(self, code: str, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        self.user_message = "内容还有错误，请先修改：\n" + listed(findings)
        super().__init__(f"entry {code}: {len(findings)} fault(s) in the draft")


class SuccessorError(MalformedInputError):
    """The successor named is the entry itself or does not exist."""

    user_message = "替代事项不存在，或就是本事项，请核对编码。"

    def __init__(self, code: str, successor: str) -> None:
        super().__init__(f"entry {code}: cannot be superseded by {successor}")


class SelfReviewError(PermissionDeniedError):
    """Who wrote a draft does not publish it."""

    user_message = "不能审核自己编写的内容，请由其他审核人员发布。"

    def __init__(self, code: str, account_id: str) -> None:
        super().__init__(f"entry {code}: account {account_id} wrote this draft")


class IllegalEntryMoveError(ConflictError):
    """The version's state forbids this now."""

    def __init__(self, code: str, current: str, target: str, label: str) -> None:
        self.user_message = f"条目当前为“{label}”，不能这样操作，请刷新后再试。"
        super().__init__(f"entry {code}: {current} → {target} is not allowed")


class StaleEntryError(ConflictError):
    """The entry was changed since the reader loaded it."""

    user_message = "该条目刚刚被其他人更新，请刷新后再操作。"

    def __init__(self, code: str, expected: int, found: int) -> None:
        super().__init__(f"entry {code}: lock version {expected} expected, {found} found")


class StaleBaseError(ConflictError):
    """Publishing would silently undo what was published since the draft began."""

    user_message = "草稿所依据的版本已不是最新发布的版本，请在最新版本上重新修改后再提交。"

    def __init__(self, code: str, base: int | None, latest: int | None) -> None:
        super().__init__(f"entry {code}: draft is based on {base}, latest is {latest}")


class LibraryMovedError(ConflictError):
    """What was checked is not what would be published."""

    user_message = "检查期间知识库有其他内容发布，请再发布一次。"

    def __init__(self, code: str, checked: int, found: int) -> None:
        super().__init__(f"entry {code}: checked at revision {checked}, now {found}")


class ImportSweptError(ConflictError):
    """The import went so long without a sign of life that its drafts were taken away."""

    user_message = "导入中断过久，已经撤销，知识库没有变化。请重新导入。"

    def __init__(self, import_id: str) -> None:
        super().__init__(f"import {import_id}: swept away")


class PublishBlockedError(ConflictError):
    """The checks found something that must be repaired, or overridden with a reason."""

    def __init__(self, code: str, findings: Sequence[Finding], *, overridable: bool) -> None:
        self.findings, self.overridable = tuple(findings), overridable
        repair = "请修改；确需发布的，请写明放行理由" if overridable else "请修改后再发布"
        self.user_message = f"发布前检查发现 {len(findings)} 个问题，{repair}：\n{listed(findings)}"
        super().__init__(f"entry {code}: {len(findings)} finding(s) block publication")


def listed(findings: Sequence[Finding]) -> str:
    """Return one line a finding."""
    return "\n".join(f"{one.code} {one.field}：{one.message}；{one.repair}" for one in findings)
