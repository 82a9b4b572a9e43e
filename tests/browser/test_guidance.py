import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Watched

pytestmark = pytest.mark.browser


def test_notice_page_lists_one_citizens_documents(phone: Watched) -> None:
    page = phone.open("/guides/M0113")
    expect(page.locator(".documents > li")).to_have_count(6)

    page.get_by_label("凭工作").check()
    expect(page.get_by_role("heading", name="不用带的")).to_be_visible()
    expect(page.locator(".documents > li")).to_have_count(4)
    page.get_by_label("给自己办").check()
    expect(page.locator(".documents > li")).to_have_count(3)
    expect(page.locator(".listed")).to_contain_text("居住地住址证明（您的情况：凭工作）")

    href = page.get_by_role("link", name="打印（PDF）").get_attribute("href")
    assert href == "/guides/M0113/notice.pdf?for=carer.no,ground.work"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert phone.complaints == []


def test_notice_page_says_who_cannot_apply_and_opens_a_link_with_answers(window: Watched) -> None:
    page = window.open("/guides/M0113?for=ground.work")
    expect(page.get_by_label("凭工作")).to_be_checked()

    page.get_by_label("没住满半年").check()
    expect(page.locator(".listed h2").last).to_have_text("您这种情况，按办事指南现在不能办")
    expect(page.locator(".documents")).to_have_count(0)
    assert window.complaints == []


def test_chat_asks_the_questions_and_shows_the_personal_notice(phone: Watched) -> None:
    page = phone.open()
    phone.say("居住证怎么办")
    page.get_by_role("button", name="问我几个问题，看我要带什么").click()
    page.get_by_role("button", name="1. 没办过").click()
    page.get_by_role("button", name="1. 住满半年").click()
    page.get_by_role("button", name="1. 凭工作").click()
    page.get_by_role("button", name="2. 给自己办").click()

    card = page.locator(".card.offer").last
    expect(card.locator("h3")).to_have_text("居住证申领 您的一次性告知书")
    expect(card.locator(".checklist li")).to_have_count(3)
    expect(card.get_by_role("link", name="一次性告知书")).to_have_attribute(
        "href", "/guides/M0113?for=card.no,carer.no,ground.work,half_year.yes"
    )
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert phone.complaints == []
