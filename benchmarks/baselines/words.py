"""Full text: BM25 over jieba words with bm25s, and with two full-text engines."""

import tempfile
from pathlib import Path
from typing import Any

import bm25s
import jieba

from benchmarks.baselines.protocol import Engine, Text, best_codes

_DEPTH = 50  # texts, of which several may belong to one matter


def words(text: str) -> list[str]:
    """Return jieba's words in search mode order, without punctuation."""
    return [word for word in jieba.cut(text.lower()) if word.strip() and word.isalnum()]


class Bm25(Engine):
    """bm25s as it comes, k1 1.5 and b 0.75."""

    def build(self, texts: list[Text]) -> None:
        """Index the texts."""
        self._codes = [one.code for one in texts]
        self._index = bm25s.BM25(k1=1.5, b=0.75)
        self._index.index([words(one.text) for one in texts], show_progress=False)

    def search(self, question: str) -> list[str]:
        """Return codes, best first."""
        asked = words(question)
        found, _ = self._index.retrieve([asked], k=_DEPTH, show_progress=False)
        return best_codes([self._codes[row] for row in found[0]])


class Whoosh(Engine):
    """Whoosh-reloaded: BM25F over jieba words, any of which may match."""

    def build(self, texts: list[Text]) -> None:
        """Index the texts."""
        from whoosh import fields  # noqa: PLC0415 -- of the benchmarks' extra
        from whoosh.analysis import SpaceSeparatedTokenizer  # noqa: PLC0415 -- same
        from whoosh.filedb.filestore import RamStorage  # noqa: PLC0415 -- same

        schema = fields.Schema(
            code=fields.STORED, body=fields.TEXT(analyzer=SpaceSeparatedTokenizer())
        )
        index = RamStorage().create_index(schema)
        writer = index.writer()
        for one in texts:
            writer.add_document(code=one.code, body=" ".join(words(one.text)))
        writer.commit()
        self._searcher = index.searcher()

    def search(self, question: str) -> list[str]:
        """Return codes, best first."""
        from whoosh.query import Or, Term  # noqa: PLC0415 -- of the benchmarks' extra

        query = Or([Term("body", word) for word in words(question)])
        hits = self._searcher.search(query, limit=_DEPTH)
        return best_codes([hit["code"] for hit in hits])


class Tantivy(Engine):
    """tantivy: BM25 over jieba words, the index on disk as it is meant to be."""

    def build(self, texts: list[Text]) -> None:
        """Index the texts."""
        import tantivy  # noqa: PLC0415 -- of the benchmarks' extra

        self._folder = tempfile.TemporaryDirectory()
        schema = tantivy.SchemaBuilder()
        schema.add_text_field("code", stored=True, tokenizer_name="raw")
        schema.add_text_field("body", tokenizer_name="whitespace")
        self._schema = schema.build()
        self._index = tantivy.Index(self._schema, path=str(Path(self._folder.name)))
        writer = self._index.writer(heap_size=50_000_000, num_threads=1)
        for one in texts:
            writer.add_document(tantivy.Document(code=one.code, body=" ".join(words(one.text))))
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()
        self._searcher = self._index.searcher()

    def search(self, question: str) -> list[str]:
        """Return codes, best first."""
        import tantivy  # noqa: PLC0415 -- of the benchmarks' extra

        query: Any = tantivy.Query
        terms = [
            (tantivy.Occur.Should, query.term_query(self._schema, "body", word))
            for word in words(question)
        ]
        hits = self._searcher.search(query.boolean_query(terms), limit=_DEPTH).hits
        return best_codes([self._searcher.doc(address)["code"][0] for _, address in hits])
