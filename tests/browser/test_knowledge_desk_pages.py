"""The knowledge desk in a real browser: hit test, lists, board, import, who may enter."""

import pytest
from playwright.sync_api import Page, expect

from foundation.access.permissions import Role
from knowledge_base.entries.content import guide_form
from knowledge_base.entries.text_form import as_text
from knowledge_base.loader import load_library
from tests.desk_fixtures import DeskService
from tests.desk_steps import Open, notice, press
from tests.knowledge_desk_steps import (
    BOARD,
    CHECKED_MS,
    DESK,
    HIT_TEST,
    IMPORT,
    INQUIRIES,
    QUESTIONS,
    REVIEW,
    TESTS,
    open_entry,
    stored,
    until_ready,
    write_anew,
)

pytestmark = pytest.mark.browser


def test_knowledge_desk_hit_test_shows_each_step_and_writes_nothing(
    desk_service: DeskService, open_desk: Open
) -> None:
    page = open_desk(desk_service.account(Role.KNOWLEDGE_EDITOR))
    page.goto(desk_service.url + HIT_TEST)
    until_ready(desk_service)
    before = stored(desk_service)

    page.locator("[data-mark=question]").fill("身份症掉了补办要多少钱，我电话13812345678")
    page.keyboard.press("Enter")

    expect(page.locator("[data-mark=answer]")).to_contain_text("40元/证")
    expect(page.locator("[data-mark=answer]")).to_contain_text("来源：")
    expect(page.locator("[data-mark=decision]")).to_have_text("✓ 直接回答")
    expect(page.locator("[data-step='1']")).to_contain_text("收费")
    assert "13812345678" not in page.locator(".know-steps").inner_text()
    for channel in ("dense", "lexical", "sounds"):
        hits = page.locator(f"[data-channel={channel}] .know-hit")
        expect(hits.first).to_contain_text("居民身份证丢失补领")
    expect(page.locator("[data-mark=candidates] tr").first).to_contain_text("M0103")
    assert stored(desk_service) == before


def test_knowledge_desk_browses_by_category_state_and_page(
    desk_service: DeskService, open_desk: Open
) -> None:
    page = open_desk(desk_service.account(Role.KNOWLEDGE_EDITOR))
    rows = page.locator(".desk-row")
    expect(rows).to_have_count(50)
    first = rows.first.get_attribute("data-row")
    press(page, "page-after")
    expect(rows.first).not_to_have_attribute("data-row", first or "")
    expect(page.locator(".know-paging")).to_contain_text("51–100")

    page.goto(desk_service.url + DESK + "?category=税务")
    expect(page.locator(".desk-row .desk-time").first).to_have_text("税务")
    assert set(page.locator(".desk-row .desk-time").all_inner_texts()) == {"税务"}
    page.keyboard.press("Control+k")
    page.keyboard.type("没有这样的条目")
    expect(page.locator(".desk-queue .desk-empty")).to_contain_text("没有符合条件的条目")


def test_knowledge_desk_board_answers_its_question_with_chart_and_table(
    desk_service: DeskService, open_desk: Open
) -> None:
    page = open_desk(desk_service.account(Role.KNOWLEDGE_REVIEWER))
    page.goto(desk_service.url + BOARD)
    expect(page.locator("[data-mark=coverage-chart] canvas")).to_be_visible(timeout=CHECKED_MS)
    expect(page.get_by_role("heading", name="哪些类别的要素还没有写全？")).to_be_visible()

    page.locator("[data-mark=coverage-table] summary").click()
    page.locator("[data-mark=coverage-table]").get_by_role("link", name="税务").click()

    page.wait_for_url("**/desk/knowledge?category=*")
    expect(page.locator(".desk-row .desk-time").first).to_have_text("税务")


