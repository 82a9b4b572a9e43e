"""Promise, wait, declining and withdrawal at the desks and on the citizen's page, in Chromium."""

import datetime as dt
import io

import pytest
from PIL import Image
from playwright.sync_api import expect
from sqlalchemy import select

from foundation.access.permissions import Role
from routing.tickets.models import TicketEvent
from tests.browser.conftest import Watched
from tests.desk_fixtures import DeskService
from tests.desk_steps import (
    Open,
    back_to_dispatcher,
    choose,
    look,
    notice,
    press,
    registered_call,
    ticket_of,
    with_department,
)

pytestmark = pytest.mark.browser


def test_desk_department_waits_and_promises_and_the_hotline_agrees(
    desk_service: DeskService, open_desk: Open
) -> None:
    told = registered_call(open_desk(desk_service.account(Role.OPERATOR)))
    ticket, lead = with_department(desk_service, open_desk, told["number"])
    inbox = open_desk(desk_service.account(Role.DEPARTMENT_HANDLER, department=lead))
    choose(inbox, ticket.ticket_no)
    press(inbox, "accept")
    # Its button stood there before: only what is drawn afterwards is pressed.
    expect(inbox.locator("[data-mark=ticket-state]")).to_have_text("已签收")
    press(inbox, "contacted")
    expect(inbox.locator(".fact", has_text="已联系")).to_be_visible()
    expect(inbox.locator("[data-mark=contacted]")).to_have_count(0)

    press(inbox, "await-citizen")
    press(inbox, "await-confirm")
    expect(notice(inbox, "请写明需要市民补充什么")).to_be_visible()
    inbox.locator("[data-mark=await-text]").fill("请补充烧烤店的门牌号。")
    look(inbox, "waiting")
    press(inbox, "await-confirm")
    expect(inbox.locator("[data-mark=ticket-state]")).to_have_text("等待补充材料")
    shown = desk_service.citizen().progress(told["number"], told["query_code"])
    assert "请您补充：请补充烧烤店的门牌号。" in str(shown["text"])
    press(inbox, "go-on")
    expect(inbox.locator("[data-mark=ticket-state]")).to_have_text("办理中")

    press(inbox, "promise")
    day = dt.datetime.now(tz=dt.UTC).date() + dt.timedelta(days=90)
    inbox.locator("[data-mark=promise-day]").fill(day.isoformat())
    inbox.locator("[data-mark=promise-reason]").fill("油烟检测设备下月到货。")
    look(inbox, "promise")
    press(inbox, "promise-confirm")
    expect(inbox.locator(".fact", has_text="待审批")).to_be_visible()
    look(inbox, "department")

    page = open_desk(desk_service.account(Role.DISPATCHER, name="王敏"))
    press(page, "promises")
    card = page.locator(f'[data-promise="{ticket.ticket_no}"]')
    expect(card).to_contain_text("油烟检测设备下月到货。")
    look(page, "promises")
    card.locator("[data-mark=approve-promise]").click()
    expect(card).to_have_count(0)
    shown = desk_service.citizen().progress(told["number"], told["query_code"])
    assert "承办单位承诺" in str(shown["text"])


def test_desk_dispatcher_declines_and_names_where_to_turn(
    desk_service: DeskService, open_desk: Open
) -> None:
    told = registered_call(open_desk(desk_service.account(Role.OPERATOR)))
    back_to_dispatcher(desk_service, told["number"])
    page = open_desk(desk_service.account(Role.DISPATCHER, name="王敏"))
    choose(page, f"{told['number']}-1")
    page.locator("[data-mark=decline-form] summary").click()
    page.locator("[data-mark=decline-reason]").fill("双方已在诉讼中。")
    press(page, "decline")
    # The proposed department takes tickets: nobody is turned away to it by default.
    expect(notice(page, "从单位名录中选出市民应当去找的单位")).to_be_visible()
    page.locator("[data-mark=decline-channel]").fill("法院")
    page.get_by_role("option", name="人民法院（检察院）").click()
    look(page, "decline")
    press(page, "decline")
    expect(notice(page, "已不予受理，市民会收到理由")).to_be_visible()

    shown = desk_service.citizen().progress(told["number"], told["query_code"])
    assert "不予受理：双方已在诉讼中。" in str(shown["text"])
    assert "人民法院（检察院）" in str(shown["text"])


def test_desk_withdraws_an_appeal_that_was_found(
    desk_service: DeskService, open_desk: Open
) -> None:
    told = registered_call(open_desk(desk_service.account(Role.OPERATOR)))
    ticket, _ = ticket_of(desk_service, told["number"])
    page = open_desk(desk_service.account(Role.DISPATCHER, name="王敏"))
    page.get_by_role("link", name="工单查找").click()
    page.locator("[data-mark=find-words]").fill(told["number"])
    press(page, "find")
    choose(page, ticket.ticket_no)
    page.locator("[data-mark=withdraw-form] summary").click()
    page.locator("[data-mark=withdraw-asked-by]").click()
    page.get_by_role("option", name="诉求人的家人").click()
    page.locator("[data-mark=withdraw-note]").fill("已经和店家和解")
    look(page, "withdraw")
    press(page, "withdraw")
    expect(notice(page, f"诉求{told['number']}已撤回")).to_be_visible()
    expect(page.locator(".desk-help .fact", has_text="已撤")).to_be_visible()
    expect(page.locator("[data-mark=withdraw-form]")).to_have_count(0)
    assert ticket_of(desk_service, told["number"])[0].state.value == "withdrawn"
    of_ticket = select(TicketEvent.data).where(TicketEvent.ticket_id == ticket.id)
    with desk_service.database.reading() as session:
        last = session.scalars(of_ticket.order_by(TicketEvent.seq)).all()[-1]
    assert (last["asked_by"], last["note"]) == ("family", "诉求人的家人要求撤回：已经和店家和解")


def test_citizen_adds_and_withdraws_on_the_progress_page(
    phone: Watched, desk_service: DeskService, open_desk: Open
) -> None:
    told = registered_call(open_desk(desk_service.account(Role.OPERATOR)))
    phone.url = desk_service.url
    page = phone.open("/progress")
    page.locator("[name=number]").fill(told["number"])
    page.locator("[name=code]").fill(told["query_code"])
    page.get_by_role("button", name="查询").click()
    expect(page.locator(".card.progress")).to_contain_text(told["number"])

    page.get_by_label("补充说明", exact=True).fill("门牌号是12号。")
    page.get_by_role("button", name="提交补充").click()
    expect(page.locator(".done")).to_have_text("已补充，承办单位会看到。")
    written = io.BytesIO()
    Image.new("RGB", (64, 48), (30, 90, 30)).save(written, "JPEG")
    picture = {"name": "现场.jpg", "mimeType": "image/jpeg", "buffer": written.getvalue()}
    page.locator(".acts input[type=file]").set_input_files([picture])
    expect(page.locator(".done")).to_contain_text("已添加 现场.jpg")
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    page.get_by_role("button", name="撤回这件诉求").click()
    look(page, "citizen")
    page.get_by_role("button", name="不撤回").click()
    page.get_by_role("button", name="撤回这件诉求").click()
    page.get_by_role("button", name="确定撤回").click()
    expect(page.locator(".done")).to_have_text("诉求已撤回。")
    expect(page.locator(".card.acts")).to_have_count(0)
    assert ticket_of(desk_service, told["number"])[0].state.value == "withdrawn"
    assert phone.complaints == []
