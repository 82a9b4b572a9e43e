"""The operator's side of conversations, in the running application without its pages."""

import asyncio
import uuid

import pytest
from sqlalchemy import select

from bot.conversation.errors import (
    AlreadyHeldError,
    DraftIncompleteError,
    NotHeldError,
    QuestionProtectedError,
)
from bot.conversation.schemas import IncomingMessage
from foundation.errors import NotFoundError
from knowledge_base.questions.models import OpenQuestion
from knowledge_base.questions.states import QuestionSource
from routing.appeals.models import Appeal
from routing.schemas import AppealKind, Emotion
from tests.service_fixtures import RunningService


def citizen_says(service: RunningService, text: str) -> str:
    """Let a new citizen say something; return the conversation's id."""
    message = IncomingMessage(
        channel="web", conversation_key=uuid.uuid4().hex, message_id=uuid.uuid4().hex, text=text
    )
    receipt = service.run(service.services.conversations.receive(message))
    assert receipt.conversation_id is not None
    return receipt.conversation_id


def call(service: RunningService, operator: str, *lines: str) -> str:
    """Take down a call; return the conversation's id."""
    desk = service.services.desk
    conversation = service.run(desk.open_call(operator))
    for line in lines:
        service.run(desk.call_line(conversation, operator, line))
    return conversation


def test_operator_desk_take_over_at_once_goes_to_one(running_service: RunningService) -> None:
    desk = running_service.services.desk
    conversation = citizen_says(running_service, "你好")

    async def both() -> list[object]:
        takes = (desk.take_over(conversation, operator) for operator in ("one", "other"))
        return list(await asyncio.gather(*takes, return_exceptions=True))

    outcomes = running_service.run(both())

    assert sorted(type(outcome) for outcome in outcomes if outcome) == [AlreadyHeldError]


def test_operator_desk_speaks_only_where_it_holds(running_service: RunningService) -> None:
    desk = running_service.services.desk
    conversation = citizen_says(running_service, "你好")
    running_service.run(desk.take_over(conversation, "one"))

    with pytest.raises(NotHeldError):
        running_service.run(desk.say(conversation, "other", "您好"))
    with pytest.raises(NotHeldError):
        running_service.run(desk.edit_draft(conversation, "other", {"what": "路灯坏了"}))


def test_operator_desk_call_greeting_begins_no_draft(running_service: RunningService) -> None:
    conversation = call(running_service, "one", "喂，你好")

    assert running_service.run(running_service.services.desk.draft(conversation, "one")) is None


def test_operator_desk_draft_is_masked_for_who_does_not_hold_it(
    running_service: RunningService,
) -> None:
    desk = running_service.services.desk
    conversation = call(running_service, "one", "楼道灯坏了三天了，我电话13812345678")

    own = running_service.run(desk.draft(conversation, "one"))
    seen = running_service.run(desk.draft(conversation, "other"))

    assert own is not None
    assert seen is not None
    assert (own.contact, seen.contact) == ("13812345678", "138****5678")


def test_operator_desk_registers_a_draft_once(running_service: RunningService) -> None:
    desk = running_service.services.desk
    conversation = call(running_service, "one", "文渊阁小区楼道灯坏了三天了")

    registered = running_service.run(desk.register(conversation, "one"))
    with pytest.raises(DraftIncompleteError):
        running_service.run(desk.register(conversation, "one"))

    assert registered.card["number"] == registered.number
    assert registered.number in registered.text


def test_operator_desk_draft_names_issues_demands_and_emotion(
    running_service: RunningService,
) -> None:
    desk = running_service.services.desk
    lines = ("文渊阁小区停水三天了，另外临江路一家公司拖欠我三个月工资", "气死我了，请尽快派人来修")
    conversation = call(running_service, "one", *lines)

    draft = running_service.run(desk.draft(conversation, "one"))

    assert draft is not None
    assert draft.parts[0].text == "文渊阁小区停水三天了"
    assert len(draft.parts) == 2
    assert draft.notes.emotion is Emotion.VERY_UPSET
    assert {"要求支付", "要求维修"} <= set(draft.notes.demands)


