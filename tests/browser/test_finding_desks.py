"""Search, duplicates, hot issues and attachments at the desks, in a real browser."""

import io
import re

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from foundation.access.permissions import Role
from foundation.clock import SystemClock
from foundation.events.outbox import Outbox
from foundation.settings import ROOT
from routing.finding.assembly import look_once
from routing.finding.words import QueryReader
from routing.hot_issues.service import HotIssueRules, HotIssues
from tests.desk_fixtures import DeskService
from tests.desk_steps import (
    Open,
    acts_of,
    back_to_dispatcher,
    choose,
    notice,
    press,
    registered_call,
    ticket_of,
)

pytestmark = pytest.mark.browser


def _picture() -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (400, 300), (200, 30, 30)).save(written, "JPEG")
    return written.getvalue()


def _find(page: Page, words: str) -> None:
    page.locator("[data-mark=find-words]").fill(words)
    press(page, "find")


def test_desk_finds_keeps_a_filter_and_exports(desk_service: DeskService, open_desk: Open) -> None:
    number = registered_call(open_desk(desk_service.account(Role.OPERATOR)))["number"]
    ticket, _ = ticket_of(desk_service, number)
    supervisor = desk_service.account(Role.SUPERVISOR, name="周琳")
    page = open_desk(supervisor)
    page.get_by_role("link", name="工单查找").click()
    expect(page.locator("h1")).to_have_text("工单查找")

    _find(page, "不会有人说的话")
    expect(page.locator(".desk-empty", has_text="没有符合条件的工单")).to_be_visible()
    _find(page, f"{number} 烧烤店")
    expect(page.locator(".desk-row")).to_have_count(1)
    choose(page, ticket.ticket_no)
    expect(page.locator(".desk-help [data-mark=ticket-no]")).to_contain_text(ticket.ticket_no)
    assert "13812345678" not in page.content()

    page.locator("[data-mark=filter-name]").fill("烧烤店油烟")
    press(page, "keep-filter")
    expect(page.locator("[data-mark=kept-filters]")).to_contain_text("烧烤店油烟")
    _find(page, "")
    page.get_by_role("button", name="烧烤店油烟").click()
    expect(page.locator("[data-mark=find-words]")).to_have_value(f"{number} 烧烤店")
    expect(page.locator(".desk-row")).to_have_count(1)

    with page.expect_download() as downloading:
        press(page, "export")
    assert downloading.value.suggested_filename == "tickets.xlsx"
    assert acts_of(desk_service, supervisor) >= {"ticket.read", "ticket.export"}


def test_desk_proposes_a_duplicate_with_why_and_merges_it_with_one_click(
    desk_service: DeskService, open_desk: Open
) -> None:
    operator = desk_service.account(Role.OPERATOR)
    first, second, third = (
        registered_call(open_desk(operator), "望江苑小区")["number"] for _ in range(3)
    )
    for number in (first, second, third):
        back_to_dispatcher(desk_service, number)
    page = open_desk(desk_service.account(Role.DISPATCHER, name="王敏"))

    choose(page, f"{second}-1")
    pair = page.locator(f'[data-pair="{second}-1+{first}-1"]')
    expect(pair).to_contain_text("同一地点：望江苑")
    expect(pair).to_contain_text("相同的词：")
    other = page.locator(f'[data-pair="{second}-1+{third}-1"]')
    other.locator("[data-mark=not-duplicate]").click()
    expect(notice(page, "不再提示重复")).to_be_visible()
    expect(other).to_have_count(0)
    pair.locator("[data-mark=merge-duplicate]").click()
    expect(notice(page, f"已并入{first}-1")).to_be_visible()

    assert ticket_of(desk_service, second)[0].merged_into == f"{first}-1"
    choose(page, f"{third}-1")
    expect(page.locator("[data-mark=ticket-no]")).to_contain_text(third)
    # Drawn after the possible duplicates.
    expect(page.locator("[data-mark=attachments]")).to_be_visible()
    expect(page.locator(f'[data-pair="{third}-1+{second}-1"]')).to_have_count(0)


