"""The vault of informants at the desks: opened with a reason, read once, seen by the auditor."""

import pytest
from playwright.sync_api import expect

from foundation.access.permissions import Role
from tests.desk_fixtures import DeskService
from tests.desk_steps import Open, acts_of, press, registered_call

pytestmark = pytest.mark.browser

PHONE = "13812345678"
WHY = "纪检机关来函要求核实"


def test_a_supervisor_opens_the_vault_and_the_auditor_reads_who_and_why(
    desk_service: DeskService, open_desk: Open
) -> None:
    operator = open_desk(desk_service.account(Role.OPERATOR))
    number = registered_call(operator, confidential=True)["number"]
    supervisor = desk_service.account(Role.SUPERVISOR, name="周敏")
    page = open_desk(supervisor)
    page.get_by_label("工单编号").fill(f"{number}-1")
    page.get_by_label("工单编号").press("Enter")
    expect(page.locator("[data-mark=ticket-no]")).to_contain_text(number)
    assert PHONE not in page.content()

    press(page, "vault")
    press(page, "vault-confirm")
    expect(page.locator(".desk-notice", has_text="请写明为什么")).to_be_visible()
    page.locator("[data-mark=vault-reason]").fill(WHY)
    press(page, "vault-confirm")
    expect(page.locator("[data-mark=vault-identity]")).to_contain_text(PHONE)
    press(page, "vault-close")
    expect(page.locator("[data-mark=vault-identity]")).to_have_count(0)
    expect(page.locator(".desk-timeline")).to_contain_text("调阅了举报人身份")
    assert PHONE not in page.content()
    assert "vault.open" in acts_of(desk_service, supervisor)

    audit = open_desk(desk_service.account(Role.AUDITOR, name="郑和平"))
    assert audit.url == desk_service.url + "/desk/audit"
    line = audit.locator("[data-mark=openings] tr", has_text=number)
    expect(line).to_contain_text("周敏")
    expect(line).to_contain_text(WHY)
    expect(audit.locator("[data-mark=audit-records]")).to_contain_text("vault.open")
    assert PHONE not in audit.content()
