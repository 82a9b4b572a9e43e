"""Who acts from the terminal: a named account, that may do what its roles allow."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import typer
from sqlalchemy.orm import Session

from connectors.cli.casework_database import casework_database
from connectors.ticket_api.matrix import reach_of
from foundation.access.errors import ActionNotAllowedError
from foundation.access.permissions import OF_A_DEPARTMENT, Permission
from foundation.access.service import AccessService, Account
from foundation.clock import SystemClock
from foundation.database.session import Database
from foundation.settings import Settings, load_settings
from knowledge_base.loader import load_library
from routing.appeals.assembly import Casework, build_casework
from routing.deadlines.service import DeadlineService, load_deadline_service
from routing.follow_ups.service import FollowUpService
from routing.supervision.policy import load_policy
from routing.tickets.listing import TicketReach
from routing.tickets.schemas import Actor


@dataclass(frozen=True, slots=True)
class CaseworkParts:
    """The services of casework on the installation's database."""

    settings: Settings
    clock: SystemClock
    database: Database
    deadlines: DeadlineService
    casework: Casework
    access: AccessService
    names: dict[str, str]  # of departments, by code


@dataclass(frozen=True, slots=True)
class Acting:
    """One account at work, in one transaction."""

    parts: CaseworkParts
    session: Session
    account: Account
    said: list[str] = field(default_factory=list)  # printed once the transaction is kept

    @property
    def casework(self) -> Casework:
        """The services."""
        return self.parts.casework

    @property
    def follow_ups(self) -> FollowUpService:
        """Asks citizens."""
        return FollowUpService(self.parts.clock, self.parts.casework.tickets)

    @property
    def actor(self) -> Actor:
        """Who acts."""
        return actor_of(self.account)

    @property
    def reach(self) -> TicketReach:
        """Which tickets the account may read."""
        return reach_of(self.account)

    def record(self, action: str, subject: str) -> None:
        """Write a line of the audit."""
        self.parts.access.record(self.session, self.account.id, action, subject)


@contextmanager
def casework_parts() -> Iterator[CaseworkParts]:
    """Yield the parts; the database is closed at the end."""
    settings, clock = load_settings(), SystemClock()
    library = load_library()
    deadlines = load_deadline_service(settings, clock)
    policy = load_policy(settings.supervision_policy)
    casework = build_casework(clock, deadlines, library.departments, library.laws, policy)
    access = AccessService(clock, settings.session_hours)
    names = {code: one.name for code, one in library.departments.items()}
    with casework_database(settings) as database:
        yield CaseworkParts(settings, clock, database, deadlines, casework, access, names)


@contextmanager
def acting(user: str, *permissions: Permission) -> Iterator[Acting]:
    """Open a transaction for an account that has one of ``permissions``; print what it said."""
    with casework_parts() as parts, parts.database.transaction() as session:
        account = allowed_account(parts.access, session, user, permissions)
        desk = Acting(parts, session, account)
        yield desk
    for line in desk.said:
        typer.echo(line)


def allowed_account(
    access: AccessService, session: Session, user: str, permissions: tuple[Permission, ...]
) -> Account:
    """Return the open account of this name.

    Raises:
        ActionNotAllowedError: it has none of ``permissions``, or belongs to no department where
            all that it has are a department's.
    """
    account = access.named(session, user)
    has = [one for one in permissions if account.may(one)]
    if account.department_code is None:
        has = [one for one in has if one not in OF_A_DEPARTMENT]
    if not has:
        raise ActionNotAllowedError(account.id, permissions[0])
    return account


def actor_of(account: Account) -> Actor:
    """Return who acts; only who handles tickets acts for a department."""
    handles = account.may(Permission.TICKET_HANDLE)
    return Actor(account.ref, account.department_code if handles else None)
