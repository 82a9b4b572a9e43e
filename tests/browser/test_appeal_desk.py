"""An appeal made before, at the agent desk: given photographs, then withdrawn; by its code."""

import io

import pytest
from PIL import Image
from playwright.sync_api import FilePayload, Page, expect
from sqlalchemy import select

from foundation.access.permissions import Role
from routing.appeals.models import Appeal
from routing.attachments.models import Attachment
from routing.tickets.models import Ticket, TicketEvent
from tests.desk_fixtures import DeskService
from tests.desk_steps import Open, acts_of, look, notice, press, registered_call

pytestmark = pytest.mark.browser


def _picture() -> FilePayload:
    written = io.BytesIO()
    Image.new("RGB", (40, 20), (200, 0, 0)).save(written, "JPEG")
    return {"name": "现场.jpg", "mimeType": "image/jpeg", "buffer": written.getvalue()}


def _asked_for(page: Page, number: str, code: str) -> None:
    page.locator("[data-mark=appeal-number]").fill(number)
    page.locator("[data-mark=appeal-code]").fill(code)
    press(page, "appeal-look")


def _gaps(page: Page) -> list[float]:
    """Return how far each field's text lies below its floating label."""
    found: list[float] = page.evaluate(
        """() => [...document.querySelectorAll('.q-field--dense.q-field--labeled.q-field--float')]
        .filter(one => one.offsetParent && one.querySelector('.q-field__native'))
        .map(one => {
          const native = one.querySelector('.q-field__native'), style = getComputedStyle(native);
          const text = native.getBoundingClientRect().top + parseFloat(style.paddingTop);
          return text - one.querySelector('.q-field__label').getBoundingClientRect().bottom;
        })"""
    )
    return found


def test_an_operator_adds_a_photo_and_withdraws_at_the_callers_word(
    desk_service: DeskService, open_desk: Open
) -> None:
    operator = desk_service.account(Role.OPERATOR)
    page = open_desk(operator)
    told = registered_call(page)
    press(page, "appeal-open")
    _asked_for(page, told["number"], "5678")
    expect(notice(page, "没有找到对应的诉求")).to_be_visible()

    _asked_for(page, told["number"], told["query_code"])
    dialog = page.locator(".desk-dialog:visible")
    expect(dialog).to_contain_text(told["number"])
    page.locator("[data-mark=appeal-photo] input[type=file]").set_input_files(files=[_picture()])
    expect(notice(page, "照片已补到诉求里")).to_be_visible()

    press(page, "appeal-withdrawal")
    expect(page.locator("[data-mark=appeal-reason]")).to_be_visible()
    look(page, "appeal-desk")
    assert len(_gaps(page)) >= 3
    assert min(_gaps(page)) >= 0
    page.set_viewport_size({"width": 360, "height": 780})
    look(page, "appeal-desk-360")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    press(page, "appeal-withdraw")
    expect(notice(page, "不少于四个字")).to_be_visible()
    page.locator("[data-mark=appeal-reason]").fill("店家已经搬走")
    press(page, "appeal-withdraw")
    expect(notice(page, "已撤回，市民会收到通知")).to_be_visible()
    expect(dialog).to_contain_text("已撤单")
    expect(page.locator("[data-mark=appeal-withdraw]")).to_have_count(0)

    with desk_service.database.reading() as session:
        # Columns alone: words and names are encrypted with the service's own key.
        kept = session.execute(
            select(Attachment.media_type, Attachment.added_by)
            .join(Appeal, Appeal.id == Attachment.appeal_id)
            .where(Appeal.number == told["number"])
        ).one()
        events = session.scalars(
            select(TicketEvent)
            .join(Ticket, Ticket.id == TicketEvent.ticket_id)
            .where(Ticket.ticket_no == f"{told['number']}-1", TicketEvent.kind == "withdrawn")
        )
        event = events.one()
    by = f"user:{operator.id}"
    assert tuple(kept) == ("image/jpeg", by)
    assert (event.data["asked_by"], event.actor) == ("citizen", by)
    assert event.data["note"] == "诉求人本人要求撤回：店家已经搬走"
    assert {"appeal.read", "appeal.photo", "appeal.withdraw"} <= acts_of(desk_service, operator)
