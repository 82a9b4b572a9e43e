from collections.abc import Callable

from knowledge_base.checks import Finding, Rule
from tests.knowledge_base.checks.guides import guide

Found = Callable[..., list[Finding]]

GA = "code: GA, name: 示例市公安局, short_name: 市公安局, level: 市, territory: 全市"


def _shown(findings: list[Finding]) -> list[tuple[str, str, str]]:
    return [(one.code, one.field, one.message) for one in findings]


def test_broken_references_passes_guide_that_leads_somewhere(found: Found) -> None:
    written = guide(
        confused_with={"M0102": "要换的看换牌"}, location={"service_points": ["P1"]}, region="东区"
    )

    assert found(Rule.BROKEN_REFERENCE, written, guide("M0102", "换牌")) == []


def test_broken_references_finds_successor_without_guide(found: Found) -> None:
    # M0002 stands in the list of matters, so that the loader lets it pass.
    assert _shown(found(Rule.BROKEN_REFERENCE, guide(superseded_by="M0002"))) == [
        ("M0101", "superseded_by", "取代本事项的 M0002 还没有指南")
    ]


def test_broken_references_finds_guides_that_replace_each_other(found: Found) -> None:
    guides = (guide(superseded_by="M0102"), guide("M0102", "换牌", superseded_by="M0101"))

    assert [one.code for one in found(Rule.BROKEN_REFERENCE, *guides)] == ["M0101", "M0102"]


def test_broken_references_finds_neighbour_nobody_should_be_sent_to(found: Found) -> None:
    first = guide(confused_with={"M0102": "要换的看换牌"})
    hidden = guide("M0102", "换牌", visibility="internal")
    replaced = guide("M0102", "换牌", superseded_by="M0103")

    assert _shown(found(Rule.BROKEN_REFERENCE, first, hidden)) == [
        ("M0101", "confused_with.M0102", "引导到读者看不到的“换牌”")
    ]
    assert _shown(found(Rule.BROKEN_REFERENCE, first, replaced, guide("M0103", "新牌"))) == [
        ("M0101", "confused_with.M0102", "引导到已被取代的“换牌”")
    ]


def test_broken_references_finds_service_point_named_twice(found: Found) -> None:
    assert _shown(
        found(Rule.BROKEN_REFERENCE, guide(location={"service_points": ["P1", "P1"]}))
    ) == [("M0101", "location.service_points.1", "服务点 P1 写了两次")]


def test_broken_references_finds_unknown_region(found: Found) -> None:
    assert _shown(found(Rule.BROKEN_REFERENCE, guide(region="西区"))) == [
        ("M0101", "region", "不认识的地区“西区”")
    ]


def test_broken_references_finds_duty_left_to_unknown_body(found: Found) -> None:
    bodies = f'- {{{GA}, not_duties: ["交通违法→JJ", "借款→人民法院（告知）", "狗→GA"]}}\n'

    assert _shown(found(Rule.BROKEN_REFERENCE, guide(), **{"city/departments.yml": bodies})) == [
        ("GA", "not_duties.0", "“交通违法→JJ”指向不存在的单位 JJ")
    ]


def test_broken_references_finds_place_in_unknown_district(found: Found) -> None:
    places = (
        "- {name: 东区, kind: 区县, district: 东区}\n- {name: 长街, kind: 道路, district: 北区}\n"
    )

    assert _shown(found(Rule.BROKEN_REFERENCE, guide(), **{"city/places.yml": places})) == [
        ("长街", "district", "长街 所在的“北区”不是本市的区县")
    ]


def test_broken_references_finds_laws_that_replace_each_other(found: Found) -> None:
    laws = (
        "- {title: 灯牌管理条例, superseded_by: 灯牌法, certainty: A}\n"
        "- {title: 灯牌法, superseded_by: 灯牌管理条例, certainty: A}\n"
    )

    findings = found(Rule.BROKEN_REFERENCE, guide(), **{"city/laws/general.yml": laws})

    assert [one.code for one in findings] == ["灯牌法", "灯牌管理条例"]
