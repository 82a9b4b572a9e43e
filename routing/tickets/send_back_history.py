"""How often departments sent back what they were proposed for: what the risk is corrected by."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.database.session import Database
from routing.proposals.send_back_risk import LEAST_TICKETS, SendBackCount
from routing.tickets.models import Assignment, AssignmentRole, Ticket

MOST_TICKETS = 500  # the last ones of a department
_RELOAD_SECONDS = 600.0
_LEVEL2 = 5  # characters of a category's code


@dataclass(frozen=True, slots=True)
class Sent:
    """One ticket that a department got because it was proposed."""

    category: str | None
    returned: bool
    expected: float | None  # the risk that was told


class SendBackHistoryReader:
    """Counts in transactions of its own; what was counted is kept for ten minutes."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[str, tuple[float, Sequence[Sent]]] = {}

    def __call__(self, department: str, category: str | None) -> SendBackCount | None:
        """Return the narrowest count that tells enough: category, its second level, all."""
        now = time.monotonic()
        read_at, sent = self._known.get(department, (float("-inf"), ()))
        if now - read_at > _RELOAD_SECONDS:
            with self._database.reading() as session:
                sent = sent_to(session, department)
            self._known[department] = now, sent
        return narrowest(sent, category)


def sent_to(session: Session, department: str) -> list[Sent]:
    """Return the last tickets that the department led because routing proposed it."""
    query = (
        select(Ticket.category_code, Assignment.returned_at, Ticket.proposal)
        .join(Assignment, Assignment.ticket_id == Ticket.id)
        .where(Assignment.department_code == department, Assignment.role == AssignmentRole.LEAD)
        .order_by(Assignment.id.desc())
        .limit(MOST_TICKETS)
    )
    return [
        Sent(category, returned_at is not None, proposal.get("send_back_risk"))
        for category, returned_at, proposal in session.execute(query)
        if proposal.get("lead") == department
    ]


def narrowest(sent: Sequence[Sent], category: str | None) -> SendBackCount | None:
    """Return the count of the category, else of its second level, else of all."""
    codes = (category, category[:_LEVEL2], "") if category else ("",)
    for code in codes:
        within = [one for one in sent if (one.category or "").startswith(code)]
        if len(within) >= LEAST_TICKETS:
            return _count(within)
    return None


def _count(sent: Sequence[Sent]) -> SendBackCount:
    told = [one.expected for one in sent if one.expected is not None]
    # Where only some were told a risk their mean stands for the others too.
    expected = sum(told) / len(told) if told else None
    return SendBackCount(len(sent), sum(one.returned for one in sent), expected)
