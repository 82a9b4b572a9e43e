"""A ticket on paper: read back from the PDF as whoever receives it would read it."""

import pypdfium2

from connectors.ticket_api.matrix import PREFIX
from foundation.access.permissions import Role
from tests.connectors.ticket_api.conftest import HANDLED, INFORMANT, World


def _read(content: bytes) -> str:
    document = pypdfium2.PdfDocument(content)
    try:
        words = "".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()
    return "".join(words.split())


def test_a_protected_ticket_is_printed_without_its_informant(world: World) -> None:
    appeal = world.replied()
    address = f"{PREFIX}/{appeal.ticket_no}/sheet"
    for login in (world.login(Role.DEPARTMENT_LEAD, "CG"), world.login(Role.SUPERVISOR)):
        answer = world.ask("GET", address, login)

        assert answer.headers["content-type"] == "application/pdf"
        words = _read(answer.content)
        assert "烧烤店占道无证经营" in words
        assert "身份保密" in words
        assert HANDLED in words
        assert not [secret for secret in INFORMANT if secret in words]


def test_an_ordinary_ticket_is_printed_without_the_contact(world: World) -> None:
    appeal = world.ordinary()
    login = world.login(Role.DEPARTMENT_HANDLER, "CG")

    words = _read(world.ask("GET", f"{PREFIX}/{appeal.ticket_no}/sheet", login).content)

    assert "身份保密" not in words
    assert "前办结" in words
    assert "张晓明" not in words
    assert "13812345678" not in words
