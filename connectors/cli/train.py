"""``hotline train``: make models from the city's own data."""

import typer

from bot.training import train
from foundation.settings import load_settings

app = typer.Typer(no_args_is_help=True, help="训练模型。")


@app.callback()
def _group() -> None:
    """Keep the subcommand's name on the line while there is only one."""


@app.command("assistant", help="训练对话模型；语料、配置和语义模型都没有变化时不重复训练。")
def assistant() -> None:
    """Train Rasa's model when its sources changed."""
    train(load_settings(), _tell)


def _tell(step: str, done: float) -> None:
    typer.echo(f"{done:4.0%} {step}", err=True)
