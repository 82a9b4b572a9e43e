"""Milvus: one collection on a server that every process searches, or a file for trying it out."""

import logging
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from retrieval.encoder.progress import Progress, silent
from retrieval.encoder.protocol import Vectors
from retrieval.errors import IndexFilesError, IndexServerError
from retrieval.index.protocol import Ids, VectorBlocks

if TYPE_CHECKING:
    from pymilvus import MilvusClient

logger = logging.getLogger(__name__)

_BATCH = 1000  # rows of one request: 1.5 MB, far below the server's limit of 64 MB
_TIMEOUT_SECONDS = 30.0


class MilvusIndex:
    """A ``VectorIndex`` in the collection ``hotline_passages_<label>``.

    What is added or removed is there for every process at once. The index type is the server's own
    choice (AUTOINDEX).
    """

    def __init__(self, uri: str, dimensions: int, label: str, token: str = "") -> None:
        """Name the place; nothing is opened yet.

        Args:
            uri: ``http(s)://…`` of a server, or the path of a local file (Milvus Lite).
            dimensions: length of each vector.
            label: fingerprint of the encoder; each has a collection of its own.
            token: the server's ``user:password`` or key.
        """
        self._uri = uri
        self._token = token
        self._dimensions = dimensions
        self._name = f"hotline_passages_{label}"
        self._opened: MilvusClient | None = None
        self._loaded = False

    def __len__(self) -> int:
        """Return how many vectors it holds."""
        return len(self.ids)

    @property
    def dimensions(self) -> int:
        """Length of each vector."""
        return self._dimensions

    @property
    def ids(self) -> Ids:
        """Return every id it holds; read from the server in pages."""
        pages = self._client.query_iterator(
            self._name, batch_size=_BATCH, filter="", output_fields=["id"], timeout=_TIMEOUT_SECONDS
        )
        found: list[int] = []
        try:
            while page := pages.next():
                found += [row["id"] for row in page]
        finally:
            pages.close()
        return np.array(found, dtype=np.int64)

    def build(self, blocks: VectorBlocks, progress: Progress = silent) -> None:
        """Hold exactly these vectors; ended in the middle, what is missing is added next time."""
        self._create()
        done = 0
        for ids, vectors in blocks:
            self.add(ids, vectors)
            done += len(ids)
            progress("写入向量", done / len(blocks.ids))
        self.remove(np.setdiff1d(self.ids, blocks.ids))

    def add(self, ids: Ids, vectors: Vectors) -> None:
        """Add or replace float32 rows under ``ids``."""
        for start in range(0, len(ids), _BATCH):
            rows = [
                {"id": int(one), "vector": np.asarray(vector, dtype=np.float32)}
                for one, vector in zip(
                    ids[start : start + _BATCH], vectors[start : start + _BATCH], strict=True
                )
            ]
            self._client.upsert(self._name, rows, timeout=_TIMEOUT_SECONDS)

    def remove(self, ids: Ids) -> None:
        """Take vectors out; unknown ids are passed over."""
        for start in range(0, len(ids), _BATCH):
            batch = [int(one) for one in ids[start : start + _BATCH]]
            self._client.delete(self._name, ids=batch, timeout=_TIMEOUT_SECONDS)

    def search(self, queries: Vectors, top_k: int) -> tuple[Vectors, Ids]:
        """Return (scores, ids), each shape (n_queries, top_k), best first."""
        scores = np.full((len(queries), top_k), -1.0, dtype=np.float32)
        ids = np.full((len(queries), top_k), -1, dtype=np.int64)
        found = self._client.search(
            self._name,
            data=list(np.asarray(queries, dtype=np.float32)),
            limit=top_k,
            output_fields=["id"],
            consistency_level="Strong",
            timeout=_TIMEOUT_SECONDS,
        )
        for row, hits in enumerate(found):
            for column, hit in enumerate(hits):
                scores[row, column], ids[row, column] = hit["distance"], hit["id"]
        return scores, ids

    def vectors(self, ids: Ids) -> Vectors:
        """Return the stored rows of ``ids``, in their order."""
        found: dict[int, Any] = {}
        for start in range(0, len(ids), _BATCH):
            batch = [int(one) for one in ids[start : start + _BATCH]]
            rows = self._client.get(
                self._name, ids=batch, output_fields=["id", "vector"], timeout=_TIMEOUT_SECONDS
            )
            found |= {row["id"]: row["vector"] for row in rows}
        rows_in_order = [found[int(one)] for one in ids]
        return np.array(rows_in_order, dtype=np.float32).reshape(len(ids), self._dimensions)

    def save(self) -> None:
        """Have the server bring what was added to its storage."""
        self._client.flush(self._name, timeout=_TIMEOUT_SECONDS)

    def load(self) -> None:
        """Open the collection for searching.

        Raises:
            IndexFilesError: there is no such collection, or the local file is damaged.
            IndexServerError: the server cannot be reached, or pymilvus is not installed.
        """
        client = self._connected()
        try:
            if not client.has_collection(self._name, timeout=_TIMEOUT_SECONDS):
                raise IndexFilesError("there is no saved index")
            client.load_collection(self._name, timeout=_TIMEOUT_SECONDS)
            self._loaded = True
            client.query(self._name, filter="", output_fields=["count(*)"])
        except _milvus_errors() as error:
            raise self._failure("the collection cannot be opened") from error

    def close(self) -> None:
        """Let go of the connection or the file."""
        if self._opened is not None:
            self._opened.close()
            self._opened, self._loaded = None, False
        if self._is_local:
            # pymilvus leaves the server that reads the file running in this process
            from milvus_lite.server_manager import (  # noqa: PLC0415 -- optional
                server_manager_instance,
            )

            server_manager_instance.release_server(self._uri)

    @property
    def _client(self) -> "MilvusClient":
        client = self._connected()
        if not self._loaded:
            self._create()
        return client

    @property
    def _is_local(self) -> bool:
        return "://" not in self._uri

    def _connected(self) -> "MilvusClient":
        if self._opened is None:
            try:
                from pymilvus import MilvusClient  # noqa: PLC0415 -- optional, and slow to import
            except ImportError as error:
                raise IndexServerError("pymilvus is not installed: install the extra milvus") from (
                    error
                )
            if self._is_local:
                Path(self._uri).parent.mkdir(parents=True, exist_ok=True)
            try:
                self._opened = MilvusClient(self._uri, token=self._token, timeout=_TIMEOUT_SECONDS)
            except _milvus_errors() as error:
                raise self._failure("Milvus cannot be opened") from error
        return self._opened

    def _create(self) -> None:
        """Make the collection where there is none; a damaged local file makes room for it."""
        try:
            self._create_where_missing()
        except _signs_of_damage() as error:
            if not self._is_local:
                raise
            logger.warning("the local Milvus file is thrown away: %s", error)
            self._throw_local_away()
            self._create_where_missing()

    def _create_where_missing(self) -> None:
        client = self._connected()
        if not client.has_collection(self._name, timeout=_TIMEOUT_SECONDS):
            from pymilvus import DataType  # noqa: PLC0415 -- optional, and slow to import

            schema = client.create_schema(auto_id=False, enable_dynamic_field=False)
            schema.add_field("id", DataType.INT64, is_primary=True)
            schema.add_field("vector", DataType.FLOAT_VECTOR, dim=self._dimensions)
            index = client.prepare_index_params()
            index.add_index("vector", index_type="AUTOINDEX", metric_type="IP")
            client.create_collection(
                self._name, schema=schema, index_params=index, timeout=_TIMEOUT_SECONDS
            )
        client.load_collection(self._name, timeout=_TIMEOUT_SECONDS)
        self._loaded = True

    def _throw_local_away(self) -> None:
        self.close()
        path = Path(self._uri)
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)

    def _failure(self, what: str) -> IndexFilesError | IndexServerError:
        """Return the error that fits: a local file is built anew, a server's data never is."""
        return IndexFilesError(what) if self._is_local else IndexServerError(what)


def _signs_of_damage() -> tuple[type[Exception], ...]:
    return (IndexFilesError, *_milvus_errors())


def _milvus_errors() -> tuple[type[Exception], ...]:
    from pymilvus.exceptions import MilvusException  # noqa: PLC0415 -- optional, slow to import

    return (MilvusException, OSError, RuntimeError)
