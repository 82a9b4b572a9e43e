from collections.abc import Callable

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from tests.connectors.web_chat.conftest import ChatPage
from tests.patience import PATIENCE_SECONDS
from tests.service_fixtures import RunningService

OpenPage = Callable[[], ChatPage]


def test_message_is_answered_over_the_socket(open_page: OpenPage, token: str) -> None:
    page = open_page()
    page.hello(token)

    message_id = page.say("身份证丢了怎么补办")
    handled = page.wait_for("handled", id=message_id)
    if len(page.seen("entry")) < 2:
        page.wait_for("entry", author="assistant")

    entries = page.seen("entry")
    assert [entry["author"] for entry in entries] == ["citizen", "assistant"]
    assert entries[0]["seq"] == handled["seq"]
    assert entries[1]["cards"][0]["type"] == "guide"


def test_reconnecting_page_gets_exactly_what_it_missed(open_page: OpenPage, token: str) -> None:
    first = open_page()
    first.hello(token)
    first.wait_for("handled", id=first.say("你好"))
    assert [entry["author"] for entry in first.seen("entry")] == ["citizen", "assistant"]
    last = max(entry["seq"] for entry in first.seen("entry"))
    first.connection.close()

    # Said while the page was away: over HTTP it would be the same.
    other = open_page()
    other.hello(token, after=last)
    assert other.seen("entry") == []
    other.wait_for("handled", id=other.say("身份证丢了怎么补办"))
    again = open_page()
    again.hello(token, after=last)

    assert [entry["author"] for entry in again.seen("entry")] == ["citizen", "assistant"]
    assert [entry["seq"] for entry in again.seen("entry")] == [last + 1, last + 2]


def test_page_that_closes_at_once_is_still_answered(open_page: OpenPage, token: str) -> None:
    hasty = open_page()
    hasty.hello(token)
    hasty.say("身份证丢了怎么补办")
    hasty.wait_for("typing")
    hasty.connection.close()

    back = open_page()
    back.hello(token)
    if len(back.seen("entry")) < 2:
        back.wait_for("entry", author="assistant")

    assert [entry["author"] for entry in back.seen("entry")] == ["citizen", "assistant"]


def test_two_pages_of_one_session_see_the_same(open_page: OpenPage, token: str) -> None:
    here, there = open_page(), open_page()
    here.hello(token)
    there.hello(token)

    here.say("你好")

    assert there.wait_for("entry", author="citizen")["text"] == "你好"
    assert there.wait_for("entry", author="assistant")["text"]


def test_binary_and_malformed_frames_get_a_sentence_and_the_connection_stays(
    open_page: OpenPage, token: str
) -> None:
    page = open_page()
    page.hello(token)

    for odd in (b"\x00\xff\xfe", "", "{", "[]", '{"type": "message"}', '{"type": "zzz"}'):
        page.connection.send(odd)
        refused = page.wait_for("error")
        assert refused["message"] == "没能读懂这条内容，请用文字再发一次。"

    page.send(type="ping")
    page.wait_for("pong")


def test_frame_with_a_lone_surrogate_is_refused(open_page: OpenPage, token: str) -> None:
    page = open_page()
    page.hello(token)

    page.connection.send('{"type": "message", "id": "aaaaaaaa", "text": "\\ud800"}')

    page.wait_for("error")


def test_frame_over_64_kib_is_refused_and_the_connection_stays(
    open_page: OpenPage, token: str
) -> None:
    page = open_page()
    page.hello(token)

    page.say("长" * 30_000)

    assert page.wait_for("error")["message"] == "内容太长了，请分成几条发送。"
    page.send(type="ping")
    page.wait_for("pong")


def test_sixth_message_is_refused_with_its_id_and_a_hint(open_page: OpenPage, token: str) -> None:
    page = open_page()
    page.hello(token)

    ids = [page.say(f"你好{number}") for number in range(6)]

    refused = page.wait_for("error")
    assert refused["id"] == ids[5]
    assert 0 < refused["retry_after_seconds"] <= 5


def test_page_that_only_sends_nonsense_is_closed(open_page: OpenPage, token: str) -> None:
    page = open_page()
    page.hello(token)

    for _ in range(20):
        page.connection.send("x")
        page.wait_for("error")

    with pytest.raises(ConnectionClosed):
        page.connection.recv(timeout=PATIENCE_SECONDS)


def test_unknown_token_closes_with_the_code_for_a_new_session(open_page: OpenPage) -> None:
    page = open_page()
    page.send(type="hello", token="A" * 50, after=0)

    page.wait_for("error")
    with pytest.raises(ConnectionClosed) as closed:
        page.connection.recv(timeout=PATIENCE_SECONDS)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4401


def test_message_before_hello_is_refused(open_page: OpenPage, token: str) -> None:
    page = open_page()
    page.say("你好")

    page.wait_for("error")
    page.hello(token)
    assert page.seen("entry") == []


@pytest.mark.parametrize("origin", [None, "http://example.com", "null"])
def test_socket_of_a_foreign_page_is_never_opened(
    running_service: RunningService, origin: str | None
) -> None:
    with pytest.raises(InvalidStatus) as refused:
        connect(running_service.socket_url, origin=origin)  # type: ignore[arg-type]  # a NewType

    assert refused.value.response.status_code == 403


def test_draft_follows_the_talk_and_is_edited(open_page: OpenPage, token: str) -> None:
    page = open_page()
    page.hello(token)
    page.wait_for("handled", id=page.say("我要投诉，文渊阁小区楼下的烧烤店半夜还在冒油烟"))

    assert page.wait_for("draft")["draft"]["kind"] == "complaint"
    page.send(type="edit_draft", changes={"when": "每天夜里"})

    # The draft as it was may be told once more before.
    while page.wait_for("draft")["draft"]["when"] != "每天夜里":
        continue


def test_draft_edit_without_a_draft_is_harmless(open_page: OpenPage, token: str) -> None:
    page = open_page()
    page.hello(token)

    page.send(type="edit_draft", changes={"when": "昨天"})

    assert page.wait_for("draft")["draft"] is None


def test_operator_words_reach_the_open_page(
    running_service: RunningService, open_page: OpenPage, token: str
) -> None:
    services = running_service.services
    page = open_page()
    page.hello(token)
    page.wait_for("handled", id=page.say("你好"))
    key = services.web_chat.sessions.key(token)
    conversation_id = running_service.run(services.conversations.open("web", key))

    running_service.run(services.desk.take_over(conversation_id, "operator-1"))
    running_service.run(services.desk.say(conversation_id, "operator-1", "您好，我是坐席。"))

    assert page.wait_for("entry", author="operator")["text"] == "您好，我是坐席。"
