import re
from collections.abc import Sequence
from time import monotonic

import pytest
from playwright.sync_api import Page, Route, WebSocketRoute, expect
from sqlalchemy import select

from knowledge_base.questions.models import OpenQuestion
from knowledge_base.questions.states import QuestionSource
from tests.browser.conftest import Watched
from tests.patience import PATIENCE_SECONDS
from tests.service_fixtures import RunningService

pytestmark = pytest.mark.browser

QUESTION = "身份证丢了怎么补办"
COMPLAINT = "我要投诉，文渊阁小区楼下的烧烤店半夜还在冒油烟"


def texts(page: Page, selector: str) -> list[str]:
    return [text.strip() for text in page.locator(selector).all_text_contents()]


def complain_and_submit(chat: Watched) -> tuple[str, str]:
    """Talk a complaint through to its ticket; return number and query code."""
    page = chat.page
    chat.ask(COMPLAINT)
    expect(page.locator(".draft details")).to_be_attached()
    if page.locator("[data-submit]").is_disabled():
        chat.ask("13812345678")
    # Complete means read back: on a phone the form opens itself for the last look.
    expect(page.locator("[data-submit]")).to_be_enabled()
    expect(page.locator(".draft details")).to_have_attribute("open", "")
    page.locator("[data-submit]").click()
    page.wait_for_selector(".card.ticket")
    expect(page.locator(".card.ticket strong")).to_have_count(2)
    number, code = texts(page, ".card.ticket strong")
    return number, code


def test_citizen_asks_follows_up_complains_and_checks_progress(window: Watched) -> None:
    page = window.open()
    window.ask(QUESTION)
    guide = page.locator(".card.guide").last
    expect(guide).to_contain_text("申请材料")
    expect(guide.locator(".checklist li").first).to_be_visible()
    expect(guide).to_contain_text("来源：")
    title = guide.locator("h3").text_content()

    window.ask("那要多少钱")
    fee = page.locator(".card.guide").nth(1)
    expect(fee).to_contain_text("收费")
    assert fee.locator("h3").text_content() == title

    number, code = complain_and_submit(window)
    assert re.fullmatch(r"\d{8}-\d{6}", number)
    assert re.fullmatch(r"[A-Z0-9]{6}", code)
    ticket = page.locator(".card.ticket")
    expect(ticket).to_contain_text("承办单位")
    expect(ticket.locator("summary")).to_contain_text("前")
    ticket.locator("summary").click()
    expect(ticket.locator("ol li").first).to_be_visible()
    expect(page.locator(".draft")).to_be_hidden()

    ticket.get_by_role("button", name="查进度").click()
    expect(page.locator(".card.progress .stages li").first).to_be_visible()

    window.open("/progress")
    page.locator("[name=number]").fill(number)
    page.locator("[name=code]").fill(code)
    page.get_by_role("button", name="查询").click()
    expect(page.locator(".card.progress")).to_contain_text(number)
    assert window.complaints == []


def test_chip_asks_for_the_other_side_of_the_same_guide(window: Watched) -> None:
    page = window.open()
    window.say(QUESTION)
    title = page.locator(".card.guide h3").text_content()

    page.locator(".card.guide").get_by_role("button", name="费用").click()

    second = page.locator(".card.guide").nth(1)
    expect(second.locator(".chip[aria-current]")).to_have_text("费用")
    assert second.locator("h3").text_content() == title


def test_phone_has_room_for_everything(phone: Watched) -> None:
    page = phone.open()
    expect(page.locator(".starter")).to_have_count(6)
    phone.ask(QUESTION)
    expect(page.locator(".card.guide")).to_be_visible()

    number, _ = complain_and_submit(phone)

    assert number
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    overflowing = page.evaluate(
        """() => [...document.querySelector("hotline-chat").shadowRoot.querySelectorAll("*")]
            .filter((one) => one.getBoundingClientRect().right > 361)
            .map((one) => one.className)"""
    )
    assert overflowing == []
    assert phone.complaints == []


