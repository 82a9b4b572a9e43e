from collections.abc import Callable

import pytest

from knowledge_base.checks import Finding, Rule
from tests.knowledge_base.checks.guides import fact, guide, law

Found = Callable[..., list[Finding]]

STEP = {"steps": [{"name": "领证", "text": "领证时收取工本费20元。"}]}


def test_fees_without_basis_finds_charge_nobody_allowed(found: Found) -> None:
    varies = {"what": "收多少", "set_by": "县级物价部门", "ask": "登记窗口"}

    assert [one.message for one in found(Rule.FEE_WITHOUT_BASIS, guide(fee={"free": False}))] == [
        "收费没有依据"
    ]
    local = guide(fee={"free": False, "local_variation": varies})
    assert found(Rule.FEE_WITHOUT_BASIS, local) == []


def test_fees_without_basis_finds_amount_in_a_guide_without_fees(found: Found) -> None:
    assert [
        (one.field, one.message) for one in found(Rule.FEE_WITHOUT_BASIS, guide(process=STEP))
    ] == [("process.steps.0.text", "写了“收取工本费20元”，收费一项却没有内容")]


def test_fees_without_basis_finds_amount_that_the_listed_fees_do_not_have(found: Found) -> None:
    def listed(amount: int) -> dict[str, object]:
        item = {"name": "灯牌工本费", "amount_yuan": amount, "unit": "证", "basis": law()}
        return guide(process=STEP, fee={"items": [item]})

    assert [one.field for one in found(Rule.FEE_WITHOUT_BASIS, listed(10))] == [
        "process.steps.0.text"
    ]
    assert found(Rule.FEE_WITHOUT_BASIS, listed(20)) == []


@pytest.mark.parametrize(
    "text", ["补助每人500元。", "逾期不办的，处二百元罚款。", "保证金20万元，期满退还。"]
)
def test_fees_without_basis_passes_money_that_is_no_fee(found: Found, text: str) -> None:
    step = {"steps": [{"name": "说明", "text": text}]}

    assert found(Rule.FEE_WITHOUT_BASIS, guide(process=step)) == []


def test_fees_without_basis_passes_amount_beside_its_law(found: Found) -> None:
    written = guide(fee=fact("每证收取工本费20元。"))

    assert found(Rule.FEE_WITHOUT_BASIS, written) == []
