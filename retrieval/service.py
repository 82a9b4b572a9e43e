"""Questions answered from the present library, which may be exchanged while it is in use."""

import logging
import threading

from foundation.settings import Settings
from knowledge_base.library import Library
from knowledge_base.schema import FacetName, Matter
from retrieval.answering import FOCUS_CONFIDENCE, Answering
from retrieval.calibration.store import Calibration, active_calibration
from retrieval.encoder.progress import Progress, silent
from retrieval.encoder.protocol import Encoder
from retrieval.explaining import Explanation, explain
from retrieval.schemas import Answer, Candidate
from retrieval.search import SearchEngine
from retrieval.weighing import Weighed

__all__ = ["FOCUS_CONFIDENCE", "Retriever"]

logger = logging.getLogger(__name__)


class Retriever:
    """Answers every question from one snapshot; safe to call from many threads."""

    def __init__(self, library: Library, settings: Settings) -> None:
        self._settings = settings
        self._calibration: Calibration | None = None
        self._ready = False
        self._warming = threading.Lock()
        # Held by whoever exchanges a part; those who ask never wait for it.
        self._changing = threading.Lock()
        self._answering = self._over(library, SearchEngine(library, settings))

    @property
    def ready(self) -> bool:
        """Whether the encoder takes part; before that the lexical index answers alone."""
        return self._ready

    @property
    def encoder(self) -> Encoder | None:
        """The encoder, once it takes part: routing shares it."""
        return self._answering.engine.encoder

    @property
    def present(self) -> Answering:
        """The snapshot of this moment, for who asks several things that must fit together."""
        return self._answering

    @property
    def library(self) -> Library:
        """The library that is answered from at this moment."""
        return self._answering.library

    def warm_up_lexical(self) -> None:
        """Build the lexical index; after this ``ask`` works.

        Raises:
            CalibrationError: the thresholds cannot be read.
        """
        self._answering.engine.warm_up_lexical()
        self._loaded_calibration()

    def warm_up(self, progress: Progress = silent) -> None:
        """Load encoder and vector index; an index that does not fit is built anew.

        Raises:
            EncoderError: the encoder has not been prepared, or is damaged.
            CalibrationError: the thresholds belong to another encoder.
        """
        self.warm_up_lexical()
        with self._warming:  # whoever comes second finds it done
            if not self._ready:
                self._warm_up_dense(progress)

    def _warm_up_dense(self, progress: Progress) -> None:
        engine = self._answering.engine
        dense = engine.load_dense(progress)
        calibration, reranker = self._loaded_calibration(), engine.reranker
        calibration.check_encoder(dense[0].fingerprint)
        calibration.check_reranker("" if reranker is None else reranker.fingerprint)
        dense[0].encode_queries(["预热"])
        with self._changing:
            present = self._answering.engine
            # The library may have been exchanged while the encoder was being loaded.
            present.use_dense(dense if present is engine else engine.dense_for(present, dense))
            self._ready = True
        logger.info("retrieval ready: passages=%d", len(present.passages))

    def renew(self, library: Library) -> None:
        """Answer from another library, once everything over it is built; slow, for a thread.

        Only passages whose text is new are encoded. Until the last step, and after any error,
        everything is answered from the library before.
        """
        with self._changing:
            before = self._answering
            engine = before.engine.renewed(library)
            self._answering = self._over(library, engine)
        known = {passage.text for passage in before.engine.passages}
        new = sum(passage.text not in known for passage in engine.passages)
        logger.info("library renewed: guides=%d new_passages=%d", len(library.matters), new)

    def ask(self, text: str, *, focus: str | None = None) -> Answer:
        """Return the decision for one question, with its answer; see ``Answering.ask``."""
        return self._answering.ask(text, focus=focus)

    def matter(self, code: str) -> Matter:
        """Return a public guide; raises ``MatterNotFoundError``."""
        return self._answering.matter(code)

    def weigh(self, text: str) -> Weighed:
        """Return how near every guide comes to ``text``; see ``Answering.weigh``."""
        return self._answering.weigh(text)

    def compose(self, code: str, facet: FacetName | None = None) -> Answer:
        """Return the answer for a known matter; without a facet, how it is done.

        Raises:
            MatterNotFoundError: there is no public guide with this code.
        """
        return self._answering.compose(code, facet)

    def suggest(self, text: str, limit: int = 3) -> tuple[Candidate, ...]:
        """Return up to ``limit`` guides for an operator, each with the passage that led to it."""
        return self._answering.suggest(text, limit)

    def explain(self, text: str) -> Explanation:
        """Return how a question comes to its answer, step by step; nothing is kept."""
        return explain(self._answering, self._loaded_calibration(), text)

    def over(self, library: Library) -> Answering:
        """Return what would be answered from another library; slow, and nothing in use changes.

        Only passages whose text is new are encoded.
        """
        return self._over(library, self._answering.engine.renewed(library))

    def _over(self, library: Library, engine: SearchEngine) -> Answering:
        return Answering(library, engine, self._loaded_calibration)

    def _loaded_calibration(self) -> Calibration:
        if self._calibration is None:
            self._calibration = active_calibration(self._settings)
        return self._calibration
