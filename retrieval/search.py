"""One question against both indexes: the evidence that ranking and decision work on."""

import logging
import re
import threading
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from foundation.errors import HotlineError
from foundation.settings import Settings
from knowledge_base.library import Library
from knowledge_base.schema import FacetName
from retrieval.encoder.preparation import mended_encoder
from retrieval.encoder.progress import Progress, silent
from retrieval.encoder.protocol import Encoder
from retrieval.encoder.recent import RecentQueries
from retrieval.fusion import DENSE_TOP_K, DenseScores, DenseScoring, Evidence
from retrieval.index.kinds import Kinds
from retrieval.index.passage_index import PassageIndex
from retrieval.index.passages import PassageGroup, build_entries, build_groups
from retrieval.index.protocol import Ids
from retrieval.index.store import index_folder, keep_snapshot, open_index, vector_index
from retrieval.lexical import LexicalIndex, library_terms
from retrieval.places import other_places
from retrieval.reranking.ordering import Reranker, reranked
from retrieval.reranking.preparation import load_reranker
from retrieval.schemas import Understanding
from retrieval.tokens import Tokenizer
from retrieval.understanding import understand
from retrieval.whitening import WhitenedNames
from retrieval.wording import load_wording

logger = logging.getLogger(__name__)

Dense = tuple[Encoder, PassageIndex]

_PROCEDURAL = frozenset(
    {FacetName.PROCESS, FacetName.MATERIALS, FacetName.LOCATION, FacetName.ONLINE}
)


# What stands for personal data, [电话1] or [已隐去], is nothing that was asked.
_PLACEHOLDER = re.compile(r"\[[^\[\]\s]{1,8}\]")


