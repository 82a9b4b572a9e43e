"""Resolve both environments again and write the lock files (``make lock``).

requirements.lock       what the service runs on, every platform, Python 3.11 or newer
requirements-dev.lock   what the tests need beyond that
bot/requirements.lock   Rasa's environment, Python 3.10

Every entry carries the sha256 of each file it may come from. torch and the CUDA packages behind it
stay out of the lock: ``scripts/setup`` installs torch on its own, so that a CPU build is taken
where pip is configured to find one (docs/decisions/0005-locks-and-torch.md).
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOOL = "uv==0.13.9"
LEFT_OUT = re.compile(r"(torch|triton|nvidia-.*|cuda-.*)==")
_FLAGS = (
    *("--universal", "--generate-hashes", "--upgrade", "--quiet"),
    *("--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links"),
)


def main() -> None:
    """Write the three lock files."""
    with tempfile.TemporaryDirectory() as folder:
        tool = _install_tool(Path(folder))
        runtime = _resolve(tool, "3.11", ["pyproject.toml"])
        _write("requirements.lock", _kept(runtime))
        constraint = Path(folder) / "runtime.txt"
        constraint.write_text("\n".join(runtime))
        both = _resolve(
            tool, "3.11", ["pyproject.toml", "--extra", "dev", "--constraint", str(constraint)]
        )
        _write("requirements-dev.lock", [entry for entry in _kept(both) if entry not in runtime])
        _write("bot/requirements.lock", _resolve(tool, "3.10", ["bot/requirements.in"]))


def _install_tool(folder: Path) -> Path:
    """Install the pinned resolver into a throw-away environment; return its program."""
    subprocess.run([sys.executable, "-m", "venv", str(folder / "tool")], check=True)
    python = folder / "tool" / "bin" / "python"
    subprocess.run([str(python), "-m", "pip", "install", "--quiet", TOOL], check=True)
    return python.with_name("uv")


def _resolve(tool: Path, python: str, arguments: list[str]) -> list[str]:
    """Return the resolved entries, each with its hash lines, sorted by name."""
    command = [str(tool), "pip", "compile", *_FLAGS, "--python-version", python, *arguments]
    printed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return re.split(r"\n(?=\S)", printed.strip())


def _kept(entries: list[str]) -> list[str]:
    return [entry for entry in entries if not LEFT_OUT.match(entry)]


def _write(name: str, entries: list[str]) -> None:
    (ROOT / name).write_text("\n".join(entries) + "\n")
    print(f"{name}: {len(entries)}")


if __name__ == "__main__":
    main()
