"""Steps at the desks in a real browser; a plugin listed in ``tests/conftest.py``."""

import os
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    expect,
)
from sqlalchemy import select, text

from bot.conversation.models import ConversationRow
from foundation.access.models import AuditRow
from foundation.access.permissions import Role
from routing.tickets.models import Assignment, Ticket
from tests.desk_fixtures import Citizen, DeskService, Staff
from tests.patience import PATIENCE_MS

COMPOSER = "textarea[data-composer]"

Open = Callable[[Staff], Page]


@pytest.fixture
def open_desk(chromium: Browser, desk_service: DeskService) -> Iterator[Open]:
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        # A socket that is refused after a logout is as it should be.
        if message.type == "error" and "_nicegui_ws" not in message.text + place_of(message):
            complaints.append(f"{message.text} {place_of(message)}")

    def open_one(staff: Staff) -> Page:
        context = chromium.new_context(
            viewport={"width": 1440, "height": 900}, locale="zh-CN", reduced_motion="reduce"
        )
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        page.on("console", hear)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(desk_service.url + "/staff/login")
        page.get_by_label("账号").fill(staff.username)
        page.get_by_label("密码").fill(staff.password)
        page.get_by_role("button", name="登录").click()
        page.wait_for_selector(".desk-head")
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert complaints == []


def press(page: Page, mark: str) -> None:
    page.locator(f"[data-mark={mark}]").click()


def conversation_of(service: DeskService) -> str:
    """Return the conversation begun last."""
    with service.database.reading() as session:
        newest = select(ConversationRow.id).order_by(ConversationRow.created_at.desc()).limit(1)
        found = session.scalar(newest)
    assert found is not None
    return found


def choose(page: Page, key: str) -> None:
    page.locator(f'[data-row="{key}"]').click()


def look(page: Page, name: str) -> None:
    """Keep a picture where HOTLINE_SCREENSHOTS names a folder: to be looked at by people."""
    folder = os.environ.get("HOTLINE_SCREENSHOTS")
    if folder:
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def begin(service: DeskService, words: str) -> tuple[Citizen, str]:
    citizen = service.citizen()
    citizen.say(words)
    return citizen, conversation_of(service)


def notice(page: Page, words: str) -> Locator:
    """Return the notice that says ``words``; others may stand beside it."""
    return page.locator(".desk-notice", has_text=words)


def new_call(page: Page) -> None:
    """Open a call; the desk holds no other."""
    press(page, "new-call")
    expect(page.locator(COMPOSER)).to_be_enabled()


def speak(page: Page, words: str) -> None:
    """Take down one line of the call and wait until it stands in the conversation."""
    said = page.locator(".said.citizen")
    before = said.count()
    page.locator(COMPOSER).fill(words)
    page.locator(COMPOSER).press("Control+Enter")
    expect(said).to_have_count(before + 1)


def registered_call(
    page: Page, place: str = "文渊阁小区", *, confidential: bool = False
) -> dict[str, str]:
    """Take down a call and register it; return what is read to the caller."""
    new_call(page)
    for line in (
        "喂，你好",
        f"我要反映一下，{place}楼下的烧烤店半夜还在冒油烟",
        "每天晚上11点以后最严重，我电话13812345678",
    ):
        speak(page, line)
    expect(page.locator("[data-mark=draft-contact]")).to_have_value("13812345678")
    if confidential:
        press(page, "draft-confidential")
    press(page, "register")
    names = ("number", "query_code", "department", "due")
    return {name: page.locator(f"[data-mark=registered-{name}]").inner_text() for name in names}


def ticket_of(service: DeskService, number: str) -> tuple[Ticket, str]:
    """Return the first ticket of an appeal and its lead department (empty while undecided)."""
    with service.database.reading() as session:
        ticket = session.scalars(select(Ticket).where(Ticket.ticket_no == f"{number}-1")).one()
        lead = session.scalar(
            select(Assignment.department_code).where(
                Assignment.ticket_id == ticket.id, Assignment.active, Assignment.role == "lead"
            )
        )
        session.expunge(ticket)
    return ticket, lead or ""


def dispatched(service: DeskService, open_desk: Open, number: str) -> Ticket:
    """Return the ticket, sent by a dispatcher where routing left that to one."""
    ticket, lead = ticket_of(service, number)
    if not lead:
        page = open_desk(service.account(Role.DISPATCHER))
        choose(page, ticket.ticket_no)
        if ticket.confidential:
            press(page, "confirm-redaction")
            # Drawn anew by then, with the version that is dispatched.
            expect(page.locator(".desk-work")).to_contain_text("已确认第1稿")
        press(page, "dispatch-1")
        expect(notice(page, "已派给")).to_be_visible()
    return ticket


def with_department(service: DeskService, open_desk: Open, number: str) -> tuple[Ticket, str]:
    """Return the ticket, and the department that has it now."""
    ticket = dispatched(service, open_desk, number)
    return ticket, ticket_of(service, number)[1]


def back_to_dispatcher(service: DeskService, number: str) -> None:
    """Leave the ticket to a dispatcher, as a send-back does."""
    ticket, lead = ticket_of(service, number)
    if lead:
        with service.database.transaction() as session:
            for statement in (
                "UPDATE tickets SET state = 'dispatching' WHERE id = :id",
                "UPDATE assignments SET active = 0 WHERE ticket_id = :id",
            ):
                session.execute(text(statement), {"id": ticket.id})


def acts_of(service: DeskService, staff: Staff) -> set[str]:
    with service.database.reading() as session:
        return set(
            session.scalars(select(AuditRow.action).where(AuditRow.account_id == staff.id)).all()
        )


def place_of(message: ConsoleMessage) -> str:
    return str(message.location.get("url", ""))
