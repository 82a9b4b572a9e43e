import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.patience import PATIENCE_MS
from tests.service_fixtures import RunningService

_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE_MS)
    executable = os.environ.get("HOTLINE_CHROMIUM", "/usr/bin/chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=_ARGUMENTS)
        yield browser
        browser.close()


class Watched:
    """A citizen's browser window; whatever its console says is kept."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.complaints: list[str] = []
        page.on("console", lambda message: self._hear(message.type, message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("crash", lambda _: self.complaints.append("crashed"))

    def _hear(self, kind: str, text: str) -> None:
        if kind in {"error", "warning"}:
            self.complaints.append(f"{kind}: {text}")

    def open(self, path: str = "/") -> Page:
        self.page.goto(self.url + path)
        if path == "/":
            self.page.wait_for_selector("hotline-chat[ready]")
        return self.page

    def say(self, text: str) -> None:
        """Send a message; what comes of it is not waited for."""
        self.page.get_by_label("输入要办的事或遇到的问题").fill(text)
        self.page.get_by_role("button", name="发送").click()

    def ask(self, text: str) -> None:
        """Send a message and wait for an answer to it; every earlier one has been answered."""
        answers = self.page.locator(".entry.assistant")
        before = answers.count()
        self.say(text)
        expect(answers.nth(before)).to_be_visible()


def _window(
    browser: Browser, service: RunningService, width: int, height: int
) -> Iterator[Watched]:
    context = browser.new_context(
        viewport={"width": width, "height": height}, locale="zh-CN", reduced_motion="reduce"
    )
    context.set_default_timeout(PATIENCE_MS)
    window = Watched(context.new_page(), service.url)
    yield window
    context.close()


@pytest.fixture
def window(chromium: Browser, running_service: RunningService) -> Iterator[Watched]:
    yield from _window(chromium, running_service, 1200, 800)


@pytest.fixture
def phone(chromium: Browser, running_service: RunningService) -> Iterator[Watched]:
    yield from _window(chromium, running_service, 360, 740)
