from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from knowledge_base.library import Library
from knowledge_base.loader import load_library
from knowledge_base.schema import FacetName, Matter
from knowledge_base.statistics import (
    Coverage,
    Rate,
    Support,
    by_category,
    by_facet,
    is_immediate,
    is_one_visit,
    is_online,
    is_online_throughout,
    service_rates,
    support_of,
    total,
)
from tests.knowledge_base.checks.guides import fact, guide, law, limit

INDEX = """\
- {code: M0101, title: 灯笼登记, category: 灯牌,
   expected_facets: [conditions, fee, location, online]}
- {code: M0102, title: 铜像审批, category: 灯牌, expected_facets: [conditions, fee]}
- {code: M0103, title: 路牌更换, category: 路牌, expected_facets: [conditions]}
"""
VARIES = {"what": "能否网上登记", "set_by": "市公安局", "ask": "登记窗口"}


@pytest.fixture
def library(write_library: Callable[..., Path]) -> Library:
    """Return three listed matters, of which two have a guide."""
    written = [
        guide(
            category="灯牌",
            conditions=fact("挂灯笼的应当登记。"),
            location={"service_points": ["P1"]},
            online={"local_variation": VARIES},
        ),
        guide("M0102", "铜像审批", category="灯牌"),
    ]
    text = yaml.safe_dump(written, allow_unicode=True)
    files = {"library/demo.yml": text, "city/matters_index.yml": INDEX}
    return load_library(write_library(**files))


def test_by_category_splits_facets_by_what_they_rest_on(library: Library) -> None:
    signs = Counter({Support.LAW: 1, Support.EMPTY: 3, Support.DEMO: 1, Support.LOCAL: 1})

    assert by_category(library) == [
        Coverage("灯牌", listed=2, written=2, expected=6, support=signs),
        Coverage("路牌", listed=1, written=0, expected=1, support=Counter({Support.EMPTY: 1})),
    ]


def test_by_facet_counts_matters_that_are_expected_to_state_it(library: Library) -> None:
    counted = {one.name: (one.listed, one.written, one.covered) for one in by_facet(library)}

    assert counted["conditions"] == (3, 2, 1)
    assert counted["fee"] == (2, 2, 0)
    assert counted["location"] == (1, 1, 1)
    assert counted["validity"] == (0, 0, 0)


def test_total_counts_matter_without_guide_as_empty(library: Library) -> None:
    whole = total(library)

    assert (whole.listed, whole.written, whole.expected, whole.covered) == (3, 2, 7, 3)


def test_total_is_the_sum_of_categories_and_of_facets_of_the_shipped_library(
    shipped: Library,
) -> None:
    whole = total(shipped)

    for parts in (by_category(shipped), by_facet(shipped)):
        assert sum(one.expected for one in parts) == whole.expected
        assert sum((one.support for one in parts), Counter()) == whole.support
    assert sum(one.listed for one in by_category(shipped)) == len(shipped.index)


def _matter(**changed: Any) -> Matter:
    return Matter.model_validate(guide(**changed))


@pytest.mark.parametrize(
    ("changed", "online"),
    [
        ({}, None),
        ({"online": {"available": True}}, True),
        ({"online": {"entries": [{"name": "国家政务服务平台"}]}}, True),
        ({"ways": ["窗口", "网上"]}, True),
        ({"tags": {"online": True}}, True),
        ({"online": {"available": False}}, False),
        ({"ways": ["窗口"]}, False),
        ({"ways": ["窗口"], "online": {"local_variation": VARIES}}, None),
    ],
)
def test_is_online_follows_what_the_guide_says(
    changed: dict[str, Any], online: bool | None
) -> None:
    assert is_online(_matter(**changed)) is online


@pytest.mark.parametrize(
    ("changed", "throughout", "one_visit"),
    [
        ({}, None, None),
        ({"visits": 0}, True, True),
        ({"visits": 1}, False, True),
        ({"visits": 2}, False, False),
        ({"ways": ["网上"]}, True, True),
        ({"ways": ["网上", "窗口"]}, None, None),
        ({"ways": ["窗口"]}, False, None),
        ({"tags": {"one_visit": False}}, None, False),
    ],
)
def test_visits_decide_what_is_online_throughout_and_one_visit(
    changed: dict[str, Any], throughout: bool | None, one_visit: bool | None
) -> None:
    assert is_online_throughout(_matter(**changed)) is throughout
    assert is_one_visit(_matter(**changed)) is one_visit


@pytest.mark.parametrize(
    ("changed", "immediate"),
    [
        ({}, None),
        ({"immediate": True}, True),
        ({"immediate": False}, False),
        ({"tags": {"at_once": True}}, True),
        ({"time_limit": limit(0, "即办", "受理之时")}, True),
        ({"time_limit": limit(20, "工作日", "受理之日起")}, None),
        ({"time_limit": {"committed": {"amount": 3, "unit": "工作日"}}}, False),
    ],
)
def test_is_immediate_takes_statutory_limit_as_upper_bound_only(
    changed: dict[str, Any], immediate: bool | None
) -> None:
    assert is_immediate(_matter(**changed)) is immediate


def test_service_rates_count_unknown_apart_and_leave_out_acts_of_office(
    write_library: Callable[..., Path],
) -> None:
    guides = [
        guide("M0101", "灯笼登记", ways=["窗口", "网上"]),
        guide("M0102", "铜像审批", ways=["窗口"]),
        guide("M0103", "路牌更换"),
        guide("M0104", "灯牌处罚", power_kind="行政处罚", ways=["窗口", "网上"]),
    ]
    text = yaml.safe_dump(guides, allow_unicode=True)
    library = load_library(write_library(**{"library/demo.yml": text}))

    rates = {one.name: one for one in service_rates(library)}

    assert rates["online"] == Rate("online", yes=1, no=1, unknown=1)
    assert rates["online"].share == pytest.approx(1 / 2)
    assert rates["online"].share_of_all == pytest.approx(1 / 3)
    assert rates["immediate"].share is None


def test_rates_of_an_empty_library_are_unknown() -> None:
    assert Rate("online", 0, 0, 0).share_of_all is None


@pytest.mark.parametrize(
    ("facet", "content", "support"),
    [
        ("process", {"steps": [{"name": "申请", "text": "到窗口申请。"}]}, Support.OTHER),
        ("process", {"steps": [{"name": "申请", "text": "申请。", "basis": law()}]}, Support.LAW),
        ("location", {"service_points": ["P1"]}, Support.DEMO),
        ("location", {"service_points": ["P1"], "local_variation": VARIES}, Support.LOCAL),
        ("location", {}, Support.EMPTY),
    ],
)
def test_support_of_is_the_strongest_that_a_facet_has(
    facet: str, content: dict[str, Any], support: Support
) -> None:
    assert support_of(_matter(**{facet: content}), FacetName(facet)) is support


def test_support_of_matter_without_guide_is_empty() -> None:
    assert support_of(None, FacetName.LEGAL_BASIS) is Support.EMPTY
