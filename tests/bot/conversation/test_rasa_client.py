"""The client against real HTTP servers that misbehave as Rasa may."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import pytest

from bot.conversation.errors import RasaUnavailableError
from bot.conversation.rasa_client import RasaClient
from bot.conversation.schemas import DialogueState, Heard, Retrieved, Turn
from foundation.settings import Settings
from retrieval.schemas import Decision
from routing.schemas import AppealKind


class _Answer(BaseHTTPRequestHandler):
    """Answers every post as the test wants it."""

    status: ClassVar[int] = 200
    body: ClassVar[bytes] = b"[]"
    wait: ClassVar[threading.Event | None] = None

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        if self.wait is not None:
            self.wait.wait(10)
            return
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def answering() -> Iterator[type[_Answer]]:
    class Answer(_Answer):
        pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    Answer.port = server.server_address[1]  # type: ignore[attr-defined]  # set here only
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Answer
    server.shutdown()
    thread.join()
    server.server_close()


def reason(port: int) -> str:
    turn = Turn(
        turn_id="t",
        text="你好",
        state=DialogueState(),
        retrieved=Retrieved(
            decision=Decision.NO_ANSWER, facet=None, follow_up=False, confidence=0, candidates=()
        ),
        heard=Heard(appeal_probability=0, kind=AppealKind.INQUIRY),
    )

    async def decide() -> None:
        settings = Settings(rasa_url=f"http://127.0.0.1:{port}", rasa_timeout_seconds=0.5)
        async with RasaClient(settings) as client:
            await client.decide(turn, "s", False)

    with pytest.raises(RasaUnavailableError) as caught:
        asyncio.run(decide())
    return caught.value.reason


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (500, b"", "status"),
        (200, b"<html>", "status"),
        (200, b"[]", "no_outcome"),
        (200, b'[{"recipient_id": "s", "text": "hello"}]', "no_outcome"),
        (200, b'{"status": "failure"}', "no_outcome"),
        (200, b'[{"custom": {"outcome": {"act": "sing"}}}]', "invalid_outcome"),
    ],
)
def test_client_names_what_is_wrong(
    answering: Any, status: int, body: bytes, expected: str
) -> None:
    answering.status, answering.body = status, body

    assert reason(answering.port) == expected


def test_client_gives_up_on_a_slow_rasa(answering: Any) -> None:
    answering.wait = threading.Event()
    try:
        assert reason(answering.port) == "timeout"
    finally:
        answering.wait.set()


def test_client_names_a_rasa_that_is_away() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

    assert reason(port) == "connection"


def test_client_keeps_its_connection_and_opens_another_after_it_was_closed(answering: Any) -> None:
    answering.protocol_version, answering.callers = "HTTP/1.1", []
    answering.do_GET = lambda self: (
        self.callers.append(self.client_address),
        self.send_response(200),
        self.send_header("Content-Length", "0"),
        self.end_headers(),
    )

    async def ask() -> list[bool]:
        async with RasaClient(Settings(rasa_url=f"http://127.0.0.1:{answering.port}")) as client:
            found = [await client.ready(), await client.ready()]
            await client.aclose()
            return [*found, await client.ready()]

    assert asyncio.run(ask()) == [True, True, True]
    first, second, third = answering.callers
    assert first == second != third
