"""One conversation end to end on real parts, on the path without Rasa."""

import asyncio
import re

import pytest

from bot.conversation import replies
from bot.conversation.errors import AlreadyHeldError, NotHeldError
from bot.conversation.schemas import Author
from bot.conversation.transcript import Receipt
from foundation.database.session import Database
from tests.bot.conversation.conftest import Say, conversations_with, heard, incoming, said
from tests.service_fixtures import RunningService

SMOKE = "我要投诉，文渊阁小区楼下的烧烤店半夜还在冒油烟"
FOUND = re.compile(r"诉求编号(?P<number>\d{8}-\d{6})，查询码(?P<code>[A-Z0-9]{6})")


def register(say: Say) -> re.Match[str]:
    for text in (SMOKE, "不留", "确认"):
        receipt = say(text)
    found = FOUND.search(said(receipt))
    assert found is not None
    return found


def test_question_is_answered_and_a_follow_up_stays_with_its_matter(say: Say) -> None:
    first = say("身份证丢了怎么补办")
    second = say("那要多少钱")

    assert (first.summary.matter, first.summary.decision) == ("M0103", "answer")
    assert (second.summary.matter, second.summary.facet) == ("M0103", "fee")
    assert "40元" in said(second)


def test_complaint_asks_only_for_what_is_missing_and_ends_in_a_ticket(say: Say) -> None:
    begun = say(SMOKE)
    assert begun.summary.asks == "contact"
    read_back = say("13812345678")
    assert read_back.summary.asks == "confirm"
    assert "138****5678" in said(read_back)

    registered = say("确认")

    found = FOUND.search(said(registered))
    assert found is not None
    assert registered.summary.ticket_no == found["number"]
    assert "城市管理" in said(registered)
    (card,) = registered.entries[-1].cards
    assert card.data["due_at"].endswith("23:59:59+08:00")
    assert card.data["derivation"]


def test_progress_needs_number_and_code_from_elsewhere(
    say: Say, running_service: RunningService
) -> None:
    found = register(say)
    conversations = running_service.services.conversations

    view = running_service.run(conversations.progress(found["number"], found["code"], "ip:test"))
    own = say("查一下进度")

    assert view.number == found["number"]
    assert own.summary.ticket_no == found["number"]
    assert view.stages[0].label == "已受理"


def test_resend_gets_the_first_result_and_is_handled_once(say: Say) -> None:
    say(SMOKE)
    say("不留")

    first = say("确认", "same-id")
    again = say("确认", "same-id")

    assert again == first
    assert FOUND.search(said(first)) is not None


def test_resend_while_the_answer_is_slow_waits_for_it(
    running_service: RunningService, citizen: str
) -> None:
    conversations = running_service.services.conversations
    message = incoming(citizen, "身份证丢了怎么补办", f"{citizen}:slow")

    async def twice() -> list[Receipt]:
        return await asyncio.gather(conversations.receive(message), conversations.receive(message))

    first, again = running_service.run(twice())

    assert first.entries == again.entries
    assert len([entry for entry in first.entries if entry.author is Author.ASSISTANT]) == 1


def test_three_messages_at_once_are_all_handled_in_order(
    running_service: RunningService, citizen: str
) -> None:
    conversations = running_service.services.conversations
    texts = ["我要投诉", "文渊阁小区楼下的烧烤店半夜冒油烟", "电话13812345678"]

    async def hastily() -> list[Receipt]:
        tasks = []
        for text in texts:
            tasks.append(asyncio.create_task(conversations.receive(incoming(citizen, text))))
            await asyncio.sleep(0.01)
        return await asyncio.gather(*tasks)

    receipts = running_service.run(hastily())
    conversation_id = receipts[0].conversation_id or ""
    state = running_service.run(conversations.state(conversation_id))
    entries = running_service.run(conversations.transcript(conversation_id))

    assert [entry.text for entry in entries if entry.author is Author.CITIZEN] == texts
    assert state.draft is not None
    assert (state.draft.where, state.draft.contact) == ("文渊阁小区楼下", "[电话1]")
    assert state.draft.asking == "confirm"


