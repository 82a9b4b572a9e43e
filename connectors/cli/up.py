"""``hotline up``: the service and Rasa side by side, until Ctrl-C."""

import os
import signal
import sys
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from connectors.cli.ports import require_free_port
from connectors.cli.supervisor import ChildSpec, Supervisor
from foundation.clock import SystemClock
from foundation.settings import ROOT, Settings, load_settings

_SERVICE = "服务"
_RASA = "对话引擎（Rasa）"
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
# A service that cannot even start once will not get better by trying for ever.
_SERVICE_TRIES = 3
_RASA_PYTHON = ROOT / ".venv-rasa" / "bin" / "python"


def up(
    *,
    without_rasa: Annotated[
        bool, typer.Option("--without-rasa", help="不启动 Rasa：问答、诉求受理和工作台照常可用。")
    ] = False,
) -> None:
    """Start what is configured and keep it running."""
    settings = load_settings()
    with_rasa = _runs_rasa(settings, without_rasa=without_rasa)
    _require_ports(settings, with_rasa=with_rasa)
    _create_administrator(settings)
    children = [service_child(settings, with_rasa=with_rasa or _rasa_is_elsewhere(settings))]
    if with_rasa:
        children.append(rasa_child(settings))
    supervisor = Supervisor(children, typer.echo, lambda *seen: _tell_ready(settings, *seen))
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: supervisor.stop())
    typer.echo("正在启动，按 Ctrl-C 停止……")
    code = supervisor.run()
    typer.echo("已全部停止。")
    raise typer.Exit(code)


def service_child(settings: Settings, *, with_rasa: bool) -> ChildSpec:
    """Return how the service is started."""
    host = "127.0.0.1" if settings.host in {"0.0.0.0", "localhost"} else settings.host  # noqa: S104 -- compared, not bound
    return ChildSpec(
        title=_SERVICE,
        command=[sys.executable, "-m", "connectors.cli.main", "serve"],
        environment=os.environ
        | {"PYTHONPATH": str(ROOT), "HOTLINE_RASA": "on" if with_rasa else "off"},
        ready_url=f"http://{_bracketed(host)}:{settings.port}/health/ready",
        log=_log(settings, "service"),
        gives_up_after=_SERVICE_TRIES,
    )


def rasa_child(settings: Settings) -> ChildSpec:
    """Return how Rasa is started."""
    from bot.serving import (  # noqa: PLC0415 -- only with Rasa
        rasa_command,
        rasa_environment,
        rasa_folder,
    )

    return ChildSpec(
        title=_RASA,
        command=rasa_command(settings),
        environment=rasa_environment(settings),
        ready_url=f"{settings.rasa_url}/",
        log=_log(settings, "rasa"),
        # Rasa keeps its cache where it is started.
        folder=rasa_folder(settings),
    )


def page_url(settings: Settings) -> str:
    """Return the address to open in a browser."""
    return settings.public_url or f"http://{_bracketed(settings.host)}:{settings.port}/"


def _runs_rasa(settings: Settings, *, without_rasa: bool) -> bool:
    if without_rasa or settings.rasa == "off" or _rasa_is_elsewhere(settings):
        return False
    if not _RASA_PYTHON.exists():
        typer.echo("Rasa 环境尚未安装，本次不启动 Rasa（安装：make setup）。")
        return False
    return True


def _rasa_is_elsewhere(settings: Settings) -> bool:
    """Whether ``rasa_url`` names a Rasa that somebody else runs."""
    return settings.rasa == "on" and urlsplit(settings.rasa_url).hostname not in _LOOPBACK


def _require_ports(settings: Settings, *, with_rasa: bool) -> None:
    require_free_port(
        settings.host, settings.port, variable="HOTLINE_PORT", example=str(settings.port + 1)
    )
    if with_rasa:
        address = urlsplit(settings.rasa_url)
        port = address.port or 80
        require_free_port(
            "127.0.0.1",
            port,
            variable="HOTLINE_RASA_URL",
            example=f"http://127.0.0.1:{port + 1}",
        )


def _create_administrator(settings: Settings) -> None:
    """Make the first account; its password is shown here and nowhere else."""
    from foundation.access.service import AccessService  # noqa: PLC0415 -- slow import
    from foundation.database.migration import upgrade  # noqa: PLC0415 -- same
    from foundation.database.session import Database  # noqa: PLC0415 -- same

    settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = Database(settings.resolved_database_url)
    try:
        upgrade(database)
        access = AccessService(SystemClock(), settings.session_hours)
        with database.transaction() as session:
            password = access.ensure_administrator(session)
    finally:
        database.dispose()
    if password is not None:
        typer.echo("\n已创建管理员账号，密码只显示这一次，请立即保存：")
        typer.echo(f"    账号 admin    密码 {password}\n")


def _tell_ready(settings: Settings, title: str, seconds: float) -> None:
    where = f"，请打开 {page_url(settings)}" if title == _SERVICE else ""
    typer.echo(f"{title}已就绪（{seconds:.0f} 秒）{where}")


def _log(settings: Settings, name: str) -> Path:
    return settings.data_dir / "log" / f"{name}.log"


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("up", help="启动服务和 Rasa，Ctrl-C 停止。")(up)
