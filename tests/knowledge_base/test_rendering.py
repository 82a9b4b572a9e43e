import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

from knowledge_base.library import Library
from knowledge_base.loader import load_library
from knowledge_base.rendering import (
    Phrases,
    common_questions_text,
    facet_text,
    headline,
    one_time_notice,
)
from knowledge_base.schema import (
    CommonQuestion,
    Facet,
    FacetName,
    FeeFacet,
    FeeItem,
    LegalReference,
    Limit,
    LimitUnit,
    LocalVariation,
    LocationFacet,
    MaterialsFacet,
    OnlineEntry,
    OnlineFacet,
    RequiredDocument,
    TimeLimitFacet,
)

WriteLibrary = Callable[..., Path]

LAW = LegalReference(law="灯牌管理条例", article="第九条")


@pytest.fixture
def library(write_library: WriteLibrary) -> Library:
    return load_library(write_library())


def _rendered(library: Library, facet: FacetName, section: object) -> str:
    matter = library.matter("M0001").model_copy(update={facet.value: section})
    return facet_text(matter, facet, library)


def test_facet_text_is_empty_when_not_covered(library: Library) -> None:
    assert facet_text(library.matter("M0001"), FacetName.FEE, library) == ""


def test_facet_text_materials_are_numbered_with_their_conditions(library: Library) -> None:
    section = MaterialsFacet(
        documents=(
            RequiredDocument(name="户口簿", form="原件", note="看过退还", basis=(LAW,)),
            RequiredDocument(
                name="委托书",
                form="原件和复印件",
                copies=2,
                issuer="委托人",
                required_when="委托他人",
                electronic_accepted=True,
                deferrable=True,
                commitment_accepted=True,
            ),
            RequiredDocument(name="申请表", electronic_accepted=False),
        )
    )

    assert _rendered(library, FacetName.MATERIALS, section) == (
        "1. 户口簿：原件，看过退还（依据：《灯牌管理条例》第九条）\n"
        "2. 委托书：原件和复印件，2份，由委托人出具，委托他人时提供，"
        "可用电子证照，可容缺后补，可以告知承诺代替\n"
        "3. 申请表"
    )


def test_facet_text_time_limit_names_unit_start_and_law(library: Library) -> None:
    section = TimeLimitFacet(
        statutory=Limit(amount=60, unit=LimitUnit.CALENDAR_DAY, since="受理之日起", basis=(LAW,)),
        committed=Limit(amount=0, unit=LimitUnit.IMMEDIATE),
    )

    assert _rendered(library, FacetName.TIME_LIMIT, section) == (
        "法定时限：受理之日起60日（依据：《灯牌管理条例》第九条）\n承诺时限：当场办结"
    )


@pytest.mark.parametrize(
    ("unit", "shown"),
    [
        (LimitUnit.WORKING_DAY, "3个工作日"),
        (LimitUnit.CALENDAR_DAY, "3日"),
        (LimitUnit.HOUR, "3小时"),
        (LimitUnit.MONTH, "3个月"),
    ],
)
def test_facet_text_time_limit_reads_naturally_in_every_unit(
    library: Library, unit: LimitUnit, shown: str
) -> None:
    section = TimeLimitFacet(committed=Limit(amount=3, unit=unit))

    assert _rendered(library, FacetName.TIME_LIMIT, section) == f"承诺时限：{shown}"


def test_facet_text_fee_renders_amounts_and_free(library: Library) -> None:
    items = (
        FeeItem(name="首领", amount_yuan=20.0, unit="证", basis=(LAW,)),
        FeeItem(name="补领", amount_yuan=12.5, basis=(LegalReference(law="灯牌管理条例"),)),
        FeeItem(name="加急", basis=(LAW,)),
    )

    assert _rendered(library, FacetName.FEE, FeeFacet(items=items)) == (
        "首领：20元/证（依据：《灯牌管理条例》第九条）\n"
        "补领：12.5元（依据：《灯牌管理条例》）\n"
        "加急：标准由当地规定（依据：《灯牌管理条例》第九条）"
    )
    assert _rendered(library, FacetName.FEE, FeeFacet(free=True, basis=(LAW,))) == (
        "不收费（依据：《灯牌管理条例》第九条）"
    )


