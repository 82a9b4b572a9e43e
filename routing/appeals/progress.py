"""What a citizen may see of their appeal, and who may see it."""

import hmac
from collections.abc import Mapping
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from knowledge_base.schema import Department
from routing.appeals import repository
from routing.appeals.models import Appeal, AppealTicket, Contact
from routing.appeals.numbering import digits_of, plain_code
from routing.appeals.outgoing import outgoing_reply
from routing.appeals.schemas import EarlierReply, ProgressPart, ProgressStage, ProgressView
from routing.promises.repository import approved_of
from routing.relay.schemas import CitizenQuestion
from routing.relay.states import HEARD
from routing.tickets.models import Assignment, Ticket
from routing.tickets.repository import events_of
from routing.tickets.round_due import round_due
from routing.tickets.states import SETTLED, TRANSITIONS, TicketState

_LAST_DIGITS = 4
_WITHDRAWN = TicketState.WITHDRAWN
_NO_CODE = "------"  # compared against when there is no such appeal, so that both take as long


def code_matches(appeal: Appeal | None, contact: Contact | None, given: str) -> bool:
    """Whether ``given`` opens the appeal: its query code, or its phone's last four digits.

    Args:
        appeal: ``None`` where the number is unknown; the answer is then ``False``.
        contact: only an appeal that is not confidential has one.
        given: as typed.
    """
    code = plain_code(given)
    stored = _NO_CODE if appeal is None else appeal.query_code
    by_code = hmac.compare_digest(code.encode(), stored.encode())
    if appeal is None or contact is None or contact.phone is None:
        return appeal is not None and by_code
    last = digits_of(contact.phone)[-_LAST_DIGITS:]
    by_phone = len(last) == _LAST_DIGITS and hmac.compare_digest(code.encode(), last.encode())
    return by_code or by_phone


def named_body(ticket: Ticket) -> str | None:
    """Return the code of the body that the citizen of a declined ticket is to turn to."""
    proposed: str | None = ticket.proposal.get("lead")
    return ticket.declined_to or proposed


class ProgressReader:
    """Puts together what a citizen may see: the whole story, whichever tickets it went through."""

    def __init__(self, session: Session, departments: Mapping[str, Department]) -> None:
        self._session = session
        self._departments = departments

    def view(self, appeal: Appeal, questions: tuple[CitizenQuestion, ...] = ()) -> ProgressView:
        """Return where the appeal stands, with what its informant is asked."""
        links = repository.links_of_appeal(self._session, appeal.id)
        standing = [pair for pair in links if pair[0].ended_at is None]
        # Withdrawn from a ticket that goes on for others: the citizen sees it up to then.
        link, ticket = standing[0] if standing else max(links, key=lambda pair: _ended(pair[0]))
        parts = tuple(self._part(*pair) for pair in standing[1:])
        share = repository.lead_share(self._session, ticket.id) if standing else None
        shown = {share.id if share else None}
        shown |= {self._share_id(other) for _, other in standing[1:]}
        state = ticket.state if standing else TicketState.WITHDRAWN
        due = round_due(self._session, ticket)
        return ProgressView(
            number=appeal.number,
            ticket_no=ticket.ticket_no,
            kind_label=appeal.kind.label,
            state=state,
            state_label=state.label,
            stages=self._stages([pair for pair in links if pair[0].ended_at], link, ticket),
            department=self._department(ticket, share),
            due_at=due.due_at,
            provisional=due.provisional,
            derivation=due.derivation,
            reply=self._outgoing(share),
            replied_at=share.replied_at if share else None,
            confidential=appeal.confidential,
            part=link.part,
            parts=parts,
            earlier_replies=self._earlier(links, shown),
            asked=self._asked(share, ticket),
            declined_because=self._hidden(ticket, ticket.decline_reason) if standing else None,
            promised_until=self._promised(ticket) if standing else None,
            may_add=any(one.state not in SETTLED for _, one in standing),
            may_withdraw=any(_WITHDRAWN in TRANSITIONS[one.state] for _, one in standing),
            questions=questions,
            hears=appeal.confidential and any(ticket.state in HEARD for _, ticket in standing),
        )

    def _asked(self, share: Assignment | None, ticket: Ticket) -> str | None:
        """Return what the citizen is waited for now."""
        if share is None or ticket.state is not TicketState.AWAITING_CITIZEN:
            return None
        return self._hidden(ticket, share.asked)

    def _promised(self, ticket: Ticket) -> datetime | None:
        made = approved_of(self._session, [ticket.id])
        return made[0].promised_until if made else None

    def _hidden(self, ticket: Ticket, text: str | None) -> str | None:
        return None if text is None else outgoing_reply(self._session, ticket.id, text)

    def _part(self, link: AppealTicket, ticket: Ticket) -> ProgressPart:
        share = repository.lead_share(self._session, ticket.id)
        due = round_due(self._session, ticket)
        return ProgressPart(
            ticket_no=ticket.ticket_no,
            text=link.part,
            state_label=ticket.state.label,
            department=self._department(ticket, share),
            due_at=due.due_at,
            provisional=due.provisional,
            reply=self._outgoing(share),
            replied_at=share.replied_at if share else None,
        )

    def _stages(
        self, ended: list[tuple[AppealTicket, Ticket]], link: AppealTicket, ticket: Ticket
    ) -> tuple[ProgressStage, ...]:
        """Return what the appeal went through, each ticket for the time that it was under it."""
        through = [pair for pair in ended if pair[1].id != ticket.id] + [(link, ticket)]
        stages = [
            ProgressStage(event.to_state.label, event.at)
            for one, under in sorted(through, key=lambda pair: _began(pair[0]))
            for event in events_of(self._session, under.id)
            if event.to_state is not event.from_state and _within(one, event.at)
        ]
        if link.ended_at is not None:
            stages.append(ProgressStage(TicketState.WITHDRAWN.label, link.ended_at))
        return tuple(stages)

    def _earlier(
        self, links: list[tuple[AppealTicket, Ticket]], shown: set[int | None]
    ) -> tuple[EarlierReply, ...]:
        by_ticket = {ticket.id: link for link, ticket in links}
        return tuple(
            EarlierReply(self._name(share.department_code), self._outgoing(share) or "", at)
            for share in repository.replies_to(self._session, by_ticket)
            if share.id not in shown
            and (at := share.replied_at) is not None
            and _within(by_ticket[share.ticket_id], at)
        )

    def _share_id(self, ticket: Ticket) -> int | None:
        share = repository.lead_share(self._session, ticket.id)
        return share.id if share else None

    def _department(self, ticket: Ticket, share: Assignment | None) -> str | None:
        """Return who has the ticket; for a declined one, the body that is named to the citizen."""
        if ticket.state is TicketState.DECLINED:
            return self._name(named_body(ticket))
        return self._name(share.department_code if share else None)

    def _name(self, code: str | None) -> str | None:
        department = self._departments.get(code or "")
        return None if department is None else department.name

    def _outgoing(self, share: Assignment | None) -> str | None:
        if share is None or share.reply is None:
            return None
        return outgoing_reply(self._session, share.ticket_id, share.reply)


_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def _began(link: AppealTicket) -> datetime:
    return link.since or _FIRST


def _ended(link: AppealTicket) -> datetime:
    return link.ended_at or _LAST


def _within(link: AppealTicket, at: datetime) -> bool:
    return _began(link) <= at <= _ended(link)
