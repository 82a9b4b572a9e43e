"""One question against both indexes: the evidence that ranking and decision work on."""

import logging
import threading
from collections.abc import Sequence

import numpy as np

from foundation.settings import Settings
from knowledge_base.library import Library
from knowledge_base.schema import FacetName
from retrieval.encoder.preparation import load_encoder
from retrieval.encoder.progress import Progress, silent
from retrieval.encoder.protocol import Encoder
from retrieval.fusion import DENSE_TOP_K, DenseScores, DenseScoring, Evidence
from retrieval.index.kinds import Kinds
from retrieval.index.passages import build_entries, build_passages
from retrieval.index.protocol import VectorIndex
from retrieval.index.store import build_index, index_folder, open_index
from retrieval.lexical import LexicalIndex, library_terms
from retrieval.schemas import Understanding
from retrieval.tokens import Tokenizer
from retrieval.whitening import WhitenedNames
from retrieval.wording import load_wording

logger = logging.getLogger(__name__)

Dense = tuple[Encoder, VectorIndex]

_PROCEDURAL = frozenset(
    {FacetName.PROCESS, FacetName.MATERIALS, FacetName.LOCATION, FacetName.ONLINE}
)


class SearchEngine:
    """Both channels over one library; the dense one joins when it has been loaded."""

    def __init__(self, library: Library, settings: Settings) -> None:
        self._settings = settings
        self.wording = load_wording()
        self.entries = build_entries(library)
        self.kinds = Kinds.of(self.entries)
        self.passages = build_passages(library, self.entries)
        self.position = {entry.code: row for row, entry in enumerate(self.entries)}
        self._scoring = DenseScoring(self.entries, self.passages)
        self._lexical: LexicalIndex | None = None
        self._tokenizer: Tokenizer | None = None
        self._dense: Dense | None = None
        self._names: WhitenedNames | None = None
        self._loading = threading.Lock()

    @property
    def encoder(self) -> Encoder | None:
        """The encoder, once loaded."""
        return self._dense[0] if self._dense else None

    def warm_up_lexical(self, known: Tokenizer | None = None) -> LexicalIndex:
        """Build the lexical index; once. ``known`` saves loading a dictionary where it fits."""
        with self._loading:
            if self._lexical is None:
                self._tokenizer = self._tokenizer_for(known)
                self._lexical = LexicalIndex(
                    self.entries, self.passages, self._tokenizer, self.wording
                )
                if known is None:
                    self._tokenizer.remember()
            return self._lexical

    def _tokenizer_for(self, known: Tokenizer | None) -> Tokenizer:
        terms = library_terms(self.passages, self.wording)
        if known is not None and known.has_terms(terms):
            return known
        tokenizer = Tokenizer(self.wording, terms, self._settings.data_dir / "cache")
        tokenizer.warm_up()
        return tokenizer

    def load_dense(self, progress: Progress = silent) -> Dense:
        """Load encoder and vector index without putting them to use; see ``use_dense``.

        Raises:
            EncoderError: the encoder has not been prepared, or is damaged.
        """
        encoder = load_encoder(self._settings)
        return encoder, open_index(index_folder(self._settings), self.passages, encoder, progress)

    def renewed(self, library: Library) -> "SearchEngine":
        """Return an engine over another library, whole in every channel that this one has.

        This one stays as it is. Only texts that it does not hold are encoded.
        """
        engine = SearchEngine(library, self._settings)
        engine.warm_up_lexical(self._tokenizer)
        if self._dense is not None:
            engine.use_dense(self.dense_for(engine, self._dense))
        return engine

    def dense_for(self, other: "SearchEngine", dense: Dense) -> Dense:
        """Return this engine's ``dense`` as another one needs it."""
        encoder, index = dense
        held = [passage.text for passage in self.passages]
        return encoder, build_index([one.text for one in other.passages], encoder, (index, held))

    def use_dense(self, dense: Dense) -> None:
        """From here on questions are searched in both channels."""
        self._names = self._scoring.whiten(dense[1])
        self._dense = dense

    def search(self, understanding: Understanding) -> Evidence:
        """Return what both channels (or the lexical one alone, until the other is there) say."""
        lexical = self._lexical or self.warm_up_lexical()
        whole = lexical.readings(understanding.text)
        # What a story asks at its end says less than all of it, and sometimes more clearly.
        readings = list(dict.fromkeys((*whole, *lexical.readings(understanding.core))))
        found = lexical.search(readings)
        dense = self._dense
        near = None if dense is None else self._search_dense(dense, readings, len(whole))
        return Evidence(
            found,
            near,
            characters=len(understanding.text),
            named=self.wording.residue(understanding.core),
            procedural=understanding.facet in _PROCEDURAL,
        )

    def _search_dense(self, dense: Dense, readings: Sequence[str], whole: int) -> DenseScores:
        """Search ``readings``, of which the first ``whole`` hold all that was said."""
        encoder, index = dense
        bare = map(self.wording.without_facets, readings)
        vectors = encoder.encode_queries(list(dict.fromkeys((*readings, *bare))))
        scores, ids = index.search(np.ascontiguousarray(vectors), min(DENSE_TOP_K, len(index)))
        assert self._names is not None  # set before the channel is put to use
        return self._scoring.score(scores, ids, self._names.scores(vectors[:whole]))
