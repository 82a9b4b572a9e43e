"""The loader's rules as editors read them: never in the loader's English."""

import re
from typing import Any

import pytest

from knowledge_base.entries.content import (
    as_matter,
    guide_form,
    reference_findings,
    schema_findings,
)
from knowledge_base.library import Library

CODE = "M0103"
_LATIN = re.compile(r"[a-z]{4,}")
# Field names and values that an editor writes in Latin letters.
_WRITTEN = re.compile(r"basis|true|false|http|GAX|fee|NOWHERE")

WRONG: list[dict[str, Any]] = [
    {"department": "GAX"},
    {"title": "别的名称"},
    {"category": "税务"},
    {"aliases": ["一个"], "sample_questions": []},
    {"legal_basis": [{"law": "没有的法"}]},
    {"location": {"service_points": ["NOWHERE"]}},
    {"confused_with": {"X1": "不同"}},
    {"confused_with": {CODE: "不同"}},
    {"confused_with": {"M9999": "不同"}},
    {"superseded_by": "M9999"},
]
MALFORMED: list[dict[str, Any]] = [
    {"summary": 5},
    {"aliases": "不是列表"},
    {"materials": "不是一组字段"},
    {"visits": "几次"},
    {"visits": -1},
    {"valid_from": "明天"},
    {"immediate": "也许"},
    {"audience": "所有人"},
    {"nonsense": 1},
    {"legal_basis": [{"law": "中华人民共和国居民身份证法", "article": "11条"}]},
    {"fee": {"free": True}},
    {"time_limit": {"statutory": {"amount": 3, "unit": "工作日"}}},
    {"source": {"title": "来源", "url": "ftp://x"}},
]


@pytest.mark.parametrize("change", WRONG, ids=str)
def test_a_broken_reference_is_told_in_chinese(shipped: Library, change: dict[str, Any]) -> None:
    content = {**guide_form(shipped.matters[CODE]), **change}

    found = reference_findings(as_matter(content, 1), shipped)

    assert found
    for one in found:
        assert one.repair
        assert not _LATIN.search(_WRITTEN.sub("", one.message + one.repair)), one


@pytest.mark.parametrize("change", MALFORMED, ids=str)
def test_a_malformed_field_is_told_in_chinese(shipped: Library, change: dict[str, Any]) -> None:
    found = schema_findings(CODE, {**guide_form(shipped.matters[CODE]), **change})

    assert found
    for one in found:
        assert not _LATIN.search(_WRITTEN.sub("", one.message + one.repair)), one


def test_a_sound_guide_has_no_faults(shipped: Library) -> None:
    content = guide_form(shipped.matters[CODE])

    assert schema_findings(CODE, content) == []
    assert reference_findings(as_matter(content, 1), shipped) == []
