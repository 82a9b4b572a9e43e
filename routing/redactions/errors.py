"""Errors of redactions.

HotlineError
├── NotFoundError
│   └── NothingToRedactError          the ticket answers no such confidential appeal
├── MalformedInputError
│   ├── RedactionEmptyError           a version without words
│   └── PutBackWithoutReasonError     words that the proposal does not hold, and no reason
└── ConflictError
    └── RedactionNotConfirmedError    a confidential ticket cannot be dispatched yet
"""

from foundation.errors import ConflictError, MalformedInputError, NotFoundError

_SHOWN_CHARACTERS = 20


class NothingToRedactError(NotFoundError):
    """The ticket answers no confidential appeal of this number."""

    user_message = "这张工单里没有这件保密诉求，请刷新后再试。"

    def __init__(self, ticket_no: str, number: str) -> None:
        super().__init__(f"ticket {ticket_no}: no confidential appeal {number} to redact")


class RedactionEmptyError(MalformedInputError):
    """What the department reads must have words."""

    user_message = "遮盖稿不能没有内容，承办单位要知道查什么。"

    def __init__(self, ticket_no: str) -> None:
        super().__init__(f"ticket {ticket_no}: redaction without words")


class PutBackWithoutReasonError(MalformedInputError):
    """Something stands there that was not in the version before: say why."""

    def __init__(self, ticket_no: str, words: str) -> None:
        # Only the writer reads this: these are their own words.
        shown = words if len(words) <= _SHOWN_CHARACTERS else f"{words[:_SHOWN_CHARACTERS]}…"
        self.user_message = f"“{shown}”是原稿没有的，请写明为什么要补上，不少于四个字；理由会留痕。"
        super().__init__(f"ticket {ticket_no}: redaction puts something back without a reason")


class RedactionNotConfirmedError(ConflictError):
    """What the department would read has not been looked at by a dispatcher."""

    def __init__(self, ticket_no: str, why: str, sentence: str) -> None:
        self.user_message = sentence
        super().__init__(f"ticket {ticket_no}: dispatch refused, {why}")
