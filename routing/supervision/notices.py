"""Notices at the desks: what the outbox delivers, read by the people whom it concerns."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from foundation.access.permissions import Role
from foundation.clock import Clock
from routing.supervision.models import SupervisionNotice

PAGE = 50
_OF_A_DEPARTMENT = {Role.DEPARTMENT_HANDLER, Role.DEPARTMENT_LEAD}


@dataclass(frozen=True, slots=True)
class NoticeReader:
    """Who reads: their roles, and the department they act for."""

    roles: frozenset[Role]
    department: str | None = None


@dataclass(frozen=True, slots=True)
class NoticeView:
    """One notice that nobody it concerns has read."""

    id: int
    ticket_no: str
    text: str
    at: datetime


def deliver(session: Session, key: str, payload: Mapping[str, Any], now: datetime) -> None:
    """Lay a message at the desks that it names; one given twice is laid there once."""
    sqlite = session.get_bind().dialect.name == "sqlite"
    insert = sqlite_insert if sqlite else postgresql_insert
    rows = [
        {
            "message_key": key,
            "role": Role(role),
            "department_code": payload["department"] if Role(role) in _OF_A_DEPARTMENT else None,
            "ticket_no": payload["ticket_no"],
            "text": payload["text"],
            "at": now,
        }
        for role in payload["roles"]
    ]
    if rows:
        statement = insert(SupervisionNotice).on_conflict_do_nothing(
            index_elements=["message_key", "role"]
        )
        session.execute(statement, rows)


def unread(session: Session, reader: NoticeReader, limit: int = PAGE) -> list[NoticeView]:
    """Return what nobody of the reader's circle has read, the newest first; one line a message."""
    query = (
        select(SupervisionNotice)
        .where(SupervisionNotice.read_at.is_(None), _concerns(reader))
        .order_by(SupervisionNotice.id.desc())
        .limit(limit)
    )
    once = {row.message_key: row for row in session.scalars(query)}
    return [NoticeView(row.id, row.ticket_no, row.text, row.at) for row in once.values()]


def mark_read(
    session: Session, reader: NoticeReader, ids: Collection[int], actor: str, clock: Clock
) -> int:
    """Note that these were read; those that do not concern the reader stay. Return how many."""
    keys = select(SupervisionNotice.message_key).where(
        SupervisionNotice.id.in_(ids), _concerns(reader)
    )
    noted = session.execute(
        update(SupervisionNotice)
        .where(
            SupervisionNotice.message_key.in_(keys),
            SupervisionNotice.read_at.is_(None),
            _concerns(reader),
        )
        .values(read_at=clock.now(), read_by=actor)
        .returning(SupervisionNotice.id)
        .execution_options(synchronize_session=False)
    )
    return len(noted.all())


def _concerns(reader: NoticeReader) -> ColumnElement[bool]:
    own = SupervisionNotice.department_code == reader.department
    return SupervisionNotice.role.in_(reader.roles) & or_(
        SupervisionNotice.department_code.is_(None)
        & SupervisionNotice.role.not_in(_OF_A_DEPARTMENT),
        own,
    )
