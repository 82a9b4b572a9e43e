"""A resolved inquiry (咨询) becomes a draft entry in one step; people review it as any other."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from foundation.access.permissions import Permission
from foundation.access.service import AccessService, Account
from foundation.database.session import Database
from knowledge_base.entries.schemas import Saved
from knowledge_base.questions.drafting import Learned, LearnedDrafts, impersonal
from knowledge_base.schema import Department
from retrieval.schemas import Answer, Decision
from routing.appeals import repository as appeals
from routing.schemas import AppealKind
from routing.tickets import repository
from routing.tickets.errors import NotLearnableError, TicketNotFoundError
from routing.tickets.models import Ticket
from routing.tickets.schemas import Actor
from routing.tickets.service import TicketService
from routing.tickets.states import LEARNABLE

_QUESTION = 100  # characters; a longer story is cut to the question in it


@dataclass(frozen=True, slots=True)
class LearnableInquiry:
    """A resolved inquiry as an editor sees it in the list: masked, nobody in it."""

    ticket_no: str
    title: str
    category: str | None
    registered_at: datetime
    entry_code: str | None  # whose draft it went into already


@dataclass(frozen=True, slots=True)
class LearnableText:
    """Question and reply as they would stand in a draft: nobody in them."""

    ticket_no: str
    question: str
    reply: str
    department: str  # name
    replied_on: date


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
        tickets: TicketService,
    ) -> None:
        self._tickets = tickets
        self._database = database
        self._drafts = drafts
        self._access = access
        self._ask = ask
        self._departments = departments

    def learnable(self, account: Account) -> list[LearnableInquiry]:
        """Return the inquiries that may become drafts, the last registered first."""
        account.require(Permission.KNOWLEDGE_EDIT)
        with self._database.reading() as session:
            rows = repository.resolved_inquiries(session)
            drafted = repository.learned(session, [one.id for one in rows])
            return [
                LearnableInquiry(
                    one.ticket_no,
                    impersonal(one.title),
                    one.category,
                    one.registered_at,
                    drafted.get(one.id),
                )
                for one in rows
            ]

    def read(self, account: Account, ticket_no: str) -> LearnableText:
        """Return what would go into a draft, to be read before it does.

        Raises:
            ActionNotAllowedError, TicketNotFoundError, NotLearnableError: as for ``draft``.
        """
        account.require(Permission.KNOWLEDGE_EDIT)
        with self._database.reading() as session:
            inquiry = _read(session, ticket_no)
        name = self._name_of(inquiry.department)
        return LearnableText(ticket_no, inquiry.text, inquiry.reply, name, inquiry.on)

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
            ticket = repository.locked_ticket(session, ticket_no)
            _refuse(session, ticket)  # as it stands now
            saved = self._drafts.add(session, account, learned)
            actor = Actor(f"user:{account.id}")
            self._tickets.note(session, ticket, "learned", actor, {"entry": saved.code})
            self._access.record(session, account.id, "ticket.learned", f"{ticket_no} {saved.code}")
        return saved

    def _learned(self, ticket_no: str, inquiry: _Inquiry, answer: Answer) -> Learned:
        name = self._name_of(inquiry.department)
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

    def _name_of(self, code: str) -> str:
        department = self._departments.get(code)
        return code if department is None else department.name


def _read(session: Session, ticket_no: str) -> _Inquiry:
    ticket = repository.by_ticket_no(session, ticket_no)
    if ticket is None:
        raise TicketNotFoundError(ticket_no)
    _refuse(session, ticket)
    return _with_reply(session, ticket)


def _refuse(session: Session, ticket: Ticket) -> None:
    """Pass an inquiry that may be learned from; an irregularity report never is one."""
    ticket_no = ticket.ticket_no
    if ticket.kind is not AppealKind.INQUIRY:
        raise NotLearnableError(ticket_no, f"its kind is {ticket.kind.name}")
    if ticket.state not in LEARNABLE:
        raise NotLearnableError(ticket_no, f"its state is {ticket.state.value}")
    asked = appeals.of_ticket(session, ticket.id)
    if any(one.kind is AppealKind.IRREGULARITY_REPORT for one in asked):
        raise NotLearnableError(ticket_no, "one of its appeals is an irregularity report")
    if ticket.confidential or any(one.confidential for one in asked):
        raise NotLearnableError(ticket_no, "it is confidential")


def _with_reply(session: Session, ticket: Ticket) -> _Inquiry:
    share = repository.lead_reply(session, ticket.id)
    if share is None or share.reply is None or share.replied_at is None:
        raise NotLearnableError(ticket.ticket_no, "nobody replied")
    known = _known_of(session, ticket)
    text, reply = (impersonal(_without(known, one)) for one in (ticket.text, share.reply))
    return _Inquiry(text, reply, share.department_code, share.replied_at.date())


def _known_of(session: Session, ticket: Ticket) -> dict[str, str]:
    """Return what is known of the citizens behind a ticket, and what stands for it in a draft."""
    known: dict[str, str] = {}
    for appeal in appeals.of_ticket(session, ticket.id):
        contact = appeals.contact_of(session, appeal.id)
        if contact is not None:
            known |= {contact.name or "": "[姓名]", contact.phone or "": "[电话]"}
    known.pop("", None)
    return known


def _without(known: Mapping[str, str], text: str) -> str:
    """Return ``text`` without what only the contact tells to be a name; patterns do the rest."""
    for words, instead in known.items():
        text = text.replace(words, instead)
    return text


def _question(text: str, answer: Answer) -> str:
    if len(text) <= _QUESTION:
        return text
    return (answer.understanding.core or text)[:_QUESTION]
