import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Watched

pytestmark = pytest.mark.browser


def choose(page: Page, question: str, answer: str) -> None:
    group = page.get_by_role("group", name=question)
    group.get_by_role("radio", name=answer, exact=True).check()


def steps(page: Page) -> list[str]:
    return page.locator(".steps > li > :first-child").all_inner_texts()


def test_chat_leads_to_bundles_and_on_to_one_event(window: Watched) -> None:
    page = window.open()
    page.get_by_role("link", name="一件事一次办").click()
    expect(page.locator(".choose li")).to_have_count(8)

    page.get_by_role("link", name="新生儿出生").click()

    expect(page.locator("h1")).to_have_text("新生儿出生")
    assert window.complaints == []


def test_bundle_page_turns_answers_into_an_ordered_plan(window: Watched) -> None:
    page = window.open("/bundles/B01")
    expect(page.locator(".open li")).to_have_count(3)

    choose(page, "孩子出生前，已经办过生育登记了吗？", "是")
    choose(page, "妈妈有单位，单位给她交着职工医保吗？", "不是")
    choose(page, "现在就要给孩子办实体社会保障卡吗？", "不是")

    expect(page.locator(".open li")).to_have_count(0)
    expect(page.locator(".steps > li")).to_have_count(5)
    assert steps(page)[:2] == ["出生医学证明办理", "出生登记（新生儿落户）"]
    link = page.locator(".steps a", has_text="出生登记（新生儿落户）")
    assert link.get_attribute("href") == "/guides/M0106"
    assert window.complaints == []


def test_bundle_page_asks_only_what_follows_from_earlier_answers(window: Watched) -> None:
    page = window.open("/bundles/B05")
    second_hand = page.locator("legend", has_text="买的是二手房吗？")
    expect(second_hand).to_be_hidden()

    choose(page, "房子是买的吗？", "是")
    expect(second_hand).to_be_visible()
    choose(page, "要贷款买房吗？", "是")
    expect(page.locator("legend", has_text="其中要用公积金贷款吗？")).to_be_visible()
    choose(page, "房子是买的吗？", "不是")
    expect(second_hand).to_be_hidden()
    expect(page.locator("legend", has_text="其中要用公积金贷款吗？")).to_be_hidden()
    expect(page.locator(".steps")).to_contain_text("房屋租赁登记备案")
    assert window.complaints == []


def test_bundle_page_keeps_ticks_while_answers_change(window: Watched) -> None:
    page = window.open("/bundles/B01")
    own = page.locator(".documents > li", has_text="父母的有效身份证件").first.get_by_role(
        "checkbox"
    )
    verdict = page.locator(".verdict")
    expect(verdict).to_contain_text("父母的有效身份证件")
    # The first step gives it: nobody is told to bring it.
    expect(verdict).not_to_contain_text("出生医学证明、")

    own.check()
    expect(verdict).not_to_contain_text("父母的有效身份证件")
    choose(page, "现在就要给孩子办实体社会保障卡吗？", "是")
    expect(page.locator(".steps")).to_contain_text("社会保障卡申领")

    expect(own).to_be_checked()
    assert window.complaints == []


def test_bundle_page_hands_out_the_printed_plan(window: Watched) -> None:
    page = window.open("/bundles/B06")
    with page.expect_download() as download:
        page.get_by_role("button", name="下载清单（PDF）").click()

    assert download.value.suggested_filename == "亲人去世（公民身后） 一件事一次办.pdf"
    assert window.complaints == []


@pytest.mark.parametrize("path", ["/bundles", "/bundles/B05"])
@pytest.mark.parametrize("large", [False, True])
def test_bundle_pages_fit_a_phone(phone: Watched, path: str, *, large: bool) -> None:
    page = phone.open(path)
    expect(page.locator("h1")).to_be_visible()
    if large:
        page.get_by_role("button", name="大字").click()
    if path == "/bundles/B05":
        choose(page, "房子是买的吗？", "是")
        choose(page, "买的是二手房吗？", "是")
        expect(page.locator(".steps")).to_contain_text("燃气过户")

    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    small = page.locator(".choice, .choose a, .tool").evaluate_all(
        "all => all.filter(one => one.offsetParent && one.offsetHeight < 44).length"
    )
    assert small == 0
    assert phone.complaints == []


def test_bundle_page_says_when_the_network_is_away(window: Watched) -> None:
    page = window.open("/bundles/B01")
    expect(page.locator(".steps > li").first).to_be_visible()
    page.context.set_offline(True)

    choose(page, "现在就要给孩子办实体社会保障卡吗？", "是")

    expect(page.locator(".plan .refusal")).to_contain_text("网络不通")
