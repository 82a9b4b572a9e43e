"""Accounts, logins and the check that every protected act passes."""

import secrets
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from foundation.access.errors import (
    AccountNotFoundError,
    ActionNotAllowedError,
    LoginRefusedError,
)
from foundation.access.models import AccountRow, AuditRow, StaffSessionRow
from foundation.access.permissions import Permission, Role, permissions_of
from foundation.clock import Clock

WRONG_TRIES_ALLOWED = 5
LOCKED_FOR = timedelta(minutes=15)
_HASHER = PasswordHasher()
# Verified when the name is unknown, so that a wrong name takes as long as a wrong password.
_NOBODY = _HASHER.hash(secrets.token_hex(16))


@dataclass(frozen=True, slots=True)
class Account:
    """Who is acting."""

    id: str
    username: str
    display_name: str
    roles: frozenset[Role]
    department_code: str | None
    # What a service token was given; None: a person, whose roles decide.
    scopes: frozenset[Permission] | None = None

    @property
    def permissions(self) -> frozenset[Permission]:
        """Everything that the roles allow, or that the token was given."""
        return permissions_of(self.roles) if self.scopes is None else self.scopes

    @property
    def ref(self) -> str:
        """How events name it: ``user:…`` or ``token:…``, never a name."""
        return f"{'user' if self.scopes is None else 'token'}:{self.id}"

    def may(self, permission: Permission) -> bool:
        """Whether one of the roles, or the token, carries ``permission``."""
        return permission in self.permissions

    def require(self, permission: Permission) -> None:
        """Pass or raise ``ActionNotAllowedError``."""
        if not self.may(permission):
            raise ActionNotAllowedError(self.id, permission)


@dataclass(frozen=True, slots=True)
class Login:
    """A fresh session: the token goes to the browser's cookie and nowhere else."""

    account: Account
    token: str
    csrf_token: str
    expires_at: datetime


