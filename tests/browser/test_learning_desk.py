"""Learning from use in a real browser: the queue, test questions, the follow-up and its draft."""

import re
import time
import uuid
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from foundation.access.permissions import Role
from foundation.clock import SystemClock
from knowledge_base.questions.feed import QuestionFeed
from knowledge_base.questions.models import OpenQuestion, QuestionGroup
from knowledge_base.questions.schemas import NewQuestion
from knowledge_base.questions.states import QuestionSource
from tests.desk_fixtures import DeskService
from tests.desk_steps import (
    Open,
    acts_of,
    choose,
    new_call,
    notice,
    press,
    speak,
    with_department,
)
from tests.knowledge_desk_steps import (
    CHECKED_MS,
    INQUIRIES,
    QUESTIONS,
    TESTS,
    open_entry,
)
from tests.patience import PATIENCE_SECONDS

pytestmark = pytest.mark.browser


def asked(service: DeskService, words: str) -> int:
    """Put a question into the queue; return the group that the service gives it."""
    new = NewQuestion(uuid.uuid4().hex, QuestionSource.NO_ANSWER, words, "web")
    with service.database.transaction() as session:
        assert QuestionFeed(SystemClock()).add(session, new)
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        with service.database.reading() as session:
            group = session.scalar(
                select(OpenQuestion.group_id).where(OpenQuestion.masked_text == words)
            )
        if group is not None:
            return group
        time.sleep(0.2)
    raise AssertionError("the question was not grouped")


def open_group(page: Page, service: DeskService, group: int, words: str) -> None:
    """Open the group, found by its words: the list shows the first of many."""
    page.goto(service.url + QUESTIONS)
    page.locator(".desk-search input").fill(words)
    expect(page.locator(".desk-row").first).to_have_attribute("data-row", str(group))
    choose(page, str(group))
    expect(page.locator("[data-mark=question-text]")).to_be_visible()


def test_learning_desk_question_is_taken_and_written_into_a_new_entry(
    desk_service: DeskService, open_desk: Open
) -> None:
    words = "木星移民签证怎么预约"
    group = asked(desk_service, words)
    editor = desk_service.account(Role.KNOWLEDGE_EDITOR, name="林晓")
    page = open_desk(editor)
    open_group(page, desk_service, group, words)
    expect(page.locator("[data-mark=group-state]")).to_have_text("待分派")

    page.keyboard.press("F2")
    expect(page.locator("[data-mark=group-state]")).to_have_text("处理中")
    expect(page.locator(".desk-work [data-mark=question-due]")).to_contain_text("期限")
    press(page, "set-due")
    day = SystemClock().now().date() + timedelta(days=2)
    page.locator("[data-mark=due-day]").fill(day.isoformat())
    press(page, "due-yes")
    due = page.locator(".desk-work [data-mark=question-due]")
    expect(due).to_contain_text(f"{day.month}月{day.day}日")
    page.keyboard.press("F3")

    expect(page.locator(".cm-content")).to_contain_text(words, timeout=CHECKED_MS)
    assert re.search(r"code=M9\d{3}&edit=1$", page.url)
    assert {"question.assigned", "question.due_set", "question.drafted"} <= acts_of(
        desk_service, editor
    )
    page.goto(desk_service.url + QUESTIONS)
    page.locator("[data-mark=filter-whose]").click()
    page.get_by_role("option", name="我负责的").click()
    expect(page.locator(".desk-row")).to_have_count(1)


def test_learning_desk_question_joins_an_entry_another_is_dismissed(
    desk_service: DeskService, open_desk: Open
) -> None:
    goldfish, toilets = "土星环上能养金鱼吗", "水星上的公厕几点开门"
    joined, dismissed = (asked(desk_service, words) for words in (goldfish, toilets))
    editor = desk_service.account(Role.KNOWLEDGE_EDITOR)
    page = open_desk(editor)
    open_group(page, desk_service, joined, goldfish)
    press(page, "add-to-other")
    page.locator("[data-mark=entry-choice]").fill("M0207")
    page.get_by_role("option", name=re.compile("^M0207")).click()
    press(page, "entry-yes")
    expect(notice(page, "已写入 M0207 的草稿")).to_be_visible()
    expect(page.locator(".fact", has_text="写入草稿")).to_contain_text("M0207")

    desk = open_desk(desk_service.account(Role.KNOWLEDGE_REVIEWER))
    open_group(desk, desk_service, dismissed, toilets)
    assert desk.locator("[data-mark=write-new]").count() == 0
    press(desk, "dismiss")
    press(desk, "dismiss-yes")
    expect(notice(desk, "请写明不予处理的理由")).to_be_visible()
    desk.locator("[data-mark=dismiss-reason]").fill("不属热线范围")
    press(desk, "dismiss-yes")
    expect(desk.locator("[data-mark=group-state]")).to_have_text("不予处理")
    expect(desk.locator(f'[data-row="{dismissed}"]')).to_have_count(0)


