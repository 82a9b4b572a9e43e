"""What is handed out can be taken in again, and does no harm in a spreadsheet."""

from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from knowledge_base.entries.content import guide_form, normal_form
from knowledge_base.exchange.columns import COLUMNS
from knowledge_base.exchange.export import export
from knowledge_base.exchange.mapping import Mapping
from knowledge_base.exchange.paths import get_path, set_path
from knowledge_base.exchange.readers.cells import guarded, unguarded
from knowledge_base.exchange.reading import FileFormat
from knowledge_base.exchange.report import write_report
from knowledge_base.exchange.writers.sheets import write_template
from knowledge_base.library import Library
from knowledge_base.loader import load_library
from knowledge_base.schema import Visibility
from tests.knowledge_base.exchange.conftest import Desk, WriteSheet, errors, table


@pytest.mark.parametrize("chosen", list(FileFormat))
def test_exported_library_imported_again_changes_nothing(
    small_desk: Desk, library: Library, tmp_path: Path, chosen: FileFormat
) -> None:
    path = tmp_path / f"all.{chosen.value}"

    assert export(library, chosen, path) == 2

    plan = small_desk.plan(path)
    assert (plan.counts.rows, plan.counts.unchanged, plan.draft_count) == (2, 2, 0)
    assert list(plan.findings()) == []


def test_columns_hold_every_field_of_a_guide_without_loss() -> None:
    matters = load_library().matters.values()
    assert len(matters) > 60
    for matter in matters:
        content, read = guide_form(matter), {}
        for column in COLUMNS:
            value = get_path(content, column.path)
            if value is not None:
                set_path(read, column.path, column.read(column.write(value)))
        assert normal_form(read) == content


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "'="])
@pytest.mark.parametrize("chosen", [FileFormat.XLSX, FileFormat.CSV])
def test_text_that_a_spreadsheet_would_run_is_quoted_and_read_back(
    small_desk: Desk, library: Library, tmp_path: Path, chosen: FileFormat, start: str
) -> None:
    guide = library.matters["M0103"]
    harmful = replace(
        library,
        matters={
            "M0103": guide.model_copy(update={"region": f"{start}1+1|cmd", "aliases": ("a",)})
        },
    )
    path = tmp_path / f"all.{chosen.value}"
    export(harmful, chosen, path)

    cells = _cells(path)
    assert [one for one in cells if one.lstrip("\t").startswith(("=", "+", "-", "@"))] == []
    assert f"'{start}1+1|cmd" in cells
    plan = small_desk.plan(path)
    assert (plan.counts.changed, errors(plan)) == (1, [])


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "\t=1", "\r=1", "'=1", "''-1"])
def test_quoting_of_a_cell_is_undone_by_reading(text: str) -> None:
    assert guarded(text) == f"'{text}"
    assert unguarded(guarded(text)) == text


def test_harmless_cells_are_left_as_they_are() -> None:
    assert [guarded(text) for text in ("", "12345", "'引文'", "1-2")] == [
        "",
        "12345",
        "'引文'",
        "1-2",
    ]
    assert unguarded("'引文'") == "'引文'"


def _cells(path: Path) -> list[str]:
    if path.suffix == ".csv":
        return path.read_text(encoding="utf-8-sig").replace('"', "").split(",")
    workbook = openpyxl.load_workbook(path)
    cells = [cell for row in workbook["办事指南"].iter_rows() for cell in row if cell.value]
    assert {cell.data_type for cell in cells} == {"s"}
    return [str(cell.value) for cell in cells]


def test_internal_guides_are_exported_with_their_visibility(
    library: Library, tmp_path: Path, small_desk: Desk
) -> None:
    guide = library.matters["M0103"].model_copy(update={"visibility": Visibility.INTERNAL})
    path = tmp_path / "all.xlsx"

    export(replace(library, matters={"M0103": guide}), FileFormat.XLSX, path)

    assert "内部" in _cells(path)


def test_filled_in_template_becomes_a_draft(
    small_desk: Desk, library: Library, tmp_path: Path
) -> None:
    path = tmp_path / "template.xlsx"
    write_template(path, library)
    workbook = openpyxl.load_workbook(path)
    sheet = workbook["办事指南"]
    filled = {
        "事项编码": "M200009",
        "事项名称": "灯牌登记",
        "别名": "登记灯牌\n挂灯牌",
        "类别": "城管与公用",
        "适用对象": "个人和法人",
        "承办单位": "市公安局",
        "一句话说明": "挂灯牌前登记。",
        "材料清单": "居民身份证｜原件｜份数=1｜容缺=是",
        "承诺办结时限": "3｜工作日",
        "设定依据": "《中华人民共和国居民身份证法》第十一条",
        "来源": "城管局通知",
        "生效日期": "2026-01-01",
    }
    header = [cell.value for cell in sheet[1]]
    for name, text in filled.items():
        sheet.cell(2, header.index(name) + 1, text)
    workbook.save(path)

    plan = small_desk.apply(path)

    assert list(plan.findings()) == []
    assert small_desk.drafts() == {
        "M200009": {
            "code": "M200009",
            "title": "灯牌登记",
            "aliases": ["登记灯牌", "挂灯牌"],
            "category": "城管与公用",
            "audience": "both",
            "department": "GA",
            "summary": "挂灯牌前登记。",
            "materials": {
                "documents": [
                    {"name": "居民身份证", "form": "原件", "copies": 1, "deferrable": True}
                ]
            },
            "time_limit": {"committed": {"amount": 3, "unit": "工作日"}},
            "legal_basis": [{"law": "中华人民共和国居民身份证法", "article": "第十一条"}],
            "source": {"title": "城管局通知"},
            "valid_from": "2026-01-01",
        }
    }


def test_report_names_row_field_problem_and_repair(
    small_desk: Desk, write_sheet: WriteSheet, tmp_path: Path, provincial: Mapping
) -> None:
    rows = table("provincial.csv")
    rows[4][4] = "省大数据局"
    plan = small_desk.plan(write_sheet(rows), provincial)

    write_report(plan, tmp_path / "report.xlsx", applied=False)

    sheets = openpyxl.load_workbook(tmp_path / "report.xlsx")
    lines = list(sheets["逐行报告"].values)
    assert lines[0] == ("行", "事项编码", "事项名称", "列或字段", "问题", "修改建议", "性质")
    found = next(line for line in lines if line[3] == "实施主体" and line[6].startswith("错误"))
    assert (found[0], found[4]) == ("5", "没有名为“省大数据局”的单位")
    assert "departments.names" in found[5]
    assert ("结果", "有错误，整个文件没有导入") in list(sheets["概要"].values)


def test_report_that_is_too_long_says_how_much_is_left_out(
    small_desk: Desk, write_sheet: WriteSheet, tmp_path: Path, provincial: Mapping
) -> None:
    rows = table("provincial.csv")
    for row in rows[3:]:
        row[5] = "尽快"
    plan = small_desk.plan(write_sheet(rows), provincial)
    total = sum(plan.counts.findings.values())

    write_report(plan, tmp_path / "report.xlsx", applied=False, most=2)

    lines = list(openpyxl.load_workbook(tmp_path / "report.xlsx")["逐行报告"].values)
    assert len(lines) == 4
    assert lines[3][0] == f"另有 {total - 2} 条未列出"
