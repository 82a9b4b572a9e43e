"""Errors of the queue of open questions.

HotlineError
├── NotFoundError
│   └── QuestionNotFoundError         no such group
├── MalformedInputError
│   ├── QuestionReasonMissingError    dismissed without a word
│   ├── QuestionOwnerError            the account named does not edit the knowledge base
│   ├── QuestionDueError              a due date that lies too far ahead, or before tomorrow
│   ├── AnswerVersionError            the entry has no such published version
│   └── AlreadyLearnedError           the entry holds this question already
└── ConflictError
    ├── IllegalQuestionMoveError      the state forbids the move
    ├── StaleQuestionError            someone else changed the group meanwhile
    └── CodesUsedUpError              there is no code left for a new matter
"""

from foundation.errors import ConflictError, MalformedInputError, NotFoundError


class QuestionNotFoundError(NotFoundError):
    """There is no group of this number."""

    user_message = "没有找到该问题，请核对编号。"

    def __init__(self, group_id: int) -> None:
        super().__init__(f"question group {group_id}: not found")


class QuestionReasonMissingError(MalformedInputError):
    """Who dismisses a question says why."""

    user_message = "请写明不予处理的理由。"

    def __init__(self, group_id: int) -> None:
        super().__init__(f"question group {group_id}: dismissed without a reason")


class QuestionOwnerError(MalformedInputError):
    """The account could not do what it is given."""

    user_message = "该账号没有知识编辑权限，不能承接问题，请换一位知识编辑。"

    def __init__(self, group_id: int, username: str) -> None:
        super().__init__(f"question group {group_id}: {username} may not edit")


class QuestionDueError(MalformedInputError):
    """The limit lies before tomorrow, or too far ahead."""

    user_message = "处理期限须在明天以后、60个工作日以内。"

    def __init__(self, group_id: int, days: int) -> None:
        super().__init__(f"question group {group_id}: due in {days} days")


class AnswerVersionError(MalformedInputError):
    """The version named is not published."""

    user_message = "该事项没有这个已发布的版本，请核对事项编码和版本号。"

    def __init__(self, group_id: int, code: str, version: int) -> None:
        super().__init__(f"question group {group_id}: {code} version {version} is not published")


class AlreadyLearnedError(MalformedInputError):
    """The entry, or its open draft, holds the question already."""

    user_message = "该事项（或其草稿）已收有这个问题，不必重复添加。"

    def __init__(self, code: str) -> None:
        super().__init__(f"entry {code}: holds this question already")


class IllegalQuestionMoveError(ConflictError):
    """The group's state forbids this now."""

    def __init__(self, group_id: int, current: str, target: str, label: str) -> None:
        self.user_message = f"该问题当前为“{label}”，不能这样操作，请刷新后再试。"
        super().__init__(f"question group {group_id}: {current} → {target} is not allowed")


class StaleQuestionError(ConflictError):
    """The group was changed since the reader loaded it."""

    user_message = "该问题刚刚被其他人更新，请刷新后再操作。"

    def __init__(self, group_id: int, expected: int, found: int) -> None:
        super().__init__(f"question group {group_id}: lock {expected} expected, {found} found")


class CodesUsedUpError(ConflictError):
    """Every code kept for new matters is taken."""

    user_message = "新事项的编码已用完，请先清理不用的草稿。"

    def __init__(self) -> None:
        super().__init__("no matter code left for a learned draft")