class AccessService:
    """Creates accounts, opens and closes sessions, records protected reads."""

    def __init__(self, clock: Clock, session_hours: int) -> None:
        self._clock = clock
        self._session_for = timedelta(hours=session_hours)

    def create_account(
        self,
        session: Session,
        username: str,
        password: str,
        roles: Iterable[Role],
        *,
        display_name: str | None = None,
        department_code: str | None = None,
    ) -> Account:
        """Add an account; the password is kept only as argon2."""
        row = AccountRow(
            id=uuid.uuid4().hex,
            username=username,
            display_name=display_name or username,
            password_hash=_HASHER.hash(password),
            roles=sorted(roles),
            department_code=department_code,
            active=True,
            wrong_tries=0,
            created_at=self._clock.now(),
        )
        session.add(row)
        session.flush()
        return _account(row)

    def ensure_administrator(self, session: Session) -> str | None:
        """Create the first administrator (``admin``); return its password once, else ``None``."""
        if session.scalar(select(AccountRow.id).limit(1)) is not None:
            return None
        password = secrets.token_urlsafe(12)
        self.create_account(session, "admin", password, [Role.ADMINISTRATOR], display_name="管理员")
        return password

    def accounts(self, session: Session) -> tuple[Account, ...]:
        """Return every account by user name."""
        rows = session.scalars(select(AccountRow).order_by(AccountRow.username))
        return tuple(_account(row) for row in rows)

    def named(self, session: Session, username: str) -> Account:
        """Return the open account of this user name.

        Raises:
            AccountNotFoundError: unknown or closed.
        """
        row = self._row(session, username)
        if not row.active:
            raise AccountNotFoundError(f"account {username} is closed")
        return _account(row)

    def set_password(self, session: Session, username: str, password: str) -> None:
        """Replace a password and end the account's sessions."""
        row = self._row(session, username)
        row.password_hash = _HASHER.hash(password)
        row.wrong_tries, row.locked_until = 0, None
        for opened in session.scalars(
            select(StaffSessionRow).where(StaffSessionRow.account_id == row.id)
        ):
            session.delete(opened)
        session.flush()

    def known_hash(self, session: Session, username: str) -> str:
        """Return the hash to verify a password against; nobody's for an unknown name."""
        row = session.scalar(select(AccountRow).where(AccountRow.username == username))
        return row.password_hash if row is not None else _NOBODY

    def note_try(
        self, session: Session, username: str, known: str, *, right: bool
    ) -> Account | None:
        """Return the account that the verified password opens; ``None`` counts as a wrong try.

        Verifying takes argon2 some 50 ms: it happens between ``known_hash`` and this, outside any
        transaction. The caller commits in both cases: a refusal must not roll the count back.

        Args:
            session: a writing transaction.
            username: who logs in.
            known: the hash that was verified; a password changed meanwhile opens nothing.
            right: what the verification said.
        """
        now = self._clock.now()
        row = session.scalar(select(AccountRow).where(AccountRow.username == username))
        if row is None or not row.active or (row.locked_until and row.locked_until > now):
            return None
        if not right or row.password_hash != known:
            row.wrong_tries += 1
            if row.wrong_tries >= WRONG_TRIES_ALLOWED:
                row.wrong_tries, row.locked_until = 0, now + LOCKED_FOR
            session.flush()
            return None
        row.wrong_tries, row.locked_until = 0, None
        session.flush()
        return _account(row)

    def open_session(self, session: Session, account: Account) -> Login:
        """Open a session with a fresh token (rotated at every login)."""
        login = Login(
            account=account,
            token=secrets.token_urlsafe(32),
            csrf_token=secrets.token_urlsafe(32),
            expires_at=self._clock.now() + self._session_for,
        )
        session.add(
            StaffSessionRow(
                token_digest=_digest(login.token),
                account_id=account.id,
                csrf_token=login.csrf_token,
                expires_at=login.expires_at,
            )
        )
        self.record(session, account.id, "login", account.username)
        return login

    def resume(self, session: Session, token: str) -> Login:
        """Return the login that a token belongs to.

        Raises:
            LoginRefusedError: unknown, ended or expired.
        """
        opened = session.get(StaffSessionRow, _digest(token))
        if opened is None or opened.expires_at <= self._clock.now():
            raise LoginRefusedError("no such session")
        row = session.get(AccountRow, opened.account_id)
        if row is None or not row.active:
            raise LoginRefusedError("account closed")
        return Login(_account(row), token, opened.csrf_token, opened.expires_at)

    def close_session(self, session: Session, token: str) -> None:
        """End a session (logout)."""
        opened = session.get(StaffSessionRow, _digest(token))
        if opened is not None:
            session.delete(opened)
            session.flush()

    def record(self, session: Session, account_id: str | None, action: str, subject: str) -> None:
        """Write one line of the audit: who, what, on which record."""
        row = AuditRow(account_id=account_id, action=action, subject=subject, at=self._clock.now())
        session.add(row)
        session.flush()

    def record_all(
        self, session: Session, account_id: str, action: str, subjects: Iterable[str]
    ) -> None:
        """Write one line of the audit for each record of a bulk change."""
        now = self._clock.now()
        rows = [
            {"account_id": account_id, "action": action, "subject": subject, "at": now}
            for subject in subjects
        ]
        if rows:
            session.execute(insert(AuditRow), rows)

    def audited(self, session: Session, limit: int, offset: int = 0) -> list[AuditRow]:
        """Return lines of the audit, the newest first."""
        query = select(AuditRow).order_by(AuditRow.id.desc()).limit(limit).offset(offset)
        found = list(session.scalars(query))
        for row in found:
            session.expunge(row)
        return found

    def _row(self, session: Session, username: str) -> AccountRow:
        row = session.scalar(select(AccountRow).where(AccountRow.username == username))
        if row is None:
            raise AccountNotFoundError(f"no account {username}")
        return row


def verify(known: str, password: str) -> bool:
    """Whether ``password`` belongs to the argon2 hash ``known``; slow on purpose."""
    try:
        return _HASHER.verify(known, password)
    except VerificationError:
        return False


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def _account(row: AccountRow) -> Account:
    return Account(
        id=row.id,
        username=row.username,
        display_name=row.display_name,
        roles=frozenset(Role(role) for role in row.roles),
        department_code=row.department_code,
    )
