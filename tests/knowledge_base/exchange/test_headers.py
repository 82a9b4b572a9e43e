"""Columns of somebody else's list are found whatever stands around them."""

import pytest

from knowledge_base.exchange.errors import ColumnsMissingError, UnreadableFileError
from knowledge_base.exchange.mapping import Mapping
from knowledge_base.exchange.materials import documents
from knowledge_base.exchange.readers.header import Header, found_header
from knowledge_base.exchange.rows import Severity
from tests.knowledge_base.exchange.conftest import REASON, Desk, WriteSheet, errors, to_complete

EXPECTED = {"事项名称": ("主项名称",), "实施主体": ("实施机构",), "法定办结时限": ("法定时限",)}
LAW = "《中华人民共和国居民身份证法》第十一条"


@pytest.mark.parametrize(
    ("top", "last_row", "names"),
    [
        ([["事项名称", "实施主体"]], 1, ("事项名称", "实施主体")),
        ([["某市清单"], [], ["序号", "主项名称", "实施机构"]], 3, ("序号", "事项名称", "实施主体")),
        ([[" 事 项\n名称 ", "＊实施主体（必填）"]], 1, ("事项名称", "实施主体")),
        ([["★事项名称：", "实施主体*"]], 1, ("事项名称", "实施主体")),
        (
            [["事项名称", "办结时限", ""], ["", "法定", "承诺"]],
            2,
            ("事项名称", "法定办结时限", "承诺"),
        ),
        (
            [["基本信息", "", "时限", ""], ["事项名称", "实施主体", "法定办结", "承诺"]],
            2,
            ("事项名称", "实施主体", "法定办结时限", "承诺"),
        ),
        (
            [["事项名称", "实施主体", "法定", ""], ["", "", "时限", "依据"]],
            2,
            ("事项名称", "实施主体", "法定办结时限", "依据"),
        ),
        # The column's own name goes before another name of it.
        ([["主项名称", "事项名称"]], 1, ("主项名称", "事项名称")),
    ],
)
def test_header_is_found_among_titles_marks_and_merged_rows(
    top: list[list[str]], last_row: int, names: tuple[str, ...]
) -> None:
    assert found_header(top, EXPECTED) == Header(last_row, names)


def test_unit_in_the_brackets_of_a_header_is_kept() -> None:
    found = found_header([["事项名称", "法定时限（工作日）"]], EXPECTED)

    assert found == Header(1, ("事项名称", "法定办结时限"), {"法定办结时限": "工作日"})


def test_column_that_stands_twice_is_refused() -> None:
    with pytest.raises(UnreadableFileError) as refused:
        found_header([["事项名称", "实施主体", "实 施 主 体"]], EXPECTED)

    assert "“实施主体”出现了 2 次" in refused.value.user_message


def test_rows_without_any_known_column_are_refused() -> None:
    with pytest.raises(ColumnsMissingError) as refused:
        found_header([["甲", "乙"], ["1", "2"]], EXPECTED)

    assert "甲、乙" in refused.value.user_message


def test_government_list_with_other_names_titles_and_notes_becomes_drafts(
    small_desk: Desk, write_sheet: WriteSheet, provincial: Mapping
) -> None:
    header = [
        *("序号", "政务服务事项名称", "实施编码", "实施机构", "法定时限（工作日）", "承诺时限"),
        *("办理材料", "办公地址", "收费情况", "收费项目及标准", "办理方式", "法律依据"),
        *("申请条件", "跑动次数", "咨询方式", "版本号"),
    ]
    materials = "1.申请表（原件1份；手写签名）2.居民身份证（复印件1份）3.照片"
    place, phone = "中心二楼", "12385"
    row = [
        *("1", "灯牌登记", "530X1", "市公安局", "20", "即办", materials, place, "否", ""),
        *("窗口办理", LAW, "年满十八周岁", "1次", phone, "3"),
    ]
    notes = [["注：本清单自发布之日起执行。"], ["填表人：某某", "日期：2026年1月1日"]]
    path = write_sheet([["某市事项清单"], [], header, row, header, *notes])

    plan = small_desk.plan(path, provincial)
    assert errors(plan) == []
    small_desk.imports.apply(plan, small_desk.editor, REASON)

    draft = small_desk.drafts()["M200001"]
    basis = [{"law": "中华人民共和国居民身份证法", "article": "第十一条"}]
    assert draft["time_limit"] == {
        "statutory": {"amount": 20, "unit": "工作日", "basis": basis},
        "committed": {"amount": 0, "unit": "即办"},
    }
    assert [one["name"] for one in draft["materials"]["documents"]][1:] == ["居民身份证", "照片"]
    assert draft["conditions"]["facts"] == [{"text": "年满十八周岁", "basis": basis}]
    assert (draft["visits"], draft["consultation_phone"], draft["department"]) == (1, "12385", "GA")
    told = [(one.row, one.field) for one in plan.findings() if one.severity is Severity.NOTE]
    assert told == [(0, "表头"), (5, "整行"), (6, "整行"), (7, "整行")]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("7(工作日)", {"amount": 7, "unit": "工作日"}),
        ("7个工作日", {"amount": 7, "unit": "工作日"}),
        ("20（自然日）", {"amount": 20, "unit": "日"}),
        ("1小时", {"amount": 1, "unit": "小时"}),
        ("即办", {"amount": 0, "unit": "即办"}),
        ("当场办结", {"amount": 0, "unit": "即办"}),
        ("无", None),
    ],
)
def test_limit_of_a_list_becomes_a_value_with_its_unit_or_is_reported(
    small_desk: Desk, write_sheet: WriteSheet, provincial: Mapping, text: str, value: object
) -> None:
    header = [
        *("事项名称", "事项编码", "实施主体", "法定办结时限", "承诺办结时限", "申请材料"),
        *("办理地点", "是否收费", "办理形式", "设定依据"),
    ]
    row = ["灯牌登记", "1", "市公安局", "30日", text, "申请表", "二楼", "否", "窗口办理", LAW]

    plan = small_desk.apply(write_sheet([header, row]), provincial)

    draft = small_desk.drafts()["M200001"]
    assert draft["time_limit"].get("committed") == value
    told = [(one.row, one.problem) for one in plan.findings()]
    assert told == ([] if value else [(2, "写的是“无”，该项留空")])
    assert (errors(plan), to_complete(plan)) == ([], [])


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("1.申请表；2.营业执照", ["申请表", "营业执照"]),
        ("1．申请表2．营业执照3．照片", ["申请表", "营业执照", "照片"]),
        ("（1）申请表\n（2）营业执照", ["申请表", "营业执照"]),
        ("1、申请表；一式两份；2、营业执照", ["申请表；一式两份", "营业执照"]),
        ("①申请表②营业执照", ["申请表", "营业执照"]),
        ("申请表；近1.5年的流水", ["申请表", "近1.5年的流水"]),
        ("申请表；附表2.说明", ["申请表", "附表2.说明"]),
    ],
)
def test_documents_in_one_cell_are_split_at_their_numbers(text: str, names: list[str]) -> None:
    assert [one["name"] for one in documents(text, None)] == names
