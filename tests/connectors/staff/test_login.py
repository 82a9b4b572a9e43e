import re
from collections.abc import Iterator

import httpx
import pytest

from foundation.access.permissions import Role
from tests.service_fixtures import RunningService

WRONG = "账号或密码不对，或尝试次数过多。请核对后再试，连续输错五次将锁定15分钟。"
PASSWORD = "correct horse battery"


@pytest.fixture
def browser(running_service: RunningService) -> Iterator[httpx.Client]:
    """A browser reduced to its cookies; it follows no redirect by itself."""
    with httpx.Client(base_url=running_service.url, timeout=60) as client:
        yield client


@pytest.fixture
def username(running_service: RunningService, request: pytest.FixtureRequest) -> str:
    name = f"op-{abs(hash(request.node.name)) % 10**9}"
    services = running_service.services
    with services.database.transaction() as session:
        services.access.create_account(session, name, PASSWORD, [Role.OPERATOR])
    return name


def log_in(browser: httpx.Client, username: str, password: str) -> httpx.Response:
    form_token = re.search(r'name="form_token" value="([^"]+)"', browser.get("/staff/login").text)
    assert form_token is not None
    fields = {"username": username, "password": password, "form_token": form_token[1]}
    return browser.post("/staff/login", data=fields)


def told(response: httpx.Response) -> str | None:
    found = re.search(r'<p role="alert">([^<]+)</p>', response.text)
    return found[1] if found else None


def test_login_leads_to_the_own_desk(browser: httpx.Client, username: str) -> None:
    answered = log_in(browser, username, PASSWORD)

    assert (answered.status_code, answered.headers["location"]) == (303, "/desk/agent")


def test_login_cookie_is_for_this_site_and_no_script(browser: httpx.Client, username: str) -> None:
    answered = log_in(browser, username, PASSWORD)

    cookie = next(
        line
        for line in answered.headers.get_list("set-cookie")
        if line.startswith("hotline_staff=")
    )
    assert {"HttpOnly", "SameSite=strict", "Path=/"} <= set(cookie.split("; "))


def test_login_wrong_password_is_one_sentence_for_name_and_password(
    browser: httpx.Client, username: str
) -> None:
    wrong_password = log_in(browser, username, "wrong")
    wrong_name = log_in(browser, "nobody", PASSWORD)

    assert [wrong_password.status_code, wrong_name.status_code] == [401, 401]
    assert [told(wrong_password), told(wrong_name)] == [WRONG, WRONG]
    assert "hotline_staff" not in browser.cookies


def test_login_locks_after_five_wrong_tries(browser: httpx.Client, username: str) -> None:
    for _ in range(5):
        log_in(browser, username, "wrong")

    assert told(log_in(browser, username, PASSWORD)) == WRONG


def test_login_lets_a_whole_hall_in_from_one_address(browser: httpx.Client, username: str) -> None:
    """When the shift begins, more log in within a minute than may fail within one."""
    answered = {log_in(browser, username, PASSWORD).status_code for _ in range(31)}

    assert answered == {303}


def test_login_keeps_the_name_as_text(browser: httpx.Client) -> None:
    answered = log_in(browser, '"><script>alert(1)</script>', "wrong")

    assert "<script>" not in answered.text
    assert "&lt;script&gt;" in answered.text


def test_login_without_the_form_is_refused_kindly(browser: httpx.Client, username: str) -> None:
    answered = browser.post("/staff/login", data={"username": username, "password": PASSWORD})

    assert (answered.status_code, told(answered)) == (403, "登录页已过期，请重新填写后登录。")


def test_login_from_another_site_is_refused(browser: httpx.Client, username: str) -> None:
    browser.get("/staff/login")
    answered = browser.post(
        "/staff/login",
        data={"username": username, "password": PASSWORD},
        headers={"Origin": "https://elsewhere.example"},
    )

    assert answered.status_code == 403


def test_logout_needs_the_page_and_ends_the_session(
    browser: httpx.Client, username: str, running_service: RunningService
) -> None:
    log_in(browser, username, PASSWORD)
    token = browser.cookies["hotline_staff"]
    services = running_service.services
    with services.database.reading() as session:
        csrf_token = services.access.resume(session, token).csrf_token

    assert browser.post("/staff/logout", data={"csrf_token": "other"}).status_code == 403
    ended = browser.post("/staff/logout", data={"csrf_token": csrf_token})
    assert (ended.status_code, ended.headers["location"]) == (303, "/staff/login")
    again = browser.post("/staff/logout", data={"csrf_token": csrf_token})
    assert (again.status_code, again.headers["location"]) == (303, "/staff/login")
