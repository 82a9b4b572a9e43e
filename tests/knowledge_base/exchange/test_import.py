"""Lists of a province and a county become drafts; every test runs on both databases."""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from foundation.access.errors import ActionNotAllowedError
from foundation.access.models import AuditRow
from foundation.events.models import OutboxMessage
from knowledge_base.entries.errors import StaleEntryError
from knowledge_base.entries.models import Entry, EntryVersion
from knowledge_base.entries.states import EntryState
from knowledge_base.exchange.errors import ImportRejectedError
from knowledge_base.exchange.mapping import Mapping
from tests.knowledge_base.exchange.conftest import (
    REASON,
    Desk,
    WriteSheet,
    errors,
    table,
    to_complete,
)


def test_provincial_list_becomes_drafts_with_limits_documents_fees_and_laws(
    desk: Desk, write_sheet: WriteSheet, provincial: Mapping
) -> None:
    plan = desk.apply(write_sheet(table("provincial.csv")), provincial)

    drafts = desk.drafts()
    assert (plan.counts.rows, plan.counts.new, plan.counts.errors) == (3, 3, 0)
    assert sorted(drafts) == ["M200001", "M200002", "M200003"]
    driving = drafts["M200003"]
    law = {"law": "中华人民共和国道路交通安全法", "article": "第十九条"}
    assert (driving["title"], driving["department"]) == ("机动车驾驶证补领", "JJ")
    assert driving["implementing_code"] == "11530000015145678A4000109003000"
    assert driving["time_limit"] == {
        "statutory": {"amount": 1, "unit": "工作日", "basis": [law]},
        "committed": {"amount": 1, "unit": "小时"},
    }
    assert driving["fee"] == {
        "free": False,
        "items": [{"name": "驾驶证工本费", "amount_yuan": 10.0, "unit": "每本", "basis": [law]}],
    }
    assert driving["materials"]["documents"] == [
        {"name": "机动车驾驶证遗失的书面声明"},
        {"name": "居民身份证", "form": "原件", "copies": 1},
    ]
    assert driving["ways"] == ["窗口", "自助终端"]
    birth = drafts["M200002"]
    assert birth["time_limit"]["committed"] == {"amount": 0, "unit": "即办"}
    assert birth["legal_basis"] == [{"law": "中华人民共和国母婴保健法", "article": "第二十三条"}]
    assert birth["fee"] == {"free": True, "basis": birth["legal_basis"]}
    assert birth["materials"]["documents"][1] == {
        "name": "首次签发登记表",
        "form": "原件",
        "copies": 1,
        "deferrable": True,
    }
    assert drafts["M200001"]["time_limit"]["committed"] == {"amount": 7, "unit": "工作日"}


def test_law_that_the_city_does_not_list_is_left_to_the_editor(
    desk: Desk, write_sheet: WriteSheet, provincial: Mapping
) -> None:
    rows = table("provincial.csv")
    rows[3][13] = "《某省养犬管理条例》第八条"

    plan = desk.plan(write_sheet(rows), provincial)

    # The sheet's header stands in its third row: the first matter in the fourth.
    missing = "法规目录里没有《某省养犬管理条例》"
    assert to_complete(plan) == [(4, "法定办结时限", missing)]


def test_county_rows_of_one_matter_are_joined_and_unknown_department_is_reported(
    desk: Desk, tmp_path: Path, county: Mapping
) -> None:
    path = tmp_path / "county.csv"
    text = "\n".join(",".join(row) for row in table("county.csv"))
    path.write_bytes(text.encode("gb18030"))

    plan = desk.apply(path, county)

    drafts = desk.drafts()
    assert sorted(drafts) == ["M300001", "M300002"]
    assert drafts["M300001"]["materials"]["documents"] == [
        {"name": "居民身份证", "form": "原件", "copies": 1},
        {"name": "近期免冠照片", "copies": 2},
    ]
    assert drafts["M300001"]["time_limit"]["committed"] == {"amount": 15, "unit": "工作日"}
    assert (drafts["M300001"]["visits"], drafts["M300001"]["department"]) == (1, "CL")
    assert drafts["M300001"]["tags"] == {"one_visit": True}
    assert "department" not in drafts["M300002"]
    assert (4, "部门", "没有名为“城关派出所户籍室”的单位，该项留空") in to_complete(plan)
    assert [one["name"] for one in drafts["M300002"]["materials"]["documents"]] == [
        "出生医学证明",
        "父母居民户口簿",
    ]


