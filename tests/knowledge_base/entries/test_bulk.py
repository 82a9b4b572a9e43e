"""Many entries published or sent back in one step; on SQLite and on PostgreSQL."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pytest
from sqlalchemy import select

from foundation.access.errors import ActionNotAllowedError
from foundation.access.models import AuditRow
from foundation.access.service import Account
from foundation.errors import HotlineError
from foundation.events.revisions import bump_revision, current_revision
from knowledge_base.checks import Finding
from knowledge_base.entries import bulk
from knowledge_base.entries.catalogue import open_versions
from knowledge_base.entries.content import Content, guide_form
from knowledge_base.entries.errors import (
    DraftFaultsError,
    EntryReasonMissingError,
    IllegalEntryMoveError,
    LibraryMovedError,
    PublishBlockedError,
    SelfReviewError,
    StaleEntryError,
)
from knowledge_base.entries.published import REVISION
from knowledge_base.entries.schemas import BulkLine, Candidate
from knowledge_base.entries.states import EntryState
from knowledge_base.schema import Matter
from tests.knowledge_base.entries.conftest import CODE, NEIGHBOUR, REASON, Life, MakeLife

TOLD = "批量核对无误"


def neighbour(life: Life, **changed: object) -> Content:
    return {**guide_form(life.shipped.matters[NEIGHBOUR]), "summary": "到窗口办理换领。", **changed}


def to_review(life: Life, *contents: Content, by: Account | None = None) -> None:
    author = by or life.people.editor
    for content in contents:
        code = content["code"]
        with life.database.transaction() as session:
            lock = life.entries.views.entry(session, author, code).lock_version
            saved = life.entries.drafts.save(session, author, content, REASON, lock)
            life.entries.drafts.submit(session, author, code, saved.lock_version)


def locks(life: Life) -> dict[str, int]:
    """What the reviewer's list shows: code and lock version."""
    with life.database.reading() as session:
        waiting = open_versions(session, life.people.reviewer, (EntryState.REVIEW,))
    return {one.code: one.lock_version for one in waiting}


def publish(life: Life, seen: Mapping[str, int] | None = None, **options: str) -> list[BulkLine]:
    return life.entries.bulk.publish(
        life.people.reviewer, locks(life) if seen is None else seen, TOLD, **options
    )


def told(lines: Sequence[BulkLine]) -> dict[str, int | type[HotlineError] | None]:
    """Of each entry its new version, or what kept it out."""
    return {
        one.code: one.saved.version if one.saved is not None else type(one.refusal) for one in lines
    }


def revision(life: Life) -> int:
    with life.database.reading() as session:
        return current_revision(session, REVISION)


def acts(life: Life, action: str) -> list[tuple[str, str]]:
    with life.database.reading() as session:
        query = select(AuditRow.account_id, AuditRow.subject).where(AuditRow.action == action)
        return sorted((who, subject) for who, subject in session.execute(query))


def test_all_that_wait_are_published_as_one_change(life: Life) -> None:
    to_review(life, life.fee(20.0), neighbour(life))

    lines = publish(life)

    assert told(lines) == {CODE: 2, NEIGHBOUR: 2}
    assert [one.title for one in lines] == [life.shipped.matter(one.code).title for one in lines]
    assert life.answered_fee() == (2, 20.0)
    assert life.library().matter(NEIGHBOUR).summary == "到窗口办理换领。"
    assert revision(life) == 1
    reviewer = life.people.reviewer.id
    assert acts(life, "knowledge.published") == [
        (reviewer, f"{NEIGHBOUR} 2"),
        (reviewer, f"{CODE} 2"),
    ]


def test_one_that_is_kept_out_stops_no_other(life: Life) -> None:
    without_fee = life.fee(20.0)
    del without_fee["fee"]
    to_review(life, without_fee, neighbour(life))

    lines = publish(life)

    assert told(lines) == {CODE: PublishBlockedError, NEIGHBOUR: 2}
    (kept_out,) = (one for one in lines if one.refusal)
    assert isinstance(kept_out.refusal, PublishBlockedError)
    assert [(one.code, one.field) for one in kept_out.refusal.findings] == [(CODE, "fee")]
    assert life.answered_fee() == (1, 40.0)
    assert list(locks(life)) == [CODE]  # still waits

    assert told(publish(life, override="收费标准另文公布")) == {CODE: 2}
    with life.database.reading() as session:
        (version,) = life.entries.views.entry(session, life.people.editor, CODE).versions
    assert version.override_reason == "收费标准另文公布"


def test_each_entry_keeps_the_rules_of_one_alone(life: Life) -> None:
    to_review(life, life.fee(20.0), by=life.people.both)
    to_review(life, neighbour(life))
    seen = locks(life)
    with life.database.transaction() as session:
        life.entries.drafts.send_back(
            session, life.people.reviewer, NEIGHBOUR, "缺文件号", seen[NEIGHBOUR]
        )

    by_author = life.entries.bulk.publish(life.people.both, seen, TOLD)

    assert told(by_author) == {CODE: SelfReviewError, NEIGHBOUR: StaleEntryError}
    now = {**seen, NEIGHBOUR: seen[NEIGHBOUR] + 1}
    assert told(publish(life, now)) == {CODE: 2, NEIGHBOUR: IllegalEntryMoveError}


def test_nothing_is_counted_as_a_change_where_nothing_was_published(life: Life) -> None:
    to_review(life, life.fee(20.0), by=life.people.both)

    life.entries.bulk.publish(life.people.both, locks(life), TOLD)

    assert revision(life) == 0


