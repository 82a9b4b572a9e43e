"""What tickets teach the dispatch catalogue: approved send-backs and dispatchers' corrections."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.database.session import Database
from routing.proposals.catalogue import Ruling
from routing.tickets.models import Assignment, AssignmentRole, SendBack, SendBackState, Ticket
from routing.tickets.states import LEARNABLE

MOST_RULINGS = 2_000


class RulingReader:
    """Reads the rulings in a transaction of its own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def __call__(self) -> list[Ruling]:
        """Return the rulings, disputes first, each the newest first."""
        with self._database.reading() as session:
            return [*disputes(session), *corrections(session)]


def disputes(session: Session) -> list[Ruling]:
    """Return what was ruled on send-backs: who had it, and who leads since."""
    query = (
        select(SendBack.ticket_id, SendBack.department_code)
        .join(Assignment, Assignment.id == SendBack.assignment_id)
        .where(SendBack.state == SendBackState.APPROVED, Assignment.role == AssignmentRole.LEAD)
        .order_by(SendBack.id.desc())
        .limit(MOST_RULINGS)
    )
    rows = list(session.execute(query))
    tickets = _tickets(session, {ticket_id for ticket_id, _ in rows})
    leads = _leads(session, set(tickets))
    return [
        _ruling(tickets[ticket_id], wrong, leads[ticket_id][-1], disputed=True)
        for ticket_id, wrong in rows
        if ticket_id in leads and leads[ticket_id][-1] != wrong
    ]


def corrections(session: Session) -> list[Ruling]:
    """Return where a dispatcher chose otherwise than proposed and the ticket was resolved there."""
    query = (select(Ticket).where(Ticket.state.in_(LEARNABLE)).order_by(Ticket.id.desc())).limit(
        MOST_RULINGS
    )
    tickets = {ticket.id: ticket for ticket in session.scalars(query)}
    leads = _leads(session, set(tickets))
    found = []
    for ticket_id, ticket in tickets.items():
        proposed = ticket.proposal.get("lead")
        dispatched = leads.get(ticket_id, [])
        if isinstance(proposed, str) and len(dispatched) == 1 and dispatched[0] != proposed:
            found.append(_ruling(ticket, proposed, dispatched[0], disputed=False))
    return found


def _ruling(ticket: Ticket, wrong: str, right: str, *, disputed: bool) -> Ruling:
    code = ticket.category_code
    return Ruling(ticket.text, code, wrong, right, ticket.ticket_no, disputed)


def _tickets(session: Session, ids: set[int]) -> Mapping[int, Ticket]:
    query = select(Ticket).where(Ticket.id.in_(ids))
    return {ticket.id: ticket for ticket in session.scalars(query)}


def _leads(session: Session, ids: set[int]) -> Mapping[int, list[str]]:
    query = (
        select(Assignment.ticket_id, Assignment.department_code)
        .where(Assignment.ticket_id.in_(ids), Assignment.role == AssignmentRole.LEAD)
        .order_by(Assignment.id)
    )
    found: dict[int, list[str]] = {}
    for ticket_id, code in session.execute(query):
        found.setdefault(ticket_id, []).append(code)
    return found