def test_same_file_twice_changes_nothing(
    desk: Desk, write_sheet: WriteSheet, provincial: Mapping
) -> None:
    path = write_sheet(table("provincial.csv"))
    desk.apply(path, provincial)
    before = _state(desk)

    again = desk.apply(path, provincial)

    assert (again.counts.unchanged, again.draft_count) == (3, 0)
    assert _state(desk) == before


def test_changed_row_continues_its_own_draft_and_keeps_what_the_list_does_not_say(
    desk: Desk, write_sheet: WriteSheet, provincial: Mapping
) -> None:
    rows = table("provincial.csv")
    desk.apply(write_sheet(rows), provincial)
    with desk.database.transaction() as session:
        content = {**desk.drafts()["M200003"], "complaint_phone": "12328"}
        desk.entries.drafts.save(session, desk.editor, content, "补投诉电话", 1)

    rows[5][6] = "2小时"
    plan = desk.apply(write_sheet(rows), provincial)

    assert (plan.counts.changed, plan.counts.unchanged) == (1, 2)
    draft = desk.drafts()["M200003"]
    assert draft["time_limit"]["committed"] == {"amount": 2, "unit": "小时"}
    assert draft["complaint_phone"] == "12328"


def test_one_broken_row_keeps_the_whole_file_out(
    desk: Desk, write_sheet: WriteSheet, provincial: Mapping
) -> None:
    rows = table("provincial.csv")
    rows[4][4], rows[5][5], rows[5][9] = "省大数据局", "尽快", "看情况"
    path = write_sheet(rows)

    plan = desk.plan(path, provincial)

    assert errors(plan) == [
        (5, "实施主体", "没有名为“省大数据局”的单位"),
        (6, "法定办结时限", "“尽快”不是可用的时限"),
        (6, "是否收费", "“看情况”看不出是“是”还是“否”"),
    ]
    with pytest.raises(ImportRejectedError):
        desk.imports.apply(plan, desk.editor, REASON)
    assert _state(desk) == (0, 0, 0, 0)


def test_dry_run_writes_nothing(desk: Desk, write_sheet: WriteSheet, provincial: Mapping) -> None:
    plan = desk.plan(write_sheet(table("provincial.csv")), provincial)

    assert plan.draft_count == 3
    assert _state(desk) == (0, 0, 0, 0)


def test_matter_that_stands_twice_in_a_file_is_an_error(
    desk: Desk, write_sheet: WriteSheet, provincial: Mapping
) -> None:
    rows = table("provincial.csv")
    plan = desk.plan(write_sheet([*rows, rows[-1]]), provincial)

    assert errors(plan) == [(7, "事项编码", "与第 6 行是同一个事项")]


def test_contradiction_between_free_and_a_fee_is_an_error(
    desk: Desk, write_sheet: WriteSheet, provincial: Mapping
) -> None:
    rows = table("provincial.csv")
    rows[5][9] = "否"

    plan = desk.plan(write_sheet(rows), provincial)

    assert errors(plan) == [(6, "是否收费", "写了不收费，又列出了收费标准")]


def test_import_is_audited_for_each_entry_and_announced_once(
    desk: Desk, write_sheet: WriteSheet, provincial: Mapping
) -> None:
    desk.apply(write_sheet(table("provincial.csv")), provincial)

    with desk.database.reading() as session:
        query = select(AuditRow.action, AuditRow.subject).order_by(AuditRow.id)
        audited = [tuple(row) for row in session.execute(query)]
        messages = [(one.topic, one.payload) for one in session.scalars(select(OutboxMessage))]
        states = {one.state for one in session.scalars(select(EntryVersion))}
        authors = {one.author for one in session.scalars(select(EntryVersion))}
    assert audited == [
        ("knowledge.imported", "list.xlsx 3"),
        ("knowledge.drafted", "M200001 draft"),
        ("knowledge.drafted", "M200002 draft"),
        ("knowledge.drafted", "M200003 draft"),
    ]
    told = {"file": "list.xlsx", "new": 3, "changed": 0}
    assert messages == [("knowledge.imported", told)]
    assert (states, authors) == ({EntryState.DRAFT}, {desk.editor.id})


