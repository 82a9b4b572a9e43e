"""Two real guides as the shipped library, people with roles, and the life of entries over them."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pytest

from foundation.access.models import AccountRow
from foundation.access.permissions import Role
from foundation.access.service import AccessService, Account
from foundation.clock import SHANGHAI, FixedClock
from foundation.database.session import Database
from knowledge_base.entries.checking import PublishCheck, PublishChecks
from knowledge_base.entries.content import Content, guide_form
from knowledge_base.entries.published import lay_over, published_on
from knowledge_base.entries.schemas import Saved
from knowledge_base.entries.service import EntryService
from knowledge_base.library import Library
from knowledge_base.loader import load_library

CODE = "M0103"  # 居民身份证丢失补领: 40 yuan
NEIGHBOUR = "M0102"
REASON = "发改委调整收费标准"


@dataclass(frozen=True, slots=True)
class People:
    """One account a role; ``reviewer`` and ``editor`` are two persons."""

    editor: Account
    reviewer: Account
    both: Account  # edits and reviews: still not what they wrote themselves
    operator: Account
    administrator: Account


@pytest.fixture(scope="session")
def shipped() -> Library:
    library = load_library()
    matters = {code: library.matters[code] for code in (NEIGHBOUR, CODE)}
    # Guidance leads to other matters, which are not here.
    return replace(library, matters=matters, guidance={})


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 11, 23, 9, 30, tzinfo=SHANGHAI))


@pytest.fixture
def access(clock: FixedClock) -> AccessService:
    return AccessService(clock, session_hours=12)


@pytest.fixture
def people(database: Database, access: AccessService) -> People:
    roles = {
        "editor": [Role.KNOWLEDGE_EDITOR],
        "reviewer": [Role.KNOWLEDGE_REVIEWER],
        "both": [Role.KNOWLEDGE_EDITOR, Role.KNOWLEDGE_REVIEWER],
        "operator": [Role.OPERATOR],
        "administrator": [Role.ADMINISTRATOR],
    }
    with database.transaction() as session:
        # No password is ever tried here, and hashing one takes longer than most of these tests.
        session.add_all(_row(name, held) for name, held in roles.items())
        session.flush()
        made = {name: access.named(session, name) for name in roles}
    return People(**made)


def _row(name: str, roles: list[Role]) -> AccountRow:
    return AccountRow(
        id=uuid.uuid4().hex,
        username=name,
        display_name=name,
        password_hash="-",
        roles=sorted(roles),
        active=True,
        created_at=datetime(2026, 11, 20, tzinfo=SHANGHAI),
    )


class Life:
    """The steps of one entry, each in a transaction of its own as at the edge."""

    def __init__(
        self,
        database: Database,
        shipped: Library,
        access: AccessService,
        clock: FixedClock,
        people: People,
        checks: tuple[PublishCheck, ...] = (),
    ) -> None:
        self.database, self.shipped, self.clock, self.people = database, shipped, clock, people
        self.entries = EntryService(database, shipped, access, clock, PublishChecks(checks))

    def fee(self, amount: float, **changed: Any) -> Content:
        """The shipped guide with another fee."""
        content = guide_form(self.shipped.matters[CODE])
        (item, *others) = content["fee"]["items"]
        return {
            **content,
            "fee": {**content["fee"], "items": [{**item, "amount_yuan": amount}, *others]},
            **changed,
        }

    @property
    def lock(self) -> int:
        with self.database.reading() as session:
            return self.entries.views.entry(session, self.people.editor, CODE).lock_version

    def save(self, content: Content, by: Account | None = None, lock: int | None = None) -> Saved:
        with self.database.transaction() as session:
            return self.entries.drafts.save(
                session,
                by or self.people.editor,
                content,
                REASON,
                self.lock_in(session) if lock is None else lock,
            )

    def lock_in(self, session: Any) -> int:
        return self.entries.views.entry(session, self.people.editor, CODE).lock_version

    def submit(self) -> Saved:
        with self.database.transaction() as session:
            return self.entries.drafts.submit(
                session, self.people.editor, CODE, self.lock_in(session)
            )

    def publish(self, override: str | None = None, by: Account | None = None) -> Saved:
        return self.entries.publish(
            by or self.people.reviewer, CODE, self.lock, "核对无误", override
        )

    def put_in_force(self, content: Content, override: str | None = None) -> Saved:
        self.save(content)
        self.submit()
        return self.publish(override)

    def expire(self, **options: Any) -> Saved:
        with self.database.transaction() as session:
            return self.entries.expiry.expire(
                session, self.people.reviewer, CODE, "已停办", self.lock_in(session), **options
            )

    def library(self) -> Library:
        """What citizens are answered from today."""
        with self.database.reading() as session:
            published = published_on(session, self.clock.now().date())
        return lay_over(self.shipped, published).library

    def answered_fee(self) -> tuple[int, float | None]:
        """(version, amount) of the guide in force."""
        matter = self.library().matter(CODE)
        return matter.version, matter.fee.items[0].amount_yuan


MakeLife = Callable[..., Life]


@pytest.fixture
def make_life(
    database: Database,
    shipped: Library,
    access: AccessService,
    clock: FixedClock,
    people: People,
) -> MakeLife:
    def make(*checks: PublishCheck) -> Life:
        return Life(database, shipped, access, clock, people, checks)

    return make


@pytest.fixture
def life(make_life: MakeLife) -> Life:
    return make_life()
