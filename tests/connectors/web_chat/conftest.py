import itertools
import json
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from websockets.sync.client import ClientConnection, connect

from tests.patience import PATIENCE_SECONDS
from tests.service_fixtures import RunningService

Frame = dict[str, Any]


class ChatPage:
    """A citizen's page reduced to its socket: sends frames, waits for the one it wants."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.frames: list[Frame] = []

    def send(self, **frame: Any) -> None:
        self.connection.send(json.dumps(frame))

    def hello(self, token: str, after: int = 0) -> None:
        self.send(type="hello", token=token, after=after)
        self.wait_for("ready")

    def say(self, text: str, message_id: str | None = None) -> str:
        message_id = message_id or str(uuid.uuid4())
        self.send(type="message", id=message_id, text=text)
        return message_id

    def wait_for(self, kind: str, **fields: Any) -> Frame:
        """Return the next frame of this kind, read or still to come."""
        for _ in itertools.count():
            frame: Frame = json.loads(self.connection.recv(timeout=PATIENCE_SECONDS))
            self.frames.append(frame)
            if frame["type"] == kind and fields.items() <= frame.items():
                return frame
        raise AssertionError

    def seen(self, kind: str) -> list[Frame]:
        return [frame for frame in self.frames if frame["type"] == kind]


@pytest.fixture
def token(http: httpx.Client) -> str:
    return str(http.post("/api/chat/sessions").json()["token"])


@pytest.fixture
def session(token: str) -> dict[str, str]:
    return {"X-Chat-Session": token}


@pytest.fixture
def open_page(running_service: RunningService) -> Iterator[Callable[[], ChatPage]]:
    opened: list[ClientConnection] = []

    def open_one() -> ChatPage:
        connection = connect(running_service.socket_url, origin=running_service.origin)  # type: ignore[arg-type]  # a NewType
        opened.append(connection)
        return ChatPage(connection)

    yield open_one
    for connection in opened:
        connection.close()
