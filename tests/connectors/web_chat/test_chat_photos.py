"""Photographs over HTTP: with a draft only, and only one's own."""

import io

import httpx
from PIL import Image

from connectors.web_chat.photos import PHOTOS


def _picture() -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (32, 32), (200, 30, 30)).save(written, "PNG")
    return written.getvalue()


def _session(http: httpx.Client) -> dict[str, str]:
    return {"X-Chat-Session": http.post("/api/chat/sessions").json()["token"]}


def _complaint(http: httpx.Client, session: dict[str, str]) -> None:
    message = {"id": "b" * 32, "text": "我要投诉，文渊阁小区楼下的烧烤店半夜还在冒油烟"}
    answered = http.post("/api/chat/messages", headers=session, json=message)
    assert answered.json()["draft"] is not None


def test_a_photograph_needs_a_draft_and_belongs_to_its_conversation(http: httpx.Client) -> None:
    citizen, other = _session(http), _session(http)
    early = http.post(PHOTOS, headers=citizen, content=_picture())
    _complaint(http, citizen)

    named = {**citizen, "X-File-Name": "%E6%B2%B9%E7%83%9F.png"}
    added = http.post(PHOTOS, headers=named, content=_picture())
    stolen = http.delete(f"{PHOTOS}/{added.json()['id']}", headers=other)
    shown = http.get(PHOTOS, headers=other), http.get(PHOTOS, headers=citizen)
    gone = http.delete(f"{PHOTOS}/{added.json()['id']}", headers=citizen)

    assert early.status_code == 409
    assert (added.status_code, added.json()["name"]) == (201, "油烟.png")
    assert stolen.status_code == 404
    assert [len(one.json()["photos"]) for one in shown] == [0, 1]
    assert gone.status_code == 204
    assert http.get(PHOTOS, headers=citizen).json() == {"photos": []}


def test_what_is_no_photograph_or_too_large_is_refused(http: httpx.Client) -> None:
    citizen = _session(http)
    _complaint(http, citizen)

    text = http.post(PHOTOS, headers=citizen, content=b"%PDF-1.7 ... %%EOF")
    large = http.post(PHOTOS, headers=citizen, content=b"\xff\xd8" + bytes(11 * 1024 * 1024))

    assert text.status_code == 422
    assert large.status_code == 413
    assert http.get(PHOTOS, headers=citizen).json() == {"photos": []}
    assert http.get(PHOTOS).status_code == 401
