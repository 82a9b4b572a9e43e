"""The two virtual environments, filled from their lock files in layers.

The stamp inside an environment holds the fingerprint of each finished layer, so it goes when the
environment goes. While pip unpacks, a mark says so: an environment left with that mark is made
anew, one that was interrupted while downloading is simply continued.
"""

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from scripts.setup.console import Console
from scripts.setup.pip_runner import Pip
from scripts.setup.problems import SetupProblemError

_ENTRY = re.compile(r"^([A-Za-z0-9_.-]+)==", re.MULTILINE)
# What builds the few packages that come as source; taken from the lock before the rest.
_BUILDERS = {"setuptools", "wheel"}
# Nothing but the lock decides what comes in, for the build tools too.
_STRICT = ("--no-deps", "--require-hashes", "--no-build-isolation", "--use-pep517")


@dataclass(frozen=True)
class Layer:
    """Packages that are installed together: a lock file, or plain arguments for pip."""

    name: str
    title: str
    lock: Path | None = None
    arguments: tuple[str, ...] = ()
    inputs: tuple[Path, ...] = ()

    def fingerprint(self) -> str:
        """Digest of what goes in (hex)."""
        digest = sha256("\0".join(self.arguments).encode())
        for path in (*((self.lock,) if self.lock else ()), *self.inputs):
            digest.update(path.read_bytes())
        return digest.hexdigest()

    def locked_names(self) -> list[str]:
        """The packages the lock names."""
        return _ENTRY.findall(self.lock.read_text(encoding="utf-8")) if self.lock else []


class Environment:
    """One virtual environment and its layers."""

    def __init__(self, folder: Path, layers: Sequence[Layer], console: Console, log: Path) -> None:
        self._folder = folder
        self._layers = layers
        self._console = console
        self.pip = Pip(folder, console, log)

    @property
    def is_current(self) -> bool:
        """Whether every layer is in place and of today's inputs."""
        stamp = self._read_stamp()
        return self._can_run() and all(
            stamp.get(layer.name, {}).get("fingerprint") == layer.fingerprint()
            for layer in self._layers
        )

    def ensure(self, python: Path) -> None:
        """Make the environment with ``python`` where needed and install what is missing.

        Raises:
            SetupProblemError: it could not be completed; the next run goes on from here.
        """
        if not self._can_run() or self.pip.unfinished_mark.exists():
            self._create(python)
        stamp = self._read_stamp()
        for layer in self._layers:
            recorded = stamp.get(layer.name, {})
            if recorded.get("fingerprint") != layer.fingerprint():
                self._install(layer, recorded.get("packages", []))
                stamp[layer.name] = {
                    "fingerprint": layer.fingerprint(),
                    "packages": layer.locked_names(),
                }
                self._write_stamp(stamp)

    def _create(self, python: Path) -> None:
        command = [str(python), "-m", "venv", "--clear", str(self._folder)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            reason = (done.stderr or done.stdout).strip().splitlines()[-1:]
            raise SetupProblemError(
                f"无法建立 Python 环境 {self._folder.name}：{' '.join(reason)}"
                "（请确认该 Python 带有 venv 模块且磁盘可写）。"
            )

    def _install(self, layer: Layer, recorded: Sequence[str]) -> None:
        if layer.lock is None:
            self.pip.install(layer.title, 1, layer.arguments)
            return
        entries = re.split(r"\n(?=\S)", layer.lock.read_text(encoding="utf-8").strip())
        builders = [entry for entry in entries if entry.partition("==")[0] in _BUILDERS]
        if builders:
            self._install_entries(f"{layer.title}（编译工具）", builders)
        self._install_entries(layer.title, entries)
        dropped = sorted(set(recorded) - set(layer.locked_names()))
        if dropped:
            self.pip.remove(dropped)

    def _install_entries(self, title: str, entries: Sequence[str]) -> None:
        with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
            file.write("\n".join(entries) + "\n")
            file.flush()
            self.pip.install(title, len(entries), [*_STRICT, "--requirement", file.name])

    def _can_run(self) -> bool:
        # The folder's own path is written into every program of an environment: a moved or
        # copied one is made anew.
        activate = self._folder / "bin" / "activate"
        return (
            (self._folder / "bin" / "python").exists()
            and activate.exists()
            and str(self._folder) in activate.read_text(encoding="utf-8")
        )

    @property
    def _stamp(self) -> Path:
        return self._folder / "setup.json"

    def _read_stamp(self) -> dict[str, dict[str, Any]]:
        try:
            stored = json.loads(self._stamp.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return stored if isinstance(stored, dict) else {}

    def _write_stamp(self, stamp: dict[str, dict[str, Any]]) -> None:
        draft = self._stamp.with_suffix(".draft")
        draft.write_text(json.dumps(stamp, indent=2), encoding="utf-8")
        draft.replace(self._stamp)


def service_python() -> Path:
    """The interpreter that set-up runs on is the one the service gets."""
    return Path(sys.executable)
