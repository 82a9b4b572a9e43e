from collections.abc import Callable
from typing import Any

import pytest

from knowledge_base.checks import Finding, Rule
from tests.knowledge_base.checks.guides import fact, guide, law, limit

Found = Callable[..., list[Finding]]


def _two(first: dict[str, Any], second: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    return guide("M0101", "灯笼登记", **first), guide("M0102", "铜像审批", **second)


def test_conflicts_finds_one_article_with_two_numbers(found: Found) -> None:
    guides = _two(
        {"conditions": fact("灯牌期满前三十日内应当申请延续。", "第八条")},
        {"process": fact("灯牌期满前20日内应当申请延续。", "第八条")},
    )

    assert [(one.code, one.field, one.message) for one in found(Rule.CONFLICT, *guides)] == [
        (
            "M0101",
            "conditions.facts.0.text",
            "与 M0102 的“灯牌期满前20日内应当申请延续。”数字不同，依据同是《灯牌管理条例》第八条",
        )
    ]


@pytest.mark.parametrize(
    ("text", "article"),
    [
        ("灯牌期满前30日内应当申请延续。", "第八条"),  # the same number, written otherwise
        ("灯牌期满前30天内应当申请延续。", "第八条"),
        ("灯牌期满前二十日内应当申请延续。", "第九条"),  # another article
        ("灯牌损坏的，应当在二十日内修复或者拆除。", "第八条"),  # another rule of the article
    ],
)
def test_conflicts_leaves_facts_that_can_both_be_true(
    found: Found, text: str, article: str
) -> None:
    guides = _two(
        {"conditions": fact("灯牌期满前三十日内应当申请延续。", "第八条")},
        {"conditions": fact(text, article)},
    )

    assert found(Rule.CONFLICT, *guides) == []


def test_conflicts_names_the_limit_whose_days_are_out_of_line(found: Found) -> None:
    guides = [
        guide("M0101", "灯笼登记", time_limit=limit(20, "工作日", "受理灯笼申请之日起", "第三条")),
        guide("M0102", "铜像审批", time_limit=limit(20, "日", "受理铜像方案之日起", "第三条")),
        guide("M0103", "路牌更换", time_limit=limit(20, "工作日", "收到路牌图样之日起", "第三条")),
    ]

    assert [(one.code, one.message) for one in found(Rule.CONFLICT, *guides)] == [
        ("M0102", "“20日”与 M0101 的“20工作日”不一致，依据同是《灯牌管理条例》第三条")
    ]


def test_conflicts_finds_two_limits_counted_from_one_beginning(found: Found) -> None:
    same = limit(7, "工作日", "受理申请之日起", "第三条")
    other = limit(15, "工作日", "受理申请之日起", "第三条")
    apart = limit(15, "工作日", "现场核查灯牌安装完成之日起", "第三条")

    assert len(found(Rule.CONFLICT, *_two({"time_limit": same}, {"time_limit": other}))) == 1
    assert found(Rule.CONFLICT, *_two({"time_limit": same}, {"time_limit": apart})) == []


def test_conflicts_finds_promise_longer_than_the_law(found: Found) -> None:
    allowed = limit(10, "工作日", "受理申请之日起")
    longer = {**allowed, "committed": {"amount": 12, "unit": "工作日"}}
    shorter = {**allowed, "committed": {"amount": 5, "unit": "工作日"}}

    assert [one.message for one in found(Rule.CONFLICT, guide(time_limit=longer))] == [
        "承诺时限“12工作日”比法定时限“10工作日”长"
    ]
    assert found(Rule.CONFLICT, guide(time_limit=shorter)) == []


def test_conflicts_finds_one_named_fee_with_two_amounts(found: Found) -> None:
    def fee(name: str, amount: float) -> dict[str, Any]:
        item = {"name": name, "amount_yuan": amount, "unit": "证", "basis": law()}
        return {"fee": {"items": [item]}}

    different = found(Rule.CONFLICT, *_two(fee("灯牌工本费", 20), fee("灯牌工本费", 40)))

    assert [(one.code, one.field) for one in different] == [("M0102", "fee.items.0.amount_yuan")]
    assert found(Rule.CONFLICT, *_two(fee("灯牌工本费", 20), fee("灯牌工本费", 20))) == []
    assert found(Rule.CONFLICT, *_two(fee("灯牌工本费", 20), fee("灯牌补证费", 40))) == []


def test_conflicts_finds_free_guide_that_lists_an_amount(found: Found) -> None:
    item = {"name": "灯牌工本费", "amount_yuan": 20, "unit": "证", "basis": law()}

    both = found(Rule.CONFLICT, guide(fee={"free": True, "basis": law(), "items": [item]}))

    assert [one.field for one in both] == ["fee.free"]


def test_conflicts_finds_one_question_with_two_answers(found: Found) -> None:
    def asked(question: str, answer: str) -> dict[str, Any]:
        return {"common_questions": [{"question": question, "answer": answer}]}

    question = "灯牌坏了谁来赔？"
    guides = _two(asked(question, "由产权人在十日内赔。"), asked(question, "由产权人在五日内赔。"))
    same = _two(asked(question, "由产权人在十日内赔。"), asked(question, "产权人10日内赔。"))
    other = _two(asked(question, "由产权人赔。"), asked("灯牌丢了怎么补？", "重新申请。"))

    assert [one.code for one in found(Rule.CONFLICT, *guides)] == ["M0101"]
    assert found(Rule.CONFLICT, *same) == []
    assert found(Rule.CONFLICT, *other) == []
