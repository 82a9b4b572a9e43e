import pytest

from knowledge_base.loader import load_library
from retrieval.places import other_places


@pytest.mark.parametrize(
    "text",
    [
        "成都那边的社保卡咋个补",
        "上海居住证积分怎么算",
        "帮我姐问下佛山的公租房",
        "我是江西的，想问南昌的医保怎么缴",
        "Shenzhen de gongzufang zenme shenqing",
        "佛山这边的执照怎么注销",
        "我姐在合肥补社保卡，我在这边替她问问",
    ],
)
def test_another_city_is_meant(text: str) -> None:
    assert other_places().is_meant(text)


@pytest.mark.parametrize(
    "text",
    [
        "身份证丢了怎么补",
        "我是江西的，来这里做家装八年了",
        "户口在安徽，人在这边能换身份证吗",
        "档案从上海转回来要什么手续",
        "老家是四川，孩子在这边上学",
        "嫁到湖北又离了，户口怎么迁回来",
        "我家住中山路，社保卡在哪补",
        "北京饭店旁边那家店的营业执照是谁发的",
        "药店怎么申请医保定点",
        "早餐店卖三明治要什么证",
        "wo de shenfenzheng diu le, gen ta yiyang zenme ban",
    ],
)
def test_where_somebody_comes_from_is_not_where_it_is_to_be_done(text: str) -> None:
    assert not other_places().is_meant(text)


@pytest.mark.parametrize(
    "text",
    [
        "我在苏州交的失业保险，能在这边领吗",
        "杭州的公积金怎么转过来",
        "去北京看病要先备案吗",
        "我妈要去上海做手术，得先备个案不",
        "在郑州住院花的钱，回来怎么报销",
    ],
)
def test_what_is_done_here_is_ours_whatever_place_is_named(text: str) -> None:
    assert not other_places().is_meant(text)


def test_own_city_and_province_are_no_other_place() -> None:
    city = load_library().city
    places = other_places()

    assert "成都" in places.cities
    assert not [name for name in places.cities if name in city.name]
    assert not places.is_meant(f"{city.short_name}的公积金怎么取")


@pytest.mark.parametrize(
    ("text", "theirs"),
    [
        ("成都的公租房咋个申请", True),
        ("武汉市哪里补社保卡", True),
        ("苏州那边怎么落户", True),
        ("浙江省的高龄津贴多少", True),
        ("我在成都上过班，社保卡怎么补", False),
        ("公租房怎么申请", False),
    ],
)
def test_what_is_named_as_another_citys_is_theirs(text: str, theirs: bool) -> None:
    assert other_places().is_theirs(text) is theirs
