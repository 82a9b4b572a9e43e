"""Open questions as the search places them: for grouping those that mean the same."""

import threading
from collections.abc import Callable, Sequence
from hashlib import sha256

import numpy as np

from knowledge_base.questions.grouping import Floats, Vectors
from retrieval.calibration.samples import read_short_questions
from retrieval.encoder.protocol import Encoder
from retrieval.understanding import understand
from retrieval.wording import load_wording

_CENTRE_QUESTIONS = 128  # a second of work, once
_BATCH = 32  # questions a pass; more only takes more memory


class QuestionMeaning:
    """``knowledge_base.questions.grouping.Meaning`` over the encoder of the search.

    Its vectors lie in a narrow cone, where questions that have nothing to do with each other are
    near all the same. The mean of the short calibration questions is therefore taken off first.
    """

    def __init__(self, encoder: Callable[[], Encoder | None]) -> None:
        self._encoder = encoder
        self._wording = load_wording()
        self._centre: tuple[str, Floats] | None = None
        self._centring = threading.Lock()

    def residue(self, text: str) -> str:
        """Return what the question is about, without the words every question has."""
        return self._wording.residue(self._core(text))

    def vectors(self, texts: Sequence[str]) -> Vectors | None:
        """Return where the questions lie; None until the encoder takes part."""
        encoder = self._encoder()
        if encoder is None:
            return None
        space, centre = self._centre_of(encoder)
        rows = _encoded(encoder, [self._core(text) for text in texts]) - centre
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        return Vectors(space, (rows / np.maximum(lengths, 1e-9)).astype(np.float32))

    def _core(self, text: str) -> str:
        return understand(text, self._wording).core

    def _centre_of(self, encoder: Encoder) -> tuple[str, Floats]:
        with self._centring:
            if self._centre is None or not self._centre[0].startswith(encoder.fingerprint):
                every = [question.text for question in read_short_questions()]
                texts = every[:: max(1, len(every) // _CENTRE_QUESTIONS)]
                # Another set of questions makes another space: vectors of both do not compare.
                mark = sha256("\n".join(texts).encode()).hexdigest()[:12]
                mean = _encoded(encoder, texts).mean(axis=0).astype(np.float32)
                self._centre = (f"{encoder.fingerprint}:{mark}", mean)
            return self._centre


def _encoded(encoder: Encoder, texts: list[str]) -> Floats:
    parts = [
        encoder.encode_queries(texts[start : start + _BATCH])
        for start in range(0, len(texts), _BATCH)
    ]
    return np.vstack(parts)
