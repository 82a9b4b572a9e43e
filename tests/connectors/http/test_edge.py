import httpx
import pytest

from connectors.http.guards import Addresses
from foundation.settings import Settings
from tests.service_fixtures import RunningService


@pytest.mark.parametrize("path", ["/", "/progress", "/static/chat.js", "/static/tokens.css"])
def test_citizen_page_carries_the_strict_policy(http: httpx.Client, path: str) -> None:
    response = http.get(path)

    assert response.status_code == 200
    policy = response.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert "unsafe" not in policy
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["referrer-policy"] == "same-origin"


@pytest.mark.parametrize("page", ["/", "/progress"])
def test_citizen_page_has_nothing_inline(http: httpx.Client, page: str) -> None:
    text = http.get(page).text

    assert "<style" not in text
    assert " style=" not in text
    assert " on" not in text.replace(" one", "")
    assert text.count("<script") == text.count('<script type="module" src="/static/')


def test_request_under_a_foreign_name_is_refused(http: httpx.Client) -> None:
    response = http.get("/", headers={"Host": "attacker.example"})

    assert response.status_code == 400


def test_post_of_a_foreign_page_is_refused(
    http: httpx.Client, running_service: RunningService
) -> None:
    foreign = http.post("/api/chat/sessions", headers={"Origin": "https://attacker.example"})
    own = http.post("/api/chat/sessions", headers={"Origin": running_service.origin})

    assert foreign.status_code == 403
    assert foreign.json() == {"message": "请从本网站的页面进行操作。"}
    assert own.status_code == 201


def test_metrics_are_for_this_machine_alone(http: httpx.Client) -> None:
    here = http.get("/metrics")
    through_a_proxy = http.get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"})

    assert here.status_code == 200
    assert "hotline_turn_seconds" in here.text
    assert through_a_proxy.status_code == 404


def test_readiness_names_every_part_and_rasa_off_is_no_failure(http: httpx.Client) -> None:
    response = http.get("/health/ready")

    assert response.status_code == 200
    body = response.json()
    assert body["status"] == "ready"
    assert body["checks"]["database"]["state"] == "ok"
    assert body["checks"]["rasa"] | {"elapsed_ms": 0} == {
        "state": "off",
        "required": False,
        "elapsed_ms": 0,
    }
    assert http.get("/health/live").json() == {"status": "alive"}


def test_unknown_address_is_a_page_for_people_and_json_for_programs(http: httpx.Client) -> None:
    page = http.get("/nowhere", headers={"Accept": "text/html"})
    answer = http.get("/nowhere", headers={"Accept": "application/json"})

    assert page.status_code == answer.status_code == 404
    assert "没有找到这个页面" in page.text
    assert answer.json() == {"message": "没有找到这个页面或内容，请核对地址。"}


def test_files_outside_the_static_folder_are_not_served(http: httpx.Client) -> None:
    assert http.get("/static/..%2f..%2fapp.py").status_code == 404
    assert http.get("/static/%2e%2e/tokens.css").status_code == 404


def test_public_address_counts_beside_loopback() -> None:
    settings = Settings(
        host="0.0.0.0", public_url="https://hotline.example.cn", trusted_proxies=("10.0.0.2",)
    )
    addresses = Addresses.of(settings)

    assert addresses.knows_host("hotline.example.cn")
    assert addresses.knows_host("127.0.0.1:8000")
    assert not addresses.knows_host("other.example.cn")
    assert addresses.is_own_origin("https://hotline.example.cn", "10.0.0.3:8000")
    assert not addresses.is_own_origin("null", "hotline.example.cn")
