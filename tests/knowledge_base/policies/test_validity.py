from datetime import date

import pytest

from knowledge_base.policies.parsing import parse_file
from knowledge_base.policies.validity import Validity, validity_of

ISSUED = date(2024, 1, 31)


@pytest.mark.parametrize(
    ("sentence", "begins", "ends"),
    [
        ("本办法自2024年5月1日起施行。", date(2024, 5, 1), None),
        ("本办法自2024年5月1日起施行，有效期5年。", date(2024, 5, 1), date(2029, 4, 30)),
        ("本办法自2024年5月1日起施行，有效期为三年。", date(2024, 5, 1), date(2027, 4, 30)),
        ("本办法自2024年3月1日起试行，试行期6个月。", date(2024, 3, 1), date(2024, 8, 31)),
        (
            "本通知自2024年5月1日起实施，有效期至2026年12月31日。",
            date(2024, 5, 1),
            date(2026, 12, 31),
        ),
        ("本通知自印发之日起施行，有效期1年。", ISSUED, date(2025, 1, 30)),
        ("本规定自公布之日起30日后施行。", date(2024, 3, 1), None),
        ("本规定自公布之日起1个月后施行。", date(2024, 2, 29), None),
        ("本法自二〇二四年五月一日起施行。", date(2024, 5, 1), None),
        # What is valid here is the card, and what begins here is not the text.
        ("十六周岁至二十五周岁的，发给有效期10年的居民身份证。", None, None),
        ("居民身份证有效期自签发之日起计算，有效期至2030年1月1日的应当换领。", None, None),
        ("各地应当于2024年6月1日前完成。", None, None),
    ],
)
def test_validity_is_what_the_text_says_of_itself(
    sentence: str, begins: date | None, ends: date | None
) -> None:
    assert validity_of([sentence], ISSUED) == Validity(begins, ends)


def test_beginning_counted_from_an_unknown_day_of_issue_stays_empty() -> None:
    assert validity_of(["本通知自印发之日起施行，有效期5年。"], None) == Validity()


def test_repealed_texts_are_named() -> None:
    sentence = "《甲办法》（甲〔2010〕1号）、《关于印发〈乙〉的通知》同时废止。"

    assert validity_of([sentence], None).repeals == ("甲办法", "关于印发〈乙〉的通知")


def test_text_marked_as_repealed_by_its_page_is_never_in_force() -> None:
    page = "<html><body><table><tr><td>时效性：</td><td>{}</td></tr></table><h1>证件办法</h1>"
    page += "<p>第一条 证件免费。</p><p>第二条 本办法自2020年1月1日起施行。</p></body></html>"

    gone = parse_file(page.format("已废止").encode(), "a.html").document
    valid = parse_file(page.format("有效").encode(), "a.html").document

    assert gone.repealed
    assert not gone.in_force_on(date(2021, 1, 1))
    assert valid.in_force_on(date(2021, 1, 1))
