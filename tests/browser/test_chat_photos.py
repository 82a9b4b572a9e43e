"""Photographs with a complaint, on a phone of 360 px: sent, looked at, taken back, registered."""

import io

import pytest
from PIL import Image
from playwright.sync_api import expect

from routing.attachments.service import AttachmentFile
from routing.tickets.listing import TicketReach
from tests.browser.conftest import Watched
from tests.browser.test_citizen_chat import COMPLAINT
from tests.service_fixtures import RunningService

pytestmark = pytest.mark.browser

_MAKE, _GPS = 0x010F, 0x8825
DEVICE = "PhoneOfTheCitizen"


def _photograph() -> bytes:
    """A picture as a telephone takes it: it says where, and with what."""
    picture, exif = Image.new("RGB", (640, 480), (30, 90, 30)), Image.Exif()
    exif[_MAKE] = DEVICE
    exif[_GPS] = {1: "N", 2: (30.0, 15.0, 0.0), 3: "E", 4: (120.0, 10.0, 0.0)}
    written = io.BytesIO()
    picture.save(written, "JPEG", exif=exif)
    return written.getvalue()


def test_photographs_go_with_the_complaint_and_lose_where_they_were_taken(
    phone: Watched, running_service: RunningService
) -> None:
    page = phone.open()
    phone.say(COMPLAINT)
    page.locator(".draft summary").click()
    photograph = _photograph()
    assert DEVICE.encode() in photograph
    chosen = page.locator(".photo-strip input[type=file]")
    strip = page.locator(".photo-strip")

    chosen.set_input_files(
        [{"name": "说明.jpg", "mimeType": "image/jpeg", "buffer": b"no picture"}]
    )
    expect(strip).to_contain_text("只能上传JPG、PNG、WebP图片")
    for name in ("油烟.jpg", "多余.jpg"):
        chosen.set_input_files([{"name": name, "mimeType": "image/jpeg", "buffer": photograph}])
        expect(strip.locator("li", has_text=name)).to_be_visible()
    page.get_by_role("button", name="删除 多余.jpg").click()
    expect(strip.locator("li")).to_have_count(1)
    expect(strip.locator("img")).to_have_js_property("naturalWidth", 640)
    assert page.evaluate("document.documentElement.scrollWidth") == 360

    if page.locator("[data-submit]").is_disabled():
        phone.say("13812345678")
    expect(page.locator("[data-submit]")).to_be_enabled()
    page.locator("[data-submit]").click()
    number = page.locator(".card.ticket strong").first.inner_text().strip()

    files = running_service.services.related.attachments
    with running_service.services.database.reading() as session:
        reach = TicketReach(everything=True)
        (kept,) = files.listed(session, f"{number}-1", reach)
        found: AttachmentFile = files.read(session, f"{number}-1", kept.id, reach)
    assert (kept.name, kept.number) == ("油烟.jpg", number)
    assert Image.open(io.BytesIO(found.content)).size == (640, 480)
    assert DEVICE.encode() not in found.content
    assert not Image.open(io.BytesIO(found.content)).getexif()
    # What the browser says of the refused file itself; nothing else.
    assert [one for one in phone.complaints if "422" not in one and "409" not in one] == []
