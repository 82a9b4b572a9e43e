from pathlib import Path

import pytest

from knowledge_base.schema import Place
from routing.extraction.pipeline import Extractor

PLACES = (
    Place(name="东河区", aliases=("东河",), kind="区县", district="东河区"),
    Place(name="西山县", aliases=("西山",), kind="区县", district="西山县"),
    Place(
        name="梧桐苑小区", aliases=("梧桐苑",), kind="小区", district="东河区", subdistrict="南街"
    ),
    Place(name="长安路", kind="道路", district="东河区", subdistrict="南街"),
    Place(name="百花路", kind="道路", district="东河区", subdistrict="北街"),
    Place(name="东河第一中学", aliases=("一中",), kind="学校", district="东河区"),
    Place(name="西山一中", kind="学校", district="西山县"),
    Place(name="东河建材市场", aliases=("建材市场",), kind="市场", district="东河区"),
    Place(name="幸福村", kind="村", district="东河区"),
    Place(name="幸福村", kind="村", district="西山县"),
)


@pytest.fixture(scope="module")
def extractor(tmp_path_factory: pytest.TempPathFactory) -> Extractor:
    data_dir: Path = tmp_path_factory.mktemp("data")
    extractor = Extractor(PLACES, data_dir)
    extractor.warm_up()
    return extractor


@pytest.mark.parametrize(
    ("text", "said", "district"),
    [
        ("梧桐苑小区楼下的烧烤店", "梧桐苑小区楼下", "东河区"),
        ("我在梧桐苑3栋2单元", "梧桐苑3栋2单元", "东河区"),
        ("长安路和百花路交叉口没有红绿灯", "长安路和百花路交叉口", "东河区"),
        ("西山一中门口堵车", "西山一中门口", "西山县"),
        ("一中门口堵车", "一中门口", "东河区"),
        ("从一中到公交站那段路灯全黑", "一中", "东河区"),
        ("长安路那边不是，是百花路口", "百花路", "东河区"),
        ("西山的建材市场半夜卸货", "西山的建材市场", "西山县"),
        ("东河区图书馆门口地砖松了", "东河区图书馆门口", "东河区"),
        ("西山那个公园里的厕所没水", "西山那个公园里", "西山县"),
        ("西山县第二中医院挂号难", "西山县第二中医院", "西山县"),
        ("东河汽车站附近小偷多", "东河汽车站附近", "东河区"),
        ("图书馆几点关门", None, None),
        ("幸福村没有路灯", "幸福村", None),
        ("西山县幸福村没有路灯", "西山县幸福村", "西山县"),
        ("我家住西山县，昨天在长安路被扣车", "长安路", "东河区"),
        ("一中午都在施工", None, None),
        ("同一中介骗了好几个人", None, None),
        ("有个建材市场半夜卸货", None, None),
        ("楼下饭店油烟大", None, None),
        ("翠苑小区3栋2单元没水", "翠苑小区3栋2单元", None),
        ("和顺路12号楼下烧烤店油烟大", "和顺路12号楼下", None),
        ("东河区锦程花园物业不作为", "东河区锦程花园", "东河区"),
        ("从长安路到百花路之间没有路灯", "长安路到百花路之间", "东河区"),
        ("离翠湖公园往东200米有个坑", "翠湖公园往东200米", None),
        ("红旗小学门口堵得动不了", "红旗小学门口", None),
        ("李家村没路灯", "李家村", None),
        ("马路上有个大坑", None, None),
        ("这条路一直修", None, None),
        ("培训班老板跑路了", None, None),
        ("高速公路收费不合理", None, None),
    ],
)
def test_extract_reads_the_place_as_said(
    extractor: Extractor, text: str, said: str | None, district: str | None
) -> None:
    place = extractor.extract(text).place

    assert (place.said, place.district) == (said, district)


def test_extract_leaves_the_district_open_between_two(extractor: Extractor) -> None:
    assert extractor.extract("长安路，西山一中，都堵").place.district is None


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("半夜还在冒油烟", "半夜"),
        ("昨晚10点有人砸门", "昨晚10点"),
        ("每天凌晨两点开始吵", "每天凌晨两点开始"),
        ("上周五停水", "上周五"),
        ("晚上7点到9点半跳舞", "晚上7点到9点半"),
        ("最近总停电", "最近"),
        ("一点公告都没有", None),
        ("半小时前被拖走了", "半小时前"),
        ("双十一买的手机", "双十一"),
        ("从去年下半年开始的", "去年下半年开始"),
        ("四月份干到十月份，电话打不通", "四月份干到十月份"),
        ("天天放学那会儿，五点半左右", "天天放学那会儿，五点半"),
        ("干了一个月", None),
    ],
)
def test_extract_reads_the_time_as_said(extractor: Extractor, text: str, when: str | None) -> None:
    assert extractor.extract(text).when == when


def test_extract_finds_parties_phone_and_placeholders(extractor: Extractor) -> None:
    read = extractor.extract("楼下烧烤店太吵，找过物业没用，电话13800000000")

    assert read.parties == ("烧烤店", "物业")
    assert read.phone == "13800000000"
    assert extractor.extract("联系[电话1]").phone == "[电话1]"


@pytest.mark.parametrize(
    ("text", "anonymous", "shielded"),
    [
        ("我要匿名举报", True, True),
        ("不想透露姓名", True, True),
        ("请为我保密", False, True),
        ("怕被老板报复", False, True),
        ("不要让邻居知道是我", False, True),
        ("不用匿名，我叫张三", False, False),
        ("小区路灯坏了", False, False),
    ],
)
def test_extract_hears_the_wish_not_to_be_named(
    extractor: Extractor, text: str, anonymous: bool, shielded: bool
) -> None:
    read = extractor.extract(text)

    assert (read.anonymous, read.wants_confidentiality) == (anonymous, shielded)


def test_extract_generic_text_says_what_not_where(extractor: Extractor) -> None:
    assert extractor.extract("长安路的路灯坏了").generic == "路上的路灯坏了"


@pytest.mark.parametrize("text", ["", " ", "😀", "<b>x</b>", "a" * 2000])
def test_extract_survives_anything(extractor: Extractor, text: str) -> None:
    assert extractor.extract(text).place.said is None
