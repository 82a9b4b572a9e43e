from collections.abc import Callable

import pytest

from knowledge_base.checks import Finding, Rule
from tests.knowledge_base.checks.guides import fact, guide

Found = Callable[..., list[Finding]]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("咨询电话：6310000。", "6310000"),  # no area code
        ("请拨打1234反映。", "1234"),
        ("窗口电话0871-631000。", "0871-631000"),  # a digit short
        ("联系13800001。", None),
        ("手机号1380013800登记。", "1380013800"),
        ("传真：400-12-34。", "400-12-34"),
    ],
)
def test_no_phones_finds_number_nobody_can_dial(
    found: Found, text: str, number: str | None
) -> None:
    findings = found(Rule.NO_PHONE, guide(conditions=fact(text)))

    expected = [] if number is None else [f"“{number}”不是能拨通的电话号码"]
    assert [one.message for one in findings] == expected


@pytest.mark.parametrize(
    "number",
    [
        "12345",
        "110",
        "12315",
        "95598",
        "0871-63100000",
        "010-62345678",
        "01062345678",
        "400-810-1234",
        "4008101234",
        "800-820-1234",
        "13800138000",
        "138-0013-8000",
    ],
)
def test_no_phones_passes_numbers_that_can_be_dialled(found: Found, number: str) -> None:
    written = guide(conditions=fact(f"咨询电话：{number}。"), consultation_phone=number)

    assert found(Rule.NO_PHONE, written) == []


@pytest.mark.parametrize(
    "text",
    ["用手机2分钟办完。", "热线24小时接听。", "电话询问后3日内答复。", "2025年5月20日起施行。"],
)
def test_no_phones_passes_other_numbers(found: Found, text: str) -> None:
    assert found(Rule.NO_PHONE, guide(conditions=fact(text))) == []


def test_no_phones_finds_phone_fields_and_service_points(found: Found) -> None:
    point = (
        "- {code: P1, name: 东区窗口, department: GA, district: 东区, "
        "address: 东区东路1号（电话631000）, hours: 周一至周五 9:00—17:00}\n"
    )

    findings = found(
        Rule.NO_PHONE,
        guide(complaint_phone="找窗口"),
        **{"city/service_points/halls.yml": point},
    )

    assert [(one.code, one.field) for one in findings] == [
        ("M0101", "complaint_phone"),
        ("P1", "address"),
    ]
