from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from foundation.access.errors import ActionNotAllowedError
from foundation.access.models import AuditRow
from foundation.access.permissions import Role
from foundation.access.service import AccessService, Account
from foundation.clock import SHANGHAI, FixedClock
from foundation.database.session import Database
from foundation.events.revisions import current_revision
from knowledge_base.entries.published import REVISION
from knowledge_base.entries.states import EntryState
from knowledge_base.policies import errors
from knowledge_base.policies.models import Policy
from knowledge_base.policies.parsing import Parsed, parse_file
from knowledge_base.policies.published import policies_in_force
from knowledge_base.policies.schemas import Outcome, SavedPolicy, Source
from knowledge_base.policies.service import PolicyService
from knowledge_base.schema import Visibility

EDITOR = Account("e1", "editor", "编辑", frozenset({Role.KNOWLEDGE_EDITOR}), None)
REVIEWER = Account("r1", "reviewer", "审核", frozenset({Role.KNOWLEDGE_REVIEWER}), None)
BOTH = Account("b1", "both", "兼任", EDITOR.roles | REVIEWER.roles, None)
OPERATOR = Account("o1", "operator", "坐席", frozenset({Role.OPERATOR}), None)
CLOCK = FixedClock(datetime(2026, 11, 22, 9, 0, tzinfo=SHANGHAI))


def policy(fee: str = "20元", number: str = "江公规〔2024〕12号", title: str = "证件办法") -> bytes:
    return (
        f"{title}\n{number}\n第一条 证件每证{fee}。\n第二条 本办法自2024年5月1日起施行。"
    ).encode()


