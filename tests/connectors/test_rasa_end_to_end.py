"""The real Rasa, the real application, whole dialogues: what Rasa decides and what comes back."""

import asyncio
import uuid
from dataclasses import dataclass, field

import httpx
import pytest

from bot.conversation.schemas import Act, DialogueState, Outcome, Slot
from foundation.text.personal_information import PersonalValues
from retrieval.schemas import Decision
from tests.bot.conversation.conftest import reader_of
from tests.rasa_fixtures import Served

pytestmark = pytest.mark.rasa


@dataclass
class Dialogue:
    """One citizen: keeps the state as the service does, asks Rasa each turn."""

    served: Served
    sender: str = field(default_factory=lambda: uuid.uuid4().hex)
    state: DialogueState = field(default_factory=DialogueState)
    values: PersonalValues = field(default_factory=PersonalValues)

    def say(self, text: str, *, resume: bool = False) -> Outcome:
        services = self.served.services
        reader = reader_of(services)
        turn = reader.read(text, self.state, self.values, None)
        assert services.rasa is not None
        deciding = services.rasa.decide(turn, self.sender, resume)
        outcome = asyncio.run_coroutine_threadsafe(deciding, self.served.loop).result(60)
        self.state = outcome.state
        return outcome

    def asks(self) -> Slot | None:
        return self.state.draft.asking if self.state.draft else None


@pytest.fixture
def citizen(served: Served) -> Dialogue:
    return Dialogue(served)


def test_question_is_answered_and_followed_up(citizen: Dialogue) -> None:
    first = citizen.say("身份证丢了怎么补办")
    second = citizen.say("那要多少钱")

    assert (first.act, first.decision) == (Act.ANSWER_QUESTION, Decision.ANSWER)
    assert (second.act, second.decision) == (Act.ANSWER_QUESTION, Decision.ANSWER)
    assert second.matter == first.matter
    assert second.state.facet == "fee"


def test_complaint_is_taken_to_its_confirmation(citizen: Dialogue) -> None:
    opened = citizen.say("我要投诉，文渊阁小区楼下的烧烤店半夜还在冒油烟")
    assert opened.act is Act.APPEAL
    answers = {
        Slot.WHERE: "文渊阁小区3号楼楼下",
        Slot.WHEN: "昨天晚上十一点",
        Slot.CONTACT: "13800138000",
    }
    for _ in answers:
        if citizen.asks() is Slot.CONFIRM:
            break
        citizen.say(answers[citizen.asks()])

    assert citizen.asks() is Slot.CONFIRM
    assert citizen.state.draft is not None
    assert citizen.state.draft.contact == "[电话1]"
    confirmed = citizen.say("对，提交吧")
    assert confirmed.act is Act.SUBMIT_APPEAL
    assert [effect.type for effect in confirmed.effects] == ["register_appeal"]
    assert citizen.state.draft is None
    # the form is closed: the next question is one
    assert citizen.say("护照怎么办理").act is Act.ANSWER_QUESTION


def test_question_interrupts_the_form_and_the_form_comes_back(citizen: Dialogue) -> None:
    citizen.say("我要投诉，楼下的烧烤店半夜还在冒油烟")
    asked = citizen.asks()

    answered = citizen.say("身份证丢了怎么补办？")

    assert (answered.act, answered.decision) == (Act.ANSWER_QUESTION, Decision.ANSWER)
    assert citizen.asks() is asked


def test_cancelling_drops_the_draft(citizen: Dialogue) -> None:
    citizen.say("我要投诉，楼下的烧烤店半夜还在冒油烟")
    assert citizen.state.draft is not None

    assert citizen.say("算了，不投诉了").act is Act.CANCEL_APPEAL
    assert citizen.state.draft is None


def test_phone_may_be_refused(citizen: Dialogue) -> None:
    citizen.say("我要举报文渊阁小区有人昨晚私自占用消防通道盖房子")
    for answer in ("文渊阁小区", "昨天晚上"):
        if citizen.asks() is not Slot.CONTACT:
            citizen.say(answer)
    assert citizen.asks() is Slot.CONTACT

    citizen.say("不想留电话")

    assert citizen.state.draft is not None
    assert citizen.state.draft.contact_refused
    assert citizen.asks() is Slot.CONFIRM


def test_person_is_asked_for_within_the_form(citizen: Dialogue) -> None:
    citizen.say("我要投诉，楼下的烧烤店半夜还在冒油烟")

    assert citizen.say("转人工").act is Act.HANDOVER


def test_fresh_sender_continues_an_open_draft(citizen: Dialogue) -> None:
    citizen.say("我要投诉，楼下的烧烤店半夜还在冒油烟")
    citizen.sender = uuid.uuid4().hex

    first = citizen.say("文渊阁小区3号楼楼下", resume=True)
    assert first.act is Act.APPEAL
    assert citizen.state.draft is not None
    assert citizen.asks() in {Slot.WHEN, Slot.CONTACT, Slot.CONFIRM}
    # the form is active again: what would be unclear outside it is an answer inside
    assert citizen.say("大概一个多月了吧").act is Act.APPEAL


def test_slash_command_is_only_text(citizen: Dialogue) -> None:
    assert citizen.say("/restart").intent != "restart"
    assert citizen.say("/handover").act is not Act.HANDOVER


@pytest.mark.parametrize("text", ["🙂🙂", "<b>居住证</b>", "' OR 1=1 --", "。", "长" * 2000])
def test_odd_text_gets_an_outcome(citizen: Dialogue, text: str) -> None:
    assert citizen.say(text).replies


def test_actions_refuse_a_wrong_secret(served: Served) -> None:
    url = f"http://127.0.0.1:{served.rasa.settings.port}/rasa/actions"

    assert httpx.post(url, json={}).status_code == 403
    assert httpx.post(url, json={}, headers={"X-Hotline-Actions": "0" * 64}).status_code == 403
    given = {"X-Hotline-Actions": served.rasa.secret.hex()}
    assert httpx.post(url, json={}, headers=given).status_code == 422
    call = {"next_action": "action_unknown", "tracker": {"sender_id": "s"}}
    assert httpx.post(url, json=call, headers=given).status_code == 404


def test_rasa_offers_no_api(served: Served) -> None:
    assert httpx.get(f"{served.rasa.settings.rasa_url}/").status_code == 200
    assert httpx.get(f"{served.rasa.settings.rasa_url}/status").status_code == 404
