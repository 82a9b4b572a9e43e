"""Finding the Python 3.10 that Rasa needs."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

MISSING = (
    "没有找到 Python 3.10，Rasa 对话引擎需要它：请安装后重新运行，"
    "例如 pyenv install 3.10 或 uv python install 3.10。"
)
# Everything an environment needs; a shim without an interpreter behind it fails here.
_PROBE = "import sys, venv, ensurepip, ssl, sqlite3; sys.exit(sys.version_info[:2] != (3, 10))"


def find_python_3_10() -> Path | None:
    """Return a Python 3.10 that really runs, from the path, pyenv or uv; None if there is none."""
    return next((path for path in _candidates() if _is_usable(path)), None)


def _candidates() -> Iterator[Path]:
    on_path = shutil.which("python3.10")
    if on_path:
        yield Path(on_path)
    pyenv_root = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    yield from sorted(pyenv_root.glob("versions/3.10*/bin/python3.10"), reverse=True)
    if shutil.which("uv"):
        found = _output(["uv", "python", "find", "--no-python-downloads", "3.10"])
        if found:
            yield Path(found)


def _is_usable(python: Path) -> bool:
    try:
        done = subprocess.run([python, "-c", _PROBE], capture_output=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _output(command: list[str]) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