def upload(page: Page, name: str, content: bytes, mark: str = "file") -> None:
    file = {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    page.locator(f"[data-mark=upload-{mark}] input[type=file]").set_input_files([file])


def test_knowledge_desk_imports_a_file_after_a_preview(
    desk_service: DeskService, open_desk: Open
) -> None:
    page = open_desk(desk_service.account(Role.KNOWLEDGE_EDITOR))
    page.goto(desk_service.url + IMPORT)
    guide = guide_form(load_library().matters["M0206"])
    changed = {**guide, "summary": "导入时改写的一句话说明。"}
    upload(page, "指南.yml", as_text([changed, {**guide, "fee": {"free": "也许"}}]).encode())
    result = page.locator("[data-mark=import-result]")
    expect(result).to_contain_text("有错误，整个文件没有导入")
    expect(page.locator("[data-mark=import-rows]")).to_contain_text("! 错误")
    assert page.locator("[data-mark=apply]").count() == 0

    upload(page, "指南.yml", as_text([changed]).encode())
    expect(result).to_contain_text("未写入（试运行）")
    before = stored(desk_service)
    page.keyboard.press("F2")
    press(page, "apply-yes")

    expect(result).to_contain_text("已导入为草稿")
    assert stored(desk_service)[1] == (before[1] or 0) + 1
    with page.expect_download() as report:
        press(page, "report")
    assert report.value.suggested_filename == "导入报告.xlsx"
    page.goto(desk_service.url + DESK)
    open_entry(page, "M0206")
    expect(page.locator(".know-summary")).to_have_text("导入时改写的一句话说明。")
    expect(page.locator('[data-row="M0206"]')).to_contain_text("草稿")


def test_knowledge_desk_takes_an_own_mapping_and_shows_its_faults_with_their_lines(
    desk_service: DeskService, open_desk: Open
) -> None:
    page = open_desk(desk_service.account(Role.KNOWLEDGE_EDITOR))
    page.goto(desk_service.url + IMPORT)
    columns = "name: 乡镇清单\ncolumns:\n  号: code\n  名: title\n  期限:\n    to: "
    upload(page, "a.yml", f"{columns}limit\n".encode(), "mapping")
    expect(notice(page, "第 6 行")).to_be_visible()

    upload(page, "a.yml", f"{columns}time_limit.committed\n".encode(), "mapping")
    expect(page.locator("[data-mark=mapping]").first).to_contain_text("自己的映射：乡镇清单")
    upload(page, "清单.csv", "号,名,期限\nM200777,灯牌登记,3个工作日\n".encode())

    first = page.locator("[data-mark=import-first]")
    expect(first).to_contain_text("灯牌登记")
    expect(first).to_contain_text("3 工作日")


def test_knowledge_desk_import_refuses_what_it_cannot_read(
    desk_service: DeskService, open_desk: Open
) -> None:
    page = open_desk(desk_service.account(Role.KNOWLEDGE_EDITOR))
    page.goto(desk_service.url + IMPORT)

    upload(page, "damaged.xlsx", b"PK\x03\x04 no workbook")

    expect(page.locator(".desk-notice")).to_be_visible()
    expect(page.locator("[data-mark=import-result]")).to_be_empty()
    reviewer = open_desk(desk_service.account(Role.KNOWLEDGE_REVIEWER))
    reviewer.goto(desk_service.url + IMPORT)
    expect(reviewer.locator(".know-page")).to_contain_text("您的角色不能导入")


def test_knowledge_desk_is_closed_to_others(desk_service: DeskService, open_desk: Open) -> None:
    page = open_desk(desk_service.account(Role.OPERATOR))
    assert page.get_by_role("link", name="知识工作台").count() == 0

    for path in (DESK, REVIEW, HIT_TEST, BOARD, IMPORT):
        page.goto(desk_service.url + path)
        expect(page.locator(".desk-alone")).to_contain_text("您没有权限打开这个工作台")


def test_knowledge_desk_offers_reviewers_no_editing_and_editors_no_ending(
    desk_service: DeskService, open_desk: Open
) -> None:
    editor = open_desk(desk_service.account(Role.KNOWLEDGE_EDITOR))
    open_entry(editor, "M0103")
    expect(editor.locator("[data-mark=edit]")).to_be_visible()
    assert editor.locator("[data-mark=expire-1]").count() == 0

    reviewer = open_desk(desk_service.account(Role.KNOWLEDGE_REVIEWER))
    open_entry(reviewer, "M0103")
    expect(reviewer.locator("[data-mark=expire-1]")).to_be_visible()
    assert reviewer.locator("[data-mark=edit]").count() == 0


def test_knowledge_desk_holds_long_text_at_1280_pixels(
    desk_service: DeskService, open_desk: Open
) -> None:
    page = open_desk(desk_service.account(Role.KNOWLEDGE_EDITOR))
    page.set_viewport_size({"width": 1280, "height": 720})
    press(page, "new-entry")
    long = "很长的名称" * 60
    write_anew(page, f"code: M9901\ntitle: {long}\nsummary: {'a' * 900}\n")
    page.locator("[data-mark=save-reason]").fill("试写" * 100)
    press(page, "save-draft")
    expect(notice(page, "已保存 M9901 的草稿")).to_be_visible()
    open_entry(page, "M9901")
    expect(page.locator("[data-mark=entry-title]")).to_have_text(long)
    assert _fits(page)

    for path in (REVIEW, QUESTIONS, INQUIRIES, TESTS, HIT_TEST, BOARD, IMPORT):
        page.goto(desk_service.url + path)
        expect(page.locator(".know-pages")).to_be_visible()
        assert _fits(page)


def _fits(page: Page) -> bool:
    """Whether nothing hangs over the window's right edge."""
    over = (
        "[...document.querySelectorAll('body *')].filter(e => e.offsetParent &&"
        " e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('.cm-editor')).length"
    )
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth") is True and (
        page.evaluate(over) == 0
    )
