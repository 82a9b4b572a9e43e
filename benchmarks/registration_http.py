"""How many drafts are confirmed in a second over HTTP: ``python -m benchmarks.registration_http``.

The real application on a PostgreSQL database of its own, without Rasa; each citizen has a draft
that only waits for 「确认」, written into the database before. Measured is that one request: the
message stored, read and decided, the appeal registered, the answer told and stored.
"""

import argparse
import asyncio
import os
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import quantiles

import httpx
import uvicorn
from pydantic import SecretStr
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.orm import Session

from bot.conversation import repository
from bot.conversation.schemas import AppealDraft, DialogueState, Slot
from connectors.app import create_app
from connectors.assembly import Services, build_services
from foundation.settings import Settings, load_settings
from routing.schemas import AppealKind

_WAIT_SECONDS = 0.05


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="postgresql+psycopg://postgres@127.0.0.1:5432/postgres")
    parser.add_argument("--appeals", type=int, default=600)
    parser.add_argument("--clients", type=int, default=16)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, _database(given.url) as url:
        data_dir = Path(folder)
        prepared = load_settings().data_dir
        for name in ("models", "index", "cache"):
            (data_dir / name).symlink_to(prepared / name)
        settings = Settings(
            data_dir=data_dir, rasa="off", log_level="WARNING", database_url=SecretStr(url)
        )
        services = build_services(settings)
        with _served(settings, services) as address:
            services.retriever.warm_up()
            tokens = [_draft(services, number) for number in range(given.appeals)]
            asyncio.run(_confirm(address, tokens, given.clients))


def _draft(services: Services, number: int) -> str:
    """Give a new citizen a draft that waits for its confirmation; return their token."""
    sessions = services.web_chat.sessions
    token = sessions.issue()
    draft = AppealDraft(
        kind=AppealKind.COMPLAINT,
        what=f"文渊阁小区{number}号楼下烧烤店半夜占道冒油烟",
        where=f"文渊阁小区{number}号楼",
        district="盘江区",
        when="昨天半夜",
        contact_refused=True,
        asking=Slot.CONFIRM,
    )
    state = DialogueState(draft=draft, asks=Slot.CONFIRM)

    def write(session: Session) -> None:
        row = repository.create(session, "web", sessions.key(token), services.clock.now())
        row.state = state.model_dump(mode="json")

    with services.database.transaction() as session:
        write(session)
    return token


async def _confirm(address: str, tokens: list[str], clients: int) -> None:
    waiting, times = iter(tokens), list[float]()

    async def client(http: httpx.AsyncClient) -> None:
        for token in waiting:
            begun = time.perf_counter()
            told = await http.post(
                "/api/chat/messages",
                json={"id": uuid.uuid4().hex, "text": "确认"},
                headers={"X-Chat-Session": token},
            )
            times.append(1000 * (time.perf_counter() - begun))
            told.raise_for_status()
            assert "已登记" in told.text

    own, begun = time.process_time(), time.perf_counter()
    async with httpx.AsyncClient(base_url=address, timeout=60) as http:
        await asyncio.gather(*(client(http) for _ in range(clients)))
    seconds, used = time.perf_counter() - begun, time.process_time() - own
    cuts = quantiles(times, n=20)
    sys.stdout.write(
        f"{len(times)} drafts confirmed over HTTP by {clients} clients in {seconds:.1f} s = "
        f"{len(times) / seconds:.0f}/s; p50 {cuts[9]:.0f} ms, p95 {cuts[18]:.0f} ms; processor "
        f"time of service and clients {1000 * used / len(times):.1f} ms each; "
        f"load {os.getloadavg()[0]:.1f}\n"
    )


@contextmanager
def _served(settings: Settings, services: Services) -> Iterator[str]:
    app = create_app(settings, services, with_desks=False)
    config = uvicorn.Config(app, port=0, log_config=None, access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            time.sleep(_WAIT_SECONDS)
        yield f"http://localhost:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


@contextmanager
def _database(server_url: str) -> Iterator[str]:
    name = f"hotline_bench_{uuid.uuid4().hex[:12]}"
    server = create_engine(server_url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    try:
        yield make_url(server_url).set(database=name).render_as_string(hide_password=False)
    finally:
        with server.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        server.dispose()


if __name__ == "__main__":
    main()
