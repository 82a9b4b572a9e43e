"""``hotline``: one command for everything that is done from a terminal.

Only the module of the command that was asked for is imported, so that ``hotline --help`` answers at
once and a machine form starts no more than it needs.
"""

import importlib
import importlib.util
import sys
from dataclasses import dataclass

import typer

from foundation.errors import HotlineError


@dataclass(frozen=True, slots=True)
class Entry:
    """One command: the module that adds it (``register(app)`` or ``app``), its line in the help."""

    module: str
    help: str


# A module may add several commands; each stands here under its own name.
COMMANDS: dict[str, Entry] = {
    "up": Entry("connectors.cli.up", "启动服务和 Rasa（make run 的第二步）"),
    "serve": Entry("connectors.cli.serve", "只启动服务"),
    "rasa": Entry("connectors.cli.rasa", "只启动 Rasa 对话引擎"),
    "setup": Entry("connectors.cli.setup", "准备语义模型、数据库、索引和对话模型"),
    "doctor": Entry("connectors.cli.doctor", "检查运行环境，逐项说明"),
    "users": Entry("connectors.cli.users", "管理工作人员账号"),
    "ask": Entry("connectors.cli.ask", "用办事指南回答一个问题"),
    "route": Entry("connectors.cli.route", "判断诉求的类别、承办单位和时限"),
    "deadline": Entry("connectors.cli.deadline", "计算限时办结时间并列出推导"),
    "calendar": Entry("connectors.cli.calendar", "载入节假日通知，查看工作日历"),
    "rules": Entry("connectors.cli.rules", "检查、回测、套用时限规则包"),
    "talk": Entry("connectors.cli.talk", "与助手对话"),
    "tickets": Entry("connectors.cli.tickets", "查看和核验工单"),
    "supervision": Entry("connectors.cli.supervision", "亮牌、催办、督办、周报"),
    "kb": Entry("connectors.cli.kb", "检查和导出知识库"),
    "encoder": Entry("connectors.cli.encoder", "准备、更换语义模型"),
    "index": Entry("connectors.cli.encoder", "重建语义索引"),
    "train": Entry("connectors.cli.train", "训练对话模型"),
    "evaluate": Entry("connectors.cli.evaluate", "评测检索质量"),
}


def build_app(arguments: list[str]) -> typer.Typer:
    """Return the application for one command line: the wanted command in full, the rest by name."""
    app = typer.Typer(
        name="hotline",
        help="12345 热线助手。",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    # Keeps the command's name on the line even when a single one is registered.
    app.callback(help="12345 热线助手。")(_no_options)
    wanted = COMMANDS.get(next((word for word in arguments if not word.startswith("-")), ""))
    if wanted is not None and _exists(wanted):
        _mount(app, wanted)
        return app
    for name, entry in COMMANDS.items():
        if _exists(entry):
            app.command(name, help=entry.help)(_no_options)
    return app


def run() -> None:
    """Entry point of the ``hotline`` program; an expected refusal is one sentence and exit 1."""
    try:
        build_app(sys.argv[1:])()
    except HotlineError as error:
        typer.echo(f"{error.user_message}（{error}）", err=True)
        sys.exit(1)


def _mount(app: typer.Typer, entry: Entry) -> None:
    """Add a module's commands: its own ``register``, or the group it keeps in ``app``."""
    module = importlib.import_module(entry.module)
    if hasattr(module, "register"):
        module.register(app)
    else:
        app.add_typer(module.app, name=entry.module.rpartition(".")[2])


def _exists(entry: Entry) -> bool:
    return importlib.util.find_spec(entry.module) is not None


def _no_options() -> None:
    """Stand for a command that was not asked for."""


if __name__ == "__main__":
    run()
