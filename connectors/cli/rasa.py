"""``hotline rasa``: Rasa alone, in the foreground."""

import os

import typer

from bot.serving import rasa_command, rasa_environment
from bot.training import train
from foundation.settings import load_settings


def rasa() -> None:
    """Train if needed, then become the Rasa process."""
    settings = load_settings()
    train(settings, _tell)
    command = rasa_command(settings)
    os.execve(command[0], command, rasa_environment(settings))  # noqa: S606 -- our own interpreter


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("rasa", help="只启动 Rasa 对话引擎；地址由 HOTLINE_RASA_URL 决定。")(rasa)


def _tell(step: str, done: float) -> None:
    typer.echo(f"对话模型 {done:4.0%} {step}", err=True)
