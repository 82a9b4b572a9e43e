"""Every query of appeals."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from routing.appeals.models import Appeal, AppealTicket, Contact, ProgressTries
from routing.tickets.models import Assignment, AssignmentRole, Ticket


def by_idempotency_key(session: Session, key: str) -> Appeal | None:
    """Return the appeal that was registered under ``key``."""
    return session.scalars(select(Appeal).where(Appeal.idempotency_key == key)).one_or_none()


def by_number(session: Session, number: str) -> Appeal | None:
    """Return the appeal of this number."""
    return session.scalars(select(Appeal).where(Appeal.number == number)).one_or_none()


def of_conversation(session: Session, number: str, conversation_id: str) -> Appeal | None:
    """Return the appeal of this number, if it was registered in this conversation."""
    query = select(Appeal).where(Appeal.number == number, Appeal.conversation_id == conversation_id)
    return session.scalars(query).one_or_none()


def of_ticket(session: Session, ticket_id: int) -> list[Appeal]:
    """Return every appeal that a ticket answers; several after a merge."""
    query = (
        select(Appeal)
        .join(AppealTicket, AppealTicket.appeal_id == Appeal.id)
        .where(AppealTicket.ticket_id == ticket_id)
        .order_by(Appeal.id)
    )
    return list(session.scalars(query))


def ticket_of(session: Session, appeal_id: int) -> Ticket:
    """Return the appeal's first ticket."""
    query = (
        select(Ticket)
        .join(AppealTicket, AppealTicket.ticket_id == Ticket.id)
        .where(AppealTicket.appeal_id == appeal_id)
        .order_by(Ticket.id)
        .limit(1)
    )
    return session.scalars(query).one()


def lead_share(session: Session, ticket_id: int) -> Assignment | None:
    """Return the lead department's active share; ``None`` while nobody has it."""
    query = select(Assignment).where(
        Assignment.ticket_id == ticket_id,
        Assignment.active,
        Assignment.role == AssignmentRole.LEAD,
    )
    return session.scalars(query).one_or_none()


def contact_of(session: Session, appeal_id: int) -> Contact | None:
    """Return the ordinary contact; a confidential appeal has none."""
    return session.get(Contact, appeal_id)


def locked_tries(session: Session, subjects: list[str], now: datetime) -> list[ProgressTries]:
    """Return the counters of ``subjects``, made where missing, their rows locked in one order."""
    insert = sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgresql_insert
    ordered = sorted(subjects)
    rows = [{"subject": subject, "failures": 0, "last_failed_at": now} for subject in ordered]
    session.execute(insert(ProgressTries).values(rows).on_conflict_do_nothing())
    query = (
        select(ProgressTries)
        .where(ProgressTries.subject.in_(ordered))
        .order_by(ProgressTries.subject)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return list(session.scalars(query))


def forget_tries(session: Session, before: datetime) -> None:
    """Remove counters that no longer lock anyone."""
    session.execute(delete(ProgressTries).where(ProgressTries.last_failed_at < before))
