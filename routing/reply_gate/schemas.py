"""What the gate finds in a reply, and what it needs to know of the ticket."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from sqlalchemy.orm import Session

from routing.schemas import AppealKind


class ReplyRule(StrEnum):
    """One rule that a reply (答复) must keep before it leaves."""

    UNANSWERED_POINT = "unanswered_point"
    EMPTY_PHRASE = "empty_phrase"
    OVER_PROMISE = "over_promise"
    UNKNOWN_DOCUMENT = "unknown_document"
    PERSONAL_INFORMATION = "personal_information"
    KIND_CHANGED = "kind_changed"
    INFORMANT = "informant"
    IDENTITY_ASKED = "identity_asked"  # of a question to an informant alone

    @property
    def label(self) -> str:
        """The word people see."""
        return _LABELS[self]

    @property
    def overridable(self) -> bool:
        """Whether a person may let the reply pass all the same; never where it harms someone."""
        return self not in {ReplyRule.INFORMANT, ReplyRule.IDENTITY_ASKED}


_LABELS = {
    ReplyRule.UNANSWERED_POINT: "没有答到",
    ReplyRule.EMPTY_PHRASE: "套话",
    ReplyRule.OVER_PROMISE: "过度承诺",
    ReplyRule.UNKNOWN_DOCUMENT: "文号查不到",
    ReplyRule.PERSONAL_INFORMATION: "个人信息",
    ReplyRule.KIND_CHANGED: "改变了诉求类型",
    ReplyRule.INFORMANT: "可能暴露举报人",
    ReplyRule.IDENTITY_ASKED: "问到了举报人身份",
}


@dataclass(frozen=True, slots=True)
class ReplyFinding:
    """One thing that keeps a reply from leaving."""

    rule: ReplyRule
    excerpt: str  # words of the reply, or the point of the appeal; never of contact or vault
    reason: str  # Chinese: what is wrong, and what to write instead


@dataclass(frozen=True, slots=True)
class AskedTicket:
    """What a reply is held against: the appeals as handling roles may read them."""

    kind: AppealKind  # the best protected one of its appeals
    confidential: bool
    texts: tuple[str, ...]  # one an appeal, masked or shielded
    places: tuple[str, ...] = ()
    names: frozenset[str] = frozenset()  # of contacts; a confidential appeal has none


class ReplyChecker(Protocol):
    """Who looks at a reply before it leaves."""

    def check(
        self, session: Session, ticket_id: int, text: str, *, to_citizen: bool
    ) -> Sequence[ReplyFinding]:
        """Return what keeps ``text`` from leaving; nothing is changed.

        Args:
            session: any transaction.
            ticket_id: which ticket it answers.
            text: the reply as written.
            to_citizen: ``False`` for a co-handling department's, which feeds the lead's reply.
        """
        ...
