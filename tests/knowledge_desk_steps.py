"""Steps at the knowledge desk in a real browser."""

import time

import httpx
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from foundation.access.models import AuditRow
from foundation.access.service import AccessService
from foundation.clock import SystemClock
from knowledge_base.entries.checking import PublishChecks
from knowledge_base.entries.content import guide_form
from knowledge_base.entries.models import Entry, EntryVersion
from knowledge_base.entries.repository import lock_version_of
from knowledge_base.entries.service import EntryService
from knowledge_base.loader import load_library
from tests.desk_fixtures import DeskService, Staff
from tests.desk_steps import choose, notice, press

DESK = "/desk/knowledge"
REVIEW = DESK + "/review"
HIT_TEST = DESK + "/hit-test"
BOARD = DESK + "/coverage"
IMPORT = DESK + "/import"
QUESTIONS = DESK + "/questions"
INQUIRIES = DESK + "/inquiries"
TESTS = DESK + "/tests"
REASON = "按市公安局来函补充"
# Comparing one entry with all the others takes seconds, more on a busy machine.
CHECKED_MS = 40_000


def open_entry(page: Page, code: str) -> None:
    page.locator(".desk-search input").fill(code)
    # Until then rows above it may still go, and it would move from under the pointer.
    expect(page.locator(".desk-row").first).to_have_attribute("data-row", code)
    choose(page, code)
    expect(page.locator("[data-mark=entry-code]")).to_have_text(code)


def edit(page: Page, code: str) -> None:
    open_entry(page, code)
    page.keyboard.press("F2")
    expect(page.locator(".cm-content")).to_be_visible()


def write_after(page: Page, line: str, words: str) -> None:
    """Write at the end of the first line that holds ``line``, however often that is wrapped."""
    page.locator(".cm-line", has_text=line).first.click()
    page.keyboard.press("End")
    page.keyboard.press("End")
    page.keyboard.insert_text(words)


def write_anew(page: Page, text: str) -> None:
    page.locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)


def submit(page: Page) -> None:
    page.locator("[data-mark=save-reason]").fill(REASON)
    press(page, "submit")
    expect(notice(page, "已提交审核")).to_be_visible()


def to_review(page: Page, service: DeskService, code: str) -> None:
    page.goto(service.url + REVIEW)
    choose(page, code)
    expect(page.locator("[data-mark=differences]")).to_be_visible()


def waiting(service: DeskService, author: Staff, code: str, words: str) -> None:
    """Submit a guide with more in its summary, past the editor's page."""
    clock, shipped = SystemClock(), load_library()
    access = AccessService(clock, session_hours=1)
    drafts = EntryService(service.database, shipped, access, clock, PublishChecks()).drafts
    content = guide_form(shipped.matters[code])
    longer = {**content, "summary": content["summary"] + words}
    with service.database.transaction() as session:
        account = access.named(session, author.username)
        lock = lock_version_of(session, code)
        saved = drafts.save(session, account, longer, REASON, lock)
        drafts.submit(session, account, code, saved.lock_version)


def publish(page: Page, override: str | None = None) -> None:
    expect(page.locator("[data-mark=publish]")).to_be_enabled(timeout=CHECKED_MS)
    page.keyboard.press("F2")
    page.locator("[data-mark=publish-reason]").fill("已核对")
    if override is not None:
        page.locator("[data-mark=publish-second]").fill(override)
    press(page, "publish-yes")
    expect(notice(page, "已发布为第")).to_be_visible(timeout=CHECKED_MS)


def heard_within(service: DeskService, question: str, words: str, seconds: float) -> str:
    """Ask until the answer holds ``words``; return the last answer."""
    until = time.monotonic() + seconds
    while True:
        answer = "\n".join(service.citizen().say(question))
        if words in answer or time.monotonic() > until:
            return answer
        time.sleep(0.3)


def retrieval_state(service: DeskService) -> str:
    checks = httpx.get(f"{service.url}/health/ready").json()["checks"]
    return str(checks["retrieval"]["state"])


def until_ready(service: DeskService) -> None:
    """Wait for the encoder: a library that is new to the machine is encoded once."""
    until = time.monotonic() + 300
    while retrieval_state(service) != "ok":
        assert time.monotonic() < until
        time.sleep(1)


def stored(service: DeskService) -> tuple[int | None, ...]:
    with service.database.reading() as session:
        return tuple(
            session.scalar(select(func.count()).select_from(table))
            for table in (Entry, EntryVersion, AuditRow)
        )
