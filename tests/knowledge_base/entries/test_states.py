"""Contract of the life of an entry; every test runs on SQLite and on PostgreSQL."""

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.access.errors import ActionNotAllowedError
from foundation.access.models import AuditRow
from foundation.errors import HotlineError
from foundation.events.models import OutboxMessage
from knowledge_base.entries.diff import FieldChange
from knowledge_base.entries.errors import (
    DraftFaultsError,
    EntryCodeError,
    EntryNotFoundError,
    EntryReasonMissingError,
    IllegalEntryMoveError,
    NothingChangedError,
    SelfReviewError,
    StaleBaseError,
    StaleEntryError,
)
from knowledge_base.entries.models import EntryVersion
from knowledge_base.entries.schemas import Saved, Standing
from knowledge_base.entries.states import TRANSITIONS, EntryState
from tests.knowledge_base.entries.conftest import CODE, REASON, Life


def refused(life: Life, error: type[HotlineError], act: Callable[[Session], object]) -> None:
    with pytest.raises(error), life.database.transaction() as session:
        act(session)


def test_entry_goes_from_draft_over_review_to_published_and_expired(life: Life) -> None:
    assert life.save(life.fee(20.0)) == Saved(CODE, 1, EntryState.DRAFT)
    assert life.submit() == Saved(CODE, 2, EntryState.REVIEW)
    assert life.answered_fee() == (1, 40.0)  # nothing of this is answered yet

    published = life.publish()

    today = life.clock.now().date()
    assert published == Saved(CODE, 3, EntryState.PUBLISHED, 2, today)
    assert life.answered_fee() == (2, 20.0)
    assert life.expire().state is EntryState.EXPIRED
    assert CODE not in life.library().matters


def test_version_keeps_who_why_and_what_changed(life: Life) -> None:
    life.put_in_force(life.fee(20.0))

    with life.database.reading() as session:
        (version,) = life.entries.views.entry(session, life.people.editor, CODE).versions
        content = life.entries.views.content(session, life.people.editor, CODE)
    assert (version.author, version.reviewer) == ("editor", "reviewer")
    assert (version.reason, version.review_note) == (REASON, "核对无误")
    assert (version.base_version, version.version, version.standing) == (1, 2, Standing.IN_FORCE)
    assert content.changes == (
        FieldChange(field="fee.items[0].amount_yuan", before=40.0, after=20.0),
    )


def test_every_change_is_audited_and_announced(life: Life) -> None:
    life.put_in_force(life.fee(20.0))
    life.expire()

    with life.database.reading() as session:
        audited = session.execute(
            select(AuditRow.account_id, AuditRow.action, AuditRow.subject)
            .where(AuditRow.action.startswith("knowledge."))
            .order_by(AuditRow.id)
        ).all()
        topics = list(session.scalars(select(OutboxMessage.topic).order_by(OutboxMessage.id)))
    editor, reviewer = life.people.editor.id, life.people.reviewer.id
    assert [tuple(row) for row in audited] == [
        (editor, "knowledge.drafted", "M0103 draft"),
        (editor, "knowledge.submitted", "M0103 draft"),
        (reviewer, "knowledge.published", "M0103 2"),
        (reviewer, "knowledge.expired", "M0103 2"),
    ]
    assert topics == [row[1] for row in audited]


def test_only_the_table_of_transitions_is_allowed(life: Life) -> None:
    assert TRANSITIONS[EntryState.EXPIRED] == frozenset()
    life.save(life.fee(20.0))
    with pytest.raises(IllegalEntryMoveError):
        life.publish()  # not submitted
    life.submit()
    with pytest.raises(IllegalEntryMoveError):
        life.submit()
    with pytest.raises(IllegalEntryMoveError):
        life.save(life.fee(25.0))  # waits for review
    refused(
        life,
        IllegalEntryMoveError,
        lambda session: life.entries.drafts.discard(session, life.people.editor, CODE, life.lock),
    )
    life.publish()
    life.expire()
    with pytest.raises(IllegalEntryMoveError):
        life.expire()
    with pytest.raises(EntryNotFoundError):
        life.publish()  # nothing is open any more


def test_permissions_are_those_of_the_one_table(life: Life) -> None:
    people, drafts = life.people, life.entries.drafts
    for account in (people.reviewer, people.operator, people.administrator):
        with pytest.raises(ActionNotAllowedError):
            life.save(life.fee(20.0), by=account)
    life.save(life.fee(20.0))
    refused(
        life,
        ActionNotAllowedError,
        lambda session: drafts.submit(session, people.reviewer, CODE, 1),
    )
    life.submit()
    for account in (people.editor, people.operator, people.administrator):
        with pytest.raises(ActionNotAllowedError):
            life.publish(by=account)
        with pytest.raises(ActionNotAllowedError):
            life.entries.roll_back(account, CODE, 1, life.lock, "改回")
    life.publish()
    for account in (people.editor, people.operator, people.administrator):
        refused(
            life,
            ActionNotAllowedError,
            lambda session, who=account: life.entries.expiry.expire(  # type: ignore[misc] -- a lambda's default is untyped
                session, who, CODE, "停办", 3
            ),
        )
    assert life.answered_fee() == (2, 20.0)


