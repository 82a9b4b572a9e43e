"""That a question is turned to somebody else, and which lines of a guide speak of them."""

import pytest

from bot.conversation.audiences import audiences
from knowledge_base.schema import FacetName
from retrieval.wording import load_wording


@pytest.mark.parametrize(
    ("text", "group", "facet"),
    [
        ("那小孩呢", "未成年人", None),
        ("公司办呢", "单位", None),
        ("要是给我妈办呢", "老年人", None),
        ("那孩子要带什么材料", "未成年人", FacetName.MATERIALS),
        ("外地户口的呢", "外地户籍人员", None),
        ("个体户怎么办", "个体工商户", None),
        ("我爸的，他瘫痪在床去不了怎么办", "老年人", None),
    ],
)
def test_question_turned_to_a_group(text: str, group: str, facet: FacetName | None) -> None:
    switch = audiences().switch(text, load_wording())

    assert switch is not None
    assert (switch.group.name, switch.facet) == (group, facet)


@pytest.mark.parametrize(
    "text",
    [
        "身份证丢了怎么补办",
        "公司欠我工资三个月不给怎么投诉",
        "我家老人在小区里摔倒了没人管",
        "那要多少钱",
    ],
)
def test_question_of_its_own_is_not_turned(text: str) -> None:
    assert audiences().switch(text, load_wording()) is None


def test_lines_of_a_group_are_the_guides_own() -> None:
    text = "1. 身份证：原件\n2. 监护人的身份证：未满16周岁的提供\n3. 照片"

    lines = audiences().named("未成年人").lines_of(text)

    assert lines == ("2. 监护人的身份证：未满16周岁的提供",)


@pytest.mark.parametrize(
    ("title", "left"),
    [
        ("个体工商户设立登记", "设立登记"),
        ("企业设立登记", "设立登记"),
        ("户口迁移（市外迁入）", "户口迁移"),
    ],
)
def test_title_without_its_group_is_what_is_done(title: str, left: str) -> None:
    assert audiences().without_groups(title) == left
