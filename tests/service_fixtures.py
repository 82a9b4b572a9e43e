"""The whole service for tests: the real application on a throw-away data folder, served for real.

A plug-in, listed in ``tests/conftest.py``.
"""

import asyncio
import sys
import threading
import time
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest
import uvicorn

from connectors.app import create_app
from connectors.assembly import Services, build_services
from foundation.settings import Settings, load_settings
from tests.database_fixtures import write_run_keys
from tests.prepared import copy_prepared

T = TypeVar("T")

_ADDRESSES = (f"127.0.{third}.{last}" for third in count(1) for last in range(1, 255))

_START_SECONDS = 120.0
_STOP_SECONDS = 20.0
_WARM_UP_SECONDS = 120.0
_WORK_SECONDS = 120.0  # far more than any of it takes: other work may share the machine


@dataclass(frozen=True, slots=True)
class RunningService:
    """A served application; ``run`` lets a test act inside its event loop (an operator, say)."""

    url: str
    services: Services
    loop: asyncio.AbstractEventLoop

    @property
    def origin(self) -> str:
        return self.url

    @property
    def socket_url(self) -> str:
        return self.url.replace("http://", "ws://") + "/api/chat/socket"

    def run(self, work: Coroutine[Any, Any, T], seconds: float = _WORK_SECONDS) -> T:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(seconds)


@contextmanager
def serving(data_dir: Path) -> Iterator[RunningService]:
    """Serve the application without Rasa on a free port, in a thread of its own."""
    settings = Settings(data_dir=data_dir, rasa="off", log_level="WARNING")
    if not (data_dir / "keys.json").exists():
        write_run_keys(data_dir)
    services = build_services(settings)
    app = create_app(settings, services, with_desks=False)
    loop = asyncio.new_event_loop()
    config = uvicorn.Config(app, port=0, log_config=None, access_log=False)
    server = uvicorn.Server(config)

    def serve() -> None:
        asyncio.set_event_loop(loop)
        loop.run_until_complete(server.serve())
        loop.close()

    thread = threading.Thread(target=serve, name="served application")
    thread.start()
    try:
        _wait_until_started(server, thread)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield RunningService(f"http://localhost:{port}", services, loop)
    finally:
        server.should_exit = True
        thread.join(_STOP_SECONDS)


def _wait_until_started(server: uvicorn.Server, thread: threading.Thread) -> None:
    until = time.monotonic() + _START_SECONDS
    while not server.started:
        if not thread.is_alive() or time.monotonic() > until:
            raise RuntimeError("the application did not start")
        time.sleep(0.02)


def with_prepared_models(data_dir: Path) -> Path:
    """Give a throw-away folder the encoder, index and caches that the set-up prepared."""
    prepared = load_settings().data_dir
    (data_dir / "models").symlink_to(prepared / "models")
    copy_prepared(prepared, data_dir)
    return data_dir


@pytest.fixture(scope="session")
def running_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    with serving(with_prepared_models(tmp_path_factory.mktemp("service"))) as service:
        # The whole of retrieval and routing, as after the first seconds of a real start.
        retriever, routing = service.services.retriever, service.services.routing
        service.run(asyncio.to_thread(retriever.warm_up), _WARM_UP_SECONDS)
        assert retriever.encoder is not None
        service.run(asyncio.to_thread(routing.warm_up, retriever.encoder), _WARM_UP_SECONDS)
        yield service


@pytest.fixture
def http(running_service: RunningService) -> Iterator[httpx.Client]:
    """A caller with an address of its own: what other tests asked a minute ago is not its doing."""
    # Linux answers on all of 127.0.0.0/8; elsewhere one address serves all.
    own = next(_ADDRESSES) if sys.platform == "linux" else None
    transport = httpx.HTTPTransport(local_address=own)
    with httpx.Client(base_url=running_service.url, timeout=60, transport=transport) as client:
        yield client
