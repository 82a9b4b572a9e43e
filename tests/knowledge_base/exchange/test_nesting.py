"""JSON whose records hold records, as systems export it."""

import json
from pathlib import Path
from typing import Any

from knowledge_base.exchange.mapping import Mapping
from knowledge_base.exchange.nesting import flattened
from knowledge_base.exchange.rows import RawRow
from tests.knowledge_base.exchange.conftest import Desk, errors, to_complete

LAW = "中华人民共和国居民身份证法"


def record(**changed: Any) -> dict[str, Any]:
    return {
        "事项": {"编码": "A1", "名称": "证件寄存", "实施主体": "公安局"},
        "办理": {"承诺办结时限": "4工作日", "法定办结时限": "20工作日", "方式": ["窗口", "网上"]},
        "申请": {
            "材料": [
                {"名称": "申请表", "是否必要": "必要", "提交形式": "纸质/电子化"},
                {"名称": "照片", "是否必要": "非必要"},
            ]
        },
        "法律依据": [{"名称": LAW, "条款": "第二条"}],
        **changed,
    }


def mapping() -> Mapping:
    beside = {"needed": "申请.材料.是否必要", "electronic_accepted": "申请.材料.提交形式"}
    return Mapping.model_validate(
        {
            "name": "省级 JSON",
            "identity": {"field": "implementing_code", "new_from": "M500001"},
            "columns": {
                "事项.名称": "title",
                "事项.编码": "implementing_code",
                "事项.实施主体": "department",
                "办理.法定办结时限": {"to": "time_limit.statutory", "basis": ["法律依据.名称"]},
                "办理.承诺办结时限": "time_limit.committed",
                "办理.方式": "ways",
                "申请.材料.名称": {"to": "materials.documents", "with": beside},
                "法律依据.名称": "legal_basis",
            },
            "constants": {"source": {"title": "清单"}, "valid_from": "2026-01-01"},
            "defaults": {
                "category": "综合",
                "audience": "both",
                "summary": "{事项.名称}。",
                "aliases": ["办理{事项.名称}"],
            },
        }
    )


def written(path: Path, *records: dict[str, Any]) -> Path:
    path.write_text(json.dumps(records, ensure_ascii=False), encoding="utf-8")
    return path


def test_values_within_are_mapped_by_their_paths(desk: Desk, tmp_path: Path) -> None:
    plan = desk.apply(written(tmp_path / "a.json", record()), mapping())

    assert (errors(plan), to_complete(plan)) == ([], [])
    (content,) = desk.drafts().values()
    law = {"law": LAW}
    assert (content["title"], content["department"]) == ("证件寄存", "GA")
    assert content["ways"] == ["窗口", "网上"]
    assert content["legal_basis"] == [law]  # a column of titles needs no 《》
    assert content["time_limit"] == {
        "statutory": {"amount": 20, "unit": "工作日", "basis": [law]},
        "committed": {"amount": 4, "unit": "工作日"},
    }
    assert content["materials"]["documents"] == [
        {"name": "申请表", "electronic_accepted": True},
        {"name": "照片", "note": "申请.材料.是否必要：非必要"},
    ]


def test_title_that_is_no_law_of_the_city_is_not_taken_for_one(desk: Desk, tmp_path: Path) -> None:
    path = written(tmp_path / "a.json", record(法律依据=[{"名称": "某镇寄存规矩"}]))

    assert errors(desk.plan(path, mapping())) == [(1, "法律依据.名称", "没有找到法规名称")]


def test_lists_of_records_are_members_and_their_values_stand_together() -> None:
    row = flattened(RawRow(3, {"a": {"b": 1, "c": [{"d": "x"}, {"d": "y", "e": [1, 2]}]}, "f": []}))

    assert row == RawRow(
        3,
        {"a.b": 1, "a.c.d": ["x", "y"], "a.c.e": [1, 2], "f": []},
        members=({"a.c.d": "x"}, {"a.c.d": "y", "a.c.e": [1, 2]}),
    )


def test_flat_record_stays_as_it_is() -> None:
    row = RawRow(1, {"a": "x", "b": 2})

    assert flattened(row) is row


def test_record_nested_without_end_is_read_so_far_and_no_further() -> None:
    deep: dict[str, Any] = {"x": "end"}
    for _ in range(500):
        deep = {"x": deep}

    (path,) = flattened(RawRow(1, {"a": deep})).values

    assert path.count("x") < 20
