"""Every query of open questions."""

from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session, defer

from foundation.access.models import AccountRow
from knowledge_base.questions.errors import QuestionNotFoundError, StaleQuestionError
from knowledge_base.questions.models import OpenQuestion, QuestionGroup
from knowledge_base.questions.schemas import NewQuestion, Wanted
from knowledge_base.questions.states import JOINABLE, WAITING, QuestionState

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
    session: Session, wanted: Wanted, today: date, limit: int = PAGE, offset: int = 0
) -> list[QuestionGroup]:
    """Return groups: due first, then those asked most."""
    query = (
        select(QuestionGroup)
        .where(*_narrowed(wanted, today))
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
    return list(session.scalars(query))


def count(session: Session, wanted: Wanted, today: date) -> int:
    """Return how many groups there are in all."""
    query = select(func.count(QuestionGroup.id)).where(*_narrowed(wanted, today))
    return session.scalar(query) or 0


def _narrowed(wanted: Wanted, today: date) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [QuestionGroup.state.in_(wanted.states)]
    if wanted.owner is not None:
        found.append(QuestionGroup.owner == wanted.owner)
    if wanted.overdue:
        found += [QuestionGroup.due_on < today, QuestionGroup.state.in_(WAITING)]
    if wanted.words:
        asked = select(OpenQuestion.id).where(
            OpenQuestion.group_id == QuestionGroup.id,
            OpenQuestion.masked_text.contains(wanted.words, autoescape=True),
        )
        named = QuestionGroup.text.contains(wanted.words, autoescape=True)
        found.append(or_(named, asked.exists()))
    return found


def examples(
    session: Session, groups: Collection[QuestionGroup], most: int
) -> dict[int, tuple[str, ...]]:
    """Return other wordings than the group's own, the newest first, at most so many a group."""
    own = {one.id: one.text for one in groups}
    one = OpenQuestion
    wordings = (
        select(one.group_id, one.masked_text, func.max(one.id).label("latest"))
        .where(one.group_id.in_(own))
        .group_by(one.group_id, one.masked_text)
        .subquery()
    )
    newest = func.row_number().over(
        partition_by=wordings.c.group_id, order_by=wordings.c.latest.desc()
    )
    ranked = select(wordings, newest.label("place")).subquery()
    query = (
        select(ranked.c.group_id, ranked.c.masked_text)
        .where(ranked.c.place <= most + 1)  # the group's own words may be among them
        .order_by(ranked.c.group_id, ranked.c.place)
    )
    found: dict[int, list[str]] = {group_id: [] for group_id in own}
    for group_id, text in session.execute(query):
        if text != own[group_id]:
            found[group_id].append(text)
    return {group_id: tuple(texts[:most]) for group_id, texts in found.items()}


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
