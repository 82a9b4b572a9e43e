"""Every query of follow-ups."""

from collections.abc import Collection, Sequence

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from routing.appeals.models import Appeal, Contact
from routing.follow_ups.models import FollowUp
from routing.tickets.models import Assignment, AssignmentRole, Ticket
from routing.tickets.states import TicketState


def answered(
    session: Session, states: Collection[TicketState], limit: int, offset: int
) -> list[tuple[Ticket, Assignment]]:
    """Return tickets with the lead's reply: those answered first come first."""
    query = _answered().where(Ticket.state.in_(states))
    ordered = query.order_by(Assignment.replied_at, Ticket.id).limit(limit).offset(offset)
    return [(ticket, share) for ticket, share in session.execute(ordered)]


def count_answered(session: Session, states: Collection[TicketState]) -> int:
    """Return how many tickets ``answered`` would show in all."""
    query = _answered().where(Ticket.state.in_(states)).with_only_columns(func.count(Ticket.id))
    return session.scalar(query) or 0


def answered_ticket(session: Session, ticket_no: str) -> tuple[Ticket, Assignment] | None:
    """Return one ticket with the lead's reply of the present round."""
    row = session.execute(_answered().where(Ticket.ticket_no == ticket_no)).one_or_none()
    return None if row is None else (row[0], row[1])


def with_phone(session: Session, appeals: Sequence[Appeal]) -> set[int]:
    """Return the appeals whose phone an operator may be shown; never those in the vault."""
    query = select(Contact.appeal_id).where(
        Contact.appeal_id.in_([one.id for one in appeals]), Contact.phone_index.is_not(None)
    )
    return set(session.scalars(query))


def tries(session: Session, ticket_id: int, handling_round: int) -> list[FollowUp]:
    """Return what was tried in one round, the oldest first."""
    query = (
        select(FollowUp)
        .where(FollowUp.ticket_id == ticket_id, FollowUp.round == handling_round)
        .order_by(FollowUp.id)
    )
    return list(session.scalars(query))


def all_tries(session: Session, ticket_id: int) -> list[tuple[FollowUp, str]]:
    """Return what was tried in every round, the oldest first, each with its appeal's number."""
    query = (
        select(FollowUp, Appeal.number)
        .join(Appeal, Appeal.id == FollowUp.appeal_id)
        .where(FollowUp.ticket_id == ticket_id)
        .order_by(FollowUp.id)
    )
    return [(one, number) for one, number in session.execute(query)]


def _answered() -> Select[Ticket, Assignment]:
    return (
        select(Ticket, Assignment)
        .join(Assignment, Assignment.ticket_id == Ticket.id)
        .where(
            Assignment.role == AssignmentRole.LEAD,
            Assignment.active,
            Assignment.replied_at.is_not(None),
        )
    )
