"""Two child processes kept running, and stopped together with everything they started."""

import os
import signal
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

_POLL_SECONDS = 0.2
_PROBE_TIMEOUT_SECONDS = 1.0
_STOP_SECONDS = 12.0
_LONGEST_PAUSE_SECONDS = 30.0
# A child that ran this long had started properly: the next pause is the first one again.
_STEADY_SECONDS = 60.0
_KEPT_LOG_BYTES = 10_000_000


@dataclass(frozen=True, slots=True)
class ChildSpec:
    """How to start one process and how to see that it answers.

    ``folder``: where it runs (made if absent); None is where we run.
    ``gives_up_after``: so many ends before it ever answered end everything; None tries for ever.
    """

    title: str
    command: Sequence[str]
    environment: dict[str, str]
    ready_url: str
    log: Path
    folder: Path | None = None
    gives_up_after: int | None = None


@dataclass(slots=True)
class _Child:
    spec: ChildSpec
    process: "subprocess.Popen[bytes] | None" = None
    started_at: float = 0.0
    start_again_at: float = 0.0
    failures: int = 0
    answers: bool = False
    has_answered: bool = field(default=False)


class Supervisor:
    """Starts the children, restarts one that ends, stops all.

    Args:
        specs: the children, in this order: each starts when those before have answered or failed.
        say: receives a Chinese line for the person in front of the terminal.
        on_ready: receives the title of a child and the seconds it took, each time it answers anew.
    """

    def __init__(
        self,
        specs: Sequence[ChildSpec],
        say: Callable[[str], None],
        on_ready: Callable[[str, float], None],
    ) -> None:
        self._children = [_Child(spec) for spec in specs]
        self._say = say
        self._on_ready = on_ready
        self._stopping = threading.Event()

    def stop(self) -> None:
        """Make ``run`` end; may be called from a signal handler."""
        self._stopping.set()

    def run(self) -> int:
        """Keep the children running until ``stop``; return the exit code."""
        code = 0
        try:
            while not self._stopping.is_set() and code == 0:
                for number, child in enumerate(self._children):
                    if self._may_start(child, self._children[:number]):
                        code = code or self._look_after(child)
                self._stopping.wait(_POLL_SECONDS)
        finally:
            _stop_all([child.process for child in self._children if child.process is not None])
        return code

    @staticmethod
    def _may_start(child: _Child, earlier: "Sequence[_Child]") -> bool:
        # On two cores the page answers seconds sooner when the next process does not start beside.
        begun = child.process is not None or child.failures > 0
        return begun or all(one.has_answered or one.failures > 0 for one in earlier)

    def _look_after(self, child: _Child) -> int:
        """Start, restart or probe one child; return 1 when it is given up."""
        now = time.monotonic()
        if child.process is None:
            if now >= child.start_again_at:
                _start(child, now)
        elif child.process.poll() is not None:
            return self._ended(child, now)
        elif not child.answers and _answers(child.spec.ready_url):
            child.answers = child.has_answered = True
            self._on_ready(child.spec.title, time.monotonic() - child.started_at)
        return 0

    def _ended(self, child: _Child, now: float) -> int:
        assert child.process is not None
        code = child.process.returncode
        # Whatever the process itself had started goes with it.
        _signal_group(child.process, signal.SIGKILL)
        steady = child.answers and now - child.started_at >= _STEADY_SECONDS
        child.failures = 1 if steady else child.failures + 1
        child.process, child.answers = None, False
        limit = child.spec.gives_up_after
        if limit is not None and not child.has_answered and child.failures >= limit:
            self._say(f"{child.spec.title}无法启动，原因见 {_shown(child.spec.log)} 末尾：")
            self._say(_last_lines(child.spec.log))
            return 1
        pause = min(2.0 ** (child.failures - 1), _LONGEST_PAUSE_SECONDS)
        child.start_again_at = now + pause
        self._say(
            f"{child.spec.title}意外退出（代码 {code}），{pause:.0f} 秒后重新启动；"
            f"日志：{_shown(child.spec.log)}"
        )
        return 0


def _start(child: _Child, now: float) -> None:
    log, folder = child.spec.log, child.spec.folder
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > _KEPT_LOG_BYTES:
        log.replace(log.with_suffix(".old.log"))
    with log.open("ab") as output:
        child.process = subprocess.Popen(  # noqa: S603 -- our own two commands
            child.spec.command,
            env=child.spec.environment,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            # Its own group: Ctrl-C reaches us alone, and the whole group is stopped in order.
            start_new_session=True,
        )
    child.started_at = now


def _stop_all(processes: "Sequence[subprocess.Popen[bytes]]") -> None:
    for process in processes:
        _signal_group(process, signal.SIGTERM)
    deadline = time.monotonic() + _STOP_SECONDS
    for process in processes:
        with suppress(subprocess.TimeoutExpired):
            process.wait(max(0.1, deadline - time.monotonic()))
        _signal_group(process, signal.SIGKILL)
        process.wait()


def _signal_group(process: "subprocess.Popen[bytes]", number: signal.Signals) -> None:
    try:
        os.killpg(process.pid, number)
    except (ProcessLookupError, PermissionError):
        # Nobody of the group is left (macOS says so with a permission error).
        return


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=_PROBE_TIMEOUT_SECONDS) as response:  # noqa: S310 -- our own http URL
            return bool(response.status == 200)  # noqa: PLR2004 -- OK
    except (urllib.error.URLError, OSError, ValueError):
        return False


def _last_lines(log: Path, count: int = 5) -> str:
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-count:])


def _shown(path: Path) -> str:
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
