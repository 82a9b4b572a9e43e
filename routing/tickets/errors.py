"""Errors of tickets.

HotlineError
├── NotFoundError
│   ├── TicketNotFoundError        no such ticket, or not this department's
│   └── AppealElsewhereError       the ticket does not answer this appeal
├── MalformedInputError
│   ├── DutyBasisMissingError      a send-back cites no duty basis or no reason
│   ├── EmptyReplyError            a reply without words
│   ├── NothingAskedError          a citizen is waited for, and was not told for what
│   ├── DeclineIncompleteError     declined without a reason, or without the right channel
│   └── DepartmentCannotHandleError  the body named is unknown or takes no tickets
└── ConflictError
    ├── IllegalTransitionError     the state forbids the move
    ├── StaleVersionError          someone else changed the ticket meanwhile
    ├── ReturnWindowClosedError    sent back after the window closed
    ├── DesignatedError            sent back although the hotline has designated the department
    ├── LeadOnlyError              an act that is the lead's alone
    ├── RelayOnlyError             a protected citizen is asked through the relay alone
    ├── ArchivedError              the ticket can only be read
    ├── ArchiveRefusedError        something about it is not settled
    ├── MergeRefusedError          a merge or a split would cost a citizen something
    └── NotLearnableError          a ticket that must not, or cannot yet, become a draft entry
"""

from datetime import datetime

from foundation.errors import ConflictError, MalformedInputError, NotFoundError


class TicketNotFoundError(NotFoundError):
    """There is no such ticket, or it is not this department's: the reader cannot tell which."""

    user_message = "没有找到该工单，或该工单不属于本单位。"

    def __init__(self, ticket_no: str) -> None:
        super().__init__(f"ticket {ticket_no}: not found for this reader")


class DutyBasisMissingError(MalformedInputError):
    """A send-back (退单) must say why, and cite the duty basis."""

    user_message = "退单须写明理由，并引用职责依据（如权责清单条目）。"

    def __init__(self, ticket_no: str) -> None:
        super().__init__(f"ticket {ticket_no}: send-back without reason or duty basis")


class EmptyReplyError(MalformedInputError):
    """A reply must have words."""

    user_message = "答复内容不能为空。"

    def __init__(self, ticket_no: str) -> None:
        super().__init__(f"ticket {ticket_no}: empty reply")


class NothingAskedError(MalformedInputError):
    """Whoever waits for the citizen says for what."""

    user_message = "请写明需要市民补充什么，市民会收到这段话。"

    def __init__(self, ticket_no: str) -> None:
        super().__init__(f"ticket {ticket_no}: waits for the citizen without saying for what")


class DeclineIncompleteError(MalformedInputError):
    """Declining (不予受理) says why, and names the body that the citizen is to turn to."""

    user_message = "不予受理须写明理由，并从单位名录中选出市民应当去找的单位。"

    def __init__(self, ticket_no: str) -> None:
        super().__init__(f"ticket {ticket_no}: declined without a reason or a known channel")


class DepartmentCannotHandleError(MalformedInputError):
    """The body named is unknown, or is one that cannot receive tickets."""

    user_message = "该单位不接收工单，请另选承办单位。"

    def __init__(self, ticket_no: str, department_code: str) -> None:
        super().__init__(f"ticket {ticket_no}: {department_code} takes no tickets")


class IllegalTransitionError(ConflictError):
    """The ticket's state forbids this move now."""

    def __init__(self, ticket_no: str, current: str, target: str, label: str) -> None:
        self.user_message = f"工单当前为“{label}”，不能这样操作，请刷新后再试。"
        super().__init__(f"ticket {ticket_no}: {current} → {target} is not allowed")


class StaleVersionError(ConflictError):
    """The ticket was changed since the reader loaded it."""

    user_message = "该工单刚刚被其他人更新，请刷新后再操作。"

    def __init__(self, ticket_no: str, expected: int, found: int) -> None:
        super().__init__(f"ticket {ticket_no}: version {expected} expected, {found} found")


class ReturnWindowClosedError(ConflictError):
    """The handling department asked to send a ticket back (退单) after the window closed."""

    user_message = "该工单已超过退单时限，不能退回。如不属于本单位职责，请联系派单员并附依据。"

    def __init__(self, ticket_no: str, closed_at: datetime) -> None:
        super().__init__(f"ticket {ticket_no}: send-back refused, closed {closed_at.isoformat()}")


class DesignatedError(ConflictError):
    """After three dispatches without an owner the hotline has designated the department (指定)."""

    user_message = "该工单多次退单后已由热线指定承办，不能再退回。请先行办理，并向热线提出异议。"

    def __init__(self, ticket_no: str) -> None:
        super().__init__(f"ticket {ticket_no}: send-back refused, department is designated")


class LeadOnlyError(ConflictError):
    """Only the lead department does this."""

    user_message = "只有主办单位可以这样操作。"

    def __init__(self, ticket_no: str, department_code: str) -> None:
        super().__init__(f"ticket {ticket_no}: {department_code} does not lead")


class RelayOnlyError(ConflictError):
    """A protected citizen (举报人) is asked through the relay (转问) alone."""

    user_message = "这是保密诉求，请用“转问”向举报人提问。"

    def __init__(self, ticket_no: str) -> None:
        super().__init__(f"ticket {ticket_no}: confidential, asked through the relay")


class ArchivedError(ConflictError):
    """An archived (归档) ticket can only be read."""

    user_message = "该工单已归档，只能查看，不能再改动。"

    def __init__(self, ticket_no: str, kind: str) -> None:
        super().__init__(f"ticket {ticket_no}: archived, {kind} refused")


class ArchiveRefusedError(ConflictError):
    """Something about the ticket is not settled yet."""

    user_message = "该工单还有没有结束的督办，审核通过或撤销后才能归档。"

    def __init__(self, ticket_no: str) -> None:
        super().__init__(f"ticket {ticket_no}: not archived, a supervision order is live")


class MergeRefusedError(ConflictError):
    """A merge (并单) or a split would cost somebody a right, or leave a ticket with nobody's."""

    def __init__(self, ticket_no: str, why: str, sentence: str) -> None:
        self.user_message = sentence
        super().__init__(f"ticket {ticket_no}: merge or split refused, {why}")


class AppealElsewhereError(NotFoundError):
    """The ticket does not answer this appeal."""

    user_message = "这件诉求不在该工单里，请刷新后再试。"

    def __init__(self, ticket_no: str, number: str) -> None:
        super().__init__(f"ticket {ticket_no}: appeal {number} is not under it")


class NotLearnableError(ConflictError):
    """Only a resolved, non-confidential inquiry with a reply may become a draft entry."""

    user_message = "只有已办结、有答复且不涉保密的咨询工单才能转为知识库草稿。"

    def __init__(self, ticket_no: str, why: str) -> None:
        super().__init__(f"ticket {ticket_no}: cannot become a draft, {why}")
