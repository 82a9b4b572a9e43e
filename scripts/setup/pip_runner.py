"""One pip command, its progress read from what it prints."""

import os
import subprocess
import threading
from collections.abc import Sequence
from pathlib import Path

from scripts.setup.console import Console, Task
from scripts.setup.problems import SetupProblemError, explain

_INSTALLING = "Installing collected packages"
# pip names each package once in one of these; the last is one the platform does not need.
_COUNTED = (
    "Collecting ",
    "Processing ",
    "Requirement already satisfied: ",
    "Ignoring ",
    "Obtaining ",
)


class Pip:
    """pip of one environment; ``stop`` ends what runs (from another thread)."""

    def __init__(self, environment: Path, console: Console, log: Path) -> None:
        self.environment = environment
        self._console = console
        self._log = log
        self._process: subprocess.Popen[str] | None = None
        self._stopped = threading.Event()

    @property
    def unfinished_mark(self) -> Path:
        """Exists while packages are being unpacked: what is there cannot be trusted."""
        return self.environment / ".unpacking"

    def install(self, title: str, total: int, arguments: Sequence[str]) -> None:
        """Run ``pip install`` with a bar of ``total`` packages.

        Raises:
            SetupProblemError: it failed; the sentence names the cause where it is a known one.
        """
        task = self._console.start(title, total)
        code, printed = self._run(["install", "--progress-bar", "off", *arguments], task)
        self._log.parent.mkdir(parents=True, exist_ok=True)
        with self._log.open("a", encoding="utf-8") as file:
            file.write(printed)
        if code != 0:
            self._console.finish(task, f"{title}：未完成")
            raise explain(printed, os.path.relpath(self._log))
        self.unfinished_mark.unlink(missing_ok=True)
        self._console.finish(task, f"{title}：完成")

    def remove(self, names: Sequence[str]) -> None:
        """Uninstall packages that the lock no longer names."""
        self._run(["uninstall", "--yes", *names], None)

    def stop(self) -> None:
        """End the running command and refuse another."""
        self._stopped.set()
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()

    def _run(self, arguments: Sequence[str], task: Task | None) -> tuple[int, str]:
        if self._stopped.is_set():
            raise SetupProblemError("安装已中止。")
        python = self.environment / "bin" / "python"
        command = [str(python), "-m", "pip", "--disable-pip-version-check", "--no-input"]
        self._process = subprocess.Popen(
            [*command, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env=_environment(),
        )
        with self._process as process:
            printed = self._follow(process, task)
        return process.returncode, printed

    def _follow(self, process: subprocess.Popen[str], task: Task | None) -> str:
        lines: list[str] = []
        done = 0
        for line in process.stdout or ():
            lines.append(line)
            done += line.startswith(_COUNTED)
            if line.startswith(_INSTALLING):
                self.unfinished_mark.touch()
            if task is not None:
                self._console.update(task, done, _doing(line) or task.doing)
        return "".join(lines)


def _doing(line: str) -> str:
    """Return what a line of pip's tells the reader; empty when nothing."""
    words = line.split()
    if line.startswith(_INSTALLING):
        return "正在写入"
    if line.startswith("Collecting "):
        return words[1].partition("==")[0]
    if words[:1] == ["Downloading"] and len(words) > 1:
        name = words[1].rpartition("/")[2].split("-")[0]
        return f"下载 {name} {' '.join(words[2:4])}"
    if words[:2] == ["Building", "wheel"]:
        return "正在编译"
    return ""


def _environment() -> dict[str, str]:
    # A user's own PIP_USER or PYTHONPATH would put packages somewhere else.
    dropped = {"PYTHONPATH", "PYTHONHOME", "PIP_USER", "PIP_TARGET", "PIP_PREFIX"}
    return {name: value for name, value in os.environ.items() if name not in dropped}
