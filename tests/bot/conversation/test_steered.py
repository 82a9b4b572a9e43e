"""What only shows when Rasa is slow, away or looked over the shoulder: a small class plays it."""

import asyncio
import itertools
import json

import pytest

from bot.conversation import repository
from bot.conversation.errors import RasaUnavailableError
from bot.conversation.perform import Performer
from bot.conversation.reading import retrieved
from bot.conversation.schemas import Act, Author, DialogueState, Heard, Outcome, Turn
from bot.conversation.storing import store_message
from routing.schemas import AppealKind
from tests.bot.conversation.conftest import (
    conversations_with,
    heard,
    incoming,
    performer_of,
    said,
)
from tests.service_fixtures import RunningService

_HEARD_NOTHING = Heard(appeal_probability=0.0, kind=AppealKind.INQUIRY)


class SteeredRasa:
    """Decides every turn as told, keeps what it was sent, and waits when it should be slow."""

    def __init__(self, performer: Performer) -> None:
        self.performer = performer
        self.turns: list[Turn] = []
        self.senders: list[str] = []
        self.resumed: list[bool] = []
        self.reached = asyncio.Event()
        self.go_on = asyncio.Event()
        self.go_on.set()
        self.away = False

    async def decide(self, turn: Turn, sender: str, resume: bool) -> Outcome:
        self.turns.append(turn)
        self.senders.append(sender)
        self.resumed.append(resume)
        self.reached.set()
        await self.go_on.wait()
        if self.away:
            raise RasaUnavailableError("connection")
        act = Act.APPEAL if turn.state.draft is not None else Act.ANSWER_QUESTION
        return self.performer.perform(act, None, turn)


@pytest.fixture
def rasa(running_service: RunningService) -> SteeredRasa:
    return SteeredRasa(performer_of(running_service.services))


def test_reply_is_not_delivered_when_a_person_took_over_meanwhile(
    running_service: RunningService, rasa: SteeredRasa, citizen: str
) -> None:
    conversations = conversations_with(running_service.services, rasa)
    desk = running_service.services.desk

    async def scene() -> list[Author]:
        rasa.go_on.clear()
        turn = asyncio.create_task(conversations.receive(incoming(citizen, "身份证丢了怎么补办")))
        await rasa.reached.wait()
        conversation_id = await conversations.open("web", citizen)
        await desk.take_over(conversation_id, "operator-fast")
        rasa.go_on.set()
        await turn
        return [entry.author for entry in await conversations.transcript(conversation_id)]

    assert running_service.run(scene()) == [Author.CITIZEN, Author.SYSTEM]


def test_messages_during_a_slow_turn_are_read_together_in_the_next(
    running_service: RunningService, rasa: SteeredRasa, citizen: str
) -> None:
    conversations = conversations_with(running_service.services, rasa)

    async def scene() -> None:
        rasa.go_on.clear()
        first = asyncio.create_task(conversations.receive(incoming(citizen, "你好呀")))
        await rasa.reached.wait()
        second = asyncio.create_task(conversations.receive(incoming(citizen, "身份证丢了")))
        third = asyncio.create_task(conversations.receive(incoming(citizen, "怎么补办")))
        await heard(conversations, citizen, "怎么补办")
        rasa.go_on.set()
        receipts = await asyncio.gather(first, second, third)
        assert receipts[1].entries == receipts[2].entries

    running_service.run(scene())

    assert [turn.text for turn in rasa.turns] == ["你好呀", "身份证丢了\n怎么补办"]


def test_rasa_sees_placeholders_only(
    running_service: RunningService, rasa: SteeredRasa, citizen: str
) -> None:
    conversations = conversations_with(running_service.services, rasa)
    text = "我电话13812345678，身份证530102199001011234，车牌云A12345，楼下烧烤店油烟大"

    running_service.run(conversations.receive(incoming(citizen, text)))

    sent = json.dumps(rasa.turns[0].model_dump(mode="json"), ensure_ascii=False)
    assert "[电话1]" in sent
    assert "[身份证号1]" in sent
    for secret in ("13812345678", "530102199001011234", "云A12345"):
        assert secret not in sent


def test_masked_transcript_shows_no_personal_data(
    running_service: RunningService, citizen: str
) -> None:
    conversations = running_service.services.conversations
    message = incoming(citizen, "我电话13812345678，有事找我")

    receipt = running_service.run(conversations.receive(message))
    conversation_id = receipt.conversation_id or ""
    own = running_service.run(conversations.transcript(conversation_id))
    others = running_service.run(conversations.transcript(conversation_id, masked=True))

    assert "13812345678" in own[0].text
    assert "13812345678" not in others[0].text


