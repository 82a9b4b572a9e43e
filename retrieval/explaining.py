"""How one question came to its answer, step by step: for staff who look after the guides.

Nothing is stored, and nothing is decided here: every step is the one that ``Answering`` takes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from retrieval.answering import Answering
from retrieval.calibration.store import Calibration, Model
from retrieval.fusion import RERANKED, Evidence
from retrieval.judging import Judgement, judge
from retrieval.schemas import Answer, Decision, EntryKind, Understanding

_SHOWN = 5  # of each channel, and of all together


class Channel(StrEnum):
    """One way in which a question is compared with the guides."""

    DENSE = "dense"
    LEXICAL = "lexical"
    SOUNDS = "sounds"

    @property
    def label(self) -> str:
        """The word people see."""
        return _LABELS[self]


_LABELS = {Channel.DENSE: "语义", Channel.LEXICAL: "字词", Channel.SOUNDS: "读音"}
_FEATURE_LABELS = {
    "dense_name": "语义·名称",
    "dense_any": "语义·全文",
    "dense_names": "语义·合称",
    "words": "字词",
    "overlap": "重合",
    "coverage": "覆盖",
    "sounds": "读音",
    "likelihood": "问法",
    RERANKED: "精排",
}


@dataclass(frozen=True, slots=True)
class Hit:
    """What one channel says of one entry; scores of different channels do not compare."""

    code: str
    title: str
    written: bool  # whether it may be answered; false for a matter without a public guide
    score: float  # about 0-1
    matched: str  # the passage that matched best; "" where the channel does not say
    kind: EntryKind


@dataclass(frozen=True, slots=True)
class ChannelHits:
    """The matters that one channel finds nearest, best first."""

    channel: Channel
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class FusedCandidate:
    """One entry with its fused score, and what each feature adds to it."""

    code: str
    title: str
    score: float
    parts: Mapping[str, float]  # Chinese name of the feature → weight x value; they add up
    kind: EntryKind


@dataclass(frozen=True, slots=True)
class Explanation:
    """One question from its reading to its answer, all from one snapshot of the library."""

    understanding: Understanding
    readings: tuple[str, ...]  # as it was searched: as said, and in the guides' words
    channels: tuple[ChannelHits, ...]  # without the dense one until the encoder is loaded
    candidates: tuple[FusedCandidate, ...]
    probability: float  # calibrated P(first candidate is right)
    margin: float  # fused score of the first guide less the second
    policy_probability: float  # calibrated P(the best policy answer is what was asked)
    policy_from: float  # from which it is answered instead of a guide
    answer_from: float
    belonging: float  # probability that one of the first guides is right
    clarify_from: float
    tie_margin: float
    decision: Decision  # what the probability says; ``answer`` also knows bare follow-ups
    answer: Answer

    @property
    def has_dense(self) -> bool:
        """Whether the encoder took part."""
        return any(found.channel is Channel.DENSE for found in self.channels)


def explain(present: Answering, calibration: Calibration, text: str) -> Explanation:
    """Return every step for one question; it takes about twice as long as answering it.

    Args:
        present: the snapshot that is asked.
        calibration: weights and thresholds.
        text: what was said, personal data as placeholders.
    """
    engine = present.engine
    understanding = engine.understand(text)
    evidence = engine.search(understanding)
    model = calibration.lexical if evidence.dense is None else calibration.full
    judged = judge(evidence, engine.kinds, model)
    return Explanation(
        understanding=understanding,
        readings=tuple(engine.readings(understanding)[0]),
        channels=_channels(present, evidence),
        candidates=_fused(present, evidence, _ranked(judged), model),
        probability=judged.probability,
        margin=float(judged.guides.features.get("margin", 0.0)),
        policy_probability=judged.policy_probability,
        policy_from=model.policy_from,
        answer_from=model.answer_from,
        belonging=judged.belonging,
        clarify_from=model.clarify_from,
        tie_margin=model.tie_margin,
        decision=judged.decision,
        answer=present.ask(text),
    )


def _channels(present: Answering, evidence: Evidence) -> tuple[ChannelHits, ...]:
    lexical, dense = evidence.lexical, evidence.dense
    nowhere = np.full(len(present.engine.entries), -1, dtype=np.int64)
    found = [
        _hits(present, Channel.LEXICAL, lexical.overlap, lexical.best),
        _hits(present, Channel.SOUNDS, lexical.sounds, nowhere),
    ]
    if dense is not None:
        found.insert(0, _hits(present, Channel.DENSE, dense.any, dense.best))
    return tuple(found)


def _hits(
    present: Answering, channel: Channel, scores: NDArray[np.float32], best: NDArray[np.int64]
) -> ChannelHits:
    """Return the nearest matters, those of score 0 and what stands for no guide left out."""
    entries, passages = present.engine.entries, present.engine.passages
    order = [row for row in np.argsort(-scores, kind="stable") if entries[row].title]
    return ChannelHits(
        channel,
        tuple(
            Hit(
                code=entries[row].code,
                title=entries[row].title,
                written=entries[row].written,
                score=float(scores[row]),
                matched=passages[best[row]].text if best[row] >= 0 else "",
                kind=entries[row].kind,
            )
            for row in order[:_SHOWN]
            if scores[row] > 0
        ),
    )


def _ranked(judged: Judgement) -> NDArray[np.int64]:
    """Return the entries in question; where a choice is offered, also the guides that it leaves."""
    if judged.decision is not Decision.CLARIFY:
        return judged.rows
    return np.array(list(dict.fromkeys((*judged.rows, *judged.guides.rows)))[:_SHOWN], np.int64)


def _fused(
    present: Answering, evidence: Evidence, rows: NDArray[np.int64], model: Model
) -> tuple[FusedCandidate, ...]:
    names = evidence.feature_names
    weights = np.array([model.ranking[name] for name in names], dtype=np.float32)
    added = evidence.features()[rows] * weights
    labels = [_FEATURE_LABELS[name] for name in names]
    return tuple(
        FusedCandidate(
            code=present.engine.entries[row].code,
            title=present.engine.entries[row].title,
            score=float(parts.sum()),
            parts=dict(zip(labels, map(float, parts), strict=True)),
            kind=present.engine.entries[row].kind,
        )
        for row, parts in zip(rows, added, strict=True)
    )
