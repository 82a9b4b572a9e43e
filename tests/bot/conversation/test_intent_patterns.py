"""Intents read from words alone, and what an open question makes certain."""

from typing import Any

import pytest

from bot.conversation.dialogue_acts import hear
from bot.conversation.intent_patterns import guess_intent, load_rules, settled_intent
from bot.conversation.intents import Intent
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
from foundation.errors import ConfigurationError
from retrieval.schemas import Decision
from routing.schemas import AppealKind


def turn(
    text: str,
    *,
    asking: Slot | None = None,
    appeal: float = 0.1,
    kind: AppealKind = AppealKind.COMPLAINT,
    decision: Decision = Decision.NO_ANSWER,
    **state: Any,
) -> Turn:
    draft = AppealDraft(kind=kind, what="油烟扰民", asking=asking) if asking else None
    return Turn(
        turn_id="t",
        text=text,
        state=DialogueState(draft=draft, **state),
        retrieved=Retrieved(
            decision=decision, facet=None, follow_up=False, confidence=0.5, candidates=()
        ),
        heard=Heard(appeal_probability=appeal, kind=kind),
    )


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("身份证丢了怎么补办", Intent.ASK_MATTER),
        ("那要多少钱", Intent.ASK_FEE),
        ("在哪办", Intent.ASK_LOCATION),
        ("多久能办好", Intent.ASK_TIME_LIMIT),
        ("要带什么材料？", Intent.ASK_MATERIALS),
        ("手机上能弄吗", Intent.ASK_ONLINE),
        ("依据是什么", Intent.ASK_LEGAL_BASIS),
        ("护照有效期几年", Intent.ASK_VALIDITY),
        ("外地人能不能申请公租房", Intent.ASK_CONDITIONS),
        ("我要投诉", Intent.MAKE_COMPLAINT),
        ("投诉电话是多少", Intent.ASK_MATTER),
        ("怎么投诉物业", Intent.ASK_MATTER),
        ("我要举报一家黑作坊", Intent.REPORT_IRREGULARITY),
        ("建议在路口加个红绿灯", Intent.MAKE_SUGGESTION),
        ("表扬一下三号窗口的小姑娘", Intent.COMMEND),
        ("我上周投诉的事情怎么样了", Intent.ASK_PROGRESS),
        ("查一下进度", Intent.ASK_PROGRESS),
        ("转人工", Intent.HANDOVER),
        ("能不能跟真人说话", Intent.HANDOVER),
        ("还是不对，我要跟人说", Intent.HANDOVER),
        ("心情不好，不想跟人说话", Intent.ASK_MATTER),
        ("人工耳蜗怎么申请", Intent.ASK_PROCESS),
        ("你好", Intent.GREET),
        ("好的，谢谢您", Intent.THANKS),
        ("再见", Intent.GOODBYE),
        ("今天天气怎么样", Intent.OUT_OF_SCOPE),
        ("现在买哪只股票好", Intent.OUT_OF_SCOPE),
    ],
)
def test_guess_reads_plain_words(text: str, intent: Intent) -> None:
    assert guess_intent(turn(text)) is intent


def test_guess_takes_an_account_of_an_issue_for_an_appeal() -> None:
    text = "楼下烧烤店半夜冒油烟，窗户都不敢开"

    assert guess_intent(turn(text, appeal=0.95)) is Intent.MAKE_COMPLAINT
    told = turn(text, appeal=0.95, kind=AppealKind.ASSISTANCE)
    assert guess_intent(told) is Intent.REQUEST_ASSISTANCE


def test_guess_keeps_a_facet_question_that_a_guide_answers() -> None:
    asked = turn("垃圾费多少钱", appeal=0.7, decision=Decision.ANSWER)

    assert guess_intent(asked) is Intent.ASK_FEE


@pytest.mark.parametrize(
    ("text", "asking", "intent"),
    [
        ("对", Slot.CONFIRM, Intent.AFFIRM),
        ("嗯嗯可以，帮我提交吧，谢谢", Slot.CONFIRM, Intent.AFFIRM),
        ("确认无误", Slot.CONFIRM, Intent.AFFIRM),
        ("可以，交吧", Slot.CONFIRM, Intent.AFFIRM),
        ("不对", Slot.CONFIRM, Intent.DENY),
        ("先别提交", Slot.CONFIRM, Intent.DENY),
        ("不对，是澜湖区不是盘江区", Slot.CONFIRM, Intent.CORRECT),
        ("不想留电话", Slot.CONTACT, Intent.WITHHOLD_CONTACT),
        ("匿名", Slot.CONTACT, Intent.WITHHOLD_CONTACT),
        ("算了，不投诉了", Slot.WHERE, Intent.CANCEL),
        ("算了，不报了", Slot.CONTACT, Intent.CANCEL),
        ("转人工", Slot.WHEN, Intent.HANDOVER),
        ("昨天晚上", Slot.WHEN, None),
        ("文渊阁小区3号楼", Slot.WHERE, None),
        ("是不是还要留电话", Slot.CONFIRM, None),
    ],
)
def test_open_question_settles_the_answer(text: str, asking: Slot, intent: Intent | None) -> None:
    assert settled_intent(turn(text, asking=asking)) is intent


def test_bare_yes_settles_nothing_when_nothing_was_asked() -> None:
    assert settled_intent(turn("对")) is None


def test_hear_lets_an_open_draft_turn_a_fallback_into_an_answer() -> None:
    assert hear(None, turn("昨晚那会儿", asking=Slot.WHEN)) == (Act.APPEAL, None)
    assert hear(None, turn("昨晚那会儿")) == (Act.FALLBACK, None)


def test_hear_takes_a_lonely_answer_for_a_question_that_retrieval_knows() -> None:
    said = turn("文渊阁小区", decision=Decision.CLARIFY)

    assert hear(Intent.INFORM, said) == (Act.ANSWER_QUESTION, Intent.INFORM)


def test_hear_takes_an_answer_for_a_choice_while_choices_are_offered() -> None:
    offered = turn("换领的", choices=(Choice(label="换领", value="1", code="A"),))

    assert hear(Intent.INFORM, offered) == (Act.CHOOSE, Intent.INFORM)


def test_hear_keeps_the_act_that_the_rule_chose() -> None:
    assert hear(Intent.GREET, turn("你好哇"), Act.GREET) == (Act.GREET, Intent.GREET)


def test_faulty_patterns_are_all_reported() -> None:
    text = (
        "rules:\n- intent: greet\n  any: ['(']\n- intent: nothing\n  any: ['x']\n- intent: greet\n"
    )

    with pytest.raises(ConfigurationError, match=r"rule 1: .*rule 2: .*rule 3: "):
        load_rules(text)