def test_sentence_broken_over_two_messages_is_read_as_one(
    running_service: RunningService, citizen: str
) -> None:
    conversations = running_service.services.conversations

    async def in_two_parts() -> list[Receipt]:
        first = asyncio.create_task(conversations.receive(incoming(citizen, "我想问一下，")))
        await heard(conversations, citizen, "我想问一下，")
        second = asyncio.create_task(conversations.receive(incoming(citizen, "护照丢了怎么办")))
        return await asyncio.gather(first, second)

    first, second = running_service.run(in_two_parts())

    assert first.summary.matter == second.summary.matter == "M0203"
    assert first.entries[-1:] == second.entries


def test_of_two_operators_one_takes_over_and_the_assistant_is_silent(
    say: Say, running_service: RunningService
) -> None:
    conversation_id = say("转人工").conversation_id or ""
    desk = running_service.services.desk

    async def both() -> list[BaseException | None]:
        return await asyncio.gather(
            desk.take_over(conversation_id, "operator-a"),
            desk.take_over(conversation_id, "operator-b"),
            return_exceptions=True,
        )

    results = running_service.run(both())

    assert sorted(type(one).__name__ for one in results) == ["AlreadyHeldError", "NoneType"]
    winner = "operator-a" if results[0] is None else "operator-b"
    assert say("身份证丢了怎么补办").entries == ()
    running_service.run(desk.say(conversation_id, winner, "您好，我是坐席。"))
    running_service.run(desk.hand_back(conversation_id, winner))
    assert say("身份证丢了怎么补办").summary.matter == "M0103"
    with pytest.raises(NotHeldError):
        running_service.run(desk.say(conversation_id, winner, "晚了"))


def test_take_over_refuses_a_conversation_that_is_held(
    say: Say, running_service: RunningService
) -> None:
    conversation_id = say("你好").conversation_id or ""
    desk = running_service.services.desk
    running_service.run(desk.take_over(conversation_id, "operator-a"))

    with pytest.raises(AlreadyHeldError):
        running_service.run(desk.take_over(conversation_id, "operator-b"))


def test_fire_and_a_question_both_get_their_answer(say: Say) -> None:
    receipt = say("我家厨房着火了，身份证丢了怎么补办")

    assert receipt.summary.emergency_line == "119"
    assert receipt.entries[0].cards[0].type == "emergency"
    assert receipt.summary.matter == "M0103"


def test_fire_alone_gets_the_card_and_no_fallback_below(say: Say) -> None:
    receipt = say("救命，我家着火了")

    assert receipt.summary.emergency_line == "119"
    assert len(receipt.entries) == 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "😀😀😀",
        "<script>alert(1)</script>",
        "'; DROP TABLE messages; --",
        "\x00\x01\x02\x1b[31m",
        "？？？！！！",
        "/restart",
        '{"sender": "x"}',
        "\ud800",
    ],
)
def test_nonsense_gets_a_kind_answer_and_is_kept(
    text: str, say: Say, running_service: RunningService
) -> None:
    receipt = say(text)

    assert receipt.stored
    assert said(receipt)
    entries = running_service.run(
        running_service.services.conversations.transcript(receipt.conversation_id or "")
    )
    assert entries[0].author is Author.CITIZEN


def test_long_text_is_kept_whole_and_the_citizen_told(
    say: Say, running_service: RunningService
) -> None:
    text = "身份证丢了怎么补办，" + "说来话长" * 2500

    receipt = say(text)

    assert replies.TRUNCATED in said(receipt)
    entries = running_service.run(
        running_service.services.conversations.transcript(receipt.conversation_id or "")
    )
    assert entries[0].text == text


def test_fallback_is_never_the_same_twice(say: Say) -> None:
    answers = [said(say(text)) for text in ("红烧肉怎么做", "那糖醋鱼呢怎么做", "清蒸螃蟹怎么做")]

    assert len(set(answers)) == 3
    assert "人工" in answers[-1]


def test_message_that_cannot_be_stored_is_answered_truthfully(
    running_service: RunningService, citizen: str
) -> None:
    nowhere = Database("sqlite:////nonexistent-folder/hotline.db")
    conversations = conversations_with(running_service.services, None, nowhere)

    receipt = running_service.run(conversations.receive(incoming(citizen, "家里着火了")))

    assert not receipt.stored
    assert receipt.summary.emergency_line == "119"
    assert [reply.text for reply in receipt.unsaved][-1] == replies.NOT_STORED
    assert receipt.unsaved[0].cards[0].type == "emergency"


