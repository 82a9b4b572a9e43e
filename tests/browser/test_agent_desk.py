"""The agent desk in a real browser: operators, a caller, citizens."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from foundation.access.permissions import Role
from routing.appeals.models import Appeal
from tests.desk_fixtures import DeskService
from tests.desk_steps import (
    COMPOSER,
    Open,
    begin,
    choose,
    new_call,
    notice,
    press,
    speak,
)

pytestmark = pytest.mark.browser


def test_desk_operator_sees_suggestions_and_answers_as_a_person(
    desk_service: DeskService, open_desk: Open
) -> None:
    citizen, conversation = begin(desk_service, "身份证丢了怎么补办")
    page = open_desk(desk_service.account(Role.OPERATOR))
    choose(page, conversation)

    first = page.locator(".suggestion").first
    expect(first).to_contain_text("居民身份证丢失补领")
    expect(first).to_contain_text("因为：“身份证丢了怎么补办”")
    expect(first).to_contain_text("来源：")
    assert page.locator(".suggestion").count() <= 3

    press(page, "take-over")
    expect(page.locator(COMPOSER)).to_be_enabled()
    page.locator(COMPOSER).fill("您好，")
    page.keyboard.press("F2")
    expect(page.locator(COMPOSER)).to_have_value(re.compile(r"^您好，\n居民身份证丢失的"))
    page.keyboard.press("Control+Enter")
    expect(page.locator(".said.operator")).to_have_count(1)
    assert citizen.heard()[-1].startswith("您好，\n居民身份证丢失的")

    citizen.say("那领结婚证要带什么材料")
    expect(page.locator(".suggestion").first).to_contain_text("结婚")
    press(page, "hand-back")
    expect(page.locator(COMPOSER)).to_be_disabled()
    assert citizen.heard()[-1] == "人工坐席已结束服务，接下来由助手继续为您服务。"


def test_desk_waiting_citizen_comes_first_and_is_announced(
    desk_service: DeskService, open_desk: Open
) -> None:
    _, greeting = begin(desk_service, "你好")
    page = open_desk(desk_service.account(Role.OPERATOR))
    expect(page.locator(f'[data-row="{greeting}"]')).to_be_visible()
    page.locator("input[aria-label=搜索会话]").focus()

    _, waiting = begin(desk_service, "转人工")

    expect(page.locator("[role=status].desk-news")).to_contain_text("位市民新近要求人工服务")
    expect(_in_this_order(page, waiting, greeting)).to_be_attached()
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "搜索会话"


def test_desk_list_keeps_still_under_the_pointer(
    desk_service: DeskService, open_desk: Open
) -> None:
    _, first = begin(desk_service, "你好")
    page = open_desk(desk_service.account(Role.OPERATOR))
    row = page.locator(f'[data-row="{first}"]')
    row.hover()
    page.keyboard.press("?")
    expect(notice(page, "Ctrl+Enter")).to_be_visible()  # so the pointer was heard of as well
    before = row.bounding_box()

    _, newer = begin(desk_service, "转人工")

    expect(_in_this_order(page, first, newer)).to_be_attached()
    assert row.bounding_box() is not None
    assert (row.bounding_box() or {})["y"] - (before or {})["y"] <= 40  # the strip of news above
    page.locator("h1").hover()
    expect(_in_this_order(page, newer, first)).to_be_attached()


def _in_this_order(page: Page, upper: str, lower: str) -> Locator:
    """Return the row ``lower``, where it stands somewhere below ``upper``."""
    return page.locator(f'div:has(> [data-row="{upper}"]) ~ div > [data-row="{lower}"]')


def test_desk_two_operators_take_over_one_conversation_once(
    desk_service: DeskService, open_desk: Open
) -> None:
    _, conversation = begin(desk_service, "我想找人工")
    one, other = (open_desk(desk_service.account(Role.OPERATOR)) for _ in range(2))
    for page in (one, other):
        choose(page, conversation)
        expect(page.locator("[data-mark=take-over]")).to_be_visible()

    # Nobody else may write meanwhile: both have clicked, and wait, before either is answered.
    with desk_service.database.transaction() as session:
        session.execute(select(1))
        for page in (one, other):
            press(page, "take-over")
        for page in (one, other):
            expect(page.locator("body.desk-busy")).to_be_attached()

    expect(one.locator("[data-mark=take-over]")).to_be_hidden()
    expect(other.locator("[data-mark=take-over]")).to_be_hidden()
    holding = [page.locator(COMPOSER).is_enabled() for page in (one, other)]
    assert sorted(holding) == [False, True]
    loser = other if holding[0] else one
    expect(notice(loser, "该会话已由其他坐席接入。")).to_be_visible()


def test_desk_shows_citizens_words_as_text_only(desk_service: DeskService, open_desk: Open) -> None:
    hostile = '<img src=x onerror="document.title=1"><b>你好</b>' + "很长" * 900
    _, conversation = begin(desk_service, hostile)
    page = open_desk(desk_service.account(Role.OPERATOR))
    choose(page, conversation)

    expect(page.locator(".said.citizen .said-text")).to_contain_text("<img src=x")
    assert page.locator(".said img, .said b, .desk-row img, .desk-row b").count() == 0
    assert "坐席工作台" in page.title()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_desk_keeps_what_is_typed_for_each_conversation(
    desk_service: DeskService, open_desk: Open
) -> None:
    _, first = begin(desk_service, "你好")
    _, second = begin(desk_service, "您好")
    page = open_desk(desk_service.account(Role.OPERATOR))
    for conversation in (first, second):
        choose(page, conversation)
        press(page, "take-over")
        expect(page.locator(COMPOSER)).to_be_enabled()
        page.locator(COMPOSER).fill(f"给{conversation}")

    choose(page, first)
    expect(page.locator(COMPOSER)).to_have_value(f"给{first}")
    choose(page, second)
    expect(page.locator(COMPOSER)).to_have_value(f"给{second}")


def test_desk_call_draft_can_be_written_by_hand(desk_service: DeskService, open_desk: Open) -> None:
    page = open_desk(desk_service.account(Role.OPERATOR))
    new_call(page)
    expect(page.locator("[data-mark=register]")).to_be_disabled()

    page.locator("[data-mark=draft-what]").fill("楼道灯坏了三天，晚上看不见路")
    page.locator("[data-mark=draft-where]").fill("文渊阁小区3栋")
    page.locator("[data-mark=draft-when]").fill("三天前")
    expect(page.locator("[data-mark=register]")).to_be_enabled()
    speak(page, "对了，我姓王")
    expect(page.locator("[data-mark=draft-where]")).to_have_value("文渊阁小区3栋")
    press(page, "register")

    expect(page.locator("[data-mark=registered-number]")).to_have_text(re.compile(r"\d{8}-\d{6}"))
    press(page, "hand-back")
    expect(page.locator(".said-text").last).to_have_text("来电结束。")


def test_desk_draft_loses_no_field_however_fast_one_writes(
    desk_service: DeskService, open_desk: Open
) -> None:
    page = open_desk(desk_service.account(Role.OPERATOR))
    for turn in range(4):
        new_call(page)
        written = {
            "what": f"第{turn}盏灯坏了",
            "where": f"文渊阁小区{turn}栋",
            "when": f"{turn}号起",
        }
        for name, words in written.items():
            page.locator(f"[data-mark=draft-{name}]").fill(words)
        press(page, "register")
        number = page.locator("[data-mark=registered-number]")
        expect(number).to_have_text(re.compile(r"\d{8}-\d{6}"))

        with desk_service.database.reading() as session:
            columns = select(Appeal.text, Appeal.place, Appeal.occurred)
            stored = session.execute(columns.where(Appeal.number == number.inner_text())).one()
        assert tuple(stored) == tuple(written.values())
        press(page, "hand-back")
        expect(page.locator(COMPOSER)).to_be_disabled()


def test_desk_question_mark_shows_the_keys(desk_service: DeskService, open_desk: Open) -> None:
    page = open_desk(desk_service.account(Role.OPERATOR))
    page.locator("h1").click()
    page.keyboard.press("?")

    expect(notice(page, "Ctrl+Enter 发送或记录")).to_be_visible()
