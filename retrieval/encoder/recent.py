"""An encoder that computes each question's vector once, whoever asks for it."""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np

from retrieval.encoder.protocol import Encoder, Vectors

# Of the questions under way at one time, not of the day's: what citizens say is not kept longer
# than the next few dozen messages, and never leaves the process's memory.
KEPT = 128
# The search's readings of one question are up to this many; whoever comes with more is learning.
_AT_ONCE = 8
_WORKERS = 2  # the cores of the smallest machine


class RecentQueries:
    """An ``Encoder`` over another one: search, routing and bundles ask it for the same texts.

    Who asks for a text that is being encoded waits for that. Texts are encoded one at a time: the
    int8 graph scales by what it sees, and a vector must not depend on what was asked beside it.
    Safe to call from many threads.
    """

    def __init__(self, encoder: Encoder, kept: int = KEPT) -> None:
        self._encoder = encoder
        self._kept = kept
        self._found: OrderedDict[str, Future[Vectors]] = OrderedDict()
        self._changing = threading.Lock()
        self._workers = ThreadPoolExecutor(_WORKERS - 1, thread_name_prefix="queries")

    @property
    def dimensions(self) -> int:
        """Length of each vector."""
        return self._encoder.dimensions

    @property
    def fingerprint(self) -> str:
        """Names the weights and their use."""
        return self._encoder.fingerprint

    def encode_queries(self, texts: list[str]) -> Vectors:
        """Return float32, shape (len(texts), dimensions), rows of length 1."""
        if not 0 < len(texts) <= _AT_ONCE:
            return self._encoder.encode_queries(texts)
        found, missing = self._claim(texts)
        # The caller computes as well: one text is there sooner without another thread.
        beside = missing[: len(missing) // _WORKERS]
        helping = self._workers.submit(self._compute, found, beside) if beside else None
        self._compute(found, missing[len(beside) :])
        if helping is not None:
            if helping.cancel():  # under load nobody came to help
                self._compute(found, beside)
            else:
                helping.result()
        return np.vstack([found[text].result() for text in texts])

    def encode_passages(self, texts: list[str]) -> Vectors:
        """Return float32, shape (len(texts), dimensions), rows of length 1; none is kept."""
        return self._encoder.encode_passages(texts)

    def _claim(self, texts: Sequence[str]) -> tuple[dict[str, "Future[Vectors]"], list[str]]:
        """Return what is kept or under way for each text, and the texts left to the caller."""
        found: dict[str, Future[Vectors]] = {}
        missing: list[str] = []
        with self._changing:
            for text in dict.fromkeys(texts):
                known = self._found.get(text)
                if known is None:
                    known = self._found[text] = Future()
                    missing.append(text)
                self._found.move_to_end(text)
                found[text] = known
            while len(self._found) > self._kept:
                self._found.popitem(last=False)
        return found, missing

    def _compute(self, found: dict[str, "Future[Vectors]"], texts: Sequence[str]) -> None:
        for text in texts:
            try:
                found[text].set_result(self._encoder.encode_queries([text]))
            except Exception as error:  # noqa: BLE001 -- told to whoever waits
                with self._changing:
                    self._found.pop(text, None)
                found[text].set_exception(error)
