import uuid

import httpx
import pytest

from tests.service_fixtures import RunningService

LONG = "路灯不亮" * 2500  # 10,000 characters


def send(http: httpx.Client, session: dict[str, str], text: str) -> httpx.Response:
    message = {"id": str(uuid.uuid4()), "text": text}
    return http.post("/api/chat/messages", json=message, headers=session)


def test_question_is_answered_with_guide_card_and_source(
    http: httpx.Client, session: dict[str, str]
) -> None:
    answer = send(http, session, "身份证丢了怎么补办").json()

    (entry,) = answer["entries"]
    (card,) = entry["cards"]
    assert card["type"] == "guide"
    assert "身份证" in card["data"]["title"]
    assert entry["sources"][0]["laws"]
    assert answer["draft"] is None


def test_resent_message_gets_the_first_answer(http: httpx.Client, session: dict[str, str]) -> None:
    message = {"id": str(uuid.uuid4()), "text": "身份证丢了怎么补办"}

    first = http.post("/api/chat/messages", json=message, headers=session).json()
    again = http.post("/api/chat/messages", json=message, headers=session).json()

    assert again["seq"] == first["seq"]
    assert again["entries"] == first["entries"]
    said = http.get("/api/chat/entries", headers=session).json()["entries"]
    assert [entry["author"] for entry in said] == ["citizen", "assistant"]


def test_same_message_id_of_another_session_is_another_message(
    http: httpx.Client, session: dict[str, str]
) -> None:
    message = {"id": str(uuid.uuid4()), "text": "身份证丢了怎么补办"}
    other = {"X-Chat-Session": http.post("/api/chat/sessions").json()["token"]}

    http.post("/api/chat/messages", json=message, headers=session)
    http.post("/api/chat/messages", json=message | {"text": "你好"}, headers=other)

    said = http.get("/api/chat/entries", headers=other).json()["entries"]
    assert said[0]["text"] == "你好"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   \n ",
        "😀🎉👍",
        "<script>alert(1)</script><b>你好</b>",
        "'; DROP TABLE messages; --",
        "身份证\x00\x07\x1b[31m丢了\x0b怎么补办",
        "1",
        LONG,
    ],
    ids=["empty", "blank", "emoji", "html", "sql", "control", "digit", "long"],
)
def test_odd_text_gets_a_kind_answer_and_is_kept_whole(
    http: httpx.Client, session: dict[str, str], text: str
) -> None:
    response = send(http, session, text)

    assert response.status_code == 200
    assert all(entry["text"] for entry in response.json()["entries"])
    said = http.get("/api/chat/entries", headers=session).json()["entries"]
    assert said[0]["text"] == text
    assert len(said) > 1


def test_long_text_says_how_much_is_read(http: httpx.Client, session: dict[str, str]) -> None:
    answer = send(http, session, LONG).json()

    assert "2000" in answer["entries"][0]["text"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b'{"id": "x"}',
        b'{"id": "aaaaaaaa-1", "text": 5}',
        b'{"id": "../../etc", "text": "x"}',
        b'{"id": "aaaaaaaa-1", "text": "\\ud800"}',
        b"\xff\xfe\x00",
    ],
)
def test_malformed_body_is_refused_with_a_sentence(
    http: httpx.Client, session: dict[str, str], body: bytes
) -> None:
    headers = session | {"Content-Type": "application/json"}

    response = http.post("/api/chat/messages", content=body, headers=headers)

    assert response.status_code in {400, 422}
    assert "请" in response.json()["message"]


def test_body_over_64_kib_is_refused_whether_announced_or_streamed(
    http: httpx.Client, session: dict[str, str]
) -> None:
    announced = send(http, session, "长" * 30_000)
    pieces = (b'{"id": "' + b"a" * 40_000 for _ in range(3))
    streamed = http.post("/api/chat/messages", content=pieces, headers=session)

    assert announced.status_code == streamed.status_code == 413
    assert announced.json() == streamed.json() == {"message": "内容太长了，请分成几条发送。"}


def test_sixth_message_in_five_seconds_is_refused_with_a_hint(
    http: httpx.Client, session: dict[str, str]
) -> None:
    answers = [send(http, session, "你好") for _ in range(6)]

    assert [answer.status_code for answer in answers[:5]] == [200] * 5
    refused = answers[5]
    assert refused.status_code == 429
    assert 0 < refused.json()["retry_after_seconds"] <= 5
    said = http.get("/api/chat/entries", headers=session).json()["entries"]
    assert [entry["author"] for entry in said].count("citizen") == 5


@pytest.mark.parametrize("token", [None, "", "x", "A" * 50, "../../etc/passwd"])
def test_request_without_our_token_is_refused(http: httpx.Client, token: str | None) -> None:
    headers = {} if token is None else {"X-Chat-Session": token}

    response = http.get("/api/chat/entries", headers=headers)

    assert response.status_code == 401
    assert response.json() == {"message": "这次会话已结束，请刷新页面重新开始。"}


def test_conversation_is_kept_under_the_tokens_digest(
    running_service: RunningService, http: httpx.Client, token: str, session: dict[str, str]
) -> None:
    send(http, session, "你好")

    stored = b"".join(
        path.read_bytes() for path in running_service.services.settings.data_dir.glob("*.db*")
    )
    assert b"web" in stored
    assert token.encode() not in stored


def test_draft_fills_is_edited_and_becomes_a_ticket_with_progress(
    http: httpx.Client, session: dict[str, str]
) -> None:
    said = send(http, session, "我要投诉，文渊阁小区楼下的烧烤店半夜还在冒油烟").json()
    assert said["draft"]["kind_label"] == "投诉"
    edited = http.post(
        "/api/chat/draft", json={"changes": {"when": "每天夜里十一点以后"}}, headers=session
    ).json()
    assert edited["draft"]["when"] == "每天夜里十一点以后"
    if edited["draft"]["asking"] != "confirm":
        send(http, session, "不留")
    done = send(http, session, "确认").json()

    ticket = next(card for entry in done["entries"] for card in entry["cards"])["data"]
    assert done["draft"] is None
    question = {"number": ticket["number"], "code": ticket["query_code"]}
    view = http.post("/api/progress", json=question).json()
    assert view["card"]["data"]["number"] == ticket["number"]
    assert view["card"]["data"]["stages"]
    wrong = http.post("/api/progress", json=question | {"code": "AAAAAA"})
    unknown = http.post("/api/progress", json={"number": "20200101-000001", "code": "AAAAAA"})
    assert wrong.status_code == unknown.status_code == 404
    assert wrong.json() == unknown.json()


def test_rating_is_kept_with_the_answer(http: httpx.Client, session: dict[str, str]) -> None:
    seq = send(http, session, "身份证丢了怎么补办").json()["entries"][0]["seq"]

    rated = http.post("/api/chat/rate", json={"seq": seq, "useful": False}, headers=session)

    assert rated.status_code == 204
    said = http.get(f"/api/chat/entries?after={seq - 1}", headers=session).json()["entries"]
    assert said[0]["useful"] is False


def test_rating_what_is_not_there_is_refused(http: httpx.Client, session: dict[str, str]) -> None:
    refused = http.post("/api/chat/rate", json={"seq": 99, "useful": True}, headers=session)

    assert refused.status_code == 404
