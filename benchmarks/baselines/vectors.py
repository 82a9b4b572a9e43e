"""The same encoder used plainly: sentence-transformers with FAISS, and Haystack's hybrid."""

from typing import Any

import numpy as np

from benchmarks.baselines.protocol import Engine, Text, best_codes
from benchmarks.baselines.words import words

_DEPTH = 50
_BATCH = 64


class SentenceTransformersFaiss(Engine):
    """One vector a text by PyTorch in float32, ``IndexFlatIP``; what most tutorials build."""

    def __init__(self, encoder: str) -> None:
        self._folder = encoder

    def build(self, texts: list[Text]) -> None:
        """Index the texts."""
        import faiss  # noqa: PLC0415 -- it and torch must not meet in the other engines
        import torch  # noqa: PLC0415 -- slow import
        from sentence_transformers import SentenceTransformer  # noqa: PLC0415 -- slow import

        torch.set_num_threads(2)
        self._codes = [one.code for one in texts]
        self._model = SentenceTransformer(self._folder, device="cpu")
        rows = self._encode([one.text for one in texts], "passage")
        self._index = faiss.IndexFlatIP(rows.shape[1])
        self._index.add(rows)

    def search(self, question: str) -> list[str]:
        """Return codes, best first."""
        _, found = self._index.search(self._encode([question], "query"), _DEPTH)
        return best_codes([self._codes[row] for row in found[0]])

    def _encode(self, texts: list[str], prompt: str) -> Any:
        vectors = self._model.encode(
            texts,
            prompt_name=prompt,
            batch_size=_BATCH,
            normalize_embeddings=True,
            show_progress_bar=False,
        )
        return np.ascontiguousarray(vectors, dtype=np.float32)


class HaystackHybrid(Engine):
    """Haystack's in-memory store: BM25 and vectors joined by reciprocal rank, as its guide shows.

    Its BM25 cuts at spaces, so that jieba's words are written with spaces between them.
    """

    def __init__(self, encoder: str) -> None:
        self._folder = encoder

    def build(self, texts: list[Text]) -> None:
        """Index the texts."""
        from haystack import Document, Pipeline  # noqa: PLC0415 -- of the benchmarks' extra
        from haystack.components.joiners import DocumentJoiner  # noqa: PLC0415 -- same
        from haystack.components.retrievers.in_memory import (  # noqa: PLC0415 -- same
            InMemoryBM25Retriever,
            InMemoryEmbeddingRetriever,
        )
        from haystack.document_stores.in_memory import InMemoryDocumentStore  # noqa: PLC0415 -- same
        from sentence_transformers import SentenceTransformer  # noqa: PLC0415 -- slow import

        self._model = SentenceTransformer(self._folder, device="cpu")
        store = InMemoryDocumentStore(
            bm25_tokenization_regex=r"\S+", embedding_similarity_function="dot_product"
        )
        rows = self._model.encode(
            [one.text for one in texts],
            prompt_name="passage",
            batch_size=_BATCH,
            normalize_embeddings=True,
            show_progress_bar=False,
        )
        store.write_documents(
            [
                Document(
                    id=str(number),
                    content=" ".join(words(one.text)),
                    meta={"code": one.code},
                    embedding=[float(value) for value in row],
                )
                for number, (one, row) in enumerate(zip(texts, rows, strict=True))
            ]
        )
        self._pipeline = Pipeline()
        self._pipeline.add_component("words", InMemoryBM25Retriever(store, top_k=_DEPTH))
        self._pipeline.add_component("vectors", InMemoryEmbeddingRetriever(store, top_k=_DEPTH))
        self._pipeline.add_component("join", DocumentJoiner(join_mode="reciprocal_rank_fusion"))
        self._pipeline.connect("words", "join")
        self._pipeline.connect("vectors", "join")

    def search(self, question: str) -> list[str]:
        """Return codes, best first."""
        vector = self._model.encode(
            [question], prompt_name="query", normalize_embeddings=True, show_progress_bar=False
        )[0]
        inputs = {
            "words": {"query": " ".join(words(question)) or question},
            "vectors": {"query_embedding": [float(value) for value in vector]},
        }
        result: Any = self._pipeline.run(inputs)
        return best_codes([one.meta["code"] for one in result["join"]["documents"]])
