"""The supervisor on real child processes: small HTTP servers that end when they are told to."""

import os
import socket
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from connectors.cli.supervisor import ChildSpec, Supervisor
from tests.patience import PATIENCE_SECONDS

_SERVER = """
import http.server, os, pathlib, subprocess, sys, time
port, pids = int(sys.argv[1]), pathlib.Path(sys.argv[2])
helper = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
pids.write_text(f"{os.getpid()} {helper.pid}")
class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers(); self.wfile.write(b"ok")
    def do_POST(self):
        os._exit(3)
    def log_message(self, *args): pass
http.server.HTTPServer(("127.0.0.1", port), Page).serve_forever()
"""


def test_supervisor_reports_a_child_once_it_answers(tmp_path: Path) -> None:
    ready: list[str] = []

    with _running([_server(tmp_path)], ready=ready):
        _until(lambda: ready == ["甲"])

    assert ready == ["甲"]


def test_supervisor_starts_a_child_again_after_it_died(tmp_path: Path) -> None:
    ready: list[str] = []
    said: list[str] = []
    spec = _server(tmp_path)

    with _running([spec], ready=ready, said=said):
        _until(lambda: ready == ["甲"])
        first = _pids(tmp_path)
        _crash(spec.ready_url)
        _until(lambda: ready == ["甲", "甲"])
        second = _pids(tmp_path)

    assert first[0] != second[0]
    assert said[0].startswith("甲意外退出（代码 3），1 秒后重新启动")
    assert not _is_alive(first[1])


def test_supervisor_leaves_nothing_running_when_stopped(tmp_path: Path) -> None:
    ready: list[str] = []

    with _running([_server(tmp_path)], ready=ready):
        _until(lambda: ready == ["甲"])
        pids = _pids(tmp_path)
        assert [psutil.pid_exists(pid) for pid in pids] == [True, True]

    _until(lambda: not any(_is_alive(pid) for pid in pids))


def test_supervisor_gives_up_a_child_that_never_answers(tmp_path: Path) -> None:
    said: list[str] = []
    spec = ChildSpec(
        title="乙",
        command=[sys.executable, "-c", "raise SystemExit('设置有误')"],
        environment=dict(os.environ),
        ready_url="http://127.0.0.1:9/",
        log=tmp_path / "log" / "b.log",
        gives_up_after=1,
    )

    code = Supervisor([spec], said.append, lambda *_: None).run()

    assert code == 1
    assert said[-1] == "设置有误"


def _server(folder: Path) -> ChildSpec:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return ChildSpec(
        title="甲",
        command=[sys.executable, "-c", _SERVER, str(port), str(folder / "pids")],
        environment=dict(os.environ),
        ready_url=f"http://127.0.0.1:{port}/",
        log=folder / "a.log",
    )


@contextmanager
def _running(
    specs: list[ChildSpec], *, ready: list[str], said: list[str] | None = None
) -> Iterator[Supervisor]:
    supervisor = Supervisor(
        specs,
        (said if said is not None else []).append,
        lambda title, _seconds: ready.append(title),
    )
    thread = threading.Thread(target=supervisor.run)
    thread.start()
    try:
        yield supervisor
    finally:
        supervisor.stop()
        thread.join(PATIENCE_SECONDS)
        assert not thread.is_alive()


def _crash(url: str) -> None:
    request = urllib.request.Request(url, data=b"", method="POST")
    try:
        urllib.request.urlopen(request, timeout=PATIENCE_SECONDS)
    except OSError:
        return
    raise AssertionError("the child answered instead of ending")


def _pids(folder: Path) -> list[int]:
    return [int(word) for word in (folder / "pids").read_text().split()]


def _is_alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.05)
