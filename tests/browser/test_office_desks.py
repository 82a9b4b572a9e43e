"""Department, dispatch and account desks in a real browser."""

import re
import secrets

import pytest
from playwright.sync_api import expect
from sqlalchemy import text

from foundation.access.permissions import Role
from tests.desk_fixtures import DeskService, Staff
from tests.desk_steps import (
    Open,
    acts_of,
    back_to_dispatcher,
    choose,
    new_call,
    notice,
    press,
    registered_call,
    speak,
    ticket_of,
    with_department,
)

pytestmark = pytest.mark.browser


def test_desk_call_becomes_a_ticket_whose_reply_reaches_the_progress(
    desk_service: DeskService, open_desk: Open
) -> None:
    page = open_desk(desk_service.account(Role.OPERATOR))
    told = registered_call(page)
    assert re.fullmatch(r"\d{8}-\d{6}", told["number"])
    assert re.fullmatch(r"[A-Z0-9]{6}", told["query_code"])
    assert re.fullmatch(r"\d+月\d+日（周.）23:59前", told["due"])
    ticket, lead = with_department(desk_service, open_desk, told["number"])
    assert "喂" not in ticket.text
    assert "13812345678" not in ticket.text

    handler = desk_service.account(Role.DEPARTMENT_HANDLER, name="陈立", department=lead)
    inbox = open_desk(handler)
    choose(inbox, ticket.ticket_no)
    expect(inbox.locator("[data-mark=due]")).to_contain_text("个工作日")
    inbox.locator("[data-mark=due] summary").click()
    expect(inbox.locator("[data-mark=due] > .derivation")).to_contain_text("当日不计，次日起算")
    press(inbox, "contacts")
    expect(inbox.locator(".fact", has_text="联系方式")).to_contain_text("13812345678")

    press(inbox, "send-back")
    press(inbox, "send-back-confirm")
    expect(notice(inbox, "退单须写明理由，并引用职责依据")).to_be_visible()
    inbox.get_by_role("button", name="取消").click()

    press(inbox, "accept")
    expect(inbox.locator("[data-mark=ticket-state]")).to_have_text("已签收")
    inbox.locator("[data-mark=reply-text]").fill("正在研究处理。")
    findings = inbox.locator("[data-mark=reply-findings]")
    expect(findings).to_contain_text("“正在研究”是套话")
    expect(findings).to_contain_text("请单位负责人说明理由后放行")
    press(inbox, "reply")
    expect(notice(inbox, "答复还不能发出")).to_be_visible()
    assert inbox.locator("[data-mark=reply-confirm]").count() == 0
    inbox.locator("[data-mark=reply-text]").fill("已约谈店主，油烟净化器今日装好。")
    press(inbox, "reply")
    press(inbox, "reply-confirm")
    expect(inbox.locator("[data-mark=ticket-state]")).to_have_text("已答复")
    expect(inbox.locator(f'[data-row="{ticket.ticket_no}"]')).to_have_count(0)

    view = desk_service.citizen().progress(told["number"], told["query_code"])
    assert "已约谈店主，油烟净化器今日装好。" in str(view)
    assert "ticket.read" in acts_of(desk_service, handler)


def test_desk_lead_lets_a_reply_pass_with_a_reason(
    desk_service: DeskService, open_desk: Open
) -> None:
    number = registered_call(open_desk(desk_service.account(Role.OPERATOR)))["number"]
    ticket, lead = with_department(desk_service, open_desk, number)
    inbox = open_desk(desk_service.account(Role.DEPARTMENT_LEAD, department=lead))
    choose(inbox, ticket.ticket_no)
    press(inbox, "accept")
    inbox.locator("[data-mark=reply-text]").fill("正在研究处理。")

    press(inbox, "reply-override")
    press(inbox, "override-confirm")
    expect(notice(inbox, "请写明放行理由")).to_be_visible()
    inbox.locator("[data-mark=override-reason]").fill("先行告知，三日内补充答复")
    press(inbox, "override-confirm")

    expect(inbox.locator("[data-mark=ticket-state]")).to_have_text("已答复")
    expect(inbox.locator(".desk-timeline")).to_contain_text("答复经说明理由后放行")
    expect(inbox.locator(".desk-timeline")).to_contain_text("先行告知，三日内补充答复")