def test_operator_desk_registers_each_issue_or_all_as_one(
    running_service: RunningService,
) -> None:
    desk = running_service.services.desk
    words = "文渊阁小区停水三天了，另外临江路一家公司拖欠我三个月工资"
    several, joined = (call(running_service, "one", words) for _ in range(2))

    running_service.run(desk.edit_draft(joined, "one", {"joined": "true"}))
    first = running_service.run(desk.register(several, "one"))
    second = running_service.run(desk.register(joined, "one"))

    assert [one["ticket_no"] for one in first.card["further"]] == [f"{first.number}-2"]
    assert second.card["further"] == []


def test_operator_desk_changed_words_change_the_issues(running_service: RunningService) -> None:
    desk = running_service.services.desk
    words = "文渊阁小区停水三天了，另外临江路一家公司拖欠我三个月工资"
    conversation = call(running_service, "one", words)

    running_service.run(desk.edit_draft(conversation, "one", {"what": "文渊阁小区停水三天了"}))

    draft = running_service.run(desk.draft(conversation, "one"))
    assert draft is not None
    assert draft.parts == ()


def test_operator_desk_ended_call_leaves_the_list(running_service: RunningService) -> None:
    desk = running_service.services.desk
    conversation = call(running_service, "one", "你好")
    assert conversation in {row.id for row in running_service.run(desk.live())}

    running_service.run(desk.hand_back(conversation, "one"))

    assert conversation not in {row.id for row in running_service.run(desk.live())}


def test_operator_desk_marks_a_question_without_a_good_answer_once(
    running_service: RunningService,
) -> None:
    services = running_service.services
    words = f"怎么给无人机上牌 {uuid.uuid4().hex[:6]}"
    conversation = call(running_service, "one", "你好", words)

    with services.database.transaction() as session:
        added = services.desk.report_question(session, conversation, "M0103")
    with services.database.transaction() as session:
        again = services.desk.report_question(session, conversation, None)

    assert (added, again) == (True, False)
    with services.database.reading() as session:
        query = select(OpenQuestion).where(OpenQuestion.masked_text == words)
        (queued,) = session.scalars(query)
    assert (queued.source, queued.matter_code) == (QuestionSource.MARKED, "M0103")


def test_operator_desk_passes_nothing_of_a_report_into_the_queue(
    running_service: RunningService,
) -> None:
    services = running_service.services
    conversation = call(running_service, "one", "我要举报文渊阁小区楼下的烧烤店无证经营")

    with services.database.transaction() as session, pytest.raises(QuestionProtectedError):
        services.desk.report_question(session, conversation, None)


def test_operator_desk_marks_nothing_where_nothing_was_asked(
    running_service: RunningService,
) -> None:
    services = running_service.services
    conversation = running_service.run(services.desk.open_call("one"))

    with services.database.transaction() as session, pytest.raises(NotFoundError):
        services.desk.report_question(session, conversation, None)


def test_operator_desk_words_typed_by_hand_are_shielded_like_words_said(
    running_service: RunningService,
) -> None:
    """A chance of a report that is enough for what a caller says is enough for what is typed."""
    desk = running_service.services.desk
    words = "楼下商铺把消防通道锁起来堆货"
    routing = running_service.services.routing
    assert not routing.propose(words, kind=AppealKind.ASSISTANCE).reading.confidential
    said = call(running_service, "one", words)
    typed = call(running_service, "one", "喂，你好")

    running_service.run(desk.edit_draft(typed, "one", {"what": words}))

    drafts = [running_service.run(desk.draft(one, "one")) for one in (said, typed)]
    assert [(one.what, one.confidential) for one in drafts if one] == [(words, True)] * 2
    registered = running_service.run(desk.register(typed, "one"))
    with running_service.services.database.reading() as session:
        shielded = select(Appeal.confidential).where(Appeal.number == registered.number)
        assert session.scalar(shielded)
