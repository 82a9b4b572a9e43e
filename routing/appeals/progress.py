"""What a citizen may see of their appeal, and who may see it."""

import hmac
from collections.abc import Iterable

from routing.appeals.models import Appeal, Contact
from routing.appeals.numbering import digits_of, plain_code
from routing.appeals.schemas import ProgressStage, ProgressView
from routing.tickets.models import Assignment, Ticket, TicketEvent

_LAST_DIGITS = 4
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


def progress_view(
    appeal: Appeal,
    ticket: Ticket,
    events: Iterable[TicketEvent],
    share: Assignment | None,
    department_name: str | None,
) -> ProgressView:
    """Return where the appeal stands.

    Args:
        appeal: whose citizen asks.
        ticket: that does something about it.
        events: of the ticket, in order; those that change the state become stages.
        share: the lead's active share.
        department_name: who has it, or is named where it was declined.
    """
    stages = tuple(
        ProgressStage(event.to_state.label, event.at)
        for event in events
        if event.to_state is not event.from_state
    )
    return ProgressView(
        number=appeal.number,
        ticket_no=ticket.ticket_no,
        kind_label=appeal.kind.label,
        state=ticket.state,
        state_label=ticket.state.label,
        stages=stages,
        department=department_name,
        due_at=ticket.resolve_due_at,
        provisional=ticket.due_provisional,
        derivation=tuple(ticket.due_basis.get("derivation", ())),
        reply=share.reply if share else None,
        replied_at=share.replied_at if share else None,
        confidential=appeal.confidential,
    )
