"""FAISS: exact in memory for one city's guides, inverted lists mapped from disk above that."""

import hashlib
import json
from pathlib import Path
from typing import Any, NamedTuple

import faiss
import numpy as np

from retrieval.encoder.progress import Progress, silent
from retrieval.encoder.protocol import Vectors
from retrieval.encoder.wheel import sha256_of
from retrieval.errors import IndexFilesError
from retrieval.index.blocks import MemoryBlocks
from retrieval.index.durable import write_durably
from retrieval.index.faiss_lists import FaissLists, build_lists, ids_of_lists, probe_count
from retrieval.index.protocol import Ids, VectorBlocks
from retrieval.products import BestProducts

# An exact search reads every vector: 3 ms at this number, 30 ms at five times as many.
FLAT_LIMIT = 20_000
MANIFEST = "manifest.json"


class _Everything(NamedTuple):
    """The vectors of an exact index as they are searched."""

    ids: Ids
    products: BestProducts


class FaissIndex:
    """A ``VectorIndex`` in a folder: ``manifest.json`` and the file of vectors that it names."""

    def __init__(
        self, folder: Path, dimensions: int, label: str, flat_limit: int = FLAT_LIMIT
    ) -> None:
        """Start empty.

        Args:
            folder: where it is kept.
            dimensions: length of each vector.
            label: fingerprint of the encoder; an index kept under another one is refused.
            flat_limit: a build of more vectors than this takes inverted lists.
        """
        self._folder = folder
        self._dimensions = dimensions
        self._label = label
        self._flat_limit = flat_limit
        self._index: faiss.Index = _flat(dimensions)
        self._mapped: Path | None = None  # the file that memory is mapped from: not to be changed
        self._everything: _Everything | None = None  # of an exact index, once it is searched

    def __len__(self) -> int:
        """Return how many vectors it holds."""
        return int(self._index.ntotal)

    @property
    def dimensions(self) -> int:
        """Length of each vector."""
        return self._dimensions

    @property
    def is_exact(self) -> bool:
        """Whether every vector is compared; else those of the nearest lists."""
        return isinstance(self._index, faiss.IndexIDMap2)

    @property
    def ids(self) -> Ids:
        """Return every id it holds."""
        return _ids_of(self._index)

    def build(self, blocks: VectorBlocks, progress: Progress = silent) -> None:
        """Hold exactly these vectors; see ``build_lists`` for how a large build goes on."""
        if len(blocks.ids) > self._flat_limit:
            built = build_lists(blocks, self._dimensions, progress)
        else:
            built = _flat(self._dimensions)
            for ids, vectors in blocks:
                built.add_with_ids(np.ascontiguousarray(vectors), np.ascontiguousarray(ids))
        self._index, self._mapped, self._everything = built, None, None

    def add(self, ids: Ids, vectors: Vectors) -> None:
        """Add or replace float32 rows under ``ids``."""
        if len(ids):
            self.remove(ids)
            self._index.add_with_ids(np.ascontiguousarray(vectors), np.ascontiguousarray(ids))
            self._everything = None
        if self.is_exact and len(self) > 2 * self._flat_limit:
            held = self.ids
            self.build(MemoryBlocks(held, self.vectors(held)))

    def remove(self, ids: Ids) -> None:
        """Take vectors out; unknown ids are passed over."""
        if self._mapped is not None:
            self._index, self._mapped = faiss.read_index(str(self._mapped)), None
        kind = faiss.IDSelectorBatch if self.is_exact else faiss.IDSelectorArray
        self._index.remove_ids(kind(np.ascontiguousarray(ids)))
        self._everything = None

    def search(self, queries: Vectors, top_k: int) -> tuple[Vectors, Ids]:
        """Return (scores, ids), each shape (n_queries, top_k), best first."""
        if self.is_exact and len(self):
            return self._search_all(queries, top_k)
        # The setting belongs to the calling thread. A second one costs a question more than it
        # saves, and another question needs the core.
        faiss.omp_set_num_threads(1)
        scores, ids = self._index.search(np.ascontiguousarray(queries), top_k)
        scores[ids < 0] = -1.0
        return scores, ids

    def _search_all(self, queries: Vectors, top_k: int) -> tuple[Vectors, Ids]:
        """Compare every vector; see ``BestProducts`` for how, and why not by FAISS."""
        everything = self._everything or self._laid_out()
        kept = min(top_k, len(everything.ids))
        scores = np.full((len(queries), top_k), -1.0, dtype=np.float32)
        ids = np.full((len(queries), top_k), -1, dtype=np.int64)
        found, places = everything.products.best(np.ascontiguousarray(queries), kept)
        scores[:, :kept], ids[:, :kept] = found, everything.ids[places]
        return scores, ids

    def _laid_out(self) -> "_Everything":
        vectors: Any = self._index  # the stubs know what all indexes share only
        found = _Everything(self.ids, BestProducts(vectors.index.reconstruct_n(0, len(self))))
        self._everything = found
        return found

    def vectors(self, ids: Ids) -> Vectors:
        """Return the stored rows of ``ids``, in their order; inverted lists hold 16-bit floats."""
        try:
            rows = [self._index.reconstruct(int(one)) for one in ids]
        except RuntimeError as error:
            raise KeyError("an id is not held") from error
        return np.array(rows, dtype=np.float32).reshape(len(rows), self._dimensions)

    def save(self) -> None:
        """Write the vectors under a name of their own, then the manifest that names them."""
        before = self._named_file()
        fresh = self._folder / "vectors.new"
        write_durably(fresh, lambda path: faiss.write_index(self._index, str(path)))
        digest = sha256_of(fresh)
        kept = fresh.replace(self._folder / f"vectors-{digest[:16]}.faiss")
        manifest = {
            "encoder": self._label,
            "exact": self.is_exact,
            "passages": _hash_of(self.ids),
            "files": {kept.name: digest},
        }
        text = json.dumps(manifest, indent=2) + "\n"
        write_durably(self._folder / MANIFEST, lambda path: path.write_text(text, "utf-8"))
        if before is not None and before != kept:
            before.unlink(missing_ok=True)

    def load(self) -> None:
        """Read what ``save`` wrote; inverted lists are mapped and shared between processes.

        Raises:
            IndexFilesError: nothing is kept, it is damaged, or it is of another encoder.
        """
        path, passages, exact = self._checked_file()
        try:
            stored: FaissLists = faiss.read_index(str(path), 0 if exact else faiss.IO_FLAG_MMAP)
        except RuntimeError as error:
            raise IndexFilesError(f"{path.name} cannot be read") from error
        if stored.d != self._dimensions:
            raise IndexFilesError(f"it holds vectors of length {stored.d}")
        if _hash_of(_ids_of(stored)) != passages:
            raise IndexFilesError("it holds other passages than its manifest says")
        if not exact:
            stored.nprobe = probe_count(stored.ntotal)  # tuned since it was built, perhaps
        self._index, self._mapped, self._everything = stored, None if exact else path, None

    def _named_file(self) -> Path | None:
        """Return the file that the manifest names at present, if there is a manifest."""
        try:
            return self._checked_file()[0]
        except IndexFilesError:
            return None

    def _checked_file(self) -> tuple[Path, str, bool]:
        """Return the file of vectors, the hash of its ids, and whether it is exact."""
        try:
            manifest = json.loads((self._folder / MANIFEST).read_text(encoding="utf-8"))
            ((name, digest),) = manifest["files"].items()
            path, passages = self._folder / Path(name).name, str(manifest["passages"])
            exact = bool(manifest["exact"])
            if sha256_of(path) != digest:
                raise IndexFilesError(f"{name} does not match its checksum")
        except FileNotFoundError as error:
            raise IndexFilesError("there is no saved index") from error
        except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
            raise IndexFilesError(f"the saved index is damaged ({error})") from error
        if manifest.get("encoder") != self._label:
            raise IndexFilesError("it was made with another encoder")
        return path, passages, exact


def _flat(dimensions: int) -> faiss.Index:
    return faiss.IndexIDMap2(faiss.IndexFlatIP(dimensions))


def _ids_of(index: faiss.Index) -> Ids:
    if isinstance(index, faiss.IndexIDMap2):
        held: Ids = faiss.vector_to_array(index.id_map)
        return held
    return ids_of_lists(index)


def _hash_of(ids: Ids) -> str:
    """Return one hash of a set of ids: of the passages' codes and texts, see ``passage_ids``."""
    return hashlib.sha256(np.sort(ids).tobytes()).hexdigest()
