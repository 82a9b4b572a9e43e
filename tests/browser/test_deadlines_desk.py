"""Calendar and rule packs at the administrator's desk, in a real browser."""

import pytest
from playwright.sync_api import expect

from foundation.access.permissions import Role
from tests.connectors.cli.test_calendar import NOTICE, YEAR
from tests.desk_fixtures import DeskService
from tests.desk_steps import Open, press

pytestmark = pytest.mark.browser


def test_an_administrator_reads_the_rules_tries_one_and_previews_a_notice(
    desk_service: DeskService, open_desk: Open
) -> None:
    page = open_desk(desk_service.account(Role.ADMINISTRATOR, name="何清"))
    page.get_by_role("link", name="日历与时限").click()
    expect(page.locator("h1")).to_have_text("日历与时限")
    pack = page.locator("[data-pack=guangdong_2022]")
    expect(pack).to_contain_text("现行")
    pack.locator("summary").click()
    expect(pack).to_contain_text("15个工作日")

    press(page, "backtest")
    expect(page.locator("[data-mark=backtest-outcome] > *").first).to_be_visible()

    page.locator("[data-mark=calendar-year]").fill(str(YEAR))
    expect(page.locator("[data-mark=calendar-days]")).to_contain_text("还没有载入")
    page.locator("[data-mark=notice-text]").fill(NOTICE.replace("1月1日至7日", "1月1日至"))
    press(page, "notice-preview")
    expect(page.locator("[data-mark=notice-read]")).to_contain_text("不能载入")
    page.locator("[data-mark=notice-text]").fill(NOTICE)
    press(page, "notice-preview")
    expect(page.locator("[data-mark=notice-read]")).to_contain_text(f"国办发明电〔{YEAR - 1}〕1号")
    expect(page.locator("[data-mark=notice-load]")).to_be_visible()
    # Not loaded: the calendar belongs to all who use this installation.
    expect(page.locator("[data-mark=calendar-days]")).to_contain_text("还没有载入")