class SearchEngine:
    """Both channels over one library; the dense one joins when it has been loaded."""

    def __init__(
        self, library: Library, settings: Settings, before: "SearchEngine | None" = None
    ) -> None:
        """Take the passages of ``library``; what is as in ``before`` is shared with it."""
        self._settings = settings
        self.wording = load_wording()
        self.entries = build_entries(library)
        self.kinds = Kinds.of(self.entries)
        self.groups: dict[str, PassageGroup] = build_groups(
            library, self.entries, before.groups if before else {}
        )
        self.passages = tuple(
            passage for group in self.groups.values() for passage in group.passages
        )
        self.position = {entry.code: row for row, entry in enumerate(self.entries)}
        self._scoring = DenseScoring(self.entries, self.passages)
        self.lexical: LexicalIndex | None = None
        self._dense: Dense | None = None
        self.names: WhitenedNames | None = None
        self.reranker: Reranker | None = before.reranker if before else None
        self._loading = threading.Lock()

    @property
    def encoder(self) -> Encoder | None:
        """The encoder, once loaded."""
        return self._dense[0] if self._dense else None

    def warm_up_lexical(self, before: "SearchEngine | None" = None) -> LexicalIndex:
        """Build the lexical index; once. Only texts that ``before`` has not read are read."""
        with self._loading:
            if self.lexical is None:
                known = before.lexical if before else None
                tokenizer = self._tokenizer_for(known)
                self.lexical = LexicalIndex(
                    self.entries, self.passages, tokenizer, self.wording, known
                )
                if known is None:
                    tokenizer.remember()
            return self.lexical

    def _tokenizer_for(self, known: LexicalIndex | None) -> Tokenizer:
        terms = library_terms(self.passages, self.wording)
        if known is not None:
            return known.tokenizer.with_terms(terms)
        tokenizer = Tokenizer(self.wording, terms, self._settings.data_dir / "cache")
        tokenizer.warm_up()
        return tokenizer

    def load_dense(self, progress: Progress = silent) -> Dense:
        """Load encoder and vector index without putting them to use; see ``use_dense``.

        Raises:
            EncoderError: the encoder has not been prepared, or is damaged beyond repair.
        """
        encoder = RecentQueries(mended_encoder(self._settings))
        self.reranker = load_reranker(self._settings)
        index, folder = vector_index(self._settings, encoder), index_folder(self._settings)
        return encoder, open_index(index, folder, self.passages, encoder, progress)

    def renewed(self, library: Library) -> "SearchEngine":
        """Return an engine over another library, whole in every channel that this one has.

        This one stays as it is, and what did not change is shared. Only texts that it does not
        hold are read and encoded.
        """
        engine = SearchEngine(library, self._settings, before=self)
        engine.warm_up_lexical(self)
        if self._dense is not None:
            engine.use_dense(self.dense_for(engine, self._dense), self)
        return engine

    def dense_for(self, other: "SearchEngine", dense: Dense) -> Dense:
        """Return this engine's ``dense`` as another one needs it."""
        encoder, index = dense
        other.reranker = self.reranker
        texts = [passage.text for passage in other.passages]
        return encoder, self._kept(index.changed(other.ids, texts, encoder), encoder)

    def _kept(self, index: PassageIndex, encoder: Encoder) -> PassageIndex:
        """Return ``index``; where a great deal has changed, keep it for the next start first."""
        if not index.is_worn:
            return index
        folder = index_folder(self._settings)
        try:
            return keep_snapshot(vector_index(self._settings, encoder), folder, index, encoder)
        except (OSError, HotlineError):  # it answers all the same
            logger.exception("the changed vector index could not be kept")
            return index

    @property
    def ids(self) -> Ids:
        """The number of each passage in the vector index, int64, shape (n_passages,)."""
        return np.concatenate([group.ids for group in self.groups.values()])

    def use_dense(self, dense: Dense, before: "SearchEngine | None" = None) -> None:
        """From here on questions are searched in both channels; see ``renewed`` for ``before``."""
        self.names = self._scoring.whiten(dense[1], before.names if before else None)
        self._dense = dense

    def understand(self, text: str) -> Understanding:
        """Read a question, with words that only sound like the guides' put right."""
        lexical = self.lexical or self.warm_up_lexical()
        return understand(text, self.wording, lexical.respelt)

    def lead(self, text: str, first: int, second: int) -> float:
        """Return by how much likelier ``text`` is where one entry is meant, and not the other."""
        lexical = self.lexical or self.warm_up_lexical()
        scores = lexical.likelihood.scores(lexical.readings(_without_placeholders(text)))
        return float(scores[first] - scores[second])

    def readings(self, understanding: Understanding) -> tuple[list[str], int]:
        """Return what is searched for, and how many of the first hold all that was said."""
        lexical = self.lexical or self.warm_up_lexical()
        whole = lexical.readings(_without_placeholders(understanding.text))
        # What a story asks at its end says less than all of it, and sometimes more clearly.
        core = lexical.readings(_without_placeholders(understanding.core))
        return list(dict.fromkeys((*whole, *core))), len(whole)

    def search(self, understanding: Understanding) -> Evidence:
        """Return what both channels (or the lexical one alone, until the other is there) say."""
        lexical = self.lexical or self.warm_up_lexical()
        readings, whole = self.readings(understanding)
        found = lexical.search(readings)
        dense = self._dense
        near = None if dense is None else self._search_dense(dense, readings, whole)
        evidence = Evidence(
            found,
            near,
            characters=len(understanding.text),
            named=self.wording.residue(understanding.core),
            procedural=understanding.facet in _PROCEDURAL,
            elsewhere=(elsewhere := other_places().is_meant(understanding.text)),
            there=elsewhere and other_places().is_theirs(understanding.text),
        )
        if near is None or self.reranker is None:
            return evidence
        scores = reranked(self.reranker, understanding.core, evidence, self.entries, self.passages)
        return replace(evidence, reranked=scores)

    def _search_dense(self, dense: Dense, readings: Sequence[str], whole: int) -> DenseScores:
        """Search ``readings``, of which the first ``whole`` hold all that was said."""
        encoder, index = dense
        bare = map(self.wording.without_facets, readings)
        vectors = encoder.encode_queries(list(dict.fromkeys((*readings, *bare))))
        scores, ids = index.search(np.ascontiguousarray(vectors), min(DENSE_TOP_K, len(index)))
        assert self.names is not None  # set before the channel is put to use
        return self._scoring.score(scores, ids, self.names.scores(vectors[:whole]))


def _without_placeholders(text: str) -> str:
    return _PLACEHOLDER.sub("", text) or text