def test_learning_desk_test_question_is_run_on_the_entry_and_stops_its_publishing(
    desk_service: DeskService, open_desk: Open
) -> None:
    page = open_desk(desk_service.account(Role.KNOWLEDGE_EDITOR))
    open_entry(page, "M0205")
    for words in ("海王星护照怎么换", "海王星护照怎么办"):
        page.locator("[data-mark=test-question]").fill(words)
        press(page, "test-add")
        expect(page.locator(".know-test", has_text=words)).to_be_visible()
    press(page, "tests-run")
    expect(page.locator(".know-failed").first).to_contain_text("✕ 没有通过")

    press(page, "edit")
    expect(page.locator(".know-finding", has_text="海王星护照怎么换")).to_contain_text(
        "没有通过", timeout=CHECKED_MS
    )

    desk = open_desk(desk_service.account(Role.KNOWLEDGE_REVIEWER))
    desk.goto(desk_service.url + TESTS)
    desk.locator(".desk-search input").fill("海王星")
    rows = desk.locator(".know-test")
    expect(rows).to_have_count(2)
    assert desk.locator("[data-mark=test-add]").count() == 0
    for left in (1, 0):
        rows.first.get_by_role("button", name="删除").click()
        press(desk, "test-remove-yes")
        expect(rows).to_have_count(left)


def test_learning_desk_operator_marks_a_suggestion_with_one_key(
    desk_service: DeskService, open_desk: Open
) -> None:
    operator = desk_service.account(Role.OPERATOR)
    page = open_desk(operator)
    words = f"身份证丢了怎么补办，编号{uuid.uuid4().hex[:4]}"
    new_call(page)
    speak(page, words)
    expect(page.locator("[data-mark=wrong-1]")).to_be_visible()

    page.keyboard.press("F8")

    expect(notice(page, "已记入待补问题")).to_be_visible()
    page.keyboard.press("F9")
    expect(notice(page, "已在待补问题里")).to_be_visible()
    with desk_service.database.reading() as session:
        marked = session.scalars(
            select(OpenQuestion).where(OpenQuestion.masked_text == words)
        ).one()
        assert (marked.source, marked.channel) == (QuestionSource.MARKED, "telephone")
        assert marked.matter_code is not None
    assert "question.wrong_answer" in acts_of(desk_service, operator)


def test_learning_desk_inquiry_is_followed_up_resolved_and_becomes_a_draft(
    desk_service: DeskService, open_desk: Open
) -> None:
    both = desk_service.account(Role.OPERATOR, Role.KNOWLEDGE_EDITOR, name="李静")
    page = open_desk(both)
    number = registered_inquiry(page)
    ticket, department = with_department(desk_service, open_desk, number)
    inbox = open_desk(desk_service.account(Role.DEPARTMENT_HANDLER, department=department))
    choose(inbox, ticket.ticket_no)
    press(inbox, "accept")
    inbox.locator("[data-mark=reply-text]").fill("王先生您好，外摆摊位须先经城管部门同意。")
    press(inbox, "reply")
    press(inbox, "reply-confirm")
    expect(inbox.locator("[data-mark=ticket-state]")).to_have_text("已答复")

    page.goto(desk_service.url + "/desk/follow-up")
    choose(page, ticket.ticket_no)
    expect(page.locator("[data-mark=begin]")).to_be_visible()
    page.keyboard.press("F2")
    expect(page.locator("[data-mark=ticket-state]")).to_have_text("回访中")
    page.keyboard.press("F3")
    expect(page.locator(".fact", has_text="联系方式")).to_contain_text("13812345678")
    press(page, "record")
    expect(notice(page, "请选择问题是否解决和满意程度")).to_be_visible()
    page.locator("[data-mark=solved]").get_by_text("已解决").click()
    page.locator("[data-mark=satisfaction]").get_by_text("满意", exact=True).click()
    press(page, "record")
    expect(page.locator("[data-mark=ticket-state]")).to_have_text("已办结")

    page.goto(desk_service.url + INQUIRIES)
    choose(page, ticket.ticket_no)
    expect(page.locator(".desk-work")).to_contain_text("外摆摊位须先经城管部门同意")
    page.keyboard.press("F2")
    expect(page.get_by_role("link", name="去编辑")).to_be_visible()
    page.get_by_role("link", name="去编辑").click()
    written = page.locator(".cm-content")
    expect(written).to_contain_text("外摆摊位须先经城管部门同意")
    for secret in ("13812345678", "王先生"):
        assert secret not in written.inner_text()
    assert {"ticket.read", "ticket.learned"} <= acts_of(desk_service, both)


def registered_inquiry(page: Page) -> str:
    """Take down a call as an inquiry and register it; return the appeal's number."""
    new_call(page)
    speak(page, "想问一下文渊阁小区楼下的烧烤店占道经营归谁审批，我电话13812345678")
    expect(page.locator("[data-mark=draft-contact]")).to_have_value("13812345678")
    page.locator("[data-mark=draft-kind]").click()
    page.get_by_role("option", name="咨询").click()
    press(page, "register")
    return page.locator("[data-mark=registered-number]").inner_text()


@pytest.mark.parametrize("path", [QUESTIONS, TESTS, INQUIRIES])
def test_learning_desk_is_closed_to_other_roles(
    desk_service: DeskService, open_desk: Open, path: str
) -> None:
    page = open_desk(desk_service.account(Role.OPERATOR))
    page.goto(desk_service.url + path)

    expect(page.locator(".desk-alone")).to_contain_text("您没有权限打开这个工作台")
    with desk_service.database.reading() as session:
        groups = session.scalars(select(QuestionGroup.text)).all()
    shown = page.locator("body").inner_text()
    assert not [text for text in groups if text in shown]
