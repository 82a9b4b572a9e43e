"""How long work tells where it is: a Chinese step name and the share that is done."""

from collections.abc import Callable

Progress = Callable[[str, float], None]  # step, done from 0 to 1


def silent(step: str, done: float) -> None:
    """Tell nobody."""
