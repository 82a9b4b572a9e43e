"""The supervision desk, and the department's answers, in a real browser."""

import time
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select, update

from foundation.access.permissions import Role
from foundation.clock import SystemClock
from foundation.events.models import OutboxMessage
from routing.supervision.telling import TOLD
from routing.tickets.models import Ticket
from tests.desk_fixtures import DeskService
from tests.desk_steps import (
    Open,
    acts_of,
    choose,
    dispatched,
    notice,
    press,
    registered_call,
    ticket_of,
)
from tests.patience import PATIENCE_SECONDS

pytestmark = pytest.mark.browser

_TICKED = 30_000  # ms: the service ticks every five seconds, and the page asks every five


@pytest.fixture
def overdue(desk_service: DeskService, open_desk: Open) -> Ticket:
    """A ticket that a department has, a day over its time; the next tick sees it."""
    number = registered_call(open_desk(desk_service.account(Role.OPERATOR)))["number"]
    ticket = dispatched(desk_service, open_desk, number)
    now = SystemClock().now()
    with desk_service.database.transaction() as session:
        session.execute(
            update(Ticket)
            .where(Ticket.id == ticket.id)
            .values(resolve_due_at=now - timedelta(days=1), next_supervision_at=now)
        )
    return ticket


def _row(page: Page, words: str, ticket: Ticket) -> None:
    """Open the ticket by its number, once a row of its own shows what is expected."""
    rows = page.locator(".desk-list [data-row]", has_text=ticket.ticket_no)
    expect(rows.filter(has_text=words)).to_have_count(1, timeout=_TICKED)
    page.get_by_label("工单编号").fill(ticket.ticket_no)
    page.get_by_label("工单编号").press("Enter")
    expect(page.locator("[data-mark=ticket-no]")).to_contain_text(ticket.ticket_no, timeout=_TICKED)


def _until_told(service: DeskService, ticket: Ticket) -> None:
    """Wait until all that was to be told of the ticket lies at the desks."""
    on_their_way = select(OutboxMessage.id).where(
        OutboxMessage.key.startswith(f"{TOLD}:{ticket.ticket_no}:"), OutboxMessage.done_at.is_(None)
    )
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        with service.database.reading() as session:
            if session.scalars(on_their_way).first() is None:
                return
        assert time.monotonic() < until, "notices were not delivered"
        time.sleep(0.1)


def test_a_red_card_leads_to_an_order_that_is_answered_and_approved(
    desk_service: DeskService, open_desk: Open, overdue: Ticket
) -> None:
    supervisor = desk_service.account(Role.SUPERVISOR, name="周敏")
    page = open_desk(supervisor)
    assert page.url == desk_service.url + "/desk/supervision"
    _row(page, "红牌", overdue)
    expect(page.locator("[data-mark=record]")).to_contain_text("办结时限")
    page.keyboard.press("F3")
    page.locator("[data-mark=supervise-words]").press("Control+Enter")
    expect(notice(page, "请写明内容")).to_be_visible()
    page.locator("[data-mark=supervise-words]").fill("三日内说明超期原因")
    page.locator("[data-mark=supervise-words]").press("Control+Enter")
    expect(notice(page, "已发出督办")).to_be_visible()

    department = ticket_of(desk_service, overdue.ticket_no.removesuffix("-1"))[1]
    handler = desk_service.account(Role.DEPARTMENT_HANDLER, name="陈立", department=department)
    inbox = open_desk(handler)
    row = inbox.locator(f'[data-row="{overdue.ticket_no}"]')
    expect(row).to_contain_text("红牌", timeout=_TICKED)
    expect(row).to_contain_text("待回复督办催办")
    expect(inbox.locator("[data-mark=notices]")).to_contain_text("提醒 ", timeout=_TICKED)
    choose(inbox, overdue.ticket_no)
    inbox.locator("[data-mark=answer-order]").fill("设备故障延误，今日上门")
    press(inbox, "answer-order-send")
    expect(inbox.locator("[data-mark=record]", has_text="已回复")).to_contain_text("今日上门")
    inbox.locator("[data-mark=answer-card]").fill("已安排今日上门")
    press(inbox, "answer-card-send")
    expect(inbox.locator("[data-mark=answer-card]")).to_have_count(0)

    page.locator("[data-mark=kind]").get_by_text("督办", exact=True).click()
    _row(page, "已回复", overdue)
    expect(page.locator("[data-mark=record]", has_text="督办")).to_contain_text("今日上门")
    press(page, "refuse-order")
    expect(notice(page, "请写明内容")).to_be_visible()
    press(page, "approve-order")
    expect(notice(page, "督办已通过")).to_be_visible()
    expect(page.locator(".desk-timeline")).to_contain_text("督办回复通过")
    assert "ticket.read" in acts_of(desk_service, supervisor)


def test_a_reminder_goes_out_with_one_key_and_notices_are_put_away(
    desk_service: DeskService, open_desk: Open, overdue: Ticket
) -> None:
    page = open_desk(desk_service.account(Role.SUPERVISOR, name="周敏"))
    _row(page, "红牌", overdue)
    page.keyboard.press("F2")
    page.locator("[data-mark=supervise-words]").fill("市民再次来电，请尽快")
    press(page, "supervise-confirm")
    expect(notice(page, "已催办")).to_be_visible()
    expect(page.locator("[data-mark=record]", has_text="第1次催办")).to_contain_text("待回复")

    _until_told(desk_service, overdue)
    department = ticket_of(desk_service, overdue.ticket_no.removesuffix("-1"))[1]
    lead = desk_service.account(Role.DEPARTMENT_LEAD, name="王方", department=department)
    inbox = open_desk(lead)
    expect(inbox.locator("[data-mark=notices]")).to_contain_text("提醒 ", timeout=_TICKED)
    press(inbox, "notices")
    dialog = inbox.locator(".desk-dialog")
    expect(dialog).to_contain_text(overdue.ticket_no)
    press(inbox, "notices-read")
    expect(dialog).to_be_hidden()
    press(inbox, "notices")
    expect(dialog).to_be_visible()
    # Of other tickets there may be new ones by now.
    expect(dialog).not_to_contain_text(overdue.ticket_no)


def test_figures_and_the_weekly_report_are_read_and_taken_away(
    desk_service: DeskService, open_desk: Open, overdue: Ticket
) -> None:
    page = open_desk(desk_service.account(Role.SUPERVISOR, name="周敏"))
    _row(page, "红牌", overdue)
    page.get_by_role("link", name="数据与周报").click()
    page.get_by_text("近30天").click()
    expect(page.locator("[data-mark=figures]")).to_contain_text("哪些承办单位超期最多？")
    expect(page.locator("[data-mark=figures-table] tbody tr").first).to_be_visible()
    page.get_by_text("区县", exact=True).click()
    expect(page.locator("[data-mark=figures]")).to_contain_text("哪些区县超期最多？")
    expect(page.locator("[data-mark=week-title]")).to_contain_text("蓝黄红督办周报")
    for form, kind in (("page", "text/html"), ("csv", "text/csv"), ("xlsx", "application/vnd")):
        address = page.locator(f"[data-mark=week-{form}]").get_attribute("href")
        answer = page.request.get(desk_service.url + (address or ""))
        assert answer.status == 200
        assert answer.headers["content-type"].startswith(kind)
