"""Publishing with its checks, rolling back, dates and tiers; on SQLite and on PostgreSQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from sqlalchemy import event, update

from foundation.clock import SHANGHAI
from foundation.events.revisions import bump_revision, current_revision
from knowledge_base.checks import Finding
from knowledge_base.entries.content import guide_form
from knowledge_base.entries.errors import (
    EntryNotFoundError,
    EntryReasonMissingError,
    LibraryMovedError,
    PublishBlockedError,
    SuccessorError,
)
from knowledge_base.entries.models import EntryVersion
from knowledge_base.entries.published import REVISION, lay_over, published_on
from knowledge_base.entries.schemas import Candidate, Standing
from knowledge_base.entries.states import EntryState
from knowledge_base.schema import Matter
from tests.killed_publisher import publish_and_be_killed
from tests.knowledge_base.entries.conftest import CODE, NEIGHBOUR, Life, MakeLife


@dataclass
class Recorded:
    """A check registered from above: remembers what it was shown, says what it is told to."""

    found: tuple[Finding, ...] = ()
    seen: Candidate | None = None

    def findings(self, candidate: Candidate, matter: Matter) -> Sequence[Finding]:
        self.seen = candidate
        return self.found


def test_registered_check_sees_the_guide_within_the_library(make_life: MakeLife) -> None:
    check = Recorded()
    life = make_life(check)

    life.put_in_force(life.fee(20.0))

    assert check.seen is not None
    assert check.seen.library.matter(CODE).fee.items[0].amount_yuan == 20.0
    assert check.seen.library.matter(NEIGHBOUR) == life.shipped.matter(NEIGHBOUR)
    assert check.seen.replaced == life.shipped.matter(CODE)


def test_finding_blocks_until_somebody_says_why_not(make_life: MakeLife) -> None:
    finding = Finding(CODE, "aliases", "测试问题“身份证补领”不再命中", "补充常用说法")
    life = make_life(Recorded((finding,)))
    life.save(life.fee(20.0))
    life.submit()

    with pytest.raises(PublishBlockedError) as refusal:
        life.publish()
    assert refusal.value.findings == (finding,)
    assert "测试问题“身份证补领”不再命中" in refusal.value.user_message
    with pytest.raises(EntryReasonMissingError):
        life.publish(override=" ")
    assert life.answered_fee() == (1, 40.0)

    life.publish(override="新说法下周补")

    assert life.answered_fee() == (2, 20.0)
    with life.database.reading() as session:
        (version,) = life.entries.views.entry(session, life.people.editor, CODE).versions
    assert version.override_reason == "新说法下周补"


def test_findings_of_kb_check_block(life: Life) -> None:
    content = life.fee(20.0)
    del content["fee"]

    with pytest.raises(PublishBlockedError) as refusal:
        life.put_in_force(content)

    assert [(one.code, one.field) for one in refusal.value.findings] == [(CODE, "fee")]
    assert refusal.value.overridable


def test_alias_of_another_guide_blocks_whichever_of_the_two_is_named(life: Life) -> None:
    taken = life.shipped.matter(NEIGHBOUR).aliases[0]
    content = life.fee(20.0)

    with pytest.raises(PublishBlockedError) as refusal:
        life.put_in_force({**content, "aliases": [*content["aliases"], taken]})

    assert taken in refusal.value.user_message


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("department", "没有的部门"),
        ("legal_basis", [{"law": "没有的法"}]),
        ("location", {"service_points": ["没有的窗口"]}),
        ("valid_to", "2026-11-22"),
    ],
)
def test_what_no_library_could_hold_is_not_published_for_any_reason(
    life: Life, field: str, value: object
) -> None:
    life.save(life.fee(20.0, **{field: value}))
    life.submit()

    with pytest.raises(PublishBlockedError) as refusal:
        life.publish(override="领导要求")

    assert not refusal.value.overridable
    assert life.answered_fee() == (1, 40.0)


def test_rollback_publishes_the_old_content_as_a_new_version(life: Life) -> None:
    life.put_in_force(life.fee(20.0))
    life.put_in_force(life.fee(25.0))

    life.entries.roll_back(life.people.reviewer, CODE, 2, life.lock, "25元有误")
    assert life.answered_fee() == (4, 20.0)
    life.entries.roll_back(life.people.reviewer, CODE, 1, life.lock, "恢复原标准")

    assert life.answered_fee() == (5, 40.0)  # version 1 is the shipped guide
    with life.database.reading() as session:
        newest = life.entries.views.entry(session, life.people.editor, CODE).versions[0]
    assert (newest.restores_version, newest.reason) == (1, "恢复原标准")


def test_rollback_to_what_never_was_is_refused(life: Life) -> None:
    with pytest.raises(EntryNotFoundError):
        life.entries.roll_back(life.people.reviewer, CODE, 1, 0, "没有改过")
    life.put_in_force(life.fee(20.0))
    with pytest.raises(EntryNotFoundError):
        life.entries.roll_back(life.people.reviewer, CODE, 9, life.lock, "没有第9版")


def test_expired_shipped_guide_comes_back_by_rollback(life: Life) -> None:
    ended = life.expire(superseded_by=NEIGHBOUR)

    assert (ended.version, ended.state) == (1, EntryState.EXPIRED)
    assert CODE not in life.library().matters
    with life.database.reading() as session:
        (version,) = life.entries.views.entry(session, life.people.editor, CODE).versions
    assert (version.superseded_by, version.standing) == (NEIGHBOUR, Standing.ENDED)

    life.entries.roll_back(life.people.reviewer, CODE, 1, life.lock, "误停用")
    assert life.answered_fee() == (2, 40.0)


@pytest.mark.parametrize("successor", [CODE, "M9999"])
def test_successor_must_be_another_matter(life: Life, successor: str) -> None:
    with pytest.raises(SuccessorError):
        life.expire(superseded_by=successor)


def test_version_takes_effect_on_its_day_and_lapses_after_its_last(life: Life) -> None:
    life.put_in_force(life.fee(20.0, valid_from="2026-12-01", valid_to="2026-12-31"))
    assert life.answered_fee() == (1, 40.0)

    life.clock.moment = datetime(2026, 12, 1, 0, 0, tzinfo=SHANGHAI)
    assert life.answered_fee() == (2, 20.0)
    life.clock.moment = datetime(2026, 12, 31, 23, 59, tzinfo=SHANGHAI)
    assert life.answered_fee() == (2, 20.0)
    life.clock.moment += timedelta(minutes=1)
    assert CODE not in life.library().matters  # what it replaced does not come back
    assert [(one.code, one.version) for one in life.entries.lapsed().matters.values()] == [
        (CODE, 2)
    ]

    life.expire(version=2)
    assert life.entries.lapsed().matters == {}  # somebody looked at it


def test_scheduled_version_can_be_cancelled_and_speaks_against_a_change_beside_it(
    life: Life,
) -> None:
    life.put_in_force(life.fee(20.0, valid_from="2026-12-01"))
    life.save(life.fee(40.0, visits=1))
    life.submit()
    with pytest.raises(PublishBlockedError, match="1 finding"):
        life.publish()

    cancelled = life.expire(version=2)

    assert cancelled.version == 2
    life.publish()
    life.clock.moment = datetime(2026, 12, 2, tzinfo=SHANGHAI)
    assert life.answered_fee() == (3, 40.0)


def test_publishing_bumps_the_revision_once(life: Life) -> None:
    life.save(life.fee(20.0))
    life.submit()
    with life.database.reading() as session:
        assert current_revision(session, REVISION) == 0
    life.publish()
    with life.database.reading() as session:
        assert current_revision(session, REVISION) == 1


def test_publication_of_another_entry_during_the_checks_is_noticed(
    make_life: MakeLife,
) -> None:
    @dataclass
    class Meanwhile:
        life: Life | None = None

        def findings(self, candidate: Candidate, matter: Matter) -> Sequence[Finding]:
            assert self.life is not None
            with self.life.database.transaction() as session:
                bump_revision(session, REVISION, self.life.clock.now())
            return ()

    check = Meanwhile()
    life = check.life = make_life(check)
    life.save(life.fee(20.0))
    life.submit()

    with pytest.raises(LibraryMovedError):
        life.publish()

    assert life.answered_fee() == (1, 40.0)


def test_failure_between_check_and_commit_leaves_the_old_state(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    life.save(life.fee(20.0))
    life.submit()

    def lost(*_: object) -> None:
        raise ConnectionError("database went away")

    with monkeypatch.context() as patched:
        # The last step of the publishing transaction: everything before it is written already.
        patched.setattr("foundation.events.outbox.Outbox.enqueue", lost)
        with pytest.raises(ConnectionError):
            life.publish()

    assert life.answered_fee() == (1, 40.0)
    with life.database.reading() as session:
        assert current_revision(session, REVISION) == 0
    life.publish()
    assert life.answered_fee() == (2, 20.0)


def test_process_killed_mid_publish_leaves_the_old_state(life: Life) -> None:
    life.save(life.fee(20.0))
    life.submit()

    publish_and_be_killed(life.database.url, CODE, lock_version=2)

    assert life.answered_fee() == (1, 40.0)
    assert life.publish().version == 2  # nothing is left locked or half written
    assert life.answered_fee() == (2, 20.0)


def test_reader_sees_only_the_tiers_of_their_roles(life: Life) -> None:
    views, people = life.entries.views, life.people
    life.put_in_force(life.fee(20.0, visibility="internal"), "另一指南提到它，稍后改")

    with life.database.reading() as session:
        assert [one.version for one in views.versions(session, people.editor)] == [2]
        assert views.versions(session, people.operator) == []
        with pytest.raises(EntryNotFoundError):
            views.content(session, people.operator, CODE, 2)
    assert life.library().public_matters() == (life.shipped.matter(NEIGHBOUR),)


def test_operator_reads_what_is_published_and_no_drafts(life: Life) -> None:
    views, people = life.entries.views, life.people
    life.put_in_force(life.fee(20.0, visibility="operators"), "另一指南提到它，稍后改")
    life.save(life.fee(25.0))

    with life.database.reading() as session:
        assert [one.version for one in views.versions(session, people.operator)] == [2]
        assert [one.version for one in views.versions(session, people.editor)] == [None, 2]
        assert views.content(session, people.operator, CODE).version == 2


def test_published_guide_that_can_no_longer_be_read_is_not_answered(
    life: Life, caplog: pytest.LogCaptureFixture
) -> None:
    life.put_in_force(life.fee(20.0))
    with life.database.transaction() as session:
        session.execute(update(EntryVersion).values(content={"code": CODE}))

    with life.database.reading() as session:
        overlay = lay_over(life.shipped, published_on(session, life.clock.now().date()))

    assert overlay.faulty == {CODE}
    assert set(overlay.library.matters) == {NEIGHBOUR}
    assert "published guide cannot be read: code=M0103 version=2" in caplog.text


def test_library_without_changes_is_the_shipped_one(life: Life) -> None:
    assert life.library() is life.shipped


def test_new_matter_is_published_beside_the_shipped_ones(life: Life) -> None:
    content = guide_form(life.shipped.matter(CODE))
    aliases = [f"新事项的说法{number}" for number in "一二三四五六七八"]
    new = {
        **{k: v for k, v in content.items() if k not in {"sample_questions", "confused_with"}},
        "code": "M9001",
        "title": "电子居民身份证申领",
        "aliases": aliases,
    }
    with life.database.transaction() as session:
        life.entries.drafts.save(session, life.people.editor, new, "新增事项", 0)
        life.entries.drafts.submit(session, life.people.editor, "M9001", 1)

    saved = life.entries.publish(life.people.reviewer, "M9001", 2, "同意", "先上线")

    assert saved.version == 1
    assert list(life.library().matters) == [NEIGHBOUR, CODE, "M9001"]


def test_list_takes_the_same_queries_however_long_it_is(life: Life) -> None:
    for amount in (20.0, 25.0, 30.0):
        life.put_in_force(life.fee(amount))
    statements: list[str] = []

    @event.listens_for(life.database.engine, "before_cursor_execute")
    def count(_c: object, _cur: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    taken = []
    for limit in (1, 3):
        statements.clear()
        with life.database.reading() as session:
            rows = life.entries.views.versions(session, life.people.editor, limit=limit)
        assert [row.version for row in rows] == [4, 3, 2][:limit]
        taken.append(len([each for each in statements if each.startswith("SELECT")]))
    assert taken[0] == taken[1]
