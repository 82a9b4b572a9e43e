"""The knowledge desk in a real browser: written, checked, reviewed, published, answered."""

import re

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from foundation.access.permissions import Role
from knowledge_base.entries.models import Entry, EntryVersion
from tests.desk_fixtures import DeskService
from tests.desk_steps import Open, acts_of, notice, press
from tests.knowledge_desk_steps import (
    CHECKED_MS,
    REASON,
    REVIEW,
    edit,
    heard_within,
    open_entry,
    publish,
    submit,
    to_review,
    waiting,
    write_after,
    write_anew,
)

pytestmark = pytest.mark.browser


def test_knowledge_desk_a_draft_is_reviewed_published_and_answered(
    desk_service: DeskService, open_desk: Open
) -> None:
    editor = desk_service.account(Role.KNOWLEDGE_EDITOR, name="林晓")
    page = open_desk(editor)
    expect(page.locator("h1")).to_have_text("知识工作台")
    edit(page, "M0104")
    added = "领取时由本人签名。"
    write_after(page, "summary:", added)
    submit(page)
    expect(page.locator('[data-row="M0104"]')).to_contain_text("待审核")
    assert added not in "\n".join(desk_service.citizen().say("临时身份证怎么办理"))

    reviewer = desk_service.account(Role.KNOWLEDGE_REVIEWER, name="郑岚")
    desk = open_desk(reviewer)
    to_review(desk, desk_service, "M0104")
    expect(desk.locator("[data-mark=differences] ins")).to_have_text(added)
    expect(desk.locator(".desk-work")).to_contain_text(REASON)
    publish(desk)

    expect(desk.locator('[data-row="M0104"]')).to_have_count(0)
    assert added in heard_within(desk_service, "临时身份证怎么办理", added, seconds=60)
    assert {"knowledge.drafted", "knowledge.submitted"} <= acts_of(desk_service, editor)
    assert "knowledge.published" in acts_of(desk_service, reviewer)


def test_knowledge_desk_live_check_names_the_fault_and_its_line(
    desk_service: DeskService, open_desk: Open
) -> None:
    page = open_desk(desk_service.account(Role.KNOWLEDGE_EDITOR))
    edit(page, "M0102")
    check, found = page.locator("[data-mark=check]"), page.locator(".know-finding")
    expect(check).to_have_text("✓ 没有发现问题", timeout=CHECKED_MS)

    write_after(page, "department: GA", "X")
    expect(check).to_have_text("! 1 处错误，改正后才能提交", timeout=CHECKED_MS)
    expect(found).to_contain_text("没有编码为“GAX”的单位")
    expect(found).to_contain_text("承办单位")
    line = page.locator(".cm-line.know-line")
    expect(line).to_have_text("department: GAX")

    write_anew(page, "code: M0102\ntitle: [没有写完")
    expect(found).to_contain_text("格式有误，请检查第", timeout=CHECKED_MS)
    page.locator("[data-mark=save-reason]").fill(REASON)
    press(page, "save-draft")
    expect(notice(page, "格式有误")).to_be_visible()
    with desk_service.database.reading() as session:
        assert session.get(Entry, "M0102") is None


def test_knowledge_desk_text_not_saved_waits_for_its_entry(
    desk_service: DeskService, open_desk: Open
) -> None:
    page = open_desk(desk_service.account(Role.KNOWLEDGE_EDITOR))
    edit(page, "M0102")
    write_after(page, "summary:", "这句还没有保存。")
    expect(page.locator(".cm-content")).to_contain_text("这句还没有保存。")
    open_entry(page, "M0103")

    open_entry(page, "M0102")
    expect(page.locator("[data-mark=edit]")).to_have_text("继续编辑（F2）")
    page.keyboard.press("F2")

    expect(page.locator(".cm-content")).to_contain_text("这句还没有保存。")


def test_knowledge_desk_sent_back_draft_carries_the_reviewers_words(
    desk_service: DeskService, open_desk: Open
) -> None:
    page = open_desk(desk_service.account(Role.KNOWLEDGE_EDITOR))
    edit(page, "M0201")
    write_after(page, "summary:", "请提前预约。")
    submit(page)
    desk = open_desk(desk_service.account(Role.KNOWLEDGE_REVIEWER))
    to_review(desk, desk_service, "M0201")

    desk.keyboard.press("F3")
    press(desk, "send-back-yes")
    expect(notice(desk, "理由")).to_be_visible()
    desk.locator("[data-mark=send-back-reason]").fill("预约不是必须的，请核实")
    press(desk, "send-back-yes")
    expect(notice(desk, "已退回")).to_be_visible()

    open_entry(page, "M0102")
    open_entry(page, "M0201")
    expect(page.locator("[data-version=open]")).to_contain_text("预约不是必须的，请核实")
    expect(page.locator("[data-mark=edit]")).to_have_text("继续编辑（F2）")


