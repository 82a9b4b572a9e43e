"""What a citizen does to an appeal later on, over HTTP."""

import io
import uuid

import httpx
import pytest
from PIL import Image

from connectors.web_chat.appeal_acts import PHOTOS
from tests.casework_fixtures import APPEAL, PROPOSAL
from tests.service_fixtures import RunningService


@pytest.fixture
def opened(running_service: RunningService) -> dict[str, str]:
    """Number and code of an appeal that was registered elsewhere."""
    services = running_service.services
    new = APPEAL.__class__(f"acts:{uuid.uuid4()}", "web", APPEAL.kind, APPEAL.text)
    deadline = services.deadlines.resolve_due(new.kind)
    with services.database.transaction() as session:
        made = services.casework.appeals.register(session, new, PROPOSAL, deadline)
    return {"number": made.number, "code": made.query_code}


def _picture() -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (32, 32), (200, 30, 30)).save(written, "PNG")
    return written.getvalue()


def test_words_photos_and_withdrawal_need_the_code(
    http: httpx.Client, opened: dict[str, str]
) -> None:
    wrong = {**opened, "code": "ZZZZZZ"}
    heads = {"X-Appeal-Number": opened["number"], "X-Query-Code": opened["code"]}
    named = {**heads, "X-File-Name": "%E7%8E%B0%E5%9C%BA.png"}
    said = {"text": "门牌号是12号"}

    refused = [
        http.post("/api/progress/words", json={**wrong, **said}),
        http.post("/api/progress/withdraw", json=wrong),
        http.post(PHOTOS, headers={**named, "X-Query-Code": "ZZZZZZ"}, content=_picture()),
    ]
    added = http.post("/api/progress/words", json={**opened, **said})
    shown = http.post(PHOTOS, headers=named, content=_picture())
    no_picture = http.post(PHOTOS, headers=named, content=b"%PDF-1.7 ... %%EOF")
    card = http.post("/api/progress", json=opened).json()["card"]["data"]
    gone = http.post("/api/progress/withdraw", json=opened)
    again = http.post("/api/progress/withdraw", json=opened)

    assert [one.status_code for one in refused] == [404, 404, 404]
    assert len({one.json()["message"] for one in refused}) == 1
    assert (added.status_code, shown.status_code, no_picture.status_code) == (200, 201, 422)
    assert shown.json()["name"] == "现场.png"
    assert (card["may_add"], card["may_withdraw"]) == (True, True)
    assert (gone.status_code, again.status_code) == (200, 409)


def test_a_photo_over_ten_megabytes_is_refused(http: httpx.Client, opened: dict[str, str]) -> None:
    heads = {"X-Appeal-Number": opened["number"], "X-Query-Code": opened["code"]}
    large = http.post(PHOTOS, headers=heads, content=b"\xff\xd8" + bytes(11 * 1024 * 1024))

    assert large.status_code == 413
