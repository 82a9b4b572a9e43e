"""Files that must not get in, each with a sentence that says why."""

import json
import zipfile
from pathlib import Path

import pytest

from knowledge_base.exchange.errors import (
    ColumnsMissingError,
    ExchangeError,
    ExpandsTooFarError,
    FileTooLargeError,
    TooManyRowsError,
    UnknownEncodingError,
    UnknownFormatError,
    UnreadableFileError,
)
from knowledge_base.exchange.mapping import Mapping
from tests.knowledge_base.exchange.conftest import Desk, WriteSheet, errors, table

SHEET = "xl/worksheets/sheet1.xml"


def repacked(path: Path, part: str, content: bytes) -> Path:
    """The same package with one part replaced."""
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in {**parts, part: content}.items():
            package.writestr(name, data)
    return path


def test_cell_with_a_formula_is_an_error_of_its_row(
    small_desk: Desk, write_sheet: WriteSheet, provincial: Mapping
) -> None:
    rows = table("provincial.csv")
    rows[3][1] = '=HYPERLINK("http://example.invalid","养犬登记")'

    plan = small_desk.plan(write_sheet(rows), provincial)

    assert (4, "事项名称", "单元格是公式") in errors(plan)


def test_csv_cell_that_begins_like_a_formula_is_an_error(
    small_desk: Desk, tmp_path: Path, provincial: Mapping
) -> None:
    rows = table("provincial.csv")
    rows[3][1] = "=cmd|' /C calc'!A0"
    path = tmp_path / "list.csv"
    path.write_text("\n".join(",".join(row) for row in rows), encoding="utf-8")

    assert (4, "事项名称", "单元格是公式") in errors(small_desk.plan(path, provincial))


def test_code_that_a_spreadsheet_rounded_is_an_error(
    small_desk: Desk, write_sheet: WriteSheet, provincial: Mapping
) -> None:
    rows: list[list[object]] = [list(row) for row in table("provincial.csv")]
    rows[3][2] = 1153000001514567800

    plan = small_desk.plan(write_sheet(rows), provincial)

    assert (4, "事项编码", "数字过长，表格软件已丢失末尾几位") in errors(plan)


def test_package_that_declares_too_much_is_refused(
    small_desk: Desk, write_sheet: WriteSheet, provincial: Mapping
) -> None:
    path = repacked(write_sheet(table("provincial.csv")), "xl/bomb.bin", bytes(5 * 2**20))

    with pytest.raises(ExpandsTooFarError, match="declares"):
        small_desk.plan(path, provincial)


def test_package_that_declares_less_than_it_holds_is_refused(
    small_desk: Desk, write_sheet: WriteSheet, provincial: Mapping
) -> None:
    path = repacked(write_sheet(table("provincial.csv")), "xl/bomb.bin", bytes(5 * 2**20))
    true, lie = (5 * 2**20).to_bytes(4, "little"), (1000).to_bytes(4, "little")
    data = path.read_bytes()
    assert data.count(true) == 2  # in the part's own header and in the directory
    path.write_bytes(data.replace(true, lie))

    with pytest.raises(ExchangeError):
        small_desk.plan(path, provincial)


def test_small_package_of_one_repeated_byte_is_refused_by_its_ratio(
    small_desk: Desk, write_sheet: WriteSheet, provincial: Mapping
) -> None:
    path = repacked(write_sheet(table("provincial.csv")), "xl/bomb.bin", bytes(3 * 2**20))

    with pytest.raises(ExpandsTooFarError):
        small_desk.plan(path, provincial)


def test_sheet_with_entities_is_refused(
    small_desk: Desk, write_sheet: WriteSheet, provincial: Mapping
) -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbb">]><a>&b;</a>'
    path = repacked(write_sheet(table("provincial.csv")), SHEET, bomb)

    with pytest.raises(ExpandsTooFarError, match="entities"):
        small_desk.plan(path, provincial)