def test_desk_informant_stays_hidden_from_the_department(
    desk_service: DeskService, open_desk: Open
) -> None:
    page = open_desk(desk_service.account(Role.OPERATOR))
    new_call(page)
    speak(page, "我要举报文渊阁小区楼下的烧烤店无证经营，我叫张晓明，电话13987654321")
    expect(page.locator("[data-mark=draft-contact]")).to_have_value("13987654321")
    press(page, "register")
    number = page.locator("[data-mark=registered-number]").inner_text()
    ticket, department = with_department(desk_service, open_desk, number)

    inbox = open_desk(desk_service.account(Role.DEPARTMENT_HANDLER, department=department))
    choose(inbox, ticket.ticket_no)
    expect(inbox.locator("[data-mark=ticket-no]")).to_contain_text(ticket.ticket_no)

    shown = inbox.locator(".desk-columns").inner_text()
    assert "市民（身份保密）" in shown
    assert inbox.locator("[data-mark=contacts]").count() == 0
    for secret in ("张晓明", "13987654321", "4321"):
        assert secret not in shown


def test_desk_dispatcher_sends_with_one_key(desk_service: DeskService, open_desk: Open) -> None:
    operator = open_desk(desk_service.account(Role.OPERATOR))
    number = registered_call(operator)["number"]
    back_to_dispatcher(desk_service, number)
    dispatcher = desk_service.account(Role.DISPATCHER, name="王敏")
    page = open_desk(dispatcher)
    choose(page, f"{number}-1")
    expect(page.locator("[data-mark=ticket-no]")).to_contain_text(number)
    # Tickets that look alike are suggestions too.
    expect(page.locator(".suggestion", has_text="依据：").first).to_be_visible()

    page.keyboard.press("F2")

    expect(notice(page, "已派给")).to_be_visible()
    expect(page.locator(f'[data-row="{number}-1"]')).to_have_count(0)
    assert ticket_of(desk_service, number)[0].state == "dispatched"
    assert acts_of(desk_service, dispatcher) >= {"ticket.read"}


def test_desk_dispatcher_merges_one_ticket_into_another(
    desk_service: DeskService, open_desk: Open
) -> None:
    first = registered_call(open_desk(desk_service.account(Role.OPERATOR)))["number"]
    second = registered_call(open_desk(desk_service.account(Role.OPERATOR)))
    back_to_dispatcher(desk_service, second["number"])
    page = open_desk(desk_service.account(Role.DISPATCHER, name="王敏"))
    choose(page, f"{second['number']}-1")
    page.locator("[data-mark=merge-form] summary").click()
    page.locator("[data-mark=merge-into]").fill(f"{second['number']}-1")
    press(page, "merge")
    expect(notice(page, "不能并入自身")).to_be_visible()
    page.locator("[data-mark=merge-into]").fill(f"{first}-1")
    press(page, "merge")

    expect(notice(page, "已并入")).to_be_visible()
    assert ticket_of(desk_service, second["number"])[0].merged_into == f"{first}-1"
    view = desk_service.citizen().progress(second["number"], second["query_code"])
    assert "已并单" in str(view)


