from collections.abc import Callable

from knowledge_base.checks import Finding, Rule
from tests.knowledge_base.checks.guides import fact, guide

Found = Callable[..., list[Finding]]

INDEX = "- {code: M0101, title: 灯笼登记, category: 演示, expected_facets: [conditions, fee]}\n"
FILES = {"city/matters_index.yml": INDEX}


def test_missing_facets_names_each_expected_facet_without_content(found: Found) -> None:
    written = guide(conditions=fact("挂灯笼的应当登记。"))

    assert found(Rule.MISSING_FACET, written, **FILES) == [
        Finding(
            "M0101",
            "fee",
            "灯笼登记 没有写明收费",
            "补一条带依据的事实，或写明各地不同之处（local_variation）",
            Rule.MISSING_FACET,
        )
    ]


def test_missing_facets_takes_local_variation_as_content(found: Found) -> None:
    varies = {"what": "灯笼登记收多少", "set_by": "县级物价部门", "ask": "登记窗口"}
    written = guide(conditions=fact("挂灯笼的应当登记。"), fee={"local_variation": varies})

    assert found(Rule.MISSING_FACET, written, **FILES) == []