def test_desk_shows_a_hot_issue_and_notes_it(desk_service: DeskService, open_desk: Open) -> None:
    operator = desk_service.account(Role.OPERATOR)
    for _ in range(2):
        registered_call(open_desk(operator), "听松阁小区")
    clock = SystemClock()
    rules = HotIssueRules(least=2, growth=1.0)
    issues = HotIssues(clock, Outbox(clock), QueryReader(ROOT / "var" / "cache"), rules)
    assert look_once(desk_service.database, issues, at_once=True)
    page = open_desk(desk_service.account(Role.DISPATCHER, name="王敏"))

    expect(page.locator("[data-mark=hot-issues]")).to_have_text(re.compile("! 热点 \\d+"))
    press(page, "hot-issues")
    issue = page.locator("[data-issue]", has_text="听松阁")
    expect(issue).to_contain_text("件，平时")
    issue.locator("[data-mark=hot-note]").fill("请城管局集中整治")
    issue.locator("[data-mark=hot-noted]").click()
    expect(issue.locator(".desk-tag")).to_have_text("已关注")
    expect(issue).to_contain_text("说明：请城管局集中整治")

    desk = open_desk(desk_service.account(Role.SUPERVISOR, name="周敏"))
    press(desk, "hot-issues")
    same = desk.locator("[data-issue]", has_text="说明：请城管局集中整治").first
    same.locator("[data-mark=hot-handled]").click()
    expect(desk.locator(".desk-notice", has_text="已记下")).to_be_visible()
    expect(same).to_have_count(0)


def test_desk_keeps_a_picture_and_the_department_sees_the_protected_one_blacked_out(
    desk_service: DeskService, open_desk: Open
) -> None:
    operator = open_desk(desk_service.account(Role.OPERATOR))
    number = registered_call(operator, confidential=True)["number"]
    ticket, _ = ticket_of(desk_service, number)
    page = open_desk(desk_service.account(Role.DISPATCHER, name="王敏"))
    choose(page, ticket.ticket_no)

    files = page.locator("[data-mark=attachments]")
    chosen = {"name": "我家门口.jpg", "mimeType": "image/jpeg", "buffer": _picture()}
    files.locator("input[type=file]").set_input_files([chosen])
    expect(files).to_contain_text("我家门口.jpg")
    expect(files).to_contain_text("遮盖之前承办单位看不到")
    files.locator("[data-mark=redact]").click()
    image = page.locator("[data-mark=redact-image] img")
    # As large as it is shown: loaded, so that the corners are the picture's own.
    expect(image).to_have_js_property("naturalWidth", 400)
    image.element_handle().wait_for_element_state("stable")  # the dialog has opened
    box = image.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 10, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.up()
    expect(page.locator("[data-mark=redact-image] svg rect")).to_have_count(1)
    press(page, "redact-save")
    expect(files).to_contain_text("已遮盖")
    press(page, "confirm-redaction")
    expect(page.locator(".desk-work")).to_contain_text("已确认第1稿")
    press(page, "dispatch-1")
    expect(notice(page, "已派给")).to_be_visible()

    lead = ticket_of(desk_service, number)[1]
    inbox = open_desk(desk_service.account(Role.DEPARTMENT_HANDLER, name="陈立", department=lead))
    choose(inbox, ticket.ticket_no)
    shown = inbox.locator("[data-mark=attachments]")
    expect(shown).to_contain_text("附件1.jpg")
    expect(shown).not_to_contain_text("我家门口")
    address = shown.locator("a.desk-link").get_attribute("href")
    answer = inbox.request.get(desk_service.url + str(address))
    seen = Image.open(io.BytesIO(answer.body()))
    assert seen.size == (400, 300)
    assert seen.getpixel((60, 60)) == (0, 0, 0)
    assert seen.convert("RGB").getpixel((390, 290))[0] > 150
