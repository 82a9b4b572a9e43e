"""Several things in one message, cut where each part stands for something of its own."""

import pytest

from bot.conversation.parts import Part
from bot.conversation.schemas import Choice, DialogueState
from foundation.text.personal_information import PersonalValues
from tests.bot.conversation.conftest import reader_of
from tests.service_fixtures import RunningService


def parts_of(
    service: RunningService, text: str, state: DialogueState | None = None
) -> tuple[Part, ...]:
    reader = reader_of(service.services)
    _, parts = reader.read_parts(text, state or DialogueState(), PersonalValues(), None)
    return parts


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (
            "身份证丢了怎么补办，护照丢了怎么办",
            (Part("身份证丢了怎么补办"), Part("护照丢了怎么办")),
        ),
        (
            "我要投诉楼下烧烤店半夜冒油烟，另外问一下身份证丢了怎么补办",
            (Part("问一下身份证丢了怎么补办"), Part("我要投诉楼下烧烤店半夜冒油烟", issue=True)),
        ),
        (
            "荷塘月色小区停水两天了，麻烦转人工",
            (Part("荷塘月色小区停水两天了", issue=True), Part("麻烦转人工")),
        ),
        (
            "身份证补办要多少钱，几天能拿到",
            (Part("身份证补办要多少钱，几天能拿到"), Part("多少钱")),
        ),
    ],
)
def test_message_is_cut_into_what_stands_alone(
    text: str, parts: tuple[Part, ...], running_service: RunningService
) -> None:
    assert parts_of(running_service, text) == parts


@pytest.mark.parametrize(
    "text",
    [
        "我在外地上班，身份证丢了怎么补办",
        "小区停水两天了，什么时候来水",
        "楼上漏水了，物业不管，我该找谁",
        "路灯坏了没人修，垃圾也没人收，物业还乱收费",
        "你好，请问驾照丢了怎么补办",
        "身份证、户口本都有了，还差什么材料",
    ],
)
def test_account_with_its_question_stays_whole(text: str, running_service: RunningService) -> None:
    assert parts_of(running_service, text) == (Part(text),)


def test_choice_and_its_question_stay_whole(running_service: RunningService) -> None:
    offered = (
        Choice(label="居民身份证丢失补领", value="居民身份证丢失补领", code="M0103"),
        Choice(label="都不是", value="都不是"),
    )

    parts = parts_of(running_service, "第一个，要多少钱", DialogueState(choices=offered))

    assert parts == (Part("第一个，要多少钱"),)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (
            "家里有股很大的煤气味！！还有问一下居住证怎么办",
            (
                Part("还有问一下居住证怎么办"),
                Part("家里有股很大的煤气味", danger=True),
            ),
        ),
        (
            "金桂苑5栋有人被困在电梯里了！！还有我们小区垃圾一周没清了",
            (
                Part("我们小区垃圾一周没清了", issue=True),
                Part("金桂苑5栋有人被困在电梯里了", danger=True),
            ),
        ),
        (
            "隔壁着火了，烟好大，你们快来",
            (Part("隔壁着火了，烟好大，你们快来", danger=True),),
        ),
    ],
)
def test_message_below_a_safety_card_loses_nothing_that_stands_beside_the_danger(
    text: str, parts: tuple[Part, ...], running_service: RunningService
) -> None:
    reader = reader_of(running_service.services)

    _, found = reader.read_parts(text, DialogueState(), PersonalValues(), "119")

    assert found == parts
