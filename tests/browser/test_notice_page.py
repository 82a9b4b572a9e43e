import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Watched

pytestmark = pytest.mark.browser


def test_notice_page_tells_what_is_still_missing(window: Watched) -> None:
    page = window.open("/guides/M0103")
    expect(page.locator("h1")).to_have_text("居民身份证丢失补领")
    boxes = page.locator(".documents > li > label input")
    expect(boxes).to_have_count(2)

    boxes.first.check()
    expect(page.locator(".verdict")).to_contain_text("还缺：《居民身份证申领登记表》。")
    boxes.last.check()
    expect(page.locator(".verdict")).to_contain_text("可以去办。")

    assert page.locator("a.tool").get_attribute("href") == "/guides/M0103/notice.pdf"
    assert window.complaints == []


def test_notice_page_fits_a_phone(phone: Watched) -> None:
    page = phone.open("/guides/M1302")
    expect(page.locator(".documents .case").first).to_contain_text("我是这种情形：")

    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert phone.complaints == []


def test_answer_card_leads_to_the_notice(window: Watched) -> None:
    page = window.open()
    window.say("身份证丢了怎么补办")
    with page.context.expect_page() as opened:
        page.locator(".card.guide").last.get_by_text("一次性告知书").click()

    expect(opened.value.locator("h1")).to_have_text("居民身份证丢失补领")
