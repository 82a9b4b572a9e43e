from collections.abc import Callable

import pytest

from knowledge_base.checks import Finding, Rule
from knowledge_base.checks.likeness import bigrams, dice
from tests.knowledge_base.checks.guides import fact, guide

Found = Callable[..., list[Finding]]

FACT = (
    "申请人应当年满十八周岁，有固定的经营场所，并且没有因为违反本条例受过吊销登记的处罚；"
    "场所属于租赁的，租期自申请之日起不少于一年，出租人书面同意在门口悬挂灯笼。"
)
OTHER = (
    "凡在沿街建筑物外立面新做铜像的单位，先由设计人出具安全评估，再报城市雕塑委员会评议；"
    "评议通过后三十日内开工，逾期未开工的重新评议，费用由建设单位承担。"
)


def _asked(first: list[str], second: list[str]) -> tuple[dict[str, object], dict[str, object]]:
    one, other = guide("M0101", "灯笼登记"), guide("M0102", "铜像审批")
    return (
        {**one, "aliases": [*one["aliases"], *first]},
        {**other, "aliases": [*other["aliases"], *second]},
    )


def test_shared_aliases_finds_question_of_two_matters(found: Found) -> None:
    guides = _asked(["丢了证件怎么补"], ["丢了证件怎么补"])

    assert [(one.code, one.message) for one in found(Rule.NEAR_DUPLICATE, *guides)] == [
        ("M0101", "“丢了证件怎么补”与 M0102 的“丢了证件怎么补”几乎相同")
    ]


def test_shared_aliases_lets_one_telling_character_differ(found: Found) -> None:
    guides = _asked(["第三代甲证"], ["换第三代甲证"])

    assert found(Rule.NEAR_DUPLICATE, *guides) == []


def test_similar_guides_finds_matters_asked_for_alike(found: Found) -> None:
    aliases = [f"{word}灯笼" for word in ("登记", "备案", "悬挂", "新装", "拆换", "门口", "街边")]
    first = guide("M0101", "灯笼登记", aliases=[f"{one}怎么弄" for one in aliases] + ["红灯笼"])
    second = guide("M0102", "灯笼备案", aliases=[f"{one}咋弄" for one in aliases] + ["彩灯笼"])

    titles = [one for one in found(Rule.NEAR_DUPLICATE, first, second) if one.field == "title"]

    assert [(one.code, one.message.split(" 有")[0]) for one in titles] == [
        ("M0101", "名称和问法与 M0102 灯笼备案")
    ]
    unlike = guide("M0102", "灯笼备案")
    assert found(Rule.NEAR_DUPLICATE, first, unlike) == []


def test_similar_facets_finds_copied_facet_with_a_few_words_changed(found: Found) -> None:
    copied = FACT.replace("灯笼", "旗帜").replace("书面同意", "同意")
    first = guide("M0101", "灯笼登记", conditions=fact(FACT), summary="灯笼先登记再悬挂。" * 20)
    second = guide("M0102", "旗帜登记", conditions=fact(copied))
    third = guide("M0103", "铜像审批", conditions=fact(OTHER))

    findings = found(Rule.NEAR_DUPLICATE, first, second, third)
    facets = [one for one in findings if one.field == "conditions"]

    assert [(one.code, one.message.split(" 有")[0]) for one in facets] == [
        ("M0101", "办理条件与 M0102 旗帜登记")
    ]


def test_similar_facets_leaves_one_short_rule_to_both(found: Found) -> None:
    first = guide("M0101", "灯笼登记", fee=fact("登记不收费。"))
    second = guide("M0102", "铜像审批", fee=fact("登记不收费。"), summary=OTHER)

    assert found(Rule.NEAR_DUPLICATE, first, second) == []


def test_dice_is_twice_the_shared_bigrams_by_all() -> None:
    # 甲乙 乙丙 丙丁 and 甲乙 乙丙 丙戊: two of three shared.
    assert dice(bigrams("甲乙丙丁"), bigrams("甲乙丙戊")) == pytest.approx(2 * 2 / 6)
    assert dice(bigrams("甲乙丙丁"), bigrams("己庚")) == 0
    assert dice(bigrams(""), bigrams("甲")) == 0
