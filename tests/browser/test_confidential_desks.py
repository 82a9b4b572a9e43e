"""A confidential ticket at the desks: confirmed, dispatched, asked about, answered, passed on."""

import pytest
from playwright.sync_api import Browser, Page, expect

from foundation.access.permissions import Role
from routing.appeals.shielding import PENDING
from tests.desk_fixtures import DeskService
from tests.desk_steps import (
    Open,
    choose,
    look,
    new_call,
    notice,
    press,
    registered_call,
    ticket_of,
)
from tests.patience import PATIENCE_MS

pytestmark = pytest.mark.browser

SHOWN = "文渊阁小区楼下的烧烤店半夜冒油烟"
QUESTION = "油烟一般几点开始冒？"
SAID, PHONE = "夜里两点以后", "13987654321"


def _confirmed_and_dispatched(page: Page, number: str) -> None:
    choose(page, number)
    work = page.locator(".desk-work")
    expect(work).to_contain_text(PENDING)
    text = page.locator("[data-mark=redaction-text]")
    expect(text).not_to_have_value("")
    press(page, "dispatch-1")
    expect(notice(page, "请先核对并确认遮盖稿")).to_be_visible()
    text.fill(f"{SHOWN}，后厨装了暗管")
    press(page, "confirm-redaction")
    expect(notice(page, "不少于四个字")).to_be_visible()
    text.fill(SHOWN)
    look(page, "redaction")
    press(page, "confirm-redaction")
    expect(work).to_contain_text("已确认第1稿")
    expect(work).not_to_contain_text(PENDING)
    press(page, "dispatch-1")
    expect(notice(page, "已派给")).to_be_visible()


def _answered(chromium: Browser, url: str, number: str, code: str) -> None:
    context = chromium.new_context(viewport={"width": 360, "height": 780}, locale="zh-CN")
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto(f"{url}/progress")
    page.locator("[name=number]").fill(number)
    page.locator("[name=code]").fill(code)
    page.get_by_role("button", name="查询").click()
    asked = page.locator(".relay")
    expect(asked).to_contain_text(QUESTION)
    page.get_by_label("您的回答").fill(f"{SAID}，我的电话是{PHONE}")
    look(page, "relay-citizen")
    page.get_by_role("button", name="发送回答").click()
    expect(asked).to_contain_text("您已回答")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    look(page, "relay-citizen-answered")
    context.close()


def test_a_dispatcher_confirms_and_a_department_asks_through_the_relay(
    desk_service: DeskService, open_desk: Open, chromium: Browser
) -> None:
    told = registered_call(open_desk(desk_service.account(Role.OPERATOR)), confidential=True)
    number = f"{told['number']}-1"
    page = open_desk(desk_service.account(Role.DISPATCHER, name="王敏"))
    _confirmed_and_dispatched(page, number)

    lead = ticket_of(desk_service, told["number"])[1]
    inbox = open_desk(desk_service.account(Role.DEPARTMENT_HANDLER, department=lead))
    choose(inbox, number)
    expect(inbox.locator(".desk-work")).to_contain_text(SHOWN)
    press(inbox, "accept")
    press(inbox, "ask-form")
    inbox.locator("[data-mark=question-text]").fill("请问您贵姓？")
    press(inbox, "ask-informant")
    expect(notice(inbox, "会问出举报人是谁")).to_be_visible()
    look(inbox, "relay-form")
    inbox.locator("[data-mark=question-text]").fill(QUESTION)
    press(inbox, "ask-informant")
    relay = inbox.locator("[data-mark=relay]")
    expect(relay).to_contain_text("等举报人回答")

    _answered(chromium, desk_service.url, told["number"], told["query_code"])

    press(page, "confirmations")
    waiting = page.locator(f'[data-waiting="{number}"]')
    expect(waiting).to_contain_text("举报人的回答")
    expect(waiting.locator("[data-mark=answered-question]")).to_have_text(f"问：{QUESTION}")
    expect(waiting.locator("mark")).to_have_count(1)
    assert PHONE not in page.content()
    waiting.locator("[data-mark=message-text]").fill(SAID)
    look(page, "confirmations")
    waiting.locator("[data-mark=confirm-message]").click()
    expect(waiting).to_have_count(0)

    inbox.reload()
    choose(inbox, number)
    expect(relay).to_contain_text(SAID)
    expect(relay).to_contain_text("举报人1")
    expect(relay.locator("[data-mark=answered-question]")).to_have_text(f"问：{QUESTION}")
    look(inbox, "relay-department")
    assert PHONE not in inbox.content()


def test_words_typed_by_hand_tick_the_shield_and_a_dispatcher_confirms_first(
    desk_service: DeskService, open_desk: Open
) -> None:
    page = open_desk(desk_service.account(Role.OPERATOR))
    new_call(page)
    shield = page.get_by_role("checkbox", name="对承办单位保密")
    page.locator("[data-mark=draft-what]").fill("文渊阁小区楼道的灯坏了")
    page.locator("[data-mark=draft-where]").fill("文渊阁小区3栋")
    expect(page.locator("[data-mark=register]")).to_be_enabled()
    expect(shield).not_to_be_checked()

    # A report by its words, and with the encoder: routing may still be waiting for that.
    page.locator("[data-mark=draft-what]").fill("隔壁小作坊没证做食品")
    page.locator("[data-mark=draft-where]").focus()
    expect(shield).to_be_checked()
    look(page, "draft-shielded")
    press(page, "register")

    told = page.locator("[data-mark=registered-number]").inner_text()
    ticket, lead = ticket_of(desk_service, told)
    assert (ticket.confidential, lead) == (True, "")