def test_rasa_lost_in_mid_form_loses_nothing_and_a_new_episode_resumes(
    running_service: RunningService, rasa: SteeredRasa, citizen: str
) -> None:
    conversations = conversations_with(running_service.services, rasa)

    def receive(text: str) -> str | None:
        receipt = running_service.run(conversations.receive(incoming(citizen, text)))
        texts.append(said(receipt))
        return receipt.degraded

    texts: list[str] = []
    assert receive("我要投诉，文渊阁小区楼下的烧烤店半夜还在冒油烟") is None
    rasa.away = True
    assert receive("13812345678") == "connection"
    assert "请您核对" in texts[-1]
    rasa.away = False
    # Left alone for some seconds after a failure: the citizen does not wait for it.
    assert receive("确认") == "recently_unavailable"
    assert "诉求编号" in texts[-1]


def test_degraded_turn_begins_a_new_episode(
    running_service: RunningService, rasa: SteeredRasa, citizen: str
) -> None:
    rasa.away = True
    running_service.run(
        conversations_with(running_service.services, rasa).receive(
            incoming(citizen, "我要投诉，文渊阁小区楼下的烧烤店半夜还在冒油烟")
        )
    )
    rasa.away = False
    running_service.run(
        conversations_with(running_service.services, rasa).receive(incoming(citizen, "13812345678"))
    )

    assert rasa.senders[0] != rasa.senders[1]
    assert rasa.resumed == [False, True]


def test_restart_handles_what_a_killed_server_left(
    running_service: RunningService, citizen: str
) -> None:
    services = running_service.services
    message = incoming(citizen, "身份证丢了怎么补办")
    now = services.clock.now()

    async def killed_after_storing() -> str:
        stored = await services.database.write(
            lambda session: store_message(session, message, None, now)
        )
        # The dead worker still holds the turn; its lease has run out.
        await services.database.write(
            lambda session: repository.take_turn(
                session, stored.conversation_id, "dead", now - 2 * repository.TURN_LEASE
            )
        )
        return stored.conversation_id

    conversation_id = running_service.run(killed_after_storing())

    assert running_service.run(services.conversations.recover()) == 1
    entries = running_service.run(services.conversations.transcript(conversation_id))
    assert [entry.author for entry in entries] == [Author.CITIZEN, Author.ASSISTANT]
    resent = running_service.run(services.conversations.receive(message))
    assert resent.entries == entries[1:]


def test_turn_is_given_back_with_what_it_stored(
    running_service: RunningService, rasa: SteeredRasa, citizen: str
) -> None:
    services = running_service.services
    conversations = conversations_with(services, rasa)

    receipt = running_service.run(conversations.receive(incoming(citizen, "身份证丢了怎么补办")))

    assert receipt.conversation_id is not None
    found = receipt.conversation_id
    # A worker beside this one need not wait for the lease to run out.
    beside = services.database.write(
        lambda session: repository.take_turn(session, found, "beside", services.clock.now())
    )
    assert running_service.run(beside)


def test_every_sample_question_gets_the_same_answer_whatever_was_heard(
    running_service: RunningService,
) -> None:
    services = running_service.services
    performer = performer_of(services)
    differing, answered = [], 0
    # Each question once as it is, once misheard: in turn as each of these.
    misheard = itertools.cycle((Act.FALLBACK, Act.OUT_OF_SCOPE, Act.GREET, Act.ABUSE))
    for matter in services.library.public_matters():
        for question in matter.sample_questions:
            whole = services.retriever.ask(question)
            answer = whole.parts[0] if whole.parts else whole  # each part is a turn of its own
            if answer.matter is None:
                continue
            answered += 1
            turn = Turn(
                turn_id="t",
                text=question,
                state=DialogueState(),
                retrieved=retrieved(answer),
                heard=_HEARD_NOTHING,
            )
            for act in (Act.ANSWER_QUESTION, next(misheard)):
                outcome = performer.perform(act, None, turn)
                text = outcome.replies[0].text if outcome.replies else ""
                if (outcome.matter, text) != (answer.matter, answer.text):
                    differing.append((question, act, outcome.matter, answer.matter))

    assert answered > 0
    assert differing == []


def test_one_question_of_every_matter_gets_in_a_conversation_what_ask_answers(
    running_service: RunningService, citizen: str
) -> None:
    services = running_service.services
    differing = []
    for number, matter in enumerate(services.library.public_matters()):
        question = matter.sample_questions[0]
        answer = services.retriever.ask(question)
        message = incoming(f"{citizen}:{number}", question)
        receipt = running_service.run(services.conversations.receive(message))
        if (receipt.summary.matter, receipt.summary.decision) != (answer.matter, answer.decision):
            differing.append((question, receipt.summary.matter, answer.matter))

    assert differing == []
