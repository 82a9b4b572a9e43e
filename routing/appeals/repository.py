"""Every query of appeals."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session, aliased

from foundation.database.rows import add_row, keys_ahead, keys_told
from routing.appeals.models import (
    Appeal,
    AppealTicket,
    Contact,
    InformantVault,
    ProgressTries,
)
from routing.appeals.schemas import Asked
from routing.appeals.shielding import PENDING
from routing.redactions.models import Redaction
from routing.tickets.models import Assignment, AssignmentRole, Ticket


@dataclass(frozen=True, slots=True)
class Written:
    """What is known once an appeal is written: whether photos wait, and its tickets' keys."""

    photos: bool
    ticket_ids: Sequence[int]


def by_idempotency_key(session: Session, key: str) -> Appeal | None:
    """Return the appeal that was registered under ``key``."""
    return session.scalars(select(Appeal).where(Appeal.idempotency_key == key)).one_or_none()


def add_unless_known(session: Session, appeal: Appeal, tickets: int) -> Written | None:
    """Write a new appeal and give it its key; ``None`` where its idempotency key is taken.

    Waits for a transaction that is registering the same idempotency key, and for no other. The
    same round trip tells all that the rest of the registration needs to know.
    """
    told = (_PHOTOS_WAIT, keys_ahead(session, Ticket, tickets))
    written = add_row(session, appeal, unless_known="idempotency_key", told=told)
    if written is None:
        return None
    appeal.id, photos, ahead = written
    return Written(photos=bool(photos), ticket_ids=keys_told(ahead, tickets))


_PHOTOS_WAIT = (
    "EXISTS (SELECT 1 FROM staged_files"
    " WHERE staged_files.conversation_id = appeals.conversation_id AND NOT given_up)"
)


def by_number(session: Session, number: str) -> Appeal | None:
    """Return the appeal of this number."""
    return session.scalars(select(Appeal).where(Appeal.number == number)).one_or_none()


def of_conversation(session: Session, number: str, conversation_id: str) -> Appeal | None:
    """Return the appeal of this number, if it was registered in this conversation."""
    query = select(Appeal).where(Appeal.number == number, Appeal.conversation_id == conversation_id)
    return session.scalars(query).one_or_none()


def of_ticket(session: Session, ticket_id: int) -> list[Appeal]:
    """Return every appeal that a ticket answers; several after a merge."""
    return [appeal for appeal, _ in _under(session, ticket_id)]


def asked_of_ticket(session: Session, ticket_id: int) -> list[Asked]:
    """Return every appeal that a ticket answers, with what of it the ticket is about.

    Of a confidential one what a dispatcher has confirmed; before that a fixed sentence.
    """
    under = _under(session, ticket_id)
    shown = _confirmed(session, ticket_id) if any(one.confidential for one, _ in under) else {}
    return [
        shown.get(appeal.id, Asked(appeal, PENDING, None, None))
        if appeal.confidential
        else Asked(appeal, words, appeal.place, appeal.occurred)
        for appeal, words in under
    ]


def _confirmed(session: Session, ticket_id: int) -> dict[int, Asked]:
    """Return what departments may read of confidential appeals at a ticket, by appeal."""
    query = (
        select(Redaction, Appeal)
        .join(Appeal, Appeal.id == Redaction.appeal_id)
        .where(
            Redaction.ticket_id == ticket_id,
            Redaction.message_id.is_(None),
            Redaction.confirmed_by.is_not(None),
        )
        .order_by(Redaction.number)
    )
    return {
        appeal.id: Asked(appeal, row.text, row.place, row.occurred)
        for row, appeal in session.execute(query)
    }


def _under(session: Session, ticket_id: int) -> list[tuple[Appeal, str]]:
    query = (
        select(Appeal, AppealTicket.part)
        .join(AppealTicket, AppealTicket.appeal_id == Appeal.id)
        .where(AppealTicket.ticket_id == ticket_id, AppealTicket.ended_at.is_(None))
        .order_by(Appeal.id)
    )
    return [(appeal, part or appeal.text) for appeal, part in session.execute(query)]


def ticket_of(session: Session, appeal_id: int) -> Ticket:
    """Return the appeal's first ticket; after its withdrawal the one it had."""
    query = (
        select(Ticket)
        .join(AppealTicket, AppealTicket.ticket_id == Ticket.id)
        .where(AppealTicket.appeal_id == appeal_id)
        .order_by(AppealTicket.ended_at.is_not(None), AppealTicket.ended_at.desc(), Ticket.id)
        .limit(1)
    )
    return session.scalars(query).one()