def test_entry_under_review_is_not_overwritten(
    desk: Desk, write_sheet: WriteSheet, provincial: Mapping
) -> None:
    rows = table("provincial.csv")
    desk.apply(write_sheet(rows), provincial)
    with desk.database.transaction() as session:
        desk.entries.drafts.submit(session, desk.editor, "M200003", 1)
    rows[5][6] = "2小时"

    plan = desk.plan(write_sheet(rows), provincial)

    assert errors(plan) == [(6, "整行", "该事项正在审核，不能改动")]


def test_entry_changed_after_the_dry_run_stops_the_import_as_a_whole(
    desk: Desk, write_sheet: WriteSheet, provincial: Mapping
) -> None:
    rows = table("provincial.csv")
    desk.apply(write_sheet(rows), provincial)
    rows[3][6], rows[5][6] = "8(工作日)", "2小时"
    plan = desk.plan(write_sheet(rows), provincial)
    with desk.database.transaction() as session:
        content = {**desk.drafts()["M200003"], "region": "东区"}
        desk.entries.drafts.save(session, desk.editor, content, "改区域", 1)

    with pytest.raises(StaleEntryError):
        desk.imports.apply(plan, desk.editor, REASON)

    assert desk.drafts()["M200001"]["time_limit"]["committed"]["amount"] == 7


def test_operator_may_not_import(desk: Desk, write_sheet: WriteSheet, provincial: Mapping) -> None:
    plan = desk.plan(write_sheet(table("provincial.csv")), provincial)

    with pytest.raises(ActionNotAllowedError):
        desk.imports.apply(plan, desk.operator, REASON)

    assert _state(desk) == (0, 0, 0, 0)


def _state(desk: Desk) -> tuple[int, int, int, int]:
    """How many entries, versions and audit lines there are, and the sum of the lock versions."""
    with desk.database.reading() as session:
        counts = [
            session.scalar(select(func.count()).select_from(table))
            for table in (Entry, EntryVersion, AuditRow)
        ]
        locks = session.scalar(select(func.sum(Entry.lock_version)))
    return counts[0] or 0, counts[1] or 0, counts[2] or 0, locks or 0


def test_report_names_the_matter_and_what_of_a_column_is_missing_and_says_nothing_twice(
    desk: Desk, write_sheet: WriteSheet
) -> None:
    mapping = Mapping.model_validate(
        {
            "name": "清单",
            "identity": {"field": "implementing_code", "new_from": "M500001"},
            "columns": {
                "事项": "title",
                "编码": "implementing_code",
                "单位": "department",
                "条件": "conditions.facts",
                "链接": "online.entries",
            },
            "constants": {"source": {"title": "清单"}, "valid_from": "2026-01-01"},
            "defaults": {"category": "综合", "audience": "both", "summary": "{事项}。"},
            "departments": {"unknown": "leave_empty"},
        }
    )
    row = ("犬只寄养备案", "A1", "犬只局", "有场地；有人员", "https://zw.example/a")

    plan = desk.apply(write_sheet([("事项", "编码", "单位", "条件", "链接"), row]), mapping)

    assert to_complete(plan) == [
        (2, "单位", "没有名为“犬只局”的单位，该项留空"),
        (2, "别名", "缺少这一项"),
        (2, "条件", "第1项 › 依据：缺少这一项"),
        (2, "条件", "第2项 › 依据：缺少这一项"),
        (2, "设定依据", "缺少这一项"),
    ]
    assert {(one.code, one.title) for one in plan.findings()} == {("M500001", "犬只寄养备案")}
    (content,) = desk.drafts().values()
    assert content["online"] == {
        "entries": [{"name": "网上办理入口", "url": "https://zw.example/a"}]
    }