def test_two_that_speak_against_each_other_are_not_both_published(life: Life) -> None:
    same = "天台养鸽子登记"
    aliases = [*life.fee(20.0)["aliases"], same]
    others = [*guide_form(life.shipped.matters[NEIGHBOUR])["aliases"], same]
    to_review(life, life.fee(20.0, aliases=aliases), neighbour(life, aliases=others))
    seen = locks(life)
    first, second = seen

    lines = publish(life, seen)

    assert told(lines) == {first: 2, second: PublishBlockedError}
    refusal = lines[1].refusal
    assert isinstance(refusal, PublishBlockedError)
    assert same in refusal.user_message


def test_account_that_may_not_review_is_refused_whole(life: Life) -> None:
    to_review(life, life.fee(20.0))

    with pytest.raises(ActionNotAllowedError):
        life.entries.bulk.publish(life.people.editor, locks(life), TOLD)
    with pytest.raises(EntryReasonMissingError):
        life.entries.bulk.publish(life.people.reviewer, locks(life), " ")
    with pytest.raises(EntryReasonMissingError):
        life.entries.bulk.send_back(life.people.reviewer, locks(life), " ")

    assert list(locks(life)) == [CODE]


@dataclass
class Meanwhile:
    """A check during which somebody else acts, so many times."""

    times: int
    act: str = "publish"
    life: Life | None = None
    asked: list[str] = field(default_factory=list)

    def findings(self, candidate: Candidate, matter: Matter) -> Sequence[Finding]:
        assert self.life is not None
        self.asked.append(candidate.code)
        if self.times:
            self.times -= 1
            with self.life.database.transaction() as session:
                if self.act == "publish":
                    bump_revision(session, REVISION, self.life.clock.now())
                else:
                    lock = self.life.lock_in(session)
                    self.life.entries.drafts.send_back(
                        session, self.life.people.reviewer, CODE, "缺文件号", lock
                    )
        return ()


def test_publication_of_another_entry_meanwhile_has_all_checked_anew(make_life: MakeLife) -> None:
    check = Meanwhile(times=1)
    life = check.life = make_life(check)
    to_review(life, life.fee(20.0), neighbour(life))

    assert told(publish(life)) == {CODE: 2, NEIGHBOUR: 2}
    assert check.asked == [NEIGHBOUR, CODE] * 2
    assert revision(life) == 2  # the other's, and one for both


def test_library_that_never_rests_is_told_of_each_entry(make_life: MakeLife) -> None:
    check = Meanwhile(times=99)
    life = check.life = make_life(check)
    to_review(life, life.fee(20.0), neighbour(life))

    assert told(publish(life)) == {CODE: LibraryMovedError, NEIGHBOUR: LibraryMovedError}
    assert life.answered_fee() == (1, 40.0)


def test_entry_changed_during_the_checks_leaves_the_others_to_be_published(
    make_life: MakeLife,
) -> None:
    check = Meanwhile(times=1, act="send back")
    life = check.life = make_life(check)
    to_review(life, life.fee(20.0), neighbour(life))

    assert told(publish(life)) == {CODE: StaleEntryError, NEIGHBOUR: 2}
    assert life.answered_fee() == (1, 40.0)


def test_more_than_fit_in_one_transaction_are_published_part_by_part(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "AT_ONCE", 1)
    to_review(life, life.fee(20.0), neighbour(life))

    assert told(publish(life)) == {CODE: 2, NEIGHBOUR: 2}
    assert revision(life) == 2


def test_all_are_sent_back_with_one_note_but_those_that_cannot(life: Life) -> None:
    to_review(life, life.fee(20.0), neighbour(life))
    seen = {**locks(life), "M9999": 0}
    with life.database.transaction() as session:
        life.entries.drafts.send_back(session, life.people.editor, CODE, "我再改改", seen[CODE])

    lines = life.entries.bulk.send_back(life.people.reviewer, seen, "请附来函")

    assert [one.code for one in lines] == list(seen)
    (returned,) = (one for one in lines if one.saved is not None)
    assert (returned.code, returned.saved and returned.saved.state) == (
        NEIGHBOUR,
        EntryState.DRAFT,
    )
    with life.database.reading() as session:
        notes = {
            code: life.entries.views.entry(session, life.people.editor, code).versions[0]
            for code in (CODE, NEIGHBOUR)
        }
    assert {code: one.review_note for code, one in notes.items()} == {
        CODE: "我再改改",
        NEIGHBOUR: "请附来函",
    }
    assert (life.people.reviewer.id, f"{NEIGHBOUR} draft") in acts(life, "knowledge.sent_back")


def test_drafts_are_submitted_together_but_those_that_are_no_guides_yet(life: Life) -> None:
    with life.database.transaction() as session:
        for content in ({"code": CODE, "title": "没有写完"}, neighbour(life)):
            life.entries.drafts.save(session, life.people.editor, content, REASON, 0)
    with life.database.reading() as session:
        seen = {one.code: one.lock_version for one in open_versions(session, life.people.editor)}

    lines = life.entries.bulk.submit(life.people.editor, seen)

    assert {one.code: type(one.refusal) for one in lines if one.refusal} == {CODE: DraftFaultsError}
    assert list(locks(life)) == [NEIGHBOUR]
    with pytest.raises(ActionNotAllowedError):
        life.entries.bulk.submit(life.people.reviewer, seen)
