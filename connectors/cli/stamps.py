"""What a finished step was made from, so that it is not repeated while that is the same."""

import os
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path

from foundation.settings import ROOT


class Stamp:
    """The digest of one step's inputs, written after the step is complete.

    Args:
        path: where the digest lies.
        inputs: files and folders that go in; a folder counts with everything below it.
        results: files and folders that must still be there.
    """

    def __init__(self, path: Path, inputs: Iterable[Path], results: Iterable[Path]) -> None:
        self._path = path
        self._inputs = tuple(inputs)
        self._results = tuple(results)

    @property
    def is_current(self) -> bool:
        """Whether the results are there and were made from today's inputs."""
        return (
            self._path.is_file()
            and all(path.exists() for path in self._results)
            and self._path.read_text(encoding="ascii") == self._digest()
        )

    def write(self) -> None:
        """Record today's inputs, whole or not at all."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        draft = self._path.with_name(f"{self._path.name}.{os.getpid()}")
        draft.write_text(self._digest(), encoding="ascii")
        draft.replace(self._path)

    def _digest(self) -> str:
        digest = sha256()
        for path in _files(self._inputs):
            digest.update(f"{_name(path)}\0".encode())
            digest.update(sha256(path.read_bytes()).digest())
        return digest.hexdigest()


def _files(inputs: Iterable[Path]) -> Iterator[Path]:
    for path in inputs:
        if path.is_dir():
            below = (file for file in path.rglob("*") if file.is_file())
            yield from sorted(file for file in below if "__pycache__" not in file.parts)
        elif path.exists():
            yield path


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else path.name
