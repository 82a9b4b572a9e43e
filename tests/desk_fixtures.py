"""The staff's desks for tests: the whole application in a process of its own, as people start it.

NiceGUI holds one application per process, so the desks are not mounted in the test's own.
"""

import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from foundation.access.permissions import Role
from foundation.access.service import AccessService
from foundation.clock import SystemClock
from foundation.database.session import Database
from foundation.settings import ROOT
from tests.service_fixtures import with_prepared_models

_START_SECONDS = 150.0
_STOP_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Staff:
    """An account and the password that opens it."""

    username: str
    password: str
    id: str


class Citizen:
    """A citizen on the web, over HTTP."""

    def __init__(self, url: str) -> None:
        self._url = url
        token = self._ask("POST", "/api/chat/sessions", {}).json()["token"]
        self._session = {"X-Chat-Session": token}

    def say(self, text: str) -> list[str]:
        """Say something; return what the hotline answers."""
        message = {"id": secrets.token_hex(16), "text": text}
        answered = self._ask("POST", "/api/chat/messages", self._session, message)
        assert answered.status_code == 200, answered.text
        return [entry["text"] for entry in answered.json()["entries"]]

    def heard(self) -> list[str]:
        """Return everything said so far, by anybody."""
        said = self._ask("GET", "/api/chat/entries", self._session).json()
        return [entry["text"] for entry in said["entries"]]

    def progress(self, number: str, code: str) -> dict[str, object]:
        """Return what the progress page is told."""
        question = {"number": number, "code": code}
        shown: dict[str, object] = self._ask("POST", "/api/progress", {}, question).json()
        return shown

    def _ask(
        self, method: str, path: str, headers: dict[str, str], body: object = None
    ) -> httpx.Response:
        url = self._url + path
        return httpx.request(method, url, headers=headers, json=body, timeout=60)


@dataclass(frozen=True, slots=True)
class DeskService:
    """The served application, and its database as the test reaches it."""

    url: str
    database: Database

    def account(self, *roles: Role, name: str = "李静", department: str | None = None) -> Staff:
        access = AccessService(SystemClock(), session_hours=12)
        username, password = f"u{secrets.token_hex(4)}", secrets.token_urlsafe(12)
        with self.database.transaction() as session:
            made = access.create_account(
                session,
                username,
                password,
                roles,
                display_name=name,
                department_code=department,
            )
        return Staff(username, password, made.id)

    def citizen(self) -> Citizen:
        return Citizen(self.url)


@pytest.fixture(scope="session")
def desk_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskService]:
    folder = with_prepared_models(tmp_path_factory.mktemp("desks"))
    port = _free_port()
    log = (folder / "log.txt").open("w")
    serve = [sys.executable, "-m", "uvicorn", "--factory", "connectors.app:create_app"]
    process = subprocess.Popen(
        [*serve, "--host", "127.0.0.1", "--port", str(port), "--no-access-log"],
        cwd=ROOT,
        env=_environment(folder),
        stdout=log,
        stderr=log,
    )
    try:
        url = f"http://localhost:{port}"
        _wait_until_served(process, url, folder / "log.txt")
        database = Database(f"sqlite:///{folder / 'hotline.db'}")
        yield DeskService(url, database)
        database.dispose()
    finally:
        process.terminate()
        process.wait(_STOP_SECONDS)
        log.close()


def _environment(folder: Path) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("HOTLINE_")}
    return own | {"HOTLINE_DATA_DIR": str(folder), "HOTLINE_RASA": "off"}


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _wait_until_served(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    until = time.monotonic() + _START_SECONDS
    while True:
        if process.poll() is not None or time.monotonic() > until:
            raise RuntimeError(f"the desks did not start:\n{log.read_text()[-4000:]}")
        try:
            if httpx.get(f"{url}/staff/login").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.2)
