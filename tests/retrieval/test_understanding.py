import pytest

from knowledge_base.schema import Audience, FacetName
from retrieval.understanding import understand
from retrieval.wording import Wording, load_wording


@pytest.fixture(scope="module")
def wording() -> Wording:
    return load_wording()


@pytest.mark.parametrize(
    ("text", "facet"),
    [
        ("身份证丢了怎么补办", FacetName.PROCESS),
        ("那要多少钱", FacetName.FEE),
        ("在哪办", FacetName.LOCATION),
        ("需要带什么", FacetName.MATERIALS),
        ("多久能拿到", FacetName.TIME_LIMIT),
        ("可以网上办吗", FacetName.ONLINE),
        ("什么人可以申请", FacetName.CONDITIONS),
        ("身份证有效期多久", FacetName.VALIDITY),
        ("有什么法律依据", FacetName.LEGAL_BASIS),
        ("办完给什么证", FacetName.RESULT),
        ("前几天我去过派出所", None),
        ("结婚登记", None),
    ],
)
def test_understand_finds_facet(text: str, facet: FacetName | None, wording: Wording) -> None:
    assert understand(text, wording).facet == facet


@pytest.mark.parametrize(
    ("text", "facet"),
    [
        ("外地户口能落吗", FacetName.CONDITIONS),
        ("我这种情况够不够格", FacetName.CONDITIONS),
        ("结婚证要不要出钱", FacetName.FEE),
        ("新护照几时可以到手", FacetName.TIME_LIMIT),
        ("微信里头能弄不", FacetName.ONLINE),
        # a plain word goes before what only leans
        ("能不能告诉我要多少钱", FacetName.FEE),
        ("护照丢了", None),
    ],
)
def test_words_that_lean_towards_a_facet_count_where_none_is_named(
    text: str, facet: FacetName | None, wording: Wording
) -> None:
    assert understand(text, wording).facet == facet


@pytest.mark.parametrize(
    "text",
    ["那要多少钱", "在哪办", "需要带什么", "多久能拿到", "可以网上办吗", "那这个要什么材料呢"],
)
def test_understand_sees_follow_up_without_matter(text: str, wording: Wording) -> None:
    assert understand(text, wording).follow_up


@pytest.mark.parametrize("text", ["护照多少钱", "身份证在哪办", "那护照呢", "你好", "公司注销流程"])
def test_understand_sees_no_follow_up_where_matter_is_named(text: str, wording: Wording) -> None:
    assert not understand(text, wording).follow_up


def test_understand_reduces_long_story_to_its_question(wording: Wording) -> None:
    story = (
        "我家住在城东，平时都是我照顾老人。上个月我搬家的时候东西很乱，收拾了好几天才收拾完。"
        "后来发现身份证找不到了。请问补办身份证需要带什么材料？谢谢你们，辛苦了。"
    )

    reading = understand(story, wording)

    assert reading.core == "请问补办身份证需要带什么材料？"
    assert reading.facet is FacetName.MATERIALS


def test_understand_keeps_the_sentence_a_bare_question_leans_on(wording: Wording) -> None:
    story = (
        "我在外地打工很多年了一直没有回来过，今年过年才回来一趟。"
        "今天在车站把身份证弄丢了。现在应该怎么办？"
    )

    assert "身份证弄丢了" in understand(story, wording).core


def test_understand_normalises_traditional_and_full_width(wording: Wording) -> None:
    assert understand("身份證　遺失，要多少錢？", wording).text == "身份证遗失，要多少钱？"


def test_understand_tells_organisation_from_person(wording: Wording) -> None:
    assert understand("我们公司怎么给员工开户", wording).audience is Audience.ORGANISATION
    assert understand("我妈怎么领养老金", wording).audience is Audience.PERSON
    assert understand("怎么领养老金", wording).audience is None
