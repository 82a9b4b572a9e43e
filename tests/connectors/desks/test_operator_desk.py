"""The operator's side of conversations, in the running application without its pages."""

import asyncio
import uuid

import pytest

from bot.conversation.errors import AlreadyHeldError, DraftIncompleteError, NotHeldError
from bot.conversation.schemas import IncomingMessage
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


def test_operator_desk_ended_call_leaves_the_list(running_service: RunningService) -> None:
    desk = running_service.services.desk
    conversation = call(running_service, "one", "你好")
    assert conversation in {row.id for row in running_service.run(desk.live())}

    running_service.run(desk.hand_back(conversation, "one"))

    assert conversation not in {row.id for row in running_service.run(desk.live())}
