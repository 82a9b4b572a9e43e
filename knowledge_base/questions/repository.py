"""Every query of open questions."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session, defer

from foundation.access.models import AccountRow
from knowledge_base.questions.errors import QuestionNotFoundError, StaleQuestionError
from knowledge_base.questions.models import OpenQuestion, QuestionGroup
from knowledge_base.questions.schemas import NewQuestion
from knowledge_base.questions.states import JOINABLE, QuestionState

PAGE = 200
# Older groups are closed by being forgotten: a question asked again then begins a new one.
_COMPARED = 5_000


def insert_question(session: Session, new: NewQuestion, masked_text: str, now: datetime) -> bool:
    """Add a question; False when its origin asked before."""
    insert = sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgresql_insert
    statement = (
        insert(OpenQuestion)
        .values(
            origin=new.origin,
            source=new.source,
            channel=new.channel,
            masked_text=masked_text,
            matter_code=new.matter_code,
            asked_at=now,
        )
        .on_conflict_do_nothing(index_elements=["origin"])
        .returning(OpenQuestion.id)
    )
    return session.execute(statement).scalar_one_or_none() is not None


def ungrouped(session: Session, limit: int) -> list[OpenQuestion]:
    """Return what the grouping has not looked at, in the order it was asked."""
    query = (
        select(OpenQuestion)
        .where(OpenQuestion.group_id.is_(None))
        .order_by(OpenQuestion.id)
        .limit(limit)
    )
    return list(session.scalars(query))


def count_ungrouped(session: Session) -> int:
    """Return how many the grouping has not looked at."""
    query = select(func.count(OpenQuestion.id)).where(OpenQuestion.group_id.is_(None))
    return session.scalar(query) or 0


def joinable(session: Session) -> list[QuestionGroup]:
    """Return the groups that a question may join, the last asked first."""
    query = (
        select(QuestionGroup)
        .where(QuestionGroup.state.in_(JOINABLE))
        .order_by(QuestionGroup.last_seen_at.desc(), QuestionGroup.id)
        .limit(_COMPARED)
    )
    return list(session.scalars(query))


def locked(session: Session, group_id: int, lock_version: int) -> QuestionGroup:
    """Return the group with its row locked.

    Raises:
        QuestionNotFoundError: there is none.
        StaleQuestionError: staff changed it since.
    """
    query = (
        select(QuestionGroup)
        .where(QuestionGroup.id == group_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    group = session.scalars(query).one_or_none()
    if group is None:
        raise QuestionNotFoundError(group_id)
    if group.lock_version != lock_version:
        raise StaleQuestionError(group_id, lock_version, group.lock_version)
    return group


def page(
    session: Session,
    states: Collection[QuestionState],
    owner: str | None,
    limit: int = PAGE,
    offset: int = 0,
) -> list[QuestionGroup]:
    """Return groups: due first, then those asked most; ``owner`` None: of everybody."""
    query = (
        select(QuestionGroup)
        .where(QuestionGroup.state.in_(states))
        .options(defer(QuestionGroup.words), defer(QuestionGroup.meaning))
        .order_by(
            QuestionGroup.due_on.is_(None),
            QuestionGroup.due_on,
            QuestionGroup.times.desc(),
            QuestionGroup.id,
        )
        .limit(limit)
        .offset(offset)
    )
    if owner is not None:
        query = query.where(QuestionGroup.owner == owner)
    return list(session.scalars(query))


def group(session: Session, group_id: int) -> QuestionGroup:
    """Return one group; raises ``QuestionNotFoundError``."""
    found = session.get(QuestionGroup, group_id)
    if found is None:
        raise QuestionNotFoundError(group_id)
    return found


def asked_in(session: Session, group_id: int, limit: int = PAGE) -> list[OpenQuestion]:
    """Return the questions of a group, the newest first."""
    query = (
        select(OpenQuestion)
        .where(OpenQuestion.group_id == group_id)
        .order_by(OpenQuestion.id.desc())
        .limit(limit)
    )
    return list(session.scalars(query))


def drafted_on(session: Session, code: str, states: Sequence[QuestionState]) -> list[QuestionGroup]:
    """Return the groups that a draft of this matter answers, locked."""
    query = (
        select(QuestionGroup)
        .where(QuestionGroup.draft_code == code, QuestionGroup.state.in_(states))
        .order_by(QuestionGroup.id)
        .with_for_update()
    )
    return list(session.scalars(query))


def names_of(session: Session, account_ids: Collection[str]) -> dict[str, str]:
    """Return the display names of accounts."""
    query = select(AccountRow.id, AccountRow.display_name).where(AccountRow.id.in_(account_ids))
    return {row[0]: row[1] for row in session.execute(query)}