class Desk:
    """The steps, each in a transaction of its own as at the edge."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.service = PolicyService(AccessService(CLOCK, session_hours=12), CLOCK)

    def step(self, work: Callable[[Session], SavedPolicy]) -> SavedPolicy:
        with self.database.transaction() as session:
            return work(session)

    def bring(
        self, data: bytes, by: Account = EDITOR, seen: Visibility = Visibility.PUBLIC
    ) -> SavedPolicy:
        parsed: Parsed = parse_file(data, "a.txt")
        source = Source.of(data, "a.txt")
        return self.step(lambda s: self.service.import_document(s, by, parsed, source, seen))

    def publish(self, saved: SavedPolicy, by: Account = REVIEWER) -> SavedPolicy:
        return self.step(lambda s: self.service.publish(s, by, saved.code, saved.lock_version))

    def expire(self, saved: SavedPolicy, reason: str = "已有新规定") -> SavedPolicy:
        return self.step(
            lambda s: self.service.expire(s, REVIEWER, saved.code, reason, saved.lock_version)
        )

    def answered(self) -> dict[str, str]:
        """The first article of everything that citizens are answered from."""
        with self.database.reading() as session:
            found = policies_in_force(session, CLOCK.now().date()).documents
        return {code: one.document.provisions[0].text for code, one in found.items()}


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


def test_imported_document_waits_and_is_answered_from_once_published(desk: Desk) -> None:
    saved = desk.bring(policy())

    assert (saved.code, saved.state, saved.outcome) == ("P0001", EntryState.REVIEW, Outcome.ADDED)
    assert desk.answered() == {}

    published = desk.publish(saved)

    assert (published.state, published.version) == (EntryState.PUBLISHED, 1)
    assert desk.answered() == {"P0001": "第一条 证件每证20元。"}


def test_same_file_again_changes_nothing(desk: Desk) -> None:
    first = desk.bring(policy())
    waiting = desk.bring(policy())
    published = desk.publish(first)
    again = desk.bring(policy())

    assert [waiting.outcome, again.outcome] == [Outcome.UNCHANGED, Outcome.UNCHANGED]
    assert again.lock_version == published.lock_version
    assert again.version == 1


def test_new_text_of_a_number_replaces_the_old_only_when_published(desk: Desk) -> None:
    desk.publish(desk.bring(policy()))

    renewed = desk.bring(policy("30元"))

    assert (renewed.code, renewed.outcome) == ("P0001", Outcome.RENEWED)
    assert desk.answered() == {"P0001": "第一条 证件每证20元。"}
    assert desk.publish(renewed).version == 2
    assert desk.answered() == {"P0001": "第一条 证件每证30元。"}


def test_other_number_is_another_document(desk: Desk) -> None:
    desk.bring(policy())

    assert desk.bring(policy(number="江公规〔2024〕13号")).code == "P0002"


def test_who_imported_does_not_publish(desk: Desk) -> None:
    saved = desk.bring(policy(), by=BOTH)

    with pytest.raises(errors.OwnImportError):
        desk.publish(saved, by=BOTH)
    # Nor whoever imported an earlier text of what waits.
    again = desk.bring(policy("30元"))
    with pytest.raises(errors.OwnImportError):
        desk.publish(again, by=BOTH)
    assert desk.publish(again).version == 1


def test_steps_need_their_permission(desk: Desk) -> None:
    with pytest.raises(ActionNotAllowedError):
        desk.bring(policy(), by=OPERATOR)
    saved = desk.bring(policy())
    with pytest.raises(ActionNotAllowedError):
        desk.publish(saved, by=EDITOR)


def test_stale_reader_is_refused(desk: Desk) -> None:
    saved = desk.bring(policy())
    desk.bring(policy("30元"))

    with pytest.raises(errors.StalePolicyError):
        desk.publish(saved)


def test_expired_document_is_answered_from_no_more_and_may_come_back(desk: Desk) -> None:
    published = desk.publish(desk.bring(policy()))
    with pytest.raises(errors.PolicyReasonMissingError):
        desk.expire(published, "  ")

    ended = desk.expire(published)

    assert ended.state is EntryState.EXPIRED
    assert desk.answered() == {}
    with pytest.raises(errors.IllegalPolicyMoveError):
        desk.expire(ended)
    assert desk.publish(desk.bring(policy())).version == 2
    assert list(desk.answered()) == ["P0001"]


def test_expiring_the_last_version_brings_no_earlier_one_back(desk: Desk) -> None:
    desk.publish(desk.bring(policy()))
    second = desk.publish(desk.bring(policy("30元")))

    desk.expire(second)

    assert desk.answered() == {}


def test_discarded_text_is_gone_and_the_published_one_stays(desk: Desk) -> None:
    desk.publish(desk.bring(policy()))
    waiting = desk.bring(policy("30元"))

    desk.step(lambda s: desk.service.discard(s, EDITOR, "P0001", waiting.lock_version))

    assert desk.answered() == {"P0001": "第一条 证件每证20元。"}
    with pytest.raises(errors.PolicyNotFoundError):
        desk.step(lambda s: desk.service.discard(s, EDITOR, "P0001", waiting.lock_version + 1))


def test_readers_see_their_tier_and_no_waiting_text(desk: Desk) -> None:
    desk.publish(desk.bring(policy(), seen=Visibility.OPERATORS))
    desk.publish(desk.bring(policy(number="江公规〔2024〕13号"), seen=Visibility.INTERNAL))
    desk.bring(policy(number="江公规〔2024〕14号"))

    with desk.database.reading() as session:
        editors = [one.code for one in desk.service.listing(session, EDITOR)]
        operators = [one.code for one in desk.service.listing(session, OPERATOR)]
        shown = desk.service.content(session, OPERATOR, "P0001")
        with pytest.raises(errors.PolicyNotFoundError):
            desk.service.content(session, OPERATOR, "P0002")
        with pytest.raises(errors.PolicyNotFoundError):
            desk.service.content(session, OPERATOR, "P0003")

    assert editors == ["P0001", "P0002", "P0003"]
    assert operators == ["P0001"]
    assert shown.document == parse_file(policy(), "a.txt").document
    assert desk.answered() == {}


def test_workers_hear_of_publishing_and_expiry_and_not_of_imports(desk: Desk) -> None:
    def revision() -> int:
        with desk.database.reading() as session:
            return current_revision(session, REVISION)

    saved = desk.bring(policy())
    assert revision() == 0
    published = desk.publish(saved)
    assert revision() == 1
    desk.expire(published)
    assert revision() == 2


def test_every_step_is_audited(desk: Desk) -> None:
    desk.expire(desk.publish(desk.bring(policy())))

    with desk.database.reading() as session:
        rows = session.scalars(select(AuditRow).order_by(AuditRow.id))
        found = [(row.account_id, row.action, row.subject) for row in rows]

    assert found == [
        ("e1", "policy.imported", "P0001 waiting"),
        ("r1", "policy.published", "P0001 1"),
        ("r1", "policy.expired", "P0001 1"),
    ]


@contextmanager
def _counted(database: Database) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


def test_list_takes_as_many_queries_for_three_documents_as_for_one(desk: Desk) -> None:
    counts = []
    for numbers in ((1,), (2, 3)):
        for number in numbers:
            desk.bring(policy(number=f"江公规〔2024〕{number}号"))
        with _counted(desk.database) as statements, desk.database.reading() as session:
            desk.service.listing(session, EDITOR)
            policies_in_force(session, CLOCK.now().date())
        counts.append(len(statements))

    assert counts[0] == counts[1]
    with desk.database.reading() as session:
        assert len(list(session.scalars(select(Policy)))) == 3
