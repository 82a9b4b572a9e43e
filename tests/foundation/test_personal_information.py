"""Personal data in free text: what is replaced, what stays, what a number read out becomes."""

import pytest

from foundation.text.personal_information import PersonalValues, mask, replace_personal


@pytest.mark.parametrize(
    "said", ["一三八零零零零一二三四", "幺三八 零零零零 幺二三四", "一三八，零零洞零，一两三四"]
)
def test_number_read_out_is_a_phone_in_digits(said: str) -> None:
    values = PersonalValues()

    assert replace_personal(f"我电话{said}谢谢", values) == "我电话[电话1]谢谢"
    assert values.values == {"[电话1]": "13800001234"}


def test_number_read_out_and_written_is_one() -> None:
    values = PersonalValues()
    text = replace_personal("13800001234，就是一三八零零零零一二三四", values)

    assert text == "[电话1]，就是[电话1]"


def test_number_read_out_is_masked() -> None:
    assert mask("一三八零零零零一二三四") == "一三八****一二三四"


@pytest.mark.parametrize(
    "text", ["一三五路公交车", "二零二六年一月一三日", "一三八零零零零一二三四五"]
)
def test_other_numbers_stay(text: str) -> None:
    assert replace_personal(text, PersonalValues()) == text
