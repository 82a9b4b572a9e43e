"""Files that are there whole or not at all, also after the power went."""

import os
from collections.abc import Callable
from pathlib import Path


def write_durably(path: Path, write: Callable[[Path], object]) -> None:
    """Let ``write`` fill a scratch file beside ``path``, bring it to the disk, and rename it.

    Raises:
        OSError: the disk refused; ``path`` is as it was before.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(f".{os.getpid()}.{path.name}")
    try:
        write(scratch)
        _to_disk(scratch)
        scratch.replace(path)
    finally:
        scratch.unlink(missing_ok=True)
    if os.name == "posix":  # elsewhere a folder cannot be opened
        _to_disk(path.parent)


def _to_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDWR if path.is_file() else os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
