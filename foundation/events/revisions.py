"""Revision rows: a change in one process is seen by all others that poll the row."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from foundation.events.models import RevisionRow


def current_revision(session: Session, subject: str) -> int:
    """Return the number of the last committed change; 0 before the first."""
    query = select(RevisionRow.number).where(RevisionRow.subject == subject)
    return session.scalar(query) or 0


def bump_revision(session: Session, subject: str, now: datetime) -> int:
    """Count one change; its row stays locked until the transaction ends, so numbers follow commits.

    Args:
        session: the writing transaction that makes the change.
        subject: what changes, e.g. ``knowledge``.
        now: an aware moment.
    """
    sqlite = session.get_bind().dialect.name == "sqlite"
    insert = sqlite_insert if sqlite else postgresql_insert
    statement = (
        insert(RevisionRow)
        .values(subject=subject, number=1, changed_at=now)
        .on_conflict_do_update(
            index_elements=["subject"],
            set_={"number": RevisionRow.number + 1, "changed_at": now},
        )
        .returning(RevisionRow.number)
    )
    return session.execute(statement).scalar_one()
