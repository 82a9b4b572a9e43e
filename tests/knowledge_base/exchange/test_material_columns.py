"""Lists with a row for each document, and columns that say more of it."""

from typing import Any

import pytest
from pydantic import ValidationError

from knowledge_base.exchange.mapping import Mapping
from tests.knowledge_base.exchange.conftest import Desk, WriteSheet, errors

HEADER = ("事项", "编码", "材料名称", "类型", "份数", "来源", "情形", "形式", "能否容缺")
KENNEL = "犬只寄养备案"


def mapping(**rule: Any) -> Mapping:
    beside = {
        "form": "类型",
        "copies": "份数",
        "issuer": "来源",
        "required_when": "情形",
        "electronic_accepted": "形式",
        "deferrable": "能否容缺",
    }
    return Mapping.model_validate(
        {
            "name": "一行一份材料",
            "identity": {"field": "implementing_code", "new_from": "M500001"},
            "columns": {
                "事项": "title",
                "编码": "implementing_code",
                "材料名称": {"to": "materials.documents", "with": beside, **rule},
            },
            "same_matter": "编码",
            "join": ["材料名称"],
            "constants": {"source": {"title": "清单"}, "valid_from": "2026-01-01"},
            "defaults": {"category": "综合", "audience": "both", "summary": "{事项}。"},
        }
    )


def test_each_document_gets_what_its_own_row_says(desk: Desk, write_sheet: WriteSheet) -> None:
    rows = [
        HEADER,
        (KENNEL, "A1", "备案表", "原件", "1", "市农业农村局", "", "纸质、电子", "否"),
        # Nothing of the first row is left over here.
        ("", "", "场地证明", "", "", "自备", "租用场地的", "纸质", ""),
        ("", "", "检疫合格证", "原件和复印件", "各一", "", "", "", "可容缺"),
        ("犬类准养证核发", "A2", "身份证", "复印件", "2份", "申请人自备", "", "", ""),
    ]

    plan = desk.apply(write_sheet(rows), mapping())

    drafts = {one["title"]: one["materials"]["documents"] for one in desk.drafts().values()}
    assert errors(plan) == []
    assert drafts == {
        KENNEL: [
            {
                "name": "备案表",
                "form": "原件",
                "copies": 1,
                "issuer": "市农业农村局",
                "electronic_accepted": True,
                "deferrable": False,
            },
            {"name": "场地证明", "required_when": "租用场地的", "electronic_accepted": False},
            {
                "name": "检疫合格证",
                "form": "原件和复印件",
                "deferrable": True,
                "note": "份数：各一",
            },
        ],
        "犬类准养证核发": [{"name": "身份证", "form": "复印件", "copies": 2}],
    }


def test_numbers_of_originals_and_copies_in_one_cell_are_kept_word_for_word(
    desk: Desk, write_sheet: WriteSheet
) -> None:
    row = (KENNEL, "A1", "备案表", "原件或复印件", "原件1份,复印件7份", "", "", "", "")

    desk.apply(write_sheet([HEADER, row]), mapping())

    (content,) = desk.drafts().values()
    assert content["materials"]["documents"] == [
        {"name": "备案表", "note": "类型：原件或复印件；份数：原件1份,复印件7份"}
    ]


def test_same_document_for_several_cases_stands_once_for_each(
    desk: Desk, write_sheet: WriteSheet
) -> None:
    rows = [
        HEADER,
        (KENNEL, "A1", "营业执照", "原件", "1", "", "新办", "", ""),
        ("", "", "营业执照", "原件", "1", "", "换证", "", ""),
        ("", "", "营业执照", "原件", "1", "", "换证", "", ""),
    ]

    desk.apply(write_sheet(rows), mapping())

    (content,) = desk.drafts().values()
    assert [one["required_when"] for one in content["materials"]["documents"]] == ["新办", "换证"]


def test_columns_beside_the_documents_count_as_used(desk: Desk, write_sheet: WriteSheet) -> None:
    header = (*HEADER[:4], " 份 数 ", *HEADER[5:], "备注")  # found as any other column's name
    row = (KENNEL, "A1", "备案表", "原件", "1", "", "", "", "", "无")

    plan = desk.plan(write_sheet([header, row]), mapping())

    notes = [one.problem for one in plan.findings() if one.field == "表头"]
    assert notes == ["没有用到这些列：备注"]


def test_columns_are_told_apart_for_documents_only() -> None:
    with pytest.raises(ValidationError, match="with 只用于材料"):
        mapping(to="aliases")
    with pytest.raises(ValidationError):
        mapping(**{"with": {"weight": "份数"}})
