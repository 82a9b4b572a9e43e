"""What a new ticket derives from what it is given."""

from datetime import datetime
from typing import Any

from routing.appeals.shielding import PENDING
from routing.deadlines.service import ResolveDeadline
from routing.tickets.models import FIRST_MAC, Ticket
from routing.tickets.schemas import NewTicket
from routing.tickets.states import TicketState

TITLE_CHARACTERS = 40


def title_of(text: str) -> str:
    """Return the first line of ``text``, cut to ``TITLE_CHARACTERS``."""
    first = text.strip().partition("\n")[0]
    return first if len(first) <= TITLE_CHARACTERS else f"{first[: TITLE_CHARACTERS - 1]}…"


def due_basis_of(deadline: ResolveDeadline | None) -> dict[str, Any]:
    """Return what the due time rests on, as it is kept with the ticket."""
    if deadline is None:
        return {}
    return {
        "rule_pack": deadline.rule_pack,
        "limit": deadline.limit,
        # With these it is counted again: after a pause, an extension, a new holiday notice.
        "amount": deadline.amount,
        "unit": deadline.unit,
        "roll_over": deadline.roll_over,
        "clause": deadline.clause,
        "certainty": deadline.certainty,
        "derivation": list(deadline.derivation),
    }


def drafted(new: NewTicket, registered_at: datetime, dispatch_due_at: datetime | None) -> Ticket:
    """Return the row of a new ticket, still a draft without an event.

    A confidential one says nothing until a dispatcher confirms what departments may read.
    """
    deadline = new.deadline
    text = PENDING if new.confidential else new.text
    return Ticket(
        ticket_no=new.ticket_no,
        state=TicketState.DRAFT,
        version=0,
        last_seq=0,
        head_mac=FIRST_MAC,
        kind=new.kind,
        category_code=new.category_code,
        category=new.category,
        title=title_of(text),
        text=text,
        place=None if new.confidential else new.place,
        district=new.district,
        occurred=None if new.confidential else new.occurred,
        urgent=new.urgent,
        confidential=new.confidential,
        registered_at=registered_at,
        dispatch_due_at=dispatch_due_at,
        resolve_due_at=deadline.due_at if deadline else None,
        due_provisional=deadline.provisional if deadline else False,
        due_basis=due_basis_of(deadline),
        proposal=dict(new.proposal),
    )