def test_facet_text_local_variation_says_who_sets_it_and_where_to_ask(library: Library) -> None:
    varies = LocalVariation(
        what="能否网办", set_by="省级公安机关", depends_on="是否联网", ask="窗口"
    )
    entries = (OnlineEntry(name="平台", url="https://example.gov.cn"),)

    assert _rendered(
        library,
        FacetName.ONLINE,
        OnlineFacet(available=True, entries=entries, local_variation=varies),
    ) == (
        "可以网上办理。\n网上入口：平台 https://example.gov.cn\n"
        "各地不同：能否网办，由省级公安机关规定（取决于是否联网）。可咨询：窗口。"
    )


def test_facet_text_local_variation_follows_a_named_rule(library: Library) -> None:
    varies = LocalVariation(what="年限", set_by="省级灯牌管理规定", ask="窗口")

    assert _rendered(library, FacetName.VALIDITY, Facet(local_variation=varies)) == (
        "各地不同：年限，按省级灯牌管理规定执行。可咨询：窗口。"
    )


def test_facet_text_location_marks_demo_points(library: Library) -> None:
    section = LocationFacet(service_points=("P1",))

    assert _rendered(library, FacetName.LOCATION, section) == (
        "东区窗口（演示数据）；地址：东区东路1号；时间：周一至周五 9:00—17:00"
    )


def test_one_time_notice_names_what_the_guide_does_not_state(library: Library) -> None:
    assert one_time_notice(library.matter("M0001"), library) == (
        "灯牌登记 一次性告知\n\n"
        "挂灯牌前向公安机关登记。\n\n"
        "【办理条件】\n挂灯牌的应当登记。（依据：《灯牌管理条例》第二条）\n\n"
        "【设定依据】\n《灯牌管理条例》第二条\n\n"
        "本指南没有写明：收费。请拨打12345核实。"
    )


def test_one_time_notice_ends_with_the_common_questions(library: Library) -> None:
    asked = CommonQuestion(question="夜里能挂吗？", answer="可以。", basis=(LAW,))
    matter = library.matter("M0001").model_copy(update={"common_questions": (asked,)})

    assert common_questions_text(library.matter("M0001")) == ""
    assert "【常见问题】\n问：夜里能挂吗？\n答：可以。（依据：《灯牌管理条例》第九条）\n\n" in (
        one_time_notice(matter, library)
    )


def test_rendering_says_nothing_that_is_not_in_the_library(shipped: Library) -> None:
    """Every piece of an answer is a field of the library or a fixed connecting word."""
    connecting = _connecting_words()
    for matter in shipped.public_matters():
        points = [shipped.service_points[code] for code in matter.location.service_points]
        known = {text for record in (matter, *points) for text in _strings(record)}
        for facet in FacetName:
            rest = _without(facet_text(matter, facet, shipped), known, connecting)
            assert rest == "", f"{matter.code} {facet}: {rest!r} comes from nowhere"


def test_rendering_covers_every_covered_facet(shipped: Library) -> None:
    for matter in shipped.public_matters():
        assert headline(matter) == matter.summary
        for facet in FacetName:
            assert bool(facet_text(matter, facet, shipped)) == matter.covers(facet)


def _strings(record: BaseModel) -> Iterator[str]:
    for name in type(record).model_fields:
        value = getattr(record, name)
        for item in value if isinstance(value, tuple) else (value,):
            if isinstance(item, BaseModel):
                yield from _strings(item)
            elif isinstance(item, str):
                yield str(item)
            elif isinstance(item, int | float):
                yield f"{item:g}"


def _connecting_words() -> set[str]:
    phrases = [value for name, value in vars(Phrases).items() if name.isupper()]
    return {piece for phrase in phrases for piece in re.split(r"\{\w+\}", phrase) if piece}


def _without(text: str, known: set[str], connecting: set[str]) -> str:
    text = re.sub(r"^\d+\. ", "", text, flags=re.MULTILINE)  # list numbers
    # Longest first: a short field may be part of a long one.
    for piece in sorted(known | connecting, key=len, reverse=True):
        text = text.replace(piece, "\0")
    return re.sub(r"[\0\n：，；、 ]", "", text)  # separators within a line
