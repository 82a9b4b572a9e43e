"""Open a model by folder or hub name, and say in one sentence where that cannot be done."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from retrieval.errors import EncoderError

Model = TypeVar("Model")


def opened(open_model: Callable[[], Model], name: str, error_type: type[EncoderError]) -> Model:
    """Return what ``open_model`` gives.

    Raises:
        EncoderError: of ``error_type``, in place of whatever the libraries raised.
    """
    if (name.startswith(("/", ".", "~")) or Path(name).is_absolute()) and not Path(name).is_dir():
        raise error_type(f"model folder {name} does not exist")
    try:
        return open_model()
    except (OSError, ValueError, RuntimeError, ImportError) as error:
        if Path(name).is_dir():
            raise error_type(f"{name} is no model that can be read: {_first(error)}") from error
        raise error_type(
            f"model {name} is neither a local folder nor could it be fetched from the hub; "
            "download it elsewhere and give its folder"
        ) from error


def _first(error: Exception) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__
