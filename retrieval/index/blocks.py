"""Vectors in blocks: from memory, or encoded once and kept on disk until the index stands."""

import hashlib
import json
import logging
import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from retrieval.encoder.progress import Progress, silent
from retrieval.encoder.protocol import Vectors
from retrieval.index.durable import write_durably
from retrieval.index.protocol import Ids

logger = logging.getLogger(__name__)

# About five seconds of encoding on two cores: that much is lost when a build is ended.
BLOCK_ROWS = 512
_PLAN = "plan.json"


class MemoryBlocks:
    """Rows that are in memory already."""

    def __init__(self, ids: Ids, vectors: Vectors) -> None:
        self._ids = ids
        self._vectors = vectors

    @property
    def ids(self) -> Ids:
        """Return the ids of all rows."""
        return self._ids

    @property
    def folder(self) -> None:
        """Return None: a build from memory keeps no checkpoints."""
        return None

    def __iter__(self) -> Iterator[tuple[Ids, Vectors]]:
        """Yield everything as one block."""
        if len(self._ids):
            yield self._ids, self._vectors


class KeptBlocks:
    """Rows made block by block by ``make``, each block kept in ``folder``.

    A build that was ended goes on with the blocks that are there. Blocks of other ids, of another
    ``label`` or of another size are thrown away first.
    """

    def __init__(
        self,
        folder: Path,
        ids: Ids,
        label: str,
        make: Callable[[int, int], Vectors],
        rows: int = BLOCK_ROWS,
    ) -> None:
        """Take what describes the blocks.

        Args:
            folder: belongs to this build alone.
            ids: of all rows, distinct.
            label: fingerprint of the encoder.
            make: returns float32, shape (stop - start, dimensions), for rows start to stop.
            rows: of one block.
        """
        self._folder = folder
        self._ids = ids
        self._make = make
        self._rows = rows
        digest = hashlib.sha256(np.ascontiguousarray(ids).tobytes()).hexdigest()
        self._plan = json.dumps({"label": label, "rows": rows, "ids": digest})

    @property
    def ids(self) -> Ids:
        """Return the ids of all rows."""
        return self._ids

    @property
    def folder(self) -> Path:
        """Return where the blocks are kept."""
        return self._folder

    def __iter__(self) -> Iterator[tuple[Ids, Vectors]]:
        """Yield the blocks in order; one that is missing or damaged is made again."""
        for start in range(0, len(self._ids), self._rows):
            yield self._ids[start : start + self._rows], self._block(start)

    def prepare(self, step: str, progress: Progress = silent) -> None:
        """Make every block that is not there; ``step`` names the work in the progress bar."""
        plan = self.folder / _PLAN
        if not plan.exists() or plan.read_text(encoding="utf-8") != self._plan:
            shutil.rmtree(self.folder, ignore_errors=True)
            write_durably(plan, lambda path: path.write_text(self._plan, encoding="utf-8"))
        for start in range(0, len(self._ids), self._rows):
            progress(step, start / len(self._ids))
            if not self._path(start).exists():
                self._write(start)
        progress(step, 1.0)

    def clear(self) -> None:
        """Throw the blocks away; the index stands."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _path(self, start: int) -> Path:
        return self.folder / f"rows-{start:09d}.npz"

    def _block(self, start: int) -> Vectors:
        try:
            with np.load(self._path(start)) as stored:  # a zip file: checked by its CRC
                vectors: Vectors = stored["vectors"]
                return vectors
        except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile) as error:
            logger.warning("block %d of the vectors is made again: %s", start, error)
            return self._write(start)

    def _write(self, start: int) -> Vectors:
        vectors = self._make(start, min(start + self._rows, len(self._ids)))
        write_durably(self._path(start), lambda path: _save(path, vectors))
        return vectors


def _save(path: Path, vectors: Vectors) -> None:
    with path.open("wb") as file:  # given a name, numpy would add a suffix to it
        np.savez(file, vectors=vectors)