def test_knowledge_desk_nobody_publishes_what_they_wrote(
    desk_service: DeskService, open_desk: Open
) -> None:
    page = open_desk(desk_service.account(Role.KNOWLEDGE_EDITOR, Role.KNOWLEDGE_REVIEWER))
    edit(page, "M0202")
    write_after(page, "summary:", "旧护照一并交回。")
    submit(page)

    to_review(page, desk_service, "M0202")

    expect(page.locator("[data-mark=own-draft]")).to_contain_text("须由其他审核人员发布")
    expect(page.locator("[data-mark=publish]")).to_have_count(0)


def test_knowledge_desk_findings_are_overridden_only_with_a_reason(
    desk_service: DeskService, open_desk: Open
) -> None:
    page = open_desk(desk_service.account(Role.KNOWLEDGE_EDITOR))
    edit(page, "M0203")
    # What people call the loss of an identity card now names the loss of a passport as well.
    write_after(page, "aliases:", "\n  - 身份证找不到了")
    expect(page.locator("[data-mark=check]")).to_contain_text("放行须写理由", timeout=CHECKED_MS)
    submit(page)
    desk = open_desk(desk_service.account(Role.KNOWLEDGE_REVIEWER))
    to_review(desk, desk_service, "M0203")
    expect(desk.locator("[data-mark=publish]")).to_be_enabled(timeout=CHECKED_MS)
    expect(desk.locator(".know-finding").first).to_contain_text("身份证找不到了")

    desk.keyboard.press("F2")
    desk.locator("[data-mark=publish-reason]").fill("已核对")
    press(desk, "publish-yes")
    expect(notice(desk, "请写明放行理由")).to_be_visible(timeout=CHECKED_MS)
    desk.locator("[data-mark=publish-second]").fill("两个事项确实都这样说")
    press(desk, "publish-yes")

    expect(notice(desk, "已发布为第 2 版")).to_be_visible(timeout=CHECKED_MS)
    with desk_service.database.reading() as session:
        override = session.scalar(
            select(EntryVersion.override_reason).where(EntryVersion.code == "M0203")
        )
    assert override == "两个事项确实都这样说"


def test_knowledge_desk_ends_an_entry_and_rolls_it_back(
    desk_service: DeskService, open_desk: Open
) -> None:
    page = open_desk(desk_service.account(Role.KNOWLEDGE_REVIEWER))
    open_entry(page, "M0204")
    press(page, "expire-1")
    page.locator("[data-mark=expire-reason]").fill("政策调整，内容待核")
    press(page, "expire-yes")
    expect(page.locator('[data-version="1"]')).to_contain_text("已失效")
    expect(page.locator('[data-version="1"]')).to_contain_text("政策调整，内容待核")

    press(page, "roll-back-1")
    page.locator("[data-mark=roll-back-reason]").fill("核对无误，恢复")
    press(page, "roll-back-yes")

    expect(page.locator('[data-version="2"]')).to_contain_text("在用", timeout=CHECKED_MS)
    expect(page.locator('[data-version="2"]')).to_contain_text("由第 1 版回退而来")


def test_knowledge_desk_several_are_published_at_once_and_told_line_by_line(
    desk_service: DeskService, open_desk: Open
) -> None:
    both = desk_service.account(Role.KNOWLEDGE_EDITOR, Role.KNOWLEDGE_REVIEWER, name="高原")
    editor = desk_service.account(Role.KNOWLEDGE_EDITOR)
    added = "请本人到窗口领取。"
    for code, author in (("M0301", editor), ("M0302", editor), ("M0303", editor), ("M0304", both)):
        waiting(desk_service, author, code, added)
    page = open_desk(both)
    page.goto(desk_service.url + REVIEW)

    page.keyboard.press("F8")
    press(page, "batch-publish")
    expect(notice(page, "请先勾选条目")).to_be_visible()
    for code in ("M0301", "M0302", "M0304"):
        press(page, f"batch-{code}")
    expect(page.locator(".know-batch")).to_contain_text("已选 3 条")
    press(page, "batch-publish")
    page.locator("[data-mark=batch-publish-reason]").fill("已核对")
    press(page, "batch-publish-yes")

    expect(page.locator("[data-mark=batch-sum]")).to_have_text(
        "共 3 条，办理 2 条，未办理 1 条。", timeout=CHECKED_MS
    )
    lines = page.locator("[data-mark=batch-report] li")
    expect(lines).to_have_text(
        [
            re.compile("M0301.*已发布为第 2 版"),
            re.compile("M0302.*已发布为第 2 版"),
            re.compile("M0304.*不能审核自己编写的内容"),
        ]
    )
    for code, times in (("M0301", 0), ("M0302", 0), ("M0303", 1), ("M0304", 1)):
        expect(page.locator(f'[data-row="{code}"]')).to_have_count(times)
    assert "knowledge.published" in acts_of(desk_service, both)

    press(page, "batch")
    press(page, "batch-all")
    press(page, "batch-send-back")
    page.locator("[data-mark=batch-send-back-reason]").fill("请附来函")
    press(page, "batch-send-back-yes")
    expect(page.locator("[data-mark=batch-sum]")).to_contain_text("未办理 0 条")
    expect(page.locator(".desk-row")).to_have_count(0)
