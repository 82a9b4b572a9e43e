"""Environments made for real, from wheels that the test writes itself; nothing is downloaded."""

import base64
import sys
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest

from scripts.setup.console import Console
from scripts.setup.environments import Environment, Layer
from scripts.setup.problems import SetupProblemError


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the only place pip may take packages from."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.delenv("PIP_EXTRA_INDEX_URL", raising=False)
    return folder


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the environment stands: one for all tests, because making one takes seconds."""
    return tmp_path_factory.mktemp("environment")


def test_environment_installs_the_lock_once(shelf: Path, home: Path) -> None:
    lock = _lock(home, _wheel(shelf, "alpha"), _wheel(shelf, "beta"))
    environment = _environment(home, lock)
    before = environment.is_current
    environment.ensure(Path(sys.executable))
    written = (home / "env" / "setup.json").stat().st_mtime_ns
    environment.ensure(Path(sys.executable))

    assert (before, environment.is_current) == (False, True)
    assert _installed(home) == {"alpha", "beta"}
    assert (home / "env" / "setup.json").stat().st_mtime_ns == written


def test_environment_removes_what_the_lock_no_longer_names(shelf: Path, home: Path) -> None:
    alpha, beta = _wheel(shelf, "alpha"), _wheel(shelf, "beta")
    _environment(home, _lock(home, alpha, beta)).ensure(Path(sys.executable))
    changed = _environment(home, _lock(home, alpha))
    assert not changed.is_current

    changed.ensure(Path(sys.executable))

    assert _installed(home) == {"alpha"}


def test_environment_left_while_unpacking_is_made_anew(shelf: Path, home: Path) -> None:
    environment = _environment(home, _lock(home, _wheel(shelf, "alpha")))
    environment.ensure(Path(sys.executable))
    half_done = _packages(home) / "half_done"
    half_done.mkdir()
    environment.pip.unfinished_mark.touch()
    (home / "env" / "setup.json").unlink()

    environment.ensure(Path(sys.executable))

    assert _installed(home) == {"alpha"}
    assert not half_done.exists()


def test_package_with_another_hash_is_refused_in_one_sentence(shelf: Path, home: Path) -> None:
    entry = _wheel(shelf, "delta")
    forged = entry[:-4] + ("0000" if not entry.endswith("0000") else "1111")
    environment = _environment(home, _lock(home, forged))

    with pytest.raises(SetupProblemError, match="校验值不符"):
        environment.ensure(Path(sys.executable))
    assert not environment.is_current


def test_missing_network_is_told_in_one_sentence(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Nothing listens on the discard port of this machine.
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_RETRIES", "0")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "")
    lock = _lock(home, f"gamma==1.0 --hash=sha256:{'0' * 64}")

    with pytest.raises(SetupProblemError, match="首次安装需要联网"):
        _environment(home, lock).ensure(Path(sys.executable))


def _environment(folder: Path, lock: Path) -> Environment:
    layers = [Layer("packages", "依赖", lock=lock)]
    return Environment(folder / "env", layers, Console(), folder / "pip.log")


def _wheel(shelf: Path, name: str) -> str:
    """Write a package with one empty module; return its line for a lock file."""
    path = shelf / f"{name}-1.0-py3-none-any.whl"
    files = {
        f"{name}.py": b"",
        f"{name}-1.0.dist-info/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
        f"{name}-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nTag: py3-none-any\n",
    }
    with zipfile.ZipFile(path, "w") as wheel:
        record = ""
        for inside, content in files.items():
            data = content if isinstance(content, bytes) else content.encode()
            wheel.writestr(inside, data)
            digest = base64.urlsafe_b64encode(sha256(data).digest()).rstrip(b"=").decode()
            record += f"{inside},sha256={digest},{len(data)}\n"
        wheel.writestr(f"{name}-1.0.dist-info/RECORD", record + f"{name}-1.0.dist-info/RECORD,,\n")
    return f"{name}==1.0 --hash=sha256:{sha256(path.read_bytes()).hexdigest()}"


def _lock(folder: Path, *entries: str) -> Path:
    path = folder / "test.lock"
    path.write_text("\n".join(entries) + "\n")
    return path


def _packages(folder: Path) -> Path:
    return next((folder / "env" / "lib").glob("python3*/site-packages"))


def _installed(folder: Path) -> set[str]:
    return {path.stem for path in _packages(folder).glob("*.py")} & {"alpha", "beta"}
