"""A resolved inquiry (咨询) becomes a draft entry in one step; people review it as any other."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from foundation.access.permissions import Permission
from foundation.access.service import AccessService, Account
from foundation.database.session import Database
from knowledge_base.entries.schemas import Saved
from knowledge_base.questions.drafting import Learned, LearnedDrafts, impersonal
from knowledge_base.schema import Department
from retrieval.schemas import Answer, Decision
from routing.schemas import AppealKind
from routing.tickets import repository
from routing.tickets.errors import NotLearnableError, TicketNotFoundError
from routing.tickets.models import Ticket
from routing.tickets.states import LEARNABLE

_QUESTION = 100  # characters; a longer story is cut to the question in it


@dataclass(frozen=True, slots=True)
class LearnableInquiry:
    """A resolved inquiry as an editor sees it in the list: masked, nobody in it."""

    ticket_no: str
    title: str
    category: str | None


@dataclass(frozen=True, slots=True)
class _Inquiry:
    text: str
    reply: str
    department: str
    on: date


class InquiryLearning:
    """Asks the search which matter an inquiry was about, and drafts; opens its own transactions."""

    def __init__(
        self,
        database: Database,
        drafts: LearnedDrafts,
        access: AccessService,
        ask: Callable[[str], Answer],
        departments: Mapping[str, Department],
    ) -> None:
        self._database = database
        self._drafts = drafts
        self._access = access
        self._ask = ask
        self._departments = departments

    def learnable(self, account: Account) -> list[LearnableInquiry]:
        """Return the inquiries that may become drafts, the last registered first."""
        account.require(Permission.KNOWLEDGE_EDIT)
        with self._database.reading() as session:
            return [
                LearnableInquiry(one.ticket_no, impersonal(one.title), one.category)
                for one in repository.resolved_inquiries(session)
            ]

    def draft(self, account: Account, ticket_no: str) -> Saved:
        """Add question and reply to the draft of the matter they are about, or of a new one.

        Raises:
            ActionNotAllowedError: the account may not edit the knowledge base.
            TicketNotFoundError: there is no such ticket.
            NotLearnableError: no inquiry, not resolved, confidential, or without a reply.
            AlreadyLearnedError: the matter holds the question already.
            IllegalEntryMoveError: the matter's draft waits for review.
        """
        account.require(Permission.KNOWLEDGE_EDIT)
        with self._database.reading() as session:
            inquiry = _read(session, ticket_no)
        # With no transaction open: the search takes its time.
        answer = self._ask(inquiry.text)
        learned = self._learned(ticket_no, inquiry, answer)
        with self._database.transaction() as session:
            saved = self._drafts.add(session, account, learned)
            self._access.record(session, account.id, "ticket.learned", f"{ticket_no} {saved.code}")
        return saved

    def _learned(self, ticket_no: str, inquiry: _Inquiry, answer: Answer) -> Learned:
        department = self._departments.get(inquiry.department)
        name = inquiry.department if department is None else department.name
        matched = answer.matter if answer.decision is Decision.ANSWER else None
        return Learned(
            question=_question(inquiry.text, answer),
            answer=inquiry.reply,
            code=matched,
            department=inquiry.department,
            source=f"{name}对热线咨询的答复（{inquiry.on.isoformat()}）",
            on=inquiry.on,
            reason=f"据已办结咨询工单 {ticket_no} 的答复起草",
        )


def _read(session: Session, ticket_no: str) -> _Inquiry:
    ticket = repository.by_ticket_no(session, ticket_no)
    if ticket is None:
        raise TicketNotFoundError(ticket_no)
    if ticket.kind is not AppealKind.INQUIRY:
        raise NotLearnableError(ticket_no, f"its kind is {ticket.kind.name}")
    if ticket.state not in LEARNABLE:
        raise NotLearnableError(ticket_no, f"its state is {ticket.state.value}")
    if ticket.confidential:
        raise NotLearnableError(ticket_no, "it is confidential")
    return _with_reply(session, ticket)


def _with_reply(session: Session, ticket: Ticket) -> _Inquiry:
    share = repository.lead_reply(session, ticket.id)
    if share is None or share.reply is None or share.replied_at is None:
        raise NotLearnableError(ticket.ticket_no, "nobody replied")
    on = share.replied_at.date()
    return _Inquiry(impersonal(ticket.text), impersonal(share.reply), share.department_code, on)


def _question(text: str, answer: Answer) -> str:
    if len(text) <= _QUESTION:
        return text
    return (answer.understanding.core or text)[:_QUESTION]
