"""Reader of the ``E5S1`` weights file: a BERT encoder in 4 bits with its tokenizer.

Little-endian throughout. Header, then the pieces of a SentencePiece unigram, then a map of
code points for normalisation, then the table of tensors with offsets from the file's start.
A 4-bit tensor is a run of blocks: an f16 scale and 16 bytes, whose low nibbles are weights 0-15
and whose high nibbles are weights 16-31; value = (nibble - 8) * scale.
"""

import struct
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from retrieval.errors import EncoderError

_MAGIC = b"E5S1"
_VERSION = 1
_BLOCK = 32
_FLOAT, _FOUR_BITS = 0, 1


@dataclass(frozen=True, slots=True)
class Shape:
    """The sizes of the network."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    max_positions: int
    token_types: int
    layer_norm_eps: float


@dataclass(frozen=True, slots=True)
class Unigram:
    """The tokenizer: pieces with log probabilities, special ids, and how characters are mapped."""

    pieces: list[str]
    scores: list[float]
    bos: int
    eos: int
    pad: int
    unknown: int
    normalisation: dict[str, str]


@dataclass(frozen=True, slots=True)
class Weights:
    """Everything the file holds; tensors are flat float32."""

    shape: Shape
    unigram: Unigram
    tensors: dict[str, NDArray[np.float32]]


class _Cursor:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.position = 0

    def take(self, form: str) -> tuple[int, ...]:
        values = struct.unpack_from("<" + form, self.data, self.position)
        self.position += struct.calcsize("<" + form)
        return values

    def array(self, kind: str, count: int) -> NDArray[np.generic]:
        values = np.frombuffer(self.data, kind, count, self.position)
        self.position += values.nbytes
        return values

    def bytes(self, count: int) -> bytes:
        start = self.position
        self.position += count
        return self.data[start : self.position]


def read_weights(data: bytes) -> Weights:
    """Read the whole file.

    Raises:
        EncoderError: the bytes do not have this layout.
    """
    if data[:4] != _MAGIC:
        raise EncoderError("the weights file does not begin with E5S1")
    cursor = _Cursor(data)
    cursor.bytes(len(_MAGIC))
    try:
        shape = _read_shape(cursor)
        unigram = _read_unigram(cursor)
        return Weights(shape, unigram, _read_tensors(cursor))
    except (struct.error, ValueError) as error:
        raise EncoderError(f"the weights file is cut off or damaged: {error}") from error


def _read_shape(cursor: _Cursor) -> Shape:
    (version,) = cursor.take("I")
    sizes = cursor.take("7i")
    (eps,) = cursor.take("f")
    (block,) = cursor.take("i")
    if (version, block) != (_VERSION, _BLOCK):
        raise EncoderError(f"E5S1 version {version} with block {block} is not known")
    hidden, layers, heads, feed_forward, vocabulary, positions, types = sizes
    return Shape(hidden, layers, heads, feed_forward, vocabulary, positions, types, float(eps))


def _read_unigram(cursor: _Cursor) -> Unigram:
    (count,) = cursor.take("i")
    bos, eos, pad, unknown = cursor.take("4i")
    (length,) = cursor.take("Q")
    offsets = [int(offset) for offset in cursor.array("<u4", count + 1)]
    scores = [float(score) for score in cursor.array("<f4", count)]
    blob = cursor.bytes(length)
    pieces = [blob[a:b].decode() for a, b in pairwise(offsets)]
    return Unigram(pieces, scores, bos, eos, pad, unknown, _read_normalisation(cursor))


def _read_normalisation(cursor: _Cursor) -> dict[str, str]:
    count, length = cursor.take("iI")
    end = cursor.position + length
    mapping: dict[str, str] = {}
    for _ in range(count):
        code, size = cursor.take("IB")
        mapping[chr(code)] = "".join(map(chr, cursor.take(f"{size}I")))
    cursor.position = end
    return mapping


def _read_tensors(cursor: _Cursor) -> dict[str, NDArray[np.float32]]:
    tensors: dict[str, NDArray[np.float32]] = {}
    (count,) = cursor.take("i")
    for _ in range(count):
        (name_length,) = cursor.take("H")
        name = cursor.bytes(name_length).decode()
        kind, size, offset, length = cursor.take("BIQQ")
        tensors[name] = _tensor(cursor.data[offset : offset + length], kind, size)
    return tensors


def _tensor(raw: bytes, kind: int, size: int) -> NDArray[np.float32]:
    if kind == _FLOAT:
        return np.frombuffer(raw, "<f4", size).copy()
    if kind != _FOUR_BITS:
        raise EncoderError(f"tensor type {kind} is not known")
    blocks = np.frombuffer(raw, np.dtype([("scale", "<f2"), ("nibbles", "u1", (_BLOCK // 2,))]))
    nibbles = blocks["nibbles"]
    values = np.concatenate([nibbles & 0x0F, nibbles >> 4], axis=1).astype(np.float32) - 8.0
    values *= blocks["scale"].astype(np.float32)[:, None]
    return values.reshape(-1)[:size]
