"""The guard on a real pytest run of its own."""

import os
import subprocess
import sys
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent
_SUITE = """
import pytest

def test_runs() -> None:
    pass

@pytest.mark.skip(reason="no browser here")
def test_left_out() -> None:
    pass

@pytest.mark.xfail(strict=True)
def test_known_gap() -> None:
    raise AssertionError
"""


def test_skip_guard_fails_the_run_and_names_the_skipped_test(tmp_path: Path) -> None:
    done = _run(tmp_path, fail_on_skip="1")

    assert done.returncode == 1
    assert "test_suite.py::test_left_out: Skipped: no browser here" in done.stdout
    assert "test_known_gap:" not in done.stdout


def test_skip_guard_hears_of_every_process_of_a_run(tmp_path: Path) -> None:
    done = _run(tmp_path, "-n", "2", fail_on_skip="1")

    assert done.returncode == 1
    assert "test_suite.py::test_left_out: Skipped: no browser here" in done.stdout
    assert done.stdout.rstrip().splitlines()[-1].startswith("1 passed, 1 skipped, 1 xfailed")


def test_skip_guard_stays_quiet_unless_asked(tmp_path: Path) -> None:
    assert _run(tmp_path, fail_on_skip="0").returncode == 0


def _run(folder: Path, *arguments: str, fail_on_skip: str) -> "subprocess.CompletedProcess[str]":
    (folder / "test_suite.py").write_text(_SUITE)
    return subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "tests.skip_guard"),
            *("-c", os.devnull, "--rootdir", str(folder), str(folder), *arguments),
        ],
        cwd=_ROOT,
        env=os.environ | {"HOTLINE_FAIL_ON_SKIP": fail_on_skip},
        capture_output=True,
        text=True,
        check=False,
    )
