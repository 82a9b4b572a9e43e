"""A Rasa for a program of its own: the one that already answers, or one started for it."""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import uvicorn
from fastapi import FastAPI

from bot.conversation.errors import RasaUnavailableError
from bot.conversation.rasa_client import RasaClient
from bot.serving import rasa_command, rasa_environment, rasa_folder
from connectors import rasa_actions
from connectors.assembly import Services
from foundation.settings import Settings

# Rasa loads TensorFlow and the model: about a minute on 2 cores, more when they are busy.
_START_SECONDS = 240.0
_STOP_SECONDS = 20.0
_POLL_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Settled:
    """The settings to build the services with; ``own``: Rasa has still to be started."""

    settings: Settings
    own: bool

    @asynccontextmanager
    async def serving(self, services: Services) -> AsyncIterator[None]:
        """Serve the actions and run Rasa for the length of the block, where it is our own."""
        if not self.own:
            yield
            return
        async with _actions(services, self.settings), _rasa(self.settings):
            yield


@asynccontextmanager
async def with_rasa(settings: Settings) -> AsyncIterator[Settled]:
    """Yield settings that name a Rasa: the configured one if it answers, else one of our own."""
    async with RasaClient(settings) as client:
        answers = await client.ready()
    if answers:
        yield Settled(settings, own=False)
        return
    own = {"port": _free_port(), "rasa_url": f"http://127.0.0.1:{_free_port()}"}
    yield Settled(settings.model_copy(update=own), own=True)


@asynccontextmanager
async def _actions(services: Services, settings: Settings) -> AsyncIterator[None]:
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    secret = services.keyring.secret("actions")
    app.include_router(rasa_actions.router(services.action_executor, secret))
    config = uvicorn.Config(
        app, host="127.0.0.1", port=settings.port, log_config=None, access_log=False
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    try:
        yield
    finally:
        server.should_exit = True
        await task


@asynccontextmanager
async def _rasa(settings: Settings) -> AsyncIterator[None]:
    folder = rasa_folder(settings)
    folder.mkdir(parents=True, exist_ok=True)
    process = await asyncio.create_subprocess_exec(
        *rasa_command(settings),
        env=rasa_environment(settings),
        cwd=folder,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=sys.stderr,
        stderr=sys.stderr,
    )
    try:
        await _until_ready(process, settings)
        yield
    finally:
        await _stop(process)


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    process.terminate()
    try:
        await asyncio.wait_for(process.wait(), _STOP_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()


async def _until_ready(process: asyncio.subprocess.Process, settings: Settings) -> None:
    async with RasaClient(settings) as client:
        for _ in range(int(_START_SECONDS / _POLL_SECONDS)):
            if process.returncode is not None:
                raise RasaUnavailableError("stopped_at_start")
            if await client.ready():
                return
            await asyncio.sleep(_POLL_SECONDS)
    raise RasaUnavailableError("not_ready")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
