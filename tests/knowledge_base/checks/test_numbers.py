from collections.abc import Callable

import pytest

from knowledge_base.checks import Finding, Rule
from knowledge_base.checks.quantities import quantities
from tests.knowledge_base.checks.guides import fact, guide, law

Found = Callable[..., list[Finding]]


@pytest.mark.parametrize(
    "text",
    ["应当在15以内修复。", "处二十以上罚款。", "满5至10的，先拆除。", "高度超过2.5的不予登记。"],
)
def test_numbers_without_unit_finds_bare_number(found: Found, text: str) -> None:
    findings = found(Rule.NUMBER_WITHOUT_UNIT, guide(conditions=fact(text)))

    assert {one.field for one in findings} == {"conditions.facts.0.text"}


@pytest.mark.parametrize(
    "text",
    [
        "应当在15个工作日以内修复。",
        "自2018年4月1日起，处二十万元以上罚款。",
        "满5至10年的，按百分之三十至百分之五十补助。",
        "按《灯牌标准2020》（GB/T 26341-2010）执行，适用C1、B2。",
        "依据发改价格〔2004〕2230号，拨打12345或者010-62345678反映。",
        "个人账户总额除以139，视力表4.9以上。",
        "城区常住人口300万以下的城市，十分方便，万一损坏，百姓可以重做。",
        "依照第二十条，材料（1）先交，上午9:00开始。",
    ],
)
def test_numbers_without_unit_passes_what_says_what_it_counts(found: Found, text: str) -> None:
    assert found(Rule.NUMBER_WITHOUT_UNIT, guide(conditions=fact(text))) == []


def test_numbers_without_unit_leaves_citizens_words_alone(found: Found) -> None:
    written = guide()
    written["aliases"] = [*written["aliases"], "认定4050"]

    assert found(Rule.NUMBER_WITHOUT_UNIT, written) == []


def test_numbers_without_unit_finds_fee_without_what_it_is_charged_for(found: Found) -> None:
    item = {"name": "灯牌工本费", "amount_yuan": 20, "basis": law()}

    bare = found(Rule.NUMBER_WITHOUT_UNIT, guide(fee={"items": [item]}))

    assert [one.field for one in bare] == ["fee.items.0.amount_yuan"]
    assert found(Rule.NUMBER_WITHOUT_UNIT, guide(fee={"items": [{**item, "unit": "证"}]})) == []


@pytest.mark.parametrize(
    ("amount", "unit", "fields"),
    [
        (0, "工作日", ["time_limit.statutory.amount"]),
        (3, "即办", ["time_limit.statutory.amount"]),
        (0, "即办", []),
        (3, "工作日", []),
    ],
)
def test_numbers_without_unit_finds_limit_at_odds_with_its_unit(
    found: Found, amount: int, unit: str, fields: list[str]
) -> None:
    limit = {"statutory": {"amount": amount, "unit": unit, "basis": law()}}

    findings = found(Rule.NUMBER_WITHOUT_UNIT, guide(time_limit=limit))

    assert [one.field for one in findings] == fields


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("在本市居住满5年的可以申请。", "5年"),
        ("示例市的灯牌登记费为30元。", "30元"),
        ("当地最低工资标准每月2010元。", "2010元"),
    ],
)
def test_local_numbers_finds_what_holds_only_here(found: Found, text: str, number: str) -> None:
    findings = found(Rule.LOCAL_NUMBER, guide(conditions=fact(text)))

    assert [one.message for one in findings] == [f"“{text[:-1]}”中的“{number}”只在当地成立"]


@pytest.mark.parametrize(
    "text",
    [
        "按本省上一年度月平均工资的60%缴费。",  # a share of the local base is national law
        "2025年6月1日以后投产的，按本省的方案结算。",
        "在居住地住满5年的可以申请。",
        "在本市居住的，十日内登记，满5年换证。"[4:],  # no place in the clause with the number
    ],
)
def test_local_numbers_passes_national_rules(found: Found, text: str) -> None:
    assert found(Rule.LOCAL_NUMBER, guide(conditions=fact(text))) == []


def test_local_numbers_passes_what_is_marked_as_local(found: Found) -> None:
    text = "在本市居住满5年的可以申请。"
    varies = {"what": "在本市要住满5年还是3年", "set_by": "市公安局", "ask": "登记窗口"}
    laws = (
        "- {title: 灯牌管理条例, certainty: A}\n"
        "- {title: 灯牌登记办法, issuer: 示例市人民政府, certainty: A}\n"
    )
    local_law = {"facts": [{"text": text, "basis": law(title="灯牌登记办法")}]}

    assert found(Rule.LOCAL_NUMBER, guide(conditions={"local_variation": varies})) == []
    assert found(Rule.LOCAL_NUMBER, guide(region="东区", conditions=fact(text))) == []
    assert (
        found(Rule.LOCAL_NUMBER, guide(conditions=local_law), **{"city/laws/general.yml": laws})
        == []
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("十六周岁", [(16, "周岁")]),
        ("二百零五元", [(205, "元")]),
        ("一千五百元以下", [(1500, "元")]),
        ("3万元至5万元", [(30_000, "元"), (50_000, "元")]),
        ("5至10个工作日", [(5, "工作日"), (10, "工作日")]),
        ("百分之三十", [(30, "%")]),
        ("30%至50％", [(30, "%"), (50, "%")]),
        ("二〇一八年", [(2018, "年")]),
        ("1.5倍", [(1.5, "倍")]),
    ],
)
def test_quantities_reads_numbers_with_their_unit(
    text: str, expected: list[tuple[float, str]]
) -> None:
    assert [(one.value, one.unit) for one in quantities(text)] == expected
