"""The classifier's word held against what is known for certain."""

import pytest

from bot.conversation.intents import Intent
from bot.conversation.rating import rates
from bot.conversation.schemas import (
    Act,
    AppealDraft,
    Choice,
    DialogueState,
    Heard,
    Retrieved,
    Slot,
    Turn,
)
from bot.conversation.settle import settle
from retrieval.schemas import Decision
from routing.schemas import AppealKind

CHOICES = (
    Choice(label="居民身份证丢失补领", value="a", code="M0103"),
    Choice(label="都不是", value="x"),
)


def turn(
    text: str,
    *,
    decision: Decision = Decision.NO_ANSWER,
    appeal: float = 0.0,
    emergency: str | None = None,
    suspected: bool = False,
    phone: str | None = None,
    place: str | None = None,
    **state: object,
) -> Turn:
    return Turn(
        turn_id="t",
        text=text,
        state=DialogueState(**state),
        retrieved=Retrieved(
            decision=decision, facet=None, follow_up=False, confidence=0.9, candidates=()
        ),
        heard=Heard(appeal_probability=appeal, kind=AppealKind.COMPLAINT, phone=phone, place=place),
        emergency=emergency,
        suspected=suspected,
    )


def draft(asking: Slot) -> AppealDraft:
    return AppealDraft(kind=AppealKind.COMPLAINT, what="烧烤店半夜冒油烟", asking=asking)


@pytest.mark.parametrize("act", [Act.FALLBACK, Act.OUT_OF_SCOPE, Act.GREET, Act.ABUSE, Act.THANKS])
def test_confident_guide_is_never_turned_into_a_fallback(act: Act) -> None:
    asked = turn("你好，身份证丢了怎么补办", decision=Decision.ANSWER)

    assert settle(act, None, asked) is Act.ANSWER_QUESTION


@pytest.mark.parametrize(
    ("text", "appeal", "act", "settled"),
    [
        ("你们都是废物", 0.9, Act.ABUSE, Act.ABUSE),
        ("小区停水两天了没人管", 0.95, Act.FALLBACK, Act.APPEAL),
        ("法院判了不执行怎么办，我要投诉法院", 0.9, Act.PROGRESS, Act.APPEAL),
        ("我投诉的事有回复了吗", 0.3, Act.PROGRESS, Act.PROGRESS),
        ("20261122-000001，ABC234", 0.1, Act.PROGRESS, Act.PROGRESS),
        ("转人工", 0.0, Act.FALLBACK, Act.HANDOVER),
    ],
)
def test_what_is_told_decides_where_the_classifier_errs(
    text: str, appeal: float, act: Act, settled: Act
) -> None:
    assert settle(act, None, turn(text, appeal=appeal)) is settled


def test_answer_where_nothing_was_asked_begins_no_appeal() -> None:
    assert settle(Act.APPEAL, Intent.AFFIRM, turn("嗯嗯")) is Act.FALLBACK


def test_choice_is_taken_whatever_was_heard() -> None:
    assert settle(Act.FALLBACK, None, turn("第一个", choices=CHOICES)) is Act.CHOOSE


@pytest.mark.parametrize(
    ("text", "asking", "act", "settled"),
    [
        ("确认", Slot.CONFIRM, Act.FALLBACK, Act.SUBMIT_APPEAL),
        ("不对，地点错了", Slot.CONFIRM, Act.APPEAL, Act.APPEAL),
        ("算了不投诉了", Slot.WHEN, Act.APPEAL, Act.CANCEL_APPEAL),
        ("不报了，算了", Slot.CONTACT, Act.APPEAL, Act.CANCEL_APPEAL),
        ("人工", Slot.WHERE, Act.APPEAL, Act.HANDOVER),
        ("今天天气真好", Slot.WHERE, Act.OUT_OF_SCOPE, Act.APPEAL),
    ],
)
def test_open_question_goes_before_the_classifier(
    text: str, asking: Slot, act: Act, settled: Act
) -> None:
    assert settle(act, None, turn(text, draft=draft(asking))) is settled


def test_question_in_between_is_answered() -> None:
    asked = turn("办护照要多少钱", decision=Decision.ANSWER, draft=draft(Slot.CONTACT))

    assert settle(Act.APPEAL, None, asked) is Act.ANSWER_QUESTION


def test_phone_that_was_asked_for_is_no_question() -> None:
    given = turn("[电话1]", decision=Decision.ANSWER, phone="[电话1]", draft=draft(Slot.CONTACT))

    assert settle(Act.ANSWER_QUESTION, None, given) is Act.APPEAL


def test_below_an_emergency_card_only_a_sure_answer_is_given() -> None:
    assert settle(Act.FALLBACK, None, turn("着火了", emergency="119")) is None
    asked = turn("着火了，护照丢了", emergency="119", decision=Decision.ANSWER)
    assert settle(Act.FALLBACK, None, asked) is Act.ANSWER_QUESTION


@pytest.mark.parametrize(
    ("text", "useful"),
    [
        ("没帮到我", False),
        ("还是没有解决问题。", False),
        ("答得不对", False),
        ("没用", False),
        ("有用", True),
        ("解决了！", True),
        ("身份证没用了怎么注销", None),
        ("不对，我要办护照", None),
        ("没解决的投诉找谁", None),
    ],
)
def test_words_rate_an_answer_only_as_a_whole_sentence(text: str, useful: bool | None) -> None:
    assert rates(text) is useful