def test_draft_field_is_tapped_and_changed(window: Watched) -> None:
    page = window.open()
    window.ask(COMPLAINT)
    page.locator("[data-field=when]").click()
    page.locator("#draft-when").fill("每天夜里十一点以后")
    page.get_by_role("button", name="保存", exact=True).click()

    expect(page.locator("[data-field=when] .row-value")).to_have_text("每天夜里十一点以后")
    expect(page.locator("[data-field=when]")).to_be_focused()


def test_draft_is_cancelled_only_after_asking(window: Watched) -> None:
    page = window.open()
    window.ask(COMPLAINT)
    page.get_by_role("button", name="取消登记").click()
    expect(page.locator(".draft")).to_contain_text("确定取消吗")
    page.get_by_role("button", name="取消，不登记").click()

    expect(page.locator(".draft")).to_be_hidden()


def test_markup_in_messages_stays_text(window: Watched) -> None:
    page = window.open()
    markup = '<img src=x onerror="document.title=1"><b>粗</b>'
    window.say(markup)

    expect(page.locator(".citizen .bubble").first).to_have_text(markup)
    expect(page.locator(".entry.assistant").first).to_be_visible()
    assert page.locator(".entry img, .entry b").count() == 0
    assert window.complaints == []


def test_page_comes_back_to_its_conversation(window: Watched) -> None:
    page = window.open()
    window.say(QUESTION)
    expect(page.locator(".card.guide")).to_be_visible()

    page.reload()

    expect(page.locator(".card.guide")).to_be_visible()
    expect(page.locator(".entry")).to_have_count(2)


def test_new_conversation_forgets_the_old_on_this_device(window: Watched) -> None:
    page = window.open()
    window.say(QUESTION)
    expect(page.locator(".card.guide")).to_be_visible()

    page.get_by_role("button", name="新对话").click()
    page.get_by_role("button", name="清除", exact=True).click()

    expect(page.locator(".starter").first).to_be_visible()
    expect(page.locator(".entry")).to_have_count(0)


def test_expired_session_begins_a_new_one_and_loses_nothing(window: Watched) -> None:
    page = window.open()
    page.evaluate("localStorage.setItem('hotline.chat.token', 'A'.repeat(50))")
    page.reload()

    expect(page.locator(".notice")).to_contain_text("已过期")
    window.say(QUESTION)

    expect(page.locator(".card.guide")).to_be_visible()


def test_danger_is_answered_with_the_line_to_call(window: Watched) -> None:
    page = window.open()
    window.say("我家着火了，火很大")

    card = page.locator(".card.emergency")
    expect(card).to_be_visible()
    expect(card.locator("a.dial")).to_have_attribute("href", "tel:119")


def test_answer_is_rated_and_its_question_queued(
    window: Watched, running_service: RunningService
) -> None:
    page = window.open()
    badly_rated = (
        select(OpenQuestion.masked_text)
        .where(OpenQuestion.source == QuestionSource.BADLY_RATED)
        .order_by(OpenQuestion.id)
    )
    database = running_service.services.database
    with database.reading() as session:
        before = len(session.scalars(badly_rated).all())
    window.say(QUESTION)
    page.get_by_role("button", name="没解决").click()
    expect(page.locator(".rating")).to_contain_text("已记下")
    # The page thanks before the server has answered.
    until = monotonic() + PATIENCE_SECONDS
    queued: Sequence[str] = []
    while not queued and monotonic() < until:
        page.wait_for_timeout(100)
        with database.reading() as session:
            queued = session.scalars(badly_rated).all()[before:]
    assert queued == [QUESTION]

    page.reload()

    expect(page.locator(".rating")).to_contain_text("没解决")


