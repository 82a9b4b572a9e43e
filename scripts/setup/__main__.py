"""Entry point: ``python -m scripts.setup [--tests] [--without-rasa]``."""

import argparse
import fcntl
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from scripts.setup.console import Console
from scripts.setup.environments import Environment, Layer, service_python
from scripts.setup.interpreters import MISSING, find_python_3_10
from scripts.setup.problems import SetupProblemError

ROOT = Path(__file__).resolve().parent.parent.parent
WORK = ROOT / ".cache" / "setup"
# Both environments with torch's CPU build take 5 GB; the downloads pass through the same disk.
DISK_BYTES = 8_000_000_000
# torch stands outside the lock: docs/decisions/0005-locks-and-torch.md.
TORCH = "torch==2.13.0"
_INTERRUPTED = 130


def main() -> int:
    """Set up; return the exit code: 0, 1 for a problem that was told, 130 when interrupted."""
    options = _options()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    console = Console()
    try:
        with _alone():
            with_rasa = _prepare_environments(options, console)
            return _run_hotline_setup(with_rasa=with_rasa)
    except SetupProblemError as problem:
        print(problem, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"无法写入 {error.filename or ROOT}：{error.strerror}。", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\n已中断；重新运行会继续完成。", file=sys.stderr)
        return _INTERRUPTED


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts.setup", description=__doc__)
    parser.add_argument("--tests", action="store_true", help="also what the tests need")
    parser.add_argument("--without-rasa", action="store_true", help="leave Rasa out")
    return parser.parse_args()


def _prepare_environments(options: argparse.Namespace, console: Console) -> bool:
    """Bring the environments up to date; return whether Rasa's is among them."""
    service, rasa = _environments(console, tests=options.tests)
    pending: list[tuple[Environment, Path]] = []
    if not service.is_current:
        pending.append((service, service_python()))
    with_rasa = not options.without_rasa
    if with_rasa and not rasa.is_current:
        python = find_python_3_10()
        if python is not None:
            pending.append((rasa, python))
        elif options.tests:
            raise SetupProblemError(MISSING)
        else:
            console.say(f"{MISSING}本次先不启动 Rasa：问答、诉求受理和工作台照常可用。")
            with_rasa = False
    if pending:
        _check_disk()
        console.say("正在准备运行环境：首次需要下载约 1.5 GB，之后不再重复。")
        _ensure_side_by_side(pending)
    return with_rasa


def _environments(console: Console, *, tests: bool) -> tuple[Environment, Environment]:
    layers = [
        Layer("packages", "服务依赖", lock=ROOT / "requirements.lock"),
        Layer("torch", "PyTorch", arguments=(TORCH,)),
        Layer(
            "product",
            "hotline 命令",
            # One line on the path to the working tree, so that new packages need no reinstall.
            arguments=(
                *("--no-deps", "--no-build-isolation", "--config-settings"),
                *("editable_mode=compat", "--editable", str(ROOT)),
            ),
            inputs=(ROOT / "pyproject.toml",),
        ),
    ]
    if tests:
        layers.append(Layer("tests", "测试工具", lock=ROOT / "requirements-dev.lock"))
    rasa = [Layer("packages", "Rasa 依赖", lock=ROOT / "bot" / "requirements.lock")]
    return (
        Environment(ROOT / ".venv", layers, console, WORK / "service.log"),
        Environment(ROOT / ".venv-rasa", rasa, console, WORK / "rasa.log"),
    )


def _ensure_side_by_side(pending: Sequence[tuple[Environment, Path]]) -> None:
    """Download and install together: one waits for the network while the other unpacks."""
    failures: list[BaseException] = []

    def ensure(environment: Environment, python: Path) -> None:
        try:
            environment.ensure(python)
        except BaseException as failure:  # noqa: BLE001 -- handed to the main thread
            failures.append(failure)

    threads = [threading.Thread(target=ensure, args=pair) for pair in pending]
    for thread in threads:
        thread.start()
    try:
        while any(thread.is_alive() for thread in threads) and not failures:
            threads[0].join(0.2)
            threads[-1].join(0.2)
    finally:
        # An interruption or one failure ends the other installation too.
        if any(thread.is_alive() for thread in threads):
            for environment, _ in pending:
                environment.pip.stop()
        for thread in threads:
            thread.join()
    if failures:
        raise failures[0]


def _check_disk() -> None:
    free = shutil.disk_usage(ROOT).free
    if free < DISK_BYTES:
        raise SetupProblemError(
            f"磁盘空间不足：安装需要约 8 GB，{ROOT} 所在磁盘只剩 {free / 1e9:.1f} GB，"
            "请腾出空间后重新运行。"
        )


@contextmanager
def _alone() -> Iterator[None]:
    """Hold the set-up's lock; two at once would write into the same folders."""
    WORK.mkdir(parents=True, exist_ok=True)
    with (WORK / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SetupProblemError("另一个安装正在这个目录里进行，请等它结束。") from None
        yield


def _run_hotline_setup(*, with_rasa: bool) -> int:
    command = [str(ROOT / ".venv" / "bin" / "hotline"), "setup"]
    if not with_rasa:
        command.append("--without-rasa")
    return subprocess.run(command, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
