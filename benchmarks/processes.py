"""The two real processes on a throw-away data folder: started, watched, weighed, ended."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

from connectors.cli.up import rasa_child, service_child
from connectors.web_chat.sessions import ChatSessions
from foundation.clock import SystemClock
from foundation.database.keyring import load_keyring
from foundation.settings import Settings

SERVICE, RASA = "service", "rasa"
_START_SECONDS = 300.0
_STOP_SECONDS = 15.0
_POLL_SECONDS = 0.05
_MIB = 2**20


@dataclass(slots=True)
class Running:
    """Both processes; what is measured speaks to them over HTTP only."""

    settings: Settings
    sessions: ChatSessions
    processes: "dict[str, subprocess.Popen[bytes]]"
    started_at: dict[str, float]

    @property
    def url(self) -> str:
        """Where the service answers."""
        return f"http://127.0.0.1:{self.settings.port}"

    def tokens(self, count: int) -> list[str]:
        """Issue session tokens as the service does, with the folder's own keys.

        The endpoint issues 60 a minute to one address, and here all citizens share one.
        """
        return [self.sessions.issue() for _ in range(count)]

    def memory(self) -> dict[str, dict[str, float]]:
        """Return MiB of each process with its children: resident, and its share of shared pages."""
        found = {}
        for title, process in self._alive():
            sizes = [each.memory_full_info() for each in _tree(process)]
            found[title] = {
                "RSS": sum(size.rss for size in sizes) / _MIB,
                "PSS": sum(getattr(size, "pss", size.rss) for size in sizes) / _MIB,
            }
        return found

    def cpu_seconds(self) -> dict[str, float]:
        """Return processor time used by each process so far, user and system."""
        return {
            title: sum(sum(each.cpu_times()[:2]) for each in _tree(process))
            for title, process in self._alive()
        }

    def stop(self, title: str) -> None:
        """End one process with its group, and wait for it."""
        process = self.processes[title]
        for number in (signal.SIGTERM, signal.SIGKILL):
            if process.poll() is not None:
                return
            with suppress(ProcessLookupError):
                os.killpg(process.pid, number)
            with suppress(subprocess.TimeoutExpired):
                process.wait(_STOP_SECONDS)

    def _alive(self) -> "list[tuple[str, subprocess.Popen[bytes]]]":
        return [(title, p) for title, p in self.processes.items() if p.poll() is None]


def throw_away(installed: Settings, folder: Path) -> Settings:
    """Return settings of a new folder: prepared models linked, index copied, database empty."""
    (folder / "rasa").mkdir(parents=True)
    (folder / "models").symlink_to(installed.data_dir / "models")
    # Rasa keeps its cache in the folder above.
    (folder / "rasa" / "models").symlink_to(installed.data_dir / "rasa" / "models")
    for copied in ("index", "cache"):
        if (installed.data_dir / copied).is_dir():
            shutil.copytree(installed.data_dir / copied, folder / copied)
    service_port, rasa_port = _free_ports(2)
    return installed.model_copy(
        update={
            "data_dir": folder,
            "database_url": None,
            "redis_url": None,
            "rasa": "on",
            "host": "127.0.0.1",
            "port": service_port,
            "public_url": None,
            "rasa_url": f"http://127.0.0.1:{rasa_port}",
        }
    )


@contextmanager
def both(settings: Settings) -> Iterator[Running]:
    """Start service and Rasa as ``hotline up`` does; end them at the end of the block."""
    keyring = load_keyring(settings.data_dir / "keys.json")
    service, rasa = service_child(settings, with_rasa=True), rasa_child(settings)
    children = {
        SERVICE: (service.command, _environment(service.environment, settings)),
        # The API is for /model/parse alone; without it Rasa's parse cannot be timed by itself.
        RASA: ([*rasa.command, "--enable-api"], rasa.environment),
    }
    running = Running(settings, ChatSessions(keyring, SystemClock()), {}, {})
    try:
        for title, (command, environment) in children.items():
            with (settings.data_dir / f"{title}.log").open("wb") as log:
                running.started_at[title] = time.monotonic()
                running.processes[title] = subprocess.Popen(
                    command,
                    env=environment,
                    cwd=settings.data_dir / "rasa" if title == RASA else None,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
        yield running
    finally:
        for title in running.processes:
            running.stop(title)


def start_up(running: Running, question: str) -> dict[str, dict[str, float]]:
    """Wait until everything is ready.

    Returns:
        For each stage the seconds from the start of its process, and the processor time that
        process had used by then.

    Raises:
        TimeoutError: not ready in five minutes, or a process ended.
    """
    with httpx.Client(base_url=running.url, timeout=30) as http:
        stages: dict[str, tuple[str, Callable[[], bool]]] = {
            "service alive": (SERVICE, lambda: http.get("/health/live").is_success),
            "first question answered": (SERVICE, lambda: _answers(http, question)),
            "encoder takes part": (SERVICE, lambda: _check(http, "retrieval")),
            "Rasa ready": (RASA, lambda: _check(http, "rasa")),
        }
        reached_after: dict[str, dict[str, float]] = {}
        until = time.monotonic() + _START_SECONDS
        while len(reached_after) < len(stages):
            if time.monotonic() > until or any(p.poll() is not None for p in _all(running)):
                raise TimeoutError(f"not ready: {_last_lines(running)}")
            for name, (title, reached) in stages.items():
                if name not in reached_after and _quietly(reached):
                    seconds = time.monotonic() - running.started_at[title]
                    used = running.cpu_seconds()[title]
                    reached_after[name] = {"seconds": seconds, "processor": used}
            time.sleep(_POLL_SECONDS)
    return reached_after


def _answers(http: httpx.Client, question: str) -> bool:
    token = http.post("/api/chat/sessions").json()["token"]
    message = {"id": "start-up-question", "text": question}
    said = http.post("/api/chat/messages", json=message, headers={"X-Chat-Session": token})
    return said.is_success and bool(said.json()["entries"])


def _check(http: httpx.Client, part: str) -> bool:
    return bool(http.get("/health/ready").json()["checks"][part]["state"] == "ok")


def _quietly(reached: Callable[[], bool]) -> bool:
    try:
        return reached()
    except httpx.HTTPError:
        return False


def _environment(given: dict[str, str], settings: Settings) -> dict[str, str]:
    """Return the service's environment; none of the installation's own settings is in it."""
    foreign = {name: value for name, value in given.items() if not name.startswith("HOTLINE_")}
    return foreign | {
        "HOTLINE_DATA_DIR": str(settings.data_dir),
        "HOTLINE_PORT": str(settings.port),
        "HOTLINE_RASA": settings.rasa,
        "HOTLINE_RASA_URL": settings.rasa_url,
        "HOTLINE_RASA_TIMEOUT_SECONDS": str(settings.rasa_timeout_seconds),
    }


def _all(running: Running) -> "list[subprocess.Popen[bytes]]":
    return list(running.processes.values())


def _tree(process: "subprocess.Popen[bytes]") -> list[psutil.Process]:
    root = psutil.Process(process.pid)
    return [root, *root.children(recursive=True)]


def _last_lines(running: Running) -> str:
    logs = (running.settings.data_dir / f"{title}.log" for title in (SERVICE, RASA))
    return "\n".join(log.read_text(encoding="utf-8", errors="replace")[-1500:] for log in logs)


def _free_ports(count: int) -> list[int]:
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports
