"""Attachments over HTTP: every route × role × ownership; on SQLite and on PostgreSQL."""

import asyncio
import io
from urllib.parse import quote

import httpx
import pytest
from PIL import Image

from connectors.staff.sessions import COOKIE
from connectors.ticket_api.matrix import PREFIX
from foundation.access.permissions import Role
from foundation.access.service import Login
from tests.casework_fixtures import DISPATCHER
from tests.connectors.ticket_api.conftest import DEPARTMENTAL, INFORMANT, NAME, ORDINARY, World

R = Role
HOTLINE = {R.DISPATCHER, R.SUPERVISOR}
ADDERS = {R.DISPATCHER, *DEPARTMENTAL}


def _picture() -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (40, 20), (200, 0, 0)).save(written, "PNG")
    return written.getvalue()


def _upload(world: World, path: str, login: Login, name: str) -> httpx.Response:
    async def send() -> httpx.Response:
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app=world.app),
            base_url="http://localhost",
            cookies={COOKIE: login.token},
        ) as browser:
            headers = {"X-CSRF-Token": login.csrf_token, "X-File-Name": quote(name)}
            return await browser.post(path, content=_picture(), headers=headers)

    return asyncio.run(send())


@pytest.mark.parametrize("role", Role)
def test_each_role_reaches_the_files_that_the_table_says(world: World, role: Role) -> None:
    login = world.login(role, "CG" if role in DEPARTMENTAL else None)
    for own in (True, False):
        appeal = world.replied("CG" if own else "GA")
        with world.database.transaction() as session:
            kept = world.related.attachments.add(
                session, appeal.ticket_no, f"{NAME}.png", _picture(), DISPATCHER
            )
        address = f"{PREFIX}/{appeal.ticket_no}/attachments"
        reads = role in HOTLINE or role is R.OPERATOR

        listed = world.ask("GET", address, login)
        read = world.ask("GET", f"{address}/{kept.id}", login)
        cleared = world.ask("POST", f"{address}/{kept.id}/clearance", login, {"boxes": []})
        added = _upload(world, address, login, "现场.png")

        departmental = 200 if own else 404
        allowed = 200 if reads else departmental if role in DEPARTMENTAL else 403
        assert listed.status_code == allowed, listed.text
        # Not blacked out yet: nobody at a department may know it.
        assert read.status_code == (404 if role in DEPARTMENTAL else allowed)
        assert cleared.status_code == (200 if role is R.DISPATCHER else 403)
        expected = 200 if role is R.DISPATCHER else departmental if role in ADDERS else 403
        assert added.status_code == expected, added.text
        if role in DEPARTMENTAL:
            assert listed.json().get("attachments", []) == []
        for answer in (listed, cleared, added):
            if not reads:
                assert not [one for one in (*INFORMANT, *ORDINARY) if one in answer.text]
        if allowed == 200 and reads:
            assert read.headers["content-disposition"].startswith("attachment; filename*=")
            assert "sandbox" in read.headers["content-security-policy"]
            assert Image.open(io.BytesIO(read.content)).size == (40, 20)


def test_a_cleared_picture_reaches_the_department_under_another_name(world: World) -> None:
    appeal = world.report()
    dispatcher = world.login(R.DISPATCHER)
    handler = world.login(R.DEPARTMENT_HANDLER, "CG")
    address = f"{PREFIX}/{appeal.ticket_no}/attachments"
    kept = _upload(world, address, dispatcher, f"{NAME}家.png").json()["id"]
    boxes = {"boxes": [{"left": 0.5, "top": 1, "right": 0, "bottom": 0}]}
    assert world.ask("POST", f"{address}/{kept}/clearance", dispatcher, boxes).status_code == 200

    (shown,) = world.ask("GET", address, handler).json()["attachments"]
    read = world.ask("GET", f"{address}/{kept}", handler)

    assert (shown["name"], shown["number"]) == ("附件1.png", None)
    assert quote(NAME) not in str(read.headers)
    picture = Image.open(io.BytesIO(read.content))
    assert [picture.getpixel((x, 10)) for x in (5, 35)] == [(0, 0, 0), (200, 0, 0)]
    wrong = {"boxes": [{"left": -1, "top": 0, "right": 2, "bottom": 1}]}
    assert world.ask("POST", f"{address}/{kept}/clearance", dispatcher, wrong).status_code == 422
