"""The queue of open questions; on SQLite and on PostgreSQL."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import event

from foundation.access.errors import ActionNotAllowedError
from foundation.clock import SHANGHAI
from foundation.database.session import Database
from knowledge_base.entries.errors import IllegalEntryMoveError
from knowledge_base.questions.errors import (
    AlreadyLearnedError,
    AnswerVersionError,
    IllegalQuestionMoveError,
    QuestionDueError,
    QuestionOwnerError,
    QuestionReasonMissingError,
    StaleQuestionError,
)
from knowledge_base.questions.schemas import NewQuestion, Wanted
from knowledge_base.questions.states import QuestionSource, QuestionState
from knowledge_base.stored_tests.service import stored_questions
from tests.knowledge_base.entries.conftest import CODE
from tests.knowledge_base.questions.conftest import Desk

FLAG = "天台上能不能养鸽子"


def test_question_asked_again_is_counted_and_another_one_begins_a_group(desk: Desk) -> None:
    desk.ask(FLAG, "请问天台上能不能养鸽子啊", "暖气片漏水谁来修")

    pigeons, radiator = desk.groups()
    assert (pigeons.text, pigeons.times, pigeons.state) == (FLAG, 2, QuestionState.OPEN)
    assert pigeons.first_seen_at == datetime(2026, 11, 23, 9, 31, tzinfo=SHANGHAI)
    assert pigeons.last_seen_at == datetime(2026, 11, 23, 9, 32, tzinfo=SHANGHAI)
    assert (radiator.text, radiator.times) == ("暖气片漏水谁来修", 1)


def test_group_found_later_is_joined_one_question_at_a_time(desk: Desk) -> None:
    for text in (FLAG, "养鸽子天台可以吗", "天台养鸽子违法吗"):
        desk.ask(text)

    assert desk.only().times == 3
    with desk.database.reading() as session:
        asked = desk.queue.group(session, desk.people.reviewer, desk.only().id).asked
    assert [one.text for one in asked] == ["天台养鸽子违法吗", "养鸽子天台可以吗", FLAG]


def test_turn_that_was_unanswered_and_rated_badly_counts_once(desk: Desk) -> None:
    desk.ask(FLAG)
    rated = NewQuestion("turn:1", QuestionSource.BADLY_RATED, FLAG, "web")

    with desk.database.transaction() as session:
        assert not desk.feed.add(session, rated)

    desk.grouping.group_pending()
    assert desk.only().times == 1


def test_personal_data_does_not_come_into_the_queue(desk: Desk) -> None:
    desk.ask("我的电话13812345678，天台养鸽子找谁")

    assert desk.only().text == "我的电话138****5678，天台养鸽子找谁"


def test_editor_takes_a_question_for_five_working_days(desk: Desk) -> None:
    desk.ask(FLAG)
    editor = desk.people.editor

    with desk.database.transaction() as session:
        taken = desk.queue.assign(session, editor, desk.only().id, "editor", 0)

    # Monday the 23rd itself never counts.
    assert (taken.state, taken.owner, taken.due_on) == (
        QuestionState.ASSIGNED,
        "editor",
        date(2026, 11, 30),
    )
    assert not taken.due_provisional
    assert desk.audit() == [("editor", "question.assigned", str(taken.id))]
    desk.life.clock.moment = datetime(2026, 12, 1, 9, tzinfo=SHANGHAI)
    assert desk.only().overdue


def test_due_day_in_a_year_without_calendar_is_marked(desk: Desk) -> None:
    desk.ask(FLAG)

    with desk.database.transaction() as session:
        taken = desk.queue.assign(session, desk.people.editor, desk.only().id, "editor", 0, 40)

    assert taken.due_on is not None
    assert taken.due_on.year == 2027
    assert taken.due_provisional


def test_only_reviewers_give_questions_to_others_and_only_to_editors(desk: Desk) -> None:
    desk.ask(FLAG)
    group, people = desk.only().id, desk.people

    with desk.database.transaction() as session, pytest.raises(ActionNotAllowedError):
        desk.queue.assign(session, people.editor, group, "both", 0)
    with desk.database.transaction() as session, pytest.raises(ActionNotAllowedError):
        desk.queue.assign(session, people.operator, group, "operator", 0)
    with desk.database.transaction() as session, pytest.raises(QuestionOwnerError):
        desk.queue.assign(session, people.reviewer, group, "operator", 0)
    with desk.database.transaction() as session, pytest.raises(QuestionDueError):
        desk.queue.assign(session, people.reviewer, group, "editor", 0, 0)
    with desk.database.transaction() as session:
        assigned = desk.queue.assign(session, people.reviewer, group, "editor", 0)

    assert assigned.owner == "editor"


def test_due_day_is_set_by_the_owner_or_a_reviewer(desk: Desk) -> None:
    desk.ask(FLAG)
    group, people, queue = desk.only().id, desk.people, desk.queue
    friday, late = date(2026, 11, 27), date(2027, 6, 1)
    today = desk.life.clock.now().date()
    with desk.database.transaction() as session, pytest.raises(IllegalQuestionMoveError):
        queue.set_due(session, people.reviewer, group, friday, 0)
    with desk.database.transaction() as session:
        queue.assign(session, people.reviewer, group, "both", 0)

    with desk.database.transaction() as session, pytest.raises(ActionNotAllowedError):
        queue.set_due(session, people.editor, group, friday, 1)
    for wrong in (today, late):
        with desk.database.transaction() as session, pytest.raises(QuestionDueError):
            queue.set_due(session, people.both, group, wrong, 1)
    with desk.database.transaction() as session:
        set_to = queue.set_due(session, people.both, group, friday, 1)

    assert (set_to.due_on, set_to.due_provisional, set_to.overdue) == (friday, False, False)
    assert ("both", "question.due_set", str(group)) in desk.audit()


def test_list_is_narrowed_counted_and_paged(desk: Desk) -> None:
    desk.ask(FLAG, f"{FLAG}啊", "暖气片漏水谁来修", "公园跳舞声音太大")
    editor = desk.people.editor
    with desk.database.transaction() as session:
        desk.queue.assign(session, editor, desk.groups()[0].id, "editor", 0, 1)

    def found(wanted: Wanted) -> list[str]:
        with desk.database.reading() as session:
            groups = desk.queue.groups(session, editor, wanted)
            assert desk.queue.count(session, editor, wanted) == len(groups)
        return [one.text for one in groups]

    assert found(Wanted(words="跳舞")) == ["公园跳舞声音太大"]
    assert found(Wanted(words=f"{FLAG}啊")) == [FLAG]
    assert found(Wanted(words="%")) == []
    assert found(Wanted(owner=editor.id)) == [FLAG]
    assert found(Wanted(overdue=True)) == []
    desk.life.clock.moment += timedelta(days=4)
    assert found(Wanted(overdue=True)) == [FLAG]
    with desk.database.reading() as session:
        first, second = (
            desk.queue.groups(session, editor, limit=1),
            desk.queue.groups(session, editor, limit=1, offset=1),
        )
    assert (first[0].text, first[0].examples, first[0].overdue) == (FLAG, (f"{FLAG}啊",), True)
    assert second[0].examples == ()


def test_question_becomes_another_name_of_a_known_matter(desk: Desk) -> None:
    desk.ask(FLAG)
    with desk.database.transaction() as session:
        desk.drafting.draft(session, desk.people.editor, desk.only().id, 0, CODE, as_alias=True)

    with desk.database.reading() as session:
        content = desk.life.entries.views.content(session, desk.people.editor, CODE).content
    assert content["aliases"][-1] == FLAG
    assert FLAG not in content.get("sample_questions", ())


@pytest.mark.parametrize("who", ["operator", "administrator"])
def test_queue_is_closed_to_who_neither_edits_nor_reviews(desk: Desk, who: str) -> None:
    desk.ask(FLAG)
    stranger = getattr(desk.people, who)

    with desk.database.reading() as session:
        with pytest.raises(ActionNotAllowedError):
            desk.queue.groups(session, stranger)
        with pytest.raises(ActionNotAllowedError):
            desk.queue.group(session, stranger, 1)
        with pytest.raises(ActionNotAllowedError):
            desk.queue.count(session, stranger)
        with pytest.raises(ActionNotAllowedError):
            desk.queue.set_due(session, stranger, 1, date(2026, 11, 27), 0)


def test_dismissed_question_is_counted_on_and_stays_dismissed(desk: Desk) -> None:
    desk.ask(FLAG)
    group = desk.only().id

    with desk.database.transaction() as session, pytest.raises(ActionNotAllowedError):
        desk.queue.dismiss(session, desk.people.editor, group, "不归热线管", 0)
    with desk.database.transaction() as session, pytest.raises(QuestionReasonMissingError):
        desk.queue.dismiss(session, desk.people.reviewer, group, " ", 0)
    with desk.database.transaction() as session:
        desk.queue.dismiss(session, desk.people.reviewer, group, "不归热线管", 0)
    desk.ask(FLAG)

    found = desk.only()
    assert (found.state, found.times) == (QuestionState.DISMISSED, 2)
    assert found.dismissed_reason == "不归热线管"
    assert desk.groups(QuestionState.OPEN, QuestionState.ASSIGNED) == []


def test_change_made_meanwhile_refuses_the_later_one(desk: Desk) -> None:
    desk.ask(FLAG)
    group = desk.only().id
    with desk.database.transaction() as session:
        desk.queue.assign(session, desk.people.reviewer, group, "editor", 0)

    with desk.database.transaction() as session, pytest.raises(StaleQuestionError):
        desk.queue.dismiss(session, desk.people.reviewer, group, "不归热线管", 0)

    assert desk.only().state is QuestionState.ASSIGNED


def test_drafted_question_is_answered_when_the_draft_is_published(desk: Desk) -> None:
    desk.ask(FLAG)
    life, people = desk.life, desk.people
    with desk.database.transaction() as session:
        saved = desk.drafting.draft(session, people.editor, desk.only().id, 0, CODE)

    group = desk.only()
    assert (group.state, group.owner, group.draft_code) == (QuestionState.ASSIGNED, "editor", CODE)
    assert saved.code == CODE
    with desk.database.reading() as session:
        draft = life.entries.views.content(session, people.editor, CODE).content
        tests = [(one.code, one.question) for one in stored_questions(session)]
    assert draft["sample_questions"][-1] == FLAG
    assert tests == [(CODE, FLAG)]

    life.submit()
    published = life.publish(override="测试")
    with desk.database.transaction() as session:
        assert desk.queue.published(session, CODE, published.version or 0) == 1
    with desk.database.transaction() as session:
        assert desk.queue.published(session, CODE, published.version or 0) == 0

    answered = desk.only()
    assert answered.state is QuestionState.ANSWERED
    assert (answered.answered_code, answered.answered_version) == (CODE, 2)
    # Asked again although answered: the answer did not do, so it comes back.
    desk.ask(FLAG)
    assert [one.state for one in desk.groups()] == [QuestionState.ANSWERED, QuestionState.OPEN]


def test_answer_given_by_hand_names_a_published_version(desk: Desk) -> None:
    desk.ask(FLAG)
    group, reviewer = desk.only().id, desk.people.reviewer
    desk.life.put_in_force(desk.life.fee(20.0))

    with desk.database.transaction() as session, pytest.raises(AnswerVersionError):
        desk.queue.answer(session, reviewer, group, CODE, 7, 0)
    with desk.database.transaction() as session:
        desk.queue.answer(session, reviewer, group, CODE, 2, 0)

    assert desk.only().state is QuestionState.ANSWERED
    with desk.database.transaction() as session, pytest.raises(IllegalQuestionMoveError):
        desk.queue.assign(session, reviewer, group, "editor", 1)


def test_question_with_an_answer_becomes_a_common_question(desk: Desk) -> None:
    desk.ask(FLAG)
    with desk.database.transaction() as session:
        desk.drafting.draft(
            session, desk.people.editor, desk.only().id, 0, CODE, "请拨打张晓明先生的13812345678"
        )

    with desk.database.reading() as session:
        content = desk.life.entries.views.content(session, desk.people.editor, CODE).content
    assert content["common_questions"][-1] == {"question": FLAG, "answer": "请拨打[姓名]的[电话]"}


def test_question_without_a_matter_begins_a_new_unfinished_one(desk: Desk) -> None:
    desk.ask(FLAG)
    with desk.database.transaction() as session:
        saved = desk.drafting.draft(session, desk.people.editor, desk.only().id, 0)

    with desk.database.reading() as session:
        content = desk.life.entries.views.content(session, desk.people.editor, saved.code).content
    assert saved.code == "M9001"
    # Nothing is guessed: summary, department, category and law are for the editor to fill in.
    assert content == {
        "code": "M9001",
        "title": FLAG,
        "aliases": [FLAG],
        "audience": "both",
        "sample_questions": [FLAG],
    }


def test_question_held_already_changes_nothing(desk: Desk) -> None:
    known = desk.life.shipped.matter(CODE).sample_questions[0]
    desk.ask(known)

    with desk.database.transaction() as session, pytest.raises(AlreadyLearnedError):
        desk.drafting.draft(session, desk.people.editor, desk.only().id, 0, CODE)

    assert desk.only().state is QuestionState.OPEN


def test_draft_that_waits_for_review_is_not_written_into(desk: Desk) -> None:
    desk.ask(FLAG)
    desk.life.save(desk.life.fee(20.0))
    desk.life.submit()

    with pytest.raises(IllegalEntryMoveError), desk.database.transaction() as session:
        desk.drafting.draft(session, desk.people.both, desk.only().id, 0, CODE)

    assert desk.only().state is QuestionState.OPEN
    with desk.database.reading() as session:
        assert stored_questions(session) == ()


def test_list_takes_as_many_queries_for_three_groups_as_for_one(desk: Desk) -> None:
    desk.ask(FLAG)
    with desk.database.transaction() as session:
        desk.queue.assign(session, desk.people.editor, desk.only().id, "editor", 0)
    one = _queries(desk.database, desk)
    desk.ask("暖气片漏水谁来修", "公园跳舞声音太大")

    assert len(desk.groups()) == 3
    assert _queries(desk.database, desk) == one


def _queries(database: Database, desk: Desk) -> int:
    said: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        said.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        desk.groups()
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
    return sum(statement.startswith("SELECT") for statement in said)
