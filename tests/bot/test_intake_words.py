"""What is said beside an answer while an appeal is taken down is neither lost nor misread."""

import pytest

from bot.conversation import intake
from bot.conversation.consent_words import agrees
from bot.conversation.schemas import AppealDraft, Slot
from routing.schemas import AppealKind
from tests.bot.test_intake import asked_for, smoke, told


@pytest.mark.parametrize(
    ("text", "beside"),
    [
        ("没得错", ""),
        ("嗯，就这些", ""),
        ("要得要得，麻烦咯", ""),
        ("可以，你们要保护我", "你们要保护我"),
        ("可以，不过电话换一个", None),
        ("就按这个报", ""),
        ("还有桥面上有个坑", None),
        ("谢谢", None),
    ],
)
def test_yes_says_what_stands_beside_it(text: str, beside: str | None) -> None:
    assert agrees(text) == beside


def test_what_is_said_beside_the_yes_is_kept() -> None:
    draft = intake.agreed(smoke(), "可以，你们要保护我", told(confidential=True))

    assert draft.what == "文渊阁小区楼下的烧烤店半夜还在冒油烟；你们要保护我"
    assert draft.confidential


def test_same_words_once_more_are_not_written_twice() -> None:
    asked = asked_for(Slot.CONTACT, what="采石场的大车天天超载撒石子", when="天天")

    again = intake.absorb(asked, "采石场的大车天天超载撒石子", told(when="天天"), None)

    assert again.what == asked.what


def test_few_words_that_answer_nothing_are_kept() -> None:
    asked = asked_for(Slot.CONTACT, what="打砂的半夜轰轰响", when="半夜")

    assert intake.absorb(asked, "个把月咯嘛", told(), None).when == "半夜，个把月咯嘛"


def test_what_was_not_that_but_this_is_put_right() -> None:
    asked = asked_for(Slot.CONFIRM, what="昨天买的排骨少一两", when="昨天")

    put = intake.absorb(asked, "哎不是昨天，前天买的，记错了", told(when="昨天"), None)

    assert put.when == "前天"
    assert put.what.startswith("前天买的排骨")


@pytest.mark.parametrize("said", ["就我现在站的地方", "急！！[电话1]"])
def test_what_is_no_place_is_not_written_down_as_one(said: str) -> None:
    asked = asked_for(Slot.WHERE, what="大排档占道", where=None, district=None)

    assert intake.absorb(asked, said, told(), None).where is None


def test_patience_has_an_end() -> None:
    draft, _ = intake.ask(AppealDraft(kind=AppealKind.ASSISTANCE, what="路灯不亮"), Slot.WHERE)

    for _ in range(4):
        draft, _ = intake.ask(draft, Slot.WHERE, patient=True)

    assert intake.next_slot(draft) is Slot.CONTACT
