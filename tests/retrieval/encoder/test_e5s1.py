import struct

import numpy as np
import pytest

from retrieval.encoder.e5s1 import read_weights
from retrieval.errors import EncoderError

PIECES = ["<s>", "<pad>", "</s>", "<unk>", "▁"]


def small_file() -> bytes:
    """A file of the layout with two tensors: one f32, one of a single 4-bit block."""
    blob = [piece.encode() for piece in PIECES]
    offsets = np.cumsum([0, *map(len, blob)])
    head = b"E5S1" + struct.pack("<I7ifi", 1, 32, 1, 2, 64, 5, 16, 2, 1e-12, 32)
    head += struct.pack("<5i", len(PIECES), 0, 2, 1, 3)
    head += struct.pack("<Q", int(offsets[-1])) + struct.pack("<6I", *offsets)
    head += struct.pack("<5f", *range(5)) + b"".join(blob)
    entries = struct.pack("<IBI", 0xFF21, 1, ord("A")) + struct.pack("<IB", 1, 0)
    head += struct.pack("<iI", 2, len(entries)) + entries
    floats = np.array([1.5, -2.0], dtype="<f4").tobytes()
    nibbles = bytes(
        (high << 4) | low for low, high in zip(range(16), range(15, -1, -1), strict=True)
    )
    block = np.array([0.5], dtype="<f2").tobytes() + nibbles
    names = [(b"a", 0, 2, floats), (b"b", 1, 32, block)]
    at = len(head) + 4 + sum(2 + len(name) + 21 for name, *_ in names)
    table = struct.pack("<i", len(names))
    for name, kind, count, raw in names:
        table += (
            struct.pack("<H", len(name)) + name + struct.pack("<BIQQ", kind, count, at, len(raw))
        )
        at += len(raw)
    return head + table + floats + block


def test_read_weights_reads_header_tokenizer_and_tensors() -> None:
    weights = read_weights(small_file())

    assert (weights.shape.hidden, weights.shape.vocabulary) == (32, 5)
    assert weights.unigram.pieces == PIECES
    assert weights.unigram.normalisation == {"Ａ": "A", "\x01": ""}
    assert weights.tensors["a"].tolist() == [1.5, -2.0]


def test_read_weights_unpacks_low_nibbles_before_high_ones() -> None:
    values = read_weights(small_file()).tensors["b"]

    low = [(nibble - 8) * 0.5 for nibble in range(16)]
    assert values.tolist() == low + low[::-1]


def test_read_weights_refuses_other_files_and_cut_ones() -> None:
    with pytest.raises(EncoderError, match="E5S1"):
        read_weights(b"GGUF" + b"\0" * 100)
    with pytest.raises(EncoderError, match="cut off"):
        read_weights(small_file()[:90])
