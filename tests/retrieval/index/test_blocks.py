"""A build that is ended goes on where it was."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from foundation.settings import ROOT
from retrieval.encoder.protocol import Vectors
from retrieval.index import faiss_lists
from retrieval.index.blocks import KeptBlocks
from retrieval.index.faiss_index import FaissIndex
from retrieval.index.protocol import Ids

DIMENSIONS, ROWS, TOTAL = 8, 10, 200
IDS = np.arange(TOTAL, dtype=np.int64)
SLOW_BUILD = """
import sys, time
from pathlib import Path
from tests.retrieval.index.test_blocks import IDS, ROWS, vectors_of
from retrieval.index.blocks import KeptBlocks

def slowly(start, stop):
    time.sleep(0.05)
    return vectors_of(start, stop)

KeptBlocks(Path(sys.argv[1]), IDS, "encoder", slowly, ROWS).prepare("x")
"""


def vectors_of(start: int, stop: int) -> Vectors:
    rows = np.random.default_rng(start).normal(size=(stop - start, DIMENSIONS)).astype(np.float32)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))


class Counting:
    def __init__(self) -> None:
        self.made: list[int] = []

    def __call__(self, start: int, stop: int) -> Vectors:
        self.made.append(start)
        return vectors_of(start, stop)


def blocks(folder: Path, make: Counting, label: str = "encoder") -> KeptBlocks:
    kept = KeptBlocks(folder, IDS, label, make, ROWS)
    kept.prepare("x")
    return kept


def test_killed_build_goes_on_with_the_blocks_that_are_there(tmp_path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", SLOW_BUILD, str(tmp_path)], cwd=ROOT)
    deadline = time.monotonic() + 60
    while len(list(tmp_path.glob("rows-*.npz"))) < 3:
        assert time.monotonic() < deadline
        assert process.poll() is None
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    make = Counting()

    read = np.concatenate([vectors for _, vectors in blocks(tmp_path, make)])

    assert 0 < len(make.made) <= TOTAL // ROWS - 3
    expected = [vectors_of(start, start + ROWS) for start in range(0, TOTAL, ROWS)]
    np.testing.assert_array_equal(read, np.concatenate(expected))


def test_blocks_of_another_encoder_are_thrown_away(tmp_path: Path) -> None:
    blocks(tmp_path, Counting())
    make = Counting()

    blocks(tmp_path, make, label="another")

    assert len(make.made) == TOTAL // ROWS


def test_damaged_block_is_made_again(tmp_path: Path) -> None:
    make = Counting()
    kept = blocks(tmp_path, make)
    second = tmp_path / f"rows-{ROWS:09d}.npz"
    data = bytearray(second.read_bytes())
    data[len(data) // 2] ^= 0xFF
    second.write_bytes(data)
    make.made.clear()

    read = [vectors for _, vectors in kept]

    assert make.made == [ROWS]
    np.testing.assert_array_equal(read[1], vectors_of(ROWS, 2 * ROWS))


class Ended(KeptBlocks):
    """Blocks whose reader is ended at one of them, the second time they are read."""

    at: int | None = 7
    times = 0

    def __iter__(self) -> Iterator[tuple[Ids, Vectors]]:
        self.times += 1
        for number, block in enumerate(super().__iter__()):
            if self.times == 2 and number == self.at:
                raise KeyboardInterrupt
            yield block


def test_lists_go_on_at_their_last_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(faiss_lists, "_CHECKPOINT_ROWS", 3 * ROWS)
    ended = Ended(tmp_path / "build", IDS, "encoder", vectors_of, ROWS)
    ended.prepare("x")
    index = FaissIndex(tmp_path, DIMENSIONS, "encoder", flat_limit=10)
    with pytest.raises(KeyboardInterrupt):
        index.build(ended)
    steps: list[str] = []

    index.build(blocks(tmp_path / "build", Counting()), lambda step, _: steps.append(step))

    assert set(steps) == {"写入向量"}  # the space is not divided again
    whole = FaissIndex(tmp_path / "whole", DIMENSIONS, "encoder", flat_limit=10)
    whole.build(blocks(tmp_path / "other", Counting()))
    asked = vectors_of(TOTAL, TOTAL + 5)
    assert sorted(index.ids.tolist()) == IDS.tolist()
    assert index.search(asked, 5)[1].tolist() == whole.search(asked, 5)[1].tolist()
