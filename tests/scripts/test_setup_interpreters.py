from pathlib import Path

import pytest

from scripts.setup.interpreters import find_python_3_10


def test_a_shim_without_an_interpreter_behind_it_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shim = tmp_path / "bin" / "python3.10"
    _program(shim, "#!/bin/sh\nexit 127\n")
    monkeypatch.setenv("PATH", f"{shim.parent}:/usr/bin:/bin")
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    behind = tmp_path / "pyenv" / "versions" / "3.10.13" / "bin" / "python3.10"
    _program(behind, "#!/bin/sh\nexit 0\n")

    assert find_python_3_10() == behind


def test_no_python_3_10_is_found_where_there_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))

    assert find_python_3_10() is None


def _program(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True)
    path.write_text(text)
    path.chmod(0o755)
