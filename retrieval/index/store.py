"""The saved index of the library's passages: checked at load, completed or rebuilt as needed.

``<data_dir>/index/`` holds ``vectors.faiss``, ``passages.json`` (the texts, in order of their
ids) and ``manifest.json`` (written last: encoder fingerprint and sha256 of the other two).
"""

import json
import logging
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from foundation.settings import Settings
from retrieval.encoder.progress import Progress, silent
from retrieval.encoder.protocol import Encoder, Vectors
from retrieval.encoder.wheel import sha256_of
from retrieval.errors import IndexFilesError
from retrieval.index.faiss_index import FaissIndex
from retrieval.index.passages import Passage
from retrieval.index.protocol import VectorIndex

logger = logging.getLogger(__name__)

_VECTORS, _PASSAGES, _MANIFEST = "vectors.faiss", "passages.json", "manifest.json"
_BATCH = 64  # between two reports of progress


def index_folder(settings: Settings) -> Path:
    """Return where the index is kept."""
    return settings.data_dir / "index"


def open_index(
    folder: Path, passages: Sequence[Passage], encoder: Encoder, progress: Progress = silent
) -> FaissIndex:
    """Return the index of ``passages``; id i is passages[i].

    What is saved is used as it is when it fits, completed when only some texts are new, and
    built anew when it is missing, damaged or made with another encoder.
    """
    texts = [passage.text for passage in passages]
    saved: tuple[FaissIndex, list[str]] | None = None
    try:
        saved = load_index(folder, encoder.fingerprint)
        if saved[1] == texts:
            return saved[0]
    except IndexFilesError as error:
        logger.warning("vector index is built anew: %s", error)
    index = build_index(texts, encoder, saved, progress)
    save_index(folder, index, texts, encoder.fingerprint)
    return index


def build_index(
    texts: Sequence[str],
    encoder: Encoder,
    held: tuple[VectorIndex, Sequence[str]] | None = None,
    progress: Progress = silent,
) -> FaissIndex:
    """Return the index of ``texts``; id i is texts[i].

    Args:
        texts: of the passages, in order.
        encoder: encodes what ``held`` does not hold, and nothing else.
        held: an index of the same encoder with its texts: their vectors are taken over.
        progress: told how far the encoding is.
    """
    index = FaissIndex(encoder.dimensions)
    index.add(np.arange(len(texts), dtype=np.int64), _vectors(texts, encoder, held, progress))
    return index


def _vectors(
    texts: Sequence[str],
    encoder: Encoder,
    held: tuple[VectorIndex, Sequence[str]] | None,
    progress: Progress,
) -> Vectors:
    vectors = np.zeros((len(texts), encoder.dimensions), dtype=np.float32)
    known = {} if held is None else {text: row for row, text in enumerate(held[1])}
    old = [row for row, text in enumerate(texts) if text in known]
    if held is not None and old:
        vectors[old] = held[0].vectors(np.array([known[texts[row]] for row in old], dtype=np.int64))
    new = [row for row, text in enumerate(texts) if text not in known]
    for start in range(0, len(new), _BATCH):
        progress("建立语义索引", start / len(new))
        rows = new[start : start + _BATCH]
        vectors[rows] = encoder.encode_passages([texts[row] for row in rows])
    progress("语义索引就绪", 1.0)
    return vectors


def save_index(folder: Path, index: FaissIndex, texts: list[str], fingerprint: str) -> None:
    """Write the three files; a crash in between leaves a folder that ``load_index`` refuses."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _MANIFEST).unlink(missing_ok=True)
    index.save(folder / _VECTORS)
    _write(folder / _PASSAGES, texts)
    hashes = {name: sha256_of(folder / name) for name in (_VECTORS, _PASSAGES)}
    _write(folder / _MANIFEST, {"encoder": fingerprint, "files": hashes})


def _write(path: Path, value: object) -> None:
    scratch = path.with_name(f".{path.name}.{os.getpid()}")
    scratch.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    scratch.replace(path)


def load_index(folder: Path, fingerprint: str) -> tuple[FaissIndex, list[str]]:
    """Return the saved index and its texts.

    Raises:
        IndexFilesError: missing, damaged, or made with another encoder.
    """
    try:
        manifest = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
        damaged = [n for n, digest in manifest["files"].items() if sha256_of(folder / n) != digest]
        texts = json.loads((folder / _PASSAGES).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise IndexFilesError("there is no saved index") from error
    except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
        raise IndexFilesError(f"the saved index is damaged ({error})") from error
    if damaged:
        raise IndexFilesError(f"{', '.join(damaged)} does not match its checksum")
    if manifest.get("encoder") != fingerprint:
        raise IndexFilesError("it was made with another encoder")
    index = FaissIndex.load(folder / _VECTORS)
    if len(index) != len(texts):
        raise IndexFilesError("vectors and passages differ in number")
    return index, texts
