"""Who reaches the desks and their socket; the application runs as people start it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from foundation.access.permissions import Role
from tests.desk_fixtures import DeskService, Staff

DESKS = (
    *("/desk/agent", "/desk/dispatch", "/desk/follow-up", "/desk/department", "/desk/accounts"),
    *("/desk/supervision", "/desk/supervision/figures", "/desk/audit", "/desk/deadlines"),
)
HOMES = {
    Role.OPERATOR: "/desk/agent",
    Role.DISPATCHER: "/desk/dispatch",
    Role.DEPARTMENT_HANDLER: "/desk/department",
    Role.DEPARTMENT_LEAD: "/desk/department",
    Role.ADMINISTRATOR: "/desk/accounts",
    Role.SUPERVISOR: "/desk/supervision",
    Role.AUDITOR: "/desk/audit",
}
# beside the home
FURTHER = {
    Role.OPERATOR: {"/desk/follow-up"},
    Role.SUPERVISOR: {"/desk/supervision/figures"},
    Role.ADMINISTRATOR: {"/desk/deadlines"},
}
NOT_ALLOWED = "您没有权限打开这个工作台"


@contextmanager
def browser_of(service: DeskService, staff: Staff) -> Iterator[httpx.Client]:
    """A browser reduced to its cookies, logged in."""
    with httpx.Client(base_url=service.url, timeout=60) as browser:
        page = browser.get("/staff/login").text
        form_token = re.search(r'name="form_token" value="([^"]+)"', page)
        assert form_token is not None
        fields = {
            "username": staff.username,
            "password": staff.password,
            "form_token": form_token[1],
        }
        browser.post("/staff/login", data=fields)
        yield browser


@pytest.mark.parametrize("path", [*DESKS, "/desk/none"])
def test_desk_sends_the_anonymous_to_the_login(desk_service: DeskService, path: str) -> None:
    answered = httpx.get(desk_service.url + path)

    assert (answered.status_code, answered.headers["location"]) == (307, "/staff/login")
    assert "set-cookie" not in answered.headers


@pytest.mark.parametrize("role", HOMES)
def test_desk_opens_to_its_own_roles_only(desk_service: DeskService, role: Role) -> None:
    department = "CG" if role.startswith("department") else None
    staff = desk_service.account(role, department=department)

    with browser_of(desk_service, staff) as browser:
        shown = {path: browser.get(path).text for path in DESKS}

    assert {path for path, page in shown.items() if NOT_ALLOWED not in page} == (
        ({HOMES[role]} & set(DESKS)) | FURTHER.get(role, set())
    )


def test_desk_tells_a_role_without_a_desk(desk_service: DeskService) -> None:
    with browser_of(desk_service, desk_service.account(Role.AUDITOR)) as browser:
        assert "您的角色还没有对应的工作台" in browser.get("/desk/none").text


def _socket_url(service: DeskService) -> str:
    url = service.url.replace("http://", "ws://")
    return f"{url}/desk/_nicegui_ws/socket.io/?EIO=4&transport=websocket"


def test_desk_socket_opens_to_our_page_with_a_login(desk_service: DeskService) -> None:
    with browser_of(desk_service, desk_service.account(Role.OPERATOR)) as browser:
        cookie = f"hotline_staff={browser.cookies['hotline_staff']}"

    with connect(
        _socket_url(desk_service),
        origin=desk_service.url,  # type: ignore[arg-type]  # a NewType
        additional_headers={"Cookie": cookie},
    ) as socket:
        assert str(socket.recv(timeout=10)).startswith("0{")  # engine.io: open


@pytest.mark.parametrize(
    ("origin", "cookie"),
    [
        ("https://elsewhere.example", "own"),
        (None, "own"),
        ("own", "hotline_staff=made-up"),
        ("own", ""),
    ],
)
def test_desk_socket_refuses_strangers(
    desk_service: DeskService, origin: str | None, cookie: str
) -> None:
    with browser_of(desk_service, desk_service.account(Role.OPERATOR)) as browser:
        own = f"hotline_staff={browser.cookies['hotline_staff']}"
    headers = {"Cookie": own if cookie == "own" else cookie}

    with (
        pytest.raises(InvalidStatus) as refused,
        connect(
            _socket_url(desk_service),
            origin=desk_service.url if origin == "own" else origin,  # type: ignore[arg-type]  # a NewType
            additional_headers=headers,
        ),
    ):
        pass

    assert refused.value.response.status_code == 403


def test_desk_socket_refuses_strangers_who_poll(desk_service: DeskService) -> None:
    path = "/desk/_nicegui_ws/socket.io/?EIO=4&transport=polling"
    with browser_of(desk_service, desk_service.account(Role.OPERATOR)) as browser:
        assert browser.get(path).status_code == 200
        foreign = {"Origin": "https://elsewhere.example"}
        assert browser.get(path, headers=foreign).status_code == 403

    assert httpx.get(desk_service.url + path).status_code == 403