def test_lost_connection_comes_back_without_repeating(window: Watched) -> None:
    page = window.page
    sockets: list[WebSocketRoute] = []

    def connect(socket: WebSocketRoute) -> None:
        socket.connect_to_server()
        sockets.append(socket)

    page.route_web_socket("**/api/chat/socket", connect)
    window.open()
    window.say(QUESTION)
    expect(page.locator(".card.guide")).to_be_visible()

    sockets[0].close(code=1012)
    window.say("那要多少钱")

    expect(page.locator(".card.guide")).to_have_count(2)
    expect(page.locator(".entry")).to_have_count(4)
    assert len(sockets) == 2


def test_chat_works_where_no_socket_gets_through(window: Watched) -> None:
    page = window.page
    page.route_web_socket("**/api/chat/socket", lambda socket: socket.close(code=1011))
    window.open()

    window.say(QUESTION)

    expect(page.locator(".card.guide")).to_be_visible()
    expect(page.locator(".entry")).to_have_count(2)


def test_message_waits_while_offline_and_goes_out_after(window: Watched) -> None:
    page = window.page
    away = True

    def gate(route: Route) -> None:
        if away:
            route.abort()
        else:
            route.continue_()

    page.route("**/api/chat/**", gate)
    window.open()
    window.say(QUESTION)
    expect(page.locator(".connection")).to_contain_text("网络断开")

    away = False

    expect(page.locator(".card.guide")).to_be_visible()
    expect(page.locator(".connection")).to_be_empty()


def test_fast_messages_are_all_kept(window: Watched) -> None:
    page = window.open()

    for number in range(1, 8):
        window.say(f"第{number}句")

    # Two of them waited for the rate limit and went out by themselves.
    expect(page.locator(".citizen:not(.sending)")).to_have_count(7)
    said = texts(page, ".citizen .bubble")
    assert sorted(said) == [f"第{number}句" for number in range(1, 8)]


def test_large_type_is_remembered(window: Watched) -> None:
    page = window.open()
    page.get_by_role("button", name="大字").click()
    page.reload()

    expect(page.get_by_role("button", name="大字")).to_have_attribute("aria-pressed", "true")
    size = page.locator("hotline-chat").evaluate("(chat) => getComputedStyle(chat).fontSize")
    assert size == "20px"


def test_chat_is_used_by_keyboard_alone(window: Watched) -> None:
    page = window.open()
    page.get_by_label("输入要办的事或遇到的问题").focus()
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")
    expect(page.locator(".card.guide")).to_be_visible()

    page.locator(".card.guide .chip", has_text="费用").focus()
    page.keyboard.press("Enter")

    expect(page.locator(".card.guide")).to_have_count(2)


def test_progress_page_says_what_is_missing_or_wrong(window: Watched) -> None:
    page = window.open("/progress")
    page.get_by_role("button", name="查询").click()
    expect(page.locator(".refusal")).to_have_text("请填写诉求编号。")

    page.locator("[name=number]").fill("20200101-000001")
    page.locator("[name=code]").fill("AAAAAA")
    page.get_by_role("button", name="查询").click()
    expect(page.locator(".refusal")).to_contain_text("查询码")
    # Number and code never stand in the address.
    assert page.url.endswith("/progress")


def test_notice_chips_and_whole_event_lead_on(window: Watched) -> None:
    page = window.open()
    window.say("新生儿上户口要什么材料")
    guide = page.locator(".card.guide")
    expect(guide.get_by_role("link", name="一次性告知书")).to_have_attribute(
        "href", "/guides/M0106"
    )
    expect(guide.get_by_role("link", name="打印（PDF）")).to_have_attribute(
        "href", "/guides/M0106/notice.pdf"
    )
    expect(page.get_by_role("link", name="新生儿出生")).to_have_attribute("href", "/bundles/B01")

    guide.get_by_role("button", name="核对材料还差什么").click()
    checked = page.get_by_role("region", name="材料核对")
    expect(checked.locator(".standings li").first).to_contain_text("还缺")

    window.say("孩子刚出生要办哪些手续")
    whole = page.get_by_role("region", name="新生儿出生 一件事一次办")
    whole.get_by_role("button", name="出生登记（新生儿落户）").click()
    expect(page.locator(".card.guide")).to_have_count(2)
    assert window.complaints == []