def locked(session: Session, number: str) -> Appeal | None:
    """Return the appeal of this number with its row locked: its tickets are numbered one by one."""
    query = select(Appeal).where(Appeal.number == number).with_for_update()
    return session.scalars(query).one_or_none()


def tickets_opened_for(session: Session, number: str) -> int:
    """Return how many tickets carry the number of this appeal."""
    query = select(func.count(Ticket.id)).where(Ticket.ticket_no.startswith(f"{number}-"))
    return session.scalar(query) or 0


def links_of_appeal(session: Session, appeal_id: int) -> list[tuple[AppealTicket, Ticket]]:
    """Return every ticket that an appeal is or was under, the first opened first."""
    query = (
        select(AppealTicket, Ticket)
        .join(Ticket, AppealTicket.ticket_id == Ticket.id)
        .where(AppealTicket.appeal_id == appeal_id)
        .order_by(Ticket.id)
    )
    return [(link, ticket) for link, ticket in session.execute(query)]


def standing_links(session: Session, appeal_id: int) -> list[tuple[AppealTicket, Ticket]]:
    """Return the tickets that an appeal is under; after its withdrawal the one it was under."""
    links = links_of_appeal(session, appeal_id)
    standing = [pair for pair in links if pair[0].ended_at is None]
    return standing or [max(links, key=lambda pair: (pair[0].ended_at, pair[1].id))]


def siblings(session: Session, ticket_ids: Collection[int]) -> dict[int, list[Ticket]]:
    """Return the other tickets of the appeals of each ticket, the first opened first."""
    mine, theirs = aliased(AppealTicket), aliased(AppealTicket)
    query = (
        select(mine.ticket_id, Ticket)
        .join(theirs, theirs.appeal_id == mine.appeal_id)
        .join(Ticket, Ticket.id == theirs.ticket_id)
        .where(
            mine.ticket_id.in_(ticket_ids),
            theirs.ticket_id != mine.ticket_id,
            mine.ended_at.is_(None),
            theirs.ended_at.is_(None),
        )
        .order_by(Ticket.id)
    )
    found: dict[int, list[Ticket]] = {}
    for ticket_id, other in session.execute(query):
        if other not in found.setdefault(ticket_id, []):
            found[ticket_id].append(other)
    return found


def current_links(session: Session, ticket_id: int) -> list[AppealTicket]:
    """Return what ties appeals to a ticket now."""
    query = (
        select(AppealTicket)
        .where(AppealTicket.ticket_id == ticket_id, AppealTicket.ended_at.is_(None))
        .order_by(AppealTicket.appeal_id)
    )
    return list(session.scalars(query))


def replies_to(session: Session, ticket_ids: Collection[int]) -> list[Assignment]:
    """Return every lead's reply on these tickets, of all rounds, the oldest first."""
    query = (
        select(Assignment)
        .where(
            Assignment.ticket_id.in_(ticket_ids),
            Assignment.role == AssignmentRole.LEAD,
            Assignment.replied_at.is_not(None),
        )
        .order_by(Assignment.replied_at, Assignment.id)
    )
    return list(session.scalars(query))


def contacts_of(session: Session, appeal_ids: Collection[int]) -> list[Contact]:
    """Return the ordinary contacts of these appeals; confidential ones have none."""
    return list(session.scalars(select(Contact).where(Contact.appeal_id.in_(appeal_ids))))


def informants_of(session: Session, ticket_id: int) -> list[InformantVault]:
    """Return who stands behind the appeals that are or were under a ticket.

    To be hidden in what leaves; for nothing else.
    """
    query = (
        select(InformantVault)
        .join(AppealTicket, AppealTicket.appeal_id == InformantVault.appeal_id)
        .where(AppealTicket.ticket_id == ticket_id)
    )
    return list(session.scalars(query))


def informants_of_tickets(
    session: Session, ticket_ids: Collection[int]
) -> dict[int, list[InformantVault]]:
    """Return the same for many tickets at once; those without an informant are left out."""
    query = (
        select(AppealTicket.ticket_id, InformantVault)
        .join(AppealTicket, AppealTicket.appeal_id == InformantVault.appeal_id)
        .where(AppealTicket.ticket_id.in_(ticket_ids))
    )
    found: dict[int, list[InformantVault]] = {}
    for ticket_id, identity in session.execute(query):
        found.setdefault(ticket_id, []).append(identity)
    return found


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