def test_damaged_sheet_is_refused_in_a_sentence(
    small_desk: Desk, write_sheet: WriteSheet, provincial: Mapping
) -> None:
    path = repacked(write_sheet(table("provincial.csv")), SHEET, b"<worksheet><sheetData><row")

    with pytest.raises(UnreadableFileError) as refused:
        small_desk.plan(path, provincial)

    assert "内容损坏" in refused.value.user_message


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_more_rows_than_the_maximum_are_refused(
    small_desk: Desk, write_sheet: WriteSheet, tmp_path: Path, provincial: Mapping, ending: str
) -> None:
    rows = table("provincial.csv")
    many = [*rows[:3], *([*rows[3][:2], f"X{at}", *rows[3][3:]] for at in range(51))]
    if ending == "xlsx":
        path = write_sheet(many)
    else:
        path = tmp_path / "list.csv"
        path.write_text("\n".join(",".join(row) for row in many), encoding="utf-8")

    with pytest.raises(TooManyRowsError) as refused:
        small_desk.plan(path, provincial)

    assert "行数超过上限 50 行" in refused.value.user_message
    assert small_desk.drafts() == {}


def test_row_number_beyond_any_sheet_is_refused(
    small_desk: Desk, write_sheet: WriteSheet, provincial: Mapping
) -> None:
    path = write_sheet(table("provincial.csv"))
    with zipfile.ZipFile(path) as package:
        sheet = package.read(SHEET)
    assert b'r="6"' in sheet

    with pytest.raises(ExchangeError):
        small_desk.plan(repacked(path, SHEET, sheet.replace(b'r="6"', b'r="9999999"')), provincial)


def test_large_file_is_refused(small_desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(b"a" * (2**20 + 1))

    with pytest.raises(FileTooLargeError):
        small_desk.plan(path)


@pytest.mark.parametrize(
    "data",
    [
        "事项编码,事项名称\n".encode("utf-16"),
        "事项编码,事项名称\nM0103,".encode() + b"\xff\xfe\xfa",
        "事項編碼,事項名稱\nM0103,遺失補領國民身分證的辦理流程說明\n".encode("big5"),
        bytes(range(128, 256)) * 4,
    ],
    ids=["utf-16", "broken utf-8", "big5", "noise"],
)
def test_text_in_another_encoding_is_refused(small_desk: Desk, tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(data)

    with pytest.raises(UnknownEncodingError) as refused:
        small_desk.plan(path)

    assert "UTF-8" in refused.value.user_message


def test_header_without_the_mapped_columns_names_what_is_missing(
    small_desk: Desk, write_sheet: WriteSheet, provincial: Mapping
) -> None:
    rows = table("provincial.csv")
    rows[2][5] = "时限甲"

    with pytest.raises(ColumnsMissingError) as refused:
        small_desk.plan(write_sheet(rows), provincial)

    assert refused.value.missing == ("法定办结时限",)


def test_unknown_ending_is_refused(small_desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "list.xls"
    path.write_bytes(b"\xd0\xcf\x11\xe0")

    with pytest.raises(UnknownFormatError):
        small_desk.plan(path)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.json", '[{"code": "M0103"'),
        ("a.json", '[{"code": "M0103"}] []'),
        ("a.json", '[{"code": "M0103", "code": "M0104"}]'),
        ("a.json", "[" * 100_000),
        ("a.json", '{"a": ' * 100_000),
        ("a.yaml", "- &a {code: M0103}\n- *a\n"),
        ("a.yaml", "- {code: [}\n"),
        ("a.yaml", "- code: " + "[" * 50 + "]" * 50),
        ("a.yaml", "code: M0103\n"),
        ("a.yaml", "- !!python/object/apply:os.system [ls]\n"),
    ],
)
def test_broken_or_hostile_records_are_refused(
    small_desk: Desk, tmp_path: Path, name: str, text: str
) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")

    with pytest.raises(ExchangeError):
        small_desk.plan(path)

    assert small_desk.drafts() == {}


def test_guide_in_json_with_an_unknown_department_is_an_error(
    small_desk: Desk, tmp_path: Path
) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps([{"code": "M200001", "audience": "外星人"}]), encoding="utf-8")

    assert (1, "audience", "不是可用的取值") in errors(small_desk.plan(path))
