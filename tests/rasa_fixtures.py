"""A real Rasa for tests: trained when its sources changed, started once, stopped by its own id.

A module in ``tests/`` that is listed in ``pytest_plugins`` of ``tests/conftest.py``. Rasa is told
at its start where the service answers, so a test that speaks to it serves its application on
``running_rasa.settings.port``.
"""

import asyncio
import os
import signal
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn

from bot.serving import rasa_command, rasa_environment
from bot.training import train
from connectors.app import create_app
from connectors.assembly import Services, build_services
from foundation.database.keyring import load_keyring
from foundation.settings import Settings, load_settings
from tests.database_fixtures import write_run_keys
from tests.service_fixtures import with_prepared_models

_SERVICE_START_SECONDS = 240
_START_SECONDS = 240  # about 20 alone on two cores, more beside other work
_STOP_SECONDS = 15
_POLL_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class RunningRasa:
    """A Rasa that answers at ``settings.rasa_url`` and calls ``settings.port`` back.

    ``settings.data_dir`` is a throw-away folder with the prepared models: an application built
    from these settings has the keys that Rasa was started with and an empty database.
    """

    settings: Settings
    secret: bytes  # of the header on each call back
    process_id: int
    log: Path


@pytest.fixture(scope="session")
def running_rasa(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningRasa]:
    """Train if needed, start, wait until it answers; end the process at the end."""
    installed = load_settings()
    train(installed)
    settings = _throw_away(installed, tmp_path_factory.mktemp("rasa"))
    write_run_keys(settings.data_dir)
    log = settings.data_dir / "rasa.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            rasa_command(settings),
            env=rasa_environment(settings),
            cwd=log.parent,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _wait_until_ready(settings, process, log)
        secret = load_keyring(settings.data_dir / "keys.json").secret("actions")
        yield RunningRasa(settings, secret, process.pid, log)
    finally:
        _stop(process)


@dataclass(frozen=True, slots=True)
class Served:
    """The application on the port that Rasa calls back, and its event loop."""

    rasa: RunningRasa
    services: Services
    loop: asyncio.AbstractEventLoop


@pytest.fixture(scope="session")
def served(running_rasa: RunningRasa) -> Iterator[Served]:
    """Serve the application that the running Rasa calls back, once for all tests."""
    services = build_services(running_rasa.settings)
    app = create_app(running_rasa.settings, services, with_desks=False)
    config = uvicorn.Config(app, port=running_rasa.settings.port, log_config=None, access_log=False)
    server = uvicorn.Server(config)
    loop = asyncio.new_event_loop()

    def serve() -> None:
        asyncio.set_event_loop(loop)
        loop.run_until_complete(server.serve())
        loop.close()

    thread = threading.Thread(target=serve, name="application for rasa")
    thread.start()
    try:
        until = time.monotonic() + _SERVICE_START_SECONDS
        while not (server.started and services.retriever.ready) and time.monotonic() < until:
            time.sleep(0.1)
        assert services.retriever.ready
        yield Served(running_rasa, services, loop)
    finally:
        server.should_exit = True
        thread.join(30)


def _throw_away(installed: Settings, folder: Path) -> Settings:
    """Return settings with ports, keys and a database of their own, and what set-up prepared."""
    with_prepared_models(folder)
    (folder / "rasa").symlink_to(installed.data_dir / "rasa")
    rasa_port, service_port = _free_ports(2)
    return installed.model_copy(
        update={
            "data_dir": folder,
            "database_url": None,
            "rasa": "on",
            "rasa_url": f"http://127.0.0.1:{rasa_port}",
            "port": service_port,
            # other work may share the two cores
            "rasa_timeout_seconds": 30.0,
        }
    )


def _free_ports(count: int) -> list[int]:
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def _wait_until_ready(settings: Settings, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{settings.rasa_url}/", timeout=2):
                return
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            time.sleep(_POLL_SECONDS)
    pytest.fail(f"rasa did not start:\n{log.read_text(errors='replace')[-3000:]}")


def _stop(process: "subprocess.Popen[bytes]") -> None:
    """End the group of the process started here, and wait for it."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        if process.poll() is not None:
            return
        os.killpg(process.pid, number)
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            continue
