"""Service tokens: what a machine shows instead of a login, with scopes and an end."""

import secrets
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.access.errors import (
    AccountNotFoundError,
    LoginRequiredError,
    TokenNotAllowedError,
)
from foundation.access.models import ServiceTokenRow
from foundation.access.permissions import OF_A_DEPARTMENT, TOKEN_SCOPES, Permission
from foundation.access.service import Account
from foundation.clock import Clock

PREFIX = "hotline_"  # so that a token is recognised where it should not be
_LONGEST_NAME = 64


@dataclass(frozen=True, slots=True)
class ServiceToken:
    """A token as it is listed: never the token itself."""

    id: str
    name: str
    scopes: frozenset[Permission]
    department_code: str | None
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None


class ServiceTokens:
    """Issues, reads and revokes tokens."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def issue(
        self,
        session: Session,
        name: str,
        scopes: Iterable[Permission],
        valid_days: int,
        department_code: str | None = None,
    ) -> str:
        """Return a fresh token; it is shown once and kept as a digest.

        Args:
            session: a writing transaction.
            name: of the system that uses it; never used before.
            scopes: of ``TOKEN_SCOPES``.
            valid_days: calendar days, at least 1.
            department_code: whose tickets it reaches, where a scope is a department's.

        Raises:
            TokenNotAllowedError: the name is taken or empty, a scope is for people alone, or a
                department's scope comes without a department.
        """
        given = frozenset(scopes)
        known = session.scalar(select(ServiceTokenRow.id).where(ServiceTokenRow.name == name))
        nameless = not name.strip() or len(name) > _LONGEST_NAME or known is not None
        if nameless or not given or not given <= TOKEN_SCOPES or valid_days < 1:
            raise TokenNotAllowedError(f"token {name!r}: name, scopes or days refused")
        if given & OF_A_DEPARTMENT and department_code is None:
            raise TokenNotAllowedError(f"token {name!r}: a department's scope without one")
        token = PREFIX + secrets.token_urlsafe(32)
        now = self._clock.now()
        session.add(
            ServiceTokenRow(
                id=uuid.uuid4().hex,
                name=name,
                token_digest=_digest(token),
                scopes=sorted(given),
                department_code=department_code,
                created_at=now,
                expires_at=now + timedelta(days=valid_days),
            )
        )
        session.flush()
        return token

    def resume(self, session: Session, token: str) -> Account:
        """Return who a token stands for.

        Raises:
            LoginRequiredError: unknown, revoked or expired.
        """
        query = select(ServiceTokenRow).where(ServiceTokenRow.token_digest == _digest(token))
        row = session.scalars(query).one_or_none()
        if row is None or row.revoked_at is not None or row.expires_at <= self._clock.now():
            raise LoginRequiredError("no such service token")
        return Account(
            id=row.id,
            username=row.name,
            display_name=row.name,
            roles=frozenset(),
            department_code=row.department_code,
            # A scope taken from the table since ends with it.
            scopes=frozenset(Permission(scope) for scope in row.scopes) & TOKEN_SCOPES,
        )

    def revoke(self, session: Session, name: str) -> None:
        """End a token at once.

        Raises:
            AccountNotFoundError: there is none of this name.
        """
        query = select(ServiceTokenRow).where(ServiceTokenRow.name == name)
        row = session.scalars(query).one_or_none()
        if row is None:
            raise AccountNotFoundError(f"no service token {name}")
        row.revoked_at = row.revoked_at or self._clock.now()
        session.flush()

    def issued(self, session: Session) -> tuple[ServiceToken, ...]:
        """Return every token by name, the revoked ones too."""
        rows = session.scalars(select(ServiceTokenRow).order_by(ServiceTokenRow.name))
        return tuple(
            ServiceToken(
                id=row.id,
                name=row.name,
                scopes=frozenset(Permission(scope) for scope in row.scopes),
                department_code=row.department_code,
                created_at=row.created_at,
                expires_at=row.expires_at,
                revoked_at=row.revoked_at,
            )
            for row in rows
        )


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()
