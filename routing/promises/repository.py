"""Every query of promises."""

from collections.abc import Collection

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from routing.promises.models import Promise
from routing.promises.states import LIVE, PromiseState
from routing.tickets.models import Ticket

PAGE = 200


def of_ticket(session: Session, ticket_id: int) -> list[Promise]:
    """Return every promise of a ticket, in order."""
    query = select(Promise).where(Promise.ticket_id == ticket_id).order_by(Promise.id)
    return list(session.scalars(query))


def live_of(session: Session, ticket_id: int) -> Promise | None:
    """Return the promise that waits for its decision or is to be kept; at most one a ticket."""
    query = select(Promise).where(Promise.ticket_id == ticket_id, Promise.state.in_(LIVE))
    return session.scalars(query).one_or_none()


def approved_of(session: Session, ticket_ids: Collection[int]) -> list[Promise]:
    """Return the promises that are to be kept now."""
    query = (
        select(Promise)
        .where(Promise.ticket_id.in_(ticket_ids), Promise.state == PromiseState.APPROVED)
        .order_by(Promise.id)
    )
    return list(session.scalars(query))


def pending(session: Session, limit: int = PAGE) -> list[tuple[Promise, Ticket]]:
    """Return the promises to be decided, the earliest due ticket first."""
    query = (
        select(Promise, Ticket)
        .join(Ticket, Ticket.id == Promise.ticket_id)
        .where(Promise.state == PromiseState.OPEN)
        .order_by(Ticket.resolve_due_at, Promise.id)
        .limit(limit)
    )
    return [(promise, ticket) for promise, ticket in session.execute(query)]


def counts(session: Session) -> dict[str, tuple[int, int]]:
    """Return, by department, how many promises were made and how many broken."""
    broken = func.count().filter(Promise.state == PromiseState.BROKEN)
    query = select(Promise.department_code, func.count(), broken).group_by(Promise.department_code)
    return {code: (made, lost) for code, made, lost in session.execute(query)}