def test_operator_takes_a_call_down_and_registers_it(running_service: RunningService) -> None:
    desk = running_service.services.desk

    async def call() -> tuple[str, str]:
        conversation_id = await desk.open_call("operator-call")
        await desk.call_line(conversation_id, "operator-call", "文渊阁小区楼下烧烤店半夜冒油烟")
        await desk.call_line(conversation_id, "operator-call", "我电话13812345678")
        registered = await desk.register(conversation_id, "operator-call")
        return conversation_id, registered.text

    conversation_id, text = running_service.run(call())

    assert FOUND.search(text) is not None
    entries = running_service.run(
        running_service.services.conversations.transcript(conversation_id, masked=True)
    )
    assert "138****5678" in "".join(entry.text for entry in entries)


def test_suggestions_follow_the_citizen_with_their_reason(
    say: Say, running_service: RunningService
) -> None:
    conversation_id = say("身份证丢了怎么补办").conversation_id or ""
    desk = running_service.services.desk

    first = running_service.run(desk.suggestions(conversation_id))
    say("护照丢了怎么办")
    second = running_service.run(desk.suggestions(conversation_id))

    assert first[0].code == "M0103"
    assert second[0].code == "M0203"
    assert first[0].because
    assert len(first) <= 3


def test_danger_calls_a_person_without_a_word_and_once(
    say: Say, running_service: RunningService
) -> None:
    first = say("救命，我家着火了")
    live = running_service.run(running_service.services.desk.live())
    asked = {one.id: one.handover_requested_at for one in live}[first.conversation_id or ""]

    assert first.summary.handover
    assert asked is not None
    assert not say("快来人啊，火越来越大了").summary.handover


def test_person_is_called_again_after_the_operator_handed_back(
    say: Say, running_service: RunningService
) -> None:
    desk = running_service.services.desk
    first = say("气死我了，你们到底管不管")
    conversation_id = first.conversation_id or ""
    running_service.run(desk.take_over(conversation_id, "operator-calm"))
    running_service.run(desk.hand_back(conversation_id, "operator-calm"))

    again = say("还是没解决，我真的受够了")

    assert (first.summary.handover, again.summary.handover) == (True, True)


def test_last_answer_is_said_again_with_its_card(say: Say) -> None:
    first = say("身份证丢了怎么补办")

    again = say("再说一遍")

    assert said(again) == said(first)
    assert [entry.cards for entry in again.entries] == [entry.cards for entry in first.entries]


def test_second_issue_of_a_message_gets_a_ticket_of_its_own(say: Say) -> None:
    say("文渊阁小区楼下烧烤店半夜冒油烟，另外临江路路灯坏了好几天没人修")
    numbers = []
    for text in ("不留", "确认", "不留", "确认"):
        found = FOUND.search(said(say(text)))
        numbers += [found["number"]] if found else []

    assert len(set(numbers)) == 2


TWO_BODIES = "文渊阁小区停水三天了，另外临江路一家公司拖欠我三个月工资"


def test_issues_for_two_bodies_are_one_appeal_that_names_both(
    say: Say, running_service: RunningService
) -> None:
    say(TWO_BODIES)
    for text in ("昨天开始的", "不留"):
        asked = say(text)
    assert "第1件：文渊阁小区停水三天了（转" in said(asked)
    assert "第2件：临江路一家公司拖欠我三个月工资（转" in said(asked)

    told = say("确认")

    found = FOUND.search(said(told))
    assert found is not None
    (card,) = (card for entry in told.entries for card in entry.cards if card.type == "ticket")
    (further,) = card.data["further"]
    assert further["ticket_no"] == f"{found['number']}-2"
    assert "第1件由" in said(told)
    assert "第2件由" in said(told)
    shown = say("查一下进度")
    assert further["text"] in str([card.data for entry in shown.entries for card in entry.cards])


def test_issues_for_two_bodies_can_be_joined_and_parted_again(say: Say) -> None:
    say(TWO_BODIES)
    say("昨天开始的")
    say("不留")

    joined = said(say("合并"))
    parted = said(say("还是分开办理吧"))
    again = said(say("合在一起"))

    assert ["第1件" in one for one in (joined, parted, again)] == [False, True, False]
    told = say("确认")
    (card,) = (card for entry in told.entries for card in entry.cards if card.type == "ticket")
    assert card.data["further"] == []
