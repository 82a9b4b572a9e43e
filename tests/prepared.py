"""What the set-up prepared, for throw-away data folders."""

import shutil
from pathlib import Path


def copy_prepared(prepared: Path, data: Path) -> None:
    """Copy the index and the words as they were cut: making them anew costs seconds each time."""
    for name in ("index", "cache"):
        if (prepared / name).is_dir():
            shutil.copytree(prepared / name, data / name)