def test_rating_words_rate_only_what_was_answered() -> None:
    assert settle(Act.FALLBACK, None, turn("没帮到我", focus="M0103")) is Act.RATE
    assert settle(Act.FALLBACK, None, turn("没帮到我")) is Act.FALLBACK
    asked = turn("没用", focus="M0103", draft=draft(Slot.WHAT))
    assert settle(Act.APPEAL, None, asked) is Act.APPEAL


@pytest.mark.parametrize("text", ["你这个小助手挺好用的，给个好评", "你们热线真不错"])
def test_praise_of_the_assistant_is_a_rating(text: str) -> None:
    assert settle(Act.APPEAL, Intent.COMMEND, turn(text, appeal=0.9)) is Act.RATE


@pytest.mark.parametrize("text", ["你好", "您好呀", "你好，请问驾照丢了怎么补办"])
def test_greeting_is_no_praise(text: str) -> None:
    assert settle(Act.GREET, Intent.GREET, turn(text)) is Act.GREET


@pytest.mark.parametrize("text", ["等下 我先送一单", "我就在他旁边开店的，匿名"])
def test_below_a_mere_suspicion_the_open_appeal_goes_on(text: str) -> None:
    asked = {"draft": draft(Slot.CONTACT)}

    sure = turn(text, emergency="110", **asked)
    suspected = turn(text, emergency="110", suspected=True, **asked)

    assert settle(Act.APPEAL, Intent.INFORM, sure) is None
    assert settle(Act.APPEAL, Intent.INFORM, suspected) is Act.APPEAL


def test_below_a_mere_suspicion_an_account_opens_an_appeal_and_else_nothing_is_said() -> None:
    account = turn(
        "鹭洲中学的饭里吃出铁丝", appeal=0.98, place="鹭洲中学", emergency="110", suspected=True
    )
    cry = turn("快点啊", emergency="110", suspected=True)

    assert settle(Act.APPEAL, Intent.MAKE_COMPLAINT, account) is Act.APPEAL
    assert settle(Act.FALLBACK, None, cry) is None


@pytest.mark.parametrize(
    ("text", "act"),
    [
        ("可以，你们要保护我", Act.SUBMIT_APPEAL),
        ("对的对的谢谢你啊小姑娘", Act.SUBMIT_APPEAL),
        ("没了，交", Act.SUBMIT_APPEAL),
        ("对对对快", Act.SUBMIT_APPEAL),
        ("对，不过时间不对", Act.APPEAL),
        ("可以，再加一句", Act.APPEAL),
        ("谢谢啊", Act.THANKS),
    ],
)
def test_yes_to_the_draft_may_say_more_than_yes(text: str, act: Act) -> None:
    said = turn(text, draft=draft(Slot.CONFIRM))

    assert settle(Act.APPEAL, Intent.INFORM, said) is act


def test_short_question_goes_on_about_what_another_body_settles() -> None:
    before = {"last_act": Act.OUT_OF_SCOPE, "topic": "medical_advice"}

    assert settle(Act.FALLBACK, None, turn("你就告诉我吃几片", **before)) is Act.OUT_OF_SCOPE
    assert settle(Act.FALLBACK, None, turn("你就告诉我吃几片")) is Act.FALLBACK


@pytest.mark.parametrize(
    ("text", "settled"),
    [
        ("火扑灭了，人都没事，刚才的投诉接着登", Act.APPEAL),
        ("警察走了，原来那件事还要报", Act.APPEAL),
        ("已经解决了，不用继续登记", Act.CANCEL_APPEAL),
        ("算了", Act.CANCEL_APPEAL),
    ],
)
def test_appeal_that_is_to_go_on_is_not_cancelled(text: str, settled: Act) -> None:
    told = turn(text, draft=draft(Slot.WHEN))

    assert settle(Act.CANCEL_APPEAL, Intent.CANCEL, told) is settled


def test_accusation_heard_twice_is_no_question_of_a_guide() -> None:
    told = turn("我们村主任贪污低保款，吃喝都是公款", decision=Decision.ANSWER, appeal=0.99)

    assert settle(Act.APPEAL, Intent.REPORT_IRREGULARITY, told) is Act.APPEAL
    assert settle(Act.ANSWER_QUESTION, Intent.ASK_MATTER, told) is Act.ANSWER_QUESTION


@pytest.mark.parametrize(
    "text", ["家里断电三天了，老人孩子都在，怎么过", "求求你们帮帮我们村，路一直没修"]
)
def test_plea_without_place_or_day_is_an_issue_however_unsure_its_category(text: str) -> None:
    told = turn(text, appeal=0.99)
    unsure = told.heard.model_copy(update={"category_probability": 0.2})

    assert settle(Act.FALLBACK, None, told.model_copy(update={"heard": unsure})) is Act.APPEAL


def test_number_of_an_appeal_asks_for_its_progress() -> None:
    assert settle(Act.FALLBACK, None, turn("帮我查下 20261122-000001")) is Act.PROGRESS
