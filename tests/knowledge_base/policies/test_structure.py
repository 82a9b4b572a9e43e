import pytest

from knowledge_base.policies.numerals import chinese, date_of, number_of
from knowledge_base.policies.structure import mark_of


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("第一章　总则", "chapter1"),
        ("第 二 节 发放", "section2"),
        ("第三编", "part3"),
        ("第十条　公民", "article10"),
        ("第十条之一　公民", "article10-1"),
        ("第一百零三条 公民", "article103"),
        ("第12条 公民", "article12"),
        ("【第七条】公民", "article7"),
        ("二十一、公民", "point21"),
        ("（三）公民", "item3"),
        ("(四)公民", "item4"),
        ("1.公民", "subitem1"),
        ("２．公民", "subitem2"),
        ("3、公民", "subitem3"),
        ("（5）公民", "detail5"),
        ("⑥公民", "circle6"),
    ],
)
def test_mark_of_reads_every_form_of_number(text: str, key: str) -> None:
    mark = mark_of(text)

    assert mark is not None
    assert mark.step.key == key


@pytest.mark.parametrize(
    "text",
    [
        "第三条规定的材料",
        "第三条第二款所称公民",
        "第五条至第八条的规定",
        "2024年5月1日起施行",
        "3.5元一份",
        "一是健全制度",
        "（此件公开发布）",
        "公民应当申领证件。",
    ],
)
def test_reference_or_figure_is_no_mark(text: str) -> None:
    assert mark_of(text) is None


@pytest.mark.parametrize("value", [1, 9, 10, 11, 20, 21, 99, 100, 101, 110, 111, 999, 1000, 1260])
def test_numerals_are_read_as_they_are_written(value: int) -> None:
    assert number_of(chinese(value)) == value
    assert number_of(str(value)) == value


def test_numerals_are_written_as_laws_write_them() -> None:
    assert [chinese(one) for one in (10, 12, 20, 103, 110, 1260)] == [
        "十",
        "十二",
        "二十",
        "一百零三",
        "一百一十",
        "一千二百六十",
    ]


def test_date_of_reads_both_forms_and_refuses_days_that_do_not_exist() -> None:
    assert str(date_of("二〇二四年三月二十八日")) == "2024-03-28"
    assert str(date_of("发布于 2024-03-28 10:00")) == "2024-03-28"
    assert date_of("2024年2月30日") is None