def test_desk_department_asks_for_more_time_and_the_dispatcher_grants_less(
    desk_service: DeskService, open_desk: Open
) -> None:
    number = registered_call(open_desk(desk_service.account(Role.OPERATOR)))["number"]
    ticket, department = with_department(desk_service, open_desk, number)
    inbox = open_desk(desk_service.account(Role.DEPARTMENT_HANDLER, department=department))
    choose(inbox, ticket.ticket_no)
    press(inbox, "extend")
    inbox.locator("[data-mark=extend-days]").fill("5")
    press(inbox, "extend-confirm")
    expect(notice(inbox, "须写明理由")).to_be_visible()
    inbox.locator("[data-mark=extend-reason]").fill("须检测油烟")
    press(inbox, "extend-confirm")
    expect(inbox.locator(".desk-timeline")).to_contain_text("申请延期")
    expect(inbox.locator("[data-mark=extend-confirm]")).to_have_count(0)

    page = open_desk(desk_service.account(Role.DISPATCHER, name="王敏"))
    expect(page.locator("[data-mark=extensions]")).to_have_text(re.compile(r"^延期申请 \d+$"))
    press(page, "extensions")
    request = page.locator(f'[data-request="{ticket.ticket_no}"]')
    expect(request).to_contain_text("申请5个工作日")
    expect(request).to_contain_text("须检测油烟")
    request.locator("[data-mark=approve-days]").fill("3")
    request.locator("[data-mark=approve]").click()

    expect(notice(page, "已同意")).to_be_visible()
    expect(request).to_have_count(0)
    left = page.locator("[data-request]").count()
    counted = f"延期申请 {left}" if left else "延期申请"
    expect(page.locator("[data-mark=extensions]")).to_have_text(counted)
    before, after = ticket.resolve_due_at, ticket_of(desk_service, number)[0].resolve_due_at
    assert before is not None
    assert after is not None
    assert after > before


def test_desk_inbox_tells_due_state_in_words_and_colour(
    desk_service: DeskService, open_desk: Open
) -> None:
    number = registered_call(open_desk(desk_service.account(Role.OPERATOR)))["number"]
    ticket, lead = with_department(desk_service, open_desk, number)
    with desk_service.database.transaction() as session:
        past = text(
            "UPDATE tickets SET resolve_due_at = '2026-01-05 15:59:59' WHERE ticket_no = :no"
        )
        session.execute(past, {"no": ticket.ticket_no})

    page = open_desk(desk_service.account(Role.DEPARTMENT_HANDLER, department=lead))

    # Beside it there may be a red card by now.
    due = page.locator(f'[data-row="{ticket.ticket_no}"] .due', has_text="已超期")
    expect(due).to_be_visible()
    expect(due).to_have_class(re.compile("due-overdue"))
    expect(page.locator(".desk-row").first).to_have_attribute("data-row", ticket.ticket_no)


def test_desk_administrator_creates_an_account_that_works(
    desk_service: DeskService, open_desk: Open
) -> None:
    page = open_desk(desk_service.account(Role.ADMINISTRATOR, name="赵芳"))
    newcomer = f"new{secrets.token_hex(4)}"
    page.locator("[data-mark=new-username]").fill(newcomer)
    press(page, "create-account")
    expect(notice(page, "请填写账号和姓名")).to_be_visible()
    page.locator("[data-mark=new-name]").fill("周宁")
    page.get_by_label("角色", exact=True).click()
    page.get_by_role("option", name="坐席").click()
    page.keyboard.press("Escape")
    press(page, "create-account")
    password = page.locator("[data-mark=password]").inner_text()
    press(page, "password-close")
    expect(page.locator("tr", has_text=newcomer)).to_contain_text("坐席")

    own = open_desk(Staff(newcomer, password, ""))
    expect(own.locator("h1")).to_have_text("坐席工作台")

    press(page, f"reset-{newcomer}")
    press(page, "reset-confirm")
    expect(page.locator("[data-mark=password]")).not_to_have_text(password)
    # The page that was open ends with its next act.
    press(own, "new-call")
    own.wait_for_url(desk_service.url + "/staff/login")


def test_desk_open_page_ends_with_logout_elsewhere(
    desk_service: DeskService, open_desk: Open
) -> None:
    page = open_desk(desk_service.account(Role.OPERATOR))
    second = page.context.new_page()
    second.goto(desk_service.url + "/desk/agent")
    second.get_by_role("button", name="退出").click()
    second.wait_for_url("**/staff/login")

    press(page, "new-call")

    page.wait_for_url(desk_service.url + "/staff/login")


def test_desk_head_leads_to_the_other_desks_one_may_use(
    desk_service: DeskService, open_desk: Open
) -> None:
    page = open_desk(desk_service.account(Role.OPERATOR, Role.DISPATCHER))
    page.get_by_role("link", name="派单工作台").click()

    expect(page.locator("h1")).to_have_text("派单工作台")
    assert page.url == desk_service.url + "/desk/dispatch"
