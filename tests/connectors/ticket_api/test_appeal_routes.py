"""What operators do at a citizen's word over HTTP: role by role; on SQLite and on PostgreSQL."""

import asyncio
import io
from urllib.parse import quote

import httpx
import pytest
from PIL import Image
from sqlalchemy import select

from connectors.staff.sessions import COOKIE
from connectors.ticket_api.matrix import APPEAL_PHOTOS, APPEALS
from foundation.access.models import AuditRow
from foundation.access.permissions import Role
from foundation.access.service import Login
from routing.appeals.schemas import RegisteredAppeal
from tests.connectors.ticket_api.conftest import DEPARTMENTAL, INFORMANT, ORDINARY, World

WITHDRAW = f"{APPEALS}/withdraw"


def _picture() -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (40, 20), (200, 0, 0)).save(written, "PNG")
    return written.getvalue()


def _upload(
    world: World, login: Login, appeal: RegisteredAppeal, code: str, content: bytes
) -> httpx.Response:
    headers = {
        "X-CSRF-Token": login.csrf_token,
        "X-Appeal-Number": quote(appeal.number),
        "X-Query-Code": quote(code),
        "X-File-Name": quote("现场.png"),
    }

    async def send() -> httpx.Response:
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app=world.app),
            base_url="http://localhost",
            cookies={COOKIE: login.token},
        ) as browser:
            return await browser.post(APPEAL_PHOTOS, content=content, headers=headers)

    return asyncio.run(send())


def _withdrawal(appeal: RegisteredAppeal, code: str) -> dict[str, str]:
    asked = {"asked_by": "citizen", "reason": "已经和解"}
    return {"number": appeal.number, "code": code, **asked}


@pytest.mark.parametrize("role", Role)
def test_only_operators_act_at_a_citizens_word_and_it_is_recorded(world: World, role: Role) -> None:
    appeal = world.report()
    login = world.login(role, "CG" if role in DEPARTMENTAL else None)
    code = appeal.query_code

    added = _upload(world, login, appeal, code, _picture())
    withdrawn = world.ask("POST", WITHDRAW, login, _withdrawal(appeal, code))

    expected = 200 if role is Role.OPERATOR else 403
    assert [added.status_code, withdrawn.status_code] == [expected, expected], withdrawn.text
    assert not [one for one in (*INFORMANT, *ORDINARY) if one in added.text + withdrawn.text]
    with world.database.reading() as session:
        acts = session.scalars(select(AuditRow.action).order_by(AuditRow.id)).all()
    done = [act for act in acts if act.startswith("appeal.")]
    assert done == (["appeal.photo", "appeal.withdraw"] if role is Role.OPERATOR else [])


def test_a_wrong_code_opens_nothing_and_only_photographs_are_taken(world: World) -> None:
    appeal, login = world.report(), world.login(Role.OPERATOR)

    guessed = world.ask("POST", WITHDRAW, login, _withdrawal(appeal, "AAAAAA"))
    peeked = _upload(world, login, appeal, "AAAAAA", _picture())
    paper = _upload(world, login, appeal, appeal.query_code, b"%PDF-1.4\n%%EOF")
    named_so = _upload(world, login, appeal, appeal.query_code, b"MZ not a picture")

    assert [guessed.status_code, peeked.status_code] == [404, 404]
    assert [paper.status_code, named_so.status_code] == [422, 422], paper.text
    untold = world.ask(
        "POST", WITHDRAW, login, _withdrawal(appeal, appeal.query_code) | {"reason": "和解"}
    )
    assert untold.status_code == 422
    done = world.ask("POST", WITHDRAW, login, _withdrawal(appeal, appeal.query_code))
    assert done.json() == {"number": appeal.number, "withdrawn": True}
