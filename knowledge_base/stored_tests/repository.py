"""Every query of stored test questions."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge_base.stored_tests.models import StoredTest


def stored(session: Session, code: str | None = None) -> list[StoredTest]:
    """Return the test questions of one matter, or of all, by matter."""
    query = select(StoredTest).order_by(StoredTest.code, StoredTest.id)
    if code is not None:
        query = query.where(StoredTest.code == code)
    return list(session.scalars(query))


def same(session: Session, code: str, question: str) -> StoredTest | None:
    """Return the matter's test with these words."""
    query = select(StoredTest).where(StoredTest.code == code, StoredTest.question == question)
    return session.scalars(query).one_or_none()
