"""Every query of policy documents; what a reader may not see is left out in SQL."""

from collections.abc import Collection

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased, defer

from knowledge_base.entries.states import OPEN, EntryState
from knowledge_base.policies.errors import PolicyNotFoundError, StalePolicyError
from knowledge_base.policies.models import Policy, PolicyVersion
from knowledge_base.schema import Visibility

PAGE = 200


def locked_policy(session: Session, code: str, lock_version: int) -> Policy:
    """Return the document with its row locked (on SQLite the whole transaction is).

    Raises:
        PolicyNotFoundError: there is none.
        StalePolicyError: it was changed since ``lock_version``.
    """
    query = (
        select(Policy)
        .where(Policy.code == code)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    policy = session.scalars(query).one_or_none()
    if policy is None:
        raise PolicyNotFoundError(code)
    if policy.lock_version != lock_version:
        raise StalePolicyError(code, lock_version, policy.lock_version)
    return policy


def known_as(session: Session, identity: str) -> Policy | None:
    """Return the document of this number, locked; None where it is new."""
    query = select(Policy).where(Policy.identity == identity).with_for_update()
    return session.scalars(query).one_or_none()


def count(session: Session) -> int:
    """Return how many documents there ever were; none is ever removed."""
    return session.scalar(select(func.count()).select_from(Policy)) or 0


def open_version(session: Session, code: str) -> PolicyVersion | None:
    """Return what waits for review; a document has one at most."""
    query = select(PolicyVersion).where(PolicyVersion.code == code, PolicyVersion.state.in_(OPEN))
    return session.scalars(query).one_or_none()


def latest_numbered(session: Session, code: str) -> PolicyVersion | None:
    """Return the version published last, expired or not."""
    query = (
        select(PolicyVersion)
        .where(PolicyVersion.code == code, PolicyVersion.version.is_not(None))
        .order_by(PolicyVersion.version.desc())
        .limit(1)
    )
    return session.scalars(query).one_or_none()


def page_of_versions(
    session: Session,
    tiers: Collection[Visibility],
    states: Collection[EntryState],
    limit: int = PAGE,
    offset: int = 0,
) -> list[tuple[Policy, PolicyVersion]]:
    """Return versions without content, documents by code, the newest version first."""
    query = (
        select(Policy, PolicyVersion)
        .join(PolicyVersion, PolicyVersion.code == Policy.code)
        .where(PolicyVersion.visibility.in_(tiers), PolicyVersion.state.in_(states))
        .options(defer(PolicyVersion.content, raiseload=True))
        .order_by(Policy.code, PolicyVersion.id.desc())
        .limit(limit)
        .offset(offset)
    )
    return [(row[0], row[1]) for row in session.execute(query)]


def readable_version(
    session: Session,
    code: str,
    version: int | None,
    tiers: Collection[Visibility],
    states: Collection[EntryState],
) -> PolicyVersion:
    """Return one version; without a number what waits for review, else what was published last.

    Raises:
        PolicyNotFoundError: there is none, or none for this reader.
    """
    query = (
        select(PolicyVersion)
        .where(
            PolicyVersion.code == code,
            PolicyVersion.visibility.in_(tiers),
            PolicyVersion.state.in_(states),
        )
        .order_by(PolicyVersion.id.desc())
        .limit(1)
    )
    if version is not None:
        query = query.where(PolicyVersion.version == version)
    found = session.scalars(query).one_or_none()
    if found is None:
        raise PolicyNotFoundError(code)
    return found


def present_versions(session: Session, tiers: Collection[Visibility]) -> list[PolicyVersion]:
    """Return of each document the version published last, where it was not expired since."""
    later = aliased(PolicyVersion)
    newest = (
        select(func.max(later.version)).where(later.code == PolicyVersion.code).scalar_subquery()
    )
    query = (
        select(PolicyVersion)
        .where(
            PolicyVersion.state == EntryState.PUBLISHED,
            PolicyVersion.version == newest,
            PolicyVersion.visibility.in_(tiers),
        )
        .order_by(PolicyVersion.code)
    )
    return list(session.scalars(query))