def test_reviewer_does_not_publish_what_they_had_a_hand_in(life: Life) -> None:
    life.save(life.fee(30.0), by=life.people.both)
    life.save(life.fee(20.0))  # the editor writes on: the first writer stays a contributor
    life.submit()

    with pytest.raises(SelfReviewError):
        life.publish(by=life.people.both)

    assert life.publish().version == 2


def test_reviewer_sends_back_with_a_note_and_the_writer_takes_back(life: Life) -> None:
    drafts, people = life.entries.drafts, life.people
    life.save(life.fee(20.0))
    life.submit()
    with life.database.transaction() as session:
        back = drafts.send_back(session, people.reviewer, CODE, "请附文件依据", 2)
    assert back.state is EntryState.DRAFT
    with life.database.reading() as session:
        (version,) = life.entries.views.entry(session, people.editor, CODE).versions
    assert version.review_note == "请附文件依据"

    life.submit()
    refused(
        life,
        ActionNotAllowedError,
        lambda session: drafts.send_back(session, people.operator, CODE, "退回", 4),
    )
    with life.database.transaction() as session:
        assert drafts.send_back(session, people.editor, CODE, "再改改", 4).lock_version == 5


def test_discarded_draft_is_gone_and_audited(life: Life) -> None:
    life.save(life.fee(20.0))
    with life.database.transaction() as session:
        life.entries.drafts.discard(session, life.people.editor, CODE, 1)

    with life.database.reading() as session:
        assert life.entries.views.entry(session, life.people.editor, CODE).versions == ()
        actions = list(session.scalars(select(AuditRow.action).order_by(AuditRow.id)))
    assert actions == ["knowledge.drafted", "knowledge.discarded"]


def test_second_writer_with_an_old_lock_version_is_refused(life: Life) -> None:
    life.save(life.fee(20.0), lock=0)
    with pytest.raises(StaleEntryError):
        life.save(life.fee(25.0), lock=0)
    life.submit()
    with pytest.raises(StaleEntryError):
        life.entries.publish(life.people.reviewer, CODE, 1, "核对无误")
    assert life.answered_fee() == (1, 40.0)


def test_two_first_drafts_at_once_leave_one(life: Life) -> None:
    outcomes: list[object] = []
    ready = threading.Barrier(2)

    def write(amount: float) -> None:
        ready.wait()
        try:
            outcomes.append(life.save(life.fee(amount), lock=0).lock_version)
        except StaleEntryError:
            outcomes.append("stale")

    writers = [threading.Thread(target=write, args=(amount,)) for amount in (20.0, 25.0)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    assert sorted(outcomes, key=str) == [1, "stale"]
    with life.database.reading() as session:
        assert len(list(session.scalars(select(EntryVersion.id)))) == 1


def test_draft_on_an_outdated_base_is_not_published(life: Life) -> None:
    life.put_in_force(life.fee(20.0))
    life.save(life.fee(25.0))
    life.submit()
    life.entries.roll_back(life.people.reviewer, CODE, 1, life.lock, "文件撤回")

    with pytest.raises(StaleBaseError):
        life.publish()

    with life.database.transaction() as session:
        life.entries.drafts.send_back(session, life.people.editor, CODE, "重做", life.lock)
    life.save(life.fee(25.0))
    life.submit()
    assert life.publish().version == 4
    assert life.answered_fee() == (4, 25.0)


def test_unfinished_draft_is_kept_but_not_submitted(life: Life) -> None:
    saved = life.save({"code": CODE, "title": "身份证补领"})
    assert saved.state is EntryState.DRAFT

    with pytest.raises(DraftFaultsError) as refusal:
        life.submit()

    assert {one.field for one in refusal.value.findings} >= {"aliases", "summary", "valid_from"}
    assert "summary：缺少这一项；补上这一项" in refusal.value.user_message


@pytest.mark.parametrize(
    ("content", "reason", "error"),
    [
        ({"title": "没有编码"}, REASON, EntryCodeError),
        ({"code": "0103"}, REASON, EntryCodeError),
        ({"code": CODE}, " ", EntryReasonMissingError),
    ],
)
def test_draft_names_its_matter_and_its_reason(
    life: Life, content: dict[str, object], reason: str, error: type[HotlineError]
) -> None:
    refused(
        life,
        error,
        lambda session: life.entries.drafts.save(session, life.people.editor, content, reason, 0),
    )


def test_draft_without_a_change_is_refused(life: Life) -> None:
    with pytest.raises(NothingChangedError):
        life.save(life.fee(40.0))
