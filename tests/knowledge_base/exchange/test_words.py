"""Words of lists as values."""

import pytest

from knowledge_base.exchange.cell_values import links, split
from knowledge_base.exchange.departments import DepartmentNames
from knowledge_base.exchange.laws import law_list, law_text, laws_in
from knowledge_base.exchange.mapping import Rule
from knowledge_base.exchange.materials import documents
from knowledge_base.exchange.words import UnreadableValueError, fee, limit, yes_no
from knowledge_base.library import Library


@pytest.mark.parametrize(
    ("text", "amount", "unit"),
    [
        ("7(工作日)", 7, "工作日"),
        ("7（工作日）", 7, "工作日"),
        ("20个工作日", 20, "工作日"),
        ("20 工作日内", 20, "工作日"),
        ("十五日", 15, "日"),
        ("二十个工作日", 20, "工作日"),
        ("30天", 30, "日"),
        ("1小时", 1, "小时"),
        ("3个月", 3, "个月"),
        ("1年", 12, "个月"),
        ("即办", 0, "即办"),
        ("即时办结", 0, "即办"),
        ("当场办结", 0, "即办"),
        ("0(工作日)", 0, "即办"),
    ],
)
def test_limit_becomes_a_number_with_its_unit(text: str, amount: int, unit: str) -> None:
    assert limit(text) == {"amount": amount, "unit": unit}


def test_limit_keeps_from_when_it_counts() -> None:
    found = limit("自受理之日起20个工作日内")

    assert found == {"amount": 20, "unit": "工作日", "since": "自受理之日起"}


@pytest.mark.parametrize("text", ["7", "尽快", "法定", "20个工作日（不含公示）", "-3日", "半天"])
def test_limit_that_says_more_or_less_is_not_guessed(text: str) -> None:
    with pytest.raises(UnreadableValueError):
        limit(text)


def test_bare_number_takes_the_unit_of_the_header() -> None:
    assert limit("7", "工作日") == {"amount": 7, "unit": "工作日"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("免费", {"free": True}),
        ("不收费", {"free": True}),
        (
            "工本费：20元/证；加急费:5.5元",
            {
                "free": False,
                "items": [
                    {"name": "工本费", "amount_yuan": 20.0, "unit": "每证"},
                    {"name": "加急费", "amount_yuan": 5.5},
                ],
            },
        ),
        ("按发改部门规定收取", {"free": False, "items": [{"name": "按发改部门规定收取"}]}),
    ],
)
def test_fee_becomes_items_in_yuan(text: str, expected: dict[str, object]) -> None:
    assert fee(text) == expected


def test_yes_and_no_in_many_words() -> None:
    assert [yes_no(word) for word in ("是", "Y", "√", "支持", "1")] == [True] * 5
    assert [yes_no(word) for word in ("否", "n", "×", "不支持", "无")] == [False] * 5
    with pytest.raises(UnreadableValueError):
        yes_no("视情况")


def test_laws_are_found_with_articles_and_completed_titles() -> None:
    text = (
        "【法律】《居民身份证法》（2011年修正）第十一条：公民应当…；《关于实施〈X法〉的规定》第12条"
    )
    known = {"中华人民共和国居民身份证法"}

    assert laws_in(text, known) == [
        {"law": "中华人民共和国居民身份证法", "article": "第十一条"},
        {"law": "关于实施〈X法〉的规定", "article": "第十二条"},
    ]


def test_law_whose_title_quotes_another_survives_writing_and_reading() -> None:
    references = [{"law": "关于实施《公司法》的规定", "article": "第三条第二款"}, {"law": "民法典"}]

    assert law_list(law_text(references)) == references


def test_documents_lose_their_numbers_and_keep_form_and_copies() -> None:
    found = documents(
        "1.申请表（原件1份）；（2）营业执照（副本）\n③照片（复印件2份，不可容缺）", None
    )

    assert found == [
        {"name": "申请表", "form": "原件", "copies": 1},
        {"name": "营业执照（副本）"},
        {"name": "照片", "form": "复印件", "copies": 2, "deferrable": False},
    ]


def test_department_is_found_by_name_short_name_alias_and_mapping(library: Library) -> None:
    names = DepartmentNames(library.departments, {"城关派出所户籍室": "GA"})
    body = library.departments["JJ"]

    found = [names.code_of(one) for one in (body.name, body.short_name, "车管所", "JJ")]
    assert found == ["JJ"] * 4
    assert names.code_of("城关派出所户籍室") == "GA"


def test_unknown_department_is_told_with_the_nearest_name(library: Library) -> None:
    with pytest.raises(UnreadableValueError) as unknown:
        DepartmentNames(library.departments, {}).code_of("市公安厅")

    assert unknown.value.problem == "没有名为“市公安厅”的单位"
    assert "（GA）" in unknown.value.repair


@pytest.mark.parametrize(
    ("text", "entries"),
    [
        # Within a line of several a semicolon belongs to the sentence.
        (
            "有固定场所；\n具有许可证；或者具备其他资质；\n",
            ["有固定场所", "具有许可证；或者具备其他资质"],
        ),
        ("有固定场所；有两名专业人员", ["有固定场所", "有两名专业人员"]),
        (
            "1.有固定场所；2.有两名专业人员；或者委托专业机构。",
            ["有固定场所", "有两名专业人员；或者委托专业机构。"],
        ),
        ("（1）有固定场所\n（2）有专业人员", ["有固定场所", "有专业人员"]),
        ("年满 18 周岁", ["年满 18 周岁"]),
    ],
)
def test_conditions_are_cut_where_the_text_itself_shows_it(text: str, entries: list[str]) -> None:
    assert split(Rule(to="conditions.facts"), text) == entries


def test_conditions_are_cut_as_the_mapping_says() -> None:
    assert split(Rule(to="conditions.facts", split="[|]"), "甲；乙|丙\n丁") == ["甲；乙", "丙\n丁"]


@pytest.mark.parametrize(
    ("text", "entries"),
    [
        (
            "https://zw.example/a?b=1&c=2",
            [{"name": "网上办理入口", "url": "https://zw.example/a?b=1&c=2"}],
        ),
        (
            "政务服务网：http://a.example/x；掌上办 https://b.example",
            [
                {"name": "政务服务网", "url": "http://a.example/x"},
                {"name": "掌上办", "url": "https://b.example"},
            ],
        ),
        ("登录“云岭办”手机应用", [{"name": "登录“云岭办”手机应用"}]),
    ],
)
def test_ways_in_are_addresses_with_the_words_before_them(
    text: str, entries: list[dict[str, str]]
) -> None:
    assert links(text) == entries
