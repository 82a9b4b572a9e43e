"""Whether a question asks for a whole event in life (一件事) or for one matter of it.

A guide answers 「新生儿上户口要什么材料」; 「孩子刚出生要办哪些手续」 wants the bundle. Words that
ask for everything open the door; how near the question stands to the bundle's names and
questions, and how sure retrieval is of one guide, decide.
"""

import math
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import yaml

from knowledge_base.bundles.loader import Bundles
from retrieval.encoder.protocol import Encoder, Vectors
from retrieval.schemas import Answer, Decision, EntryKind
from retrieval.wording import load_wording

_FILE = Path(__file__).with_name("bundle_wording.yml")
_BATCH = 32  # passages a pass; more only takes more memory
_EVENT_NAME = 4  # characters; a longer alias is a sentence, found by its vector
_SEVERAL_AREAS = 2
_NAMES_NOTHING = 2  # characters left beside the words that ask: 「你们这里都能办哪些事」
_NAMED_BONUS = 0.04  # a cosine's worth: the event's own name says more than a near sentence

# Logistic regression over benchmarks/data/bundle_questions.yml and all questions of the guides;
# figures and the command that fits it anew: docs/benchmarks/bundle-recognition.md.
WEIGHTS: Final[Mapping[str, float]] = MappingProxyType(
    {
        "whole": 8.37,
        "event": 86.23,
        "named": 1.93,
        "plainly": 3.27,
        "sure": -3.81,
        "lead": 48.49,
    }
)
INTERCEPT: Final = -85.90
OFFER_FROM: Final = 0.5


@dataclass(frozen=True, slots=True)
class BundleEvidence:
    """What speaks for one bundle; ``features`` by the names of ``WEIGHTS``."""

    code: str
    features: Mapping[str, float]

    @property
    def probability(self) -> float:
        """The calibrated probability that the bundle is meant."""
        logit = INTERCEPT + sum(WEIGHTS[name] * self.features[name] for name in WEIGHTS)
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, logit))))


@dataclass(frozen=True, slots=True)
class _Wording:
    whole: re.Pattern[str]
    weak: re.Pattern[str]
    areas: re.Pattern[str]
    between: re.Pattern[str]

    def asks_for_all(self, text: str) -> bool:
        """Whether ``text`` wants more than one matter."""
        return (
            self.whole.search(text) is not None
            or len(set(self.areas.findall(text))) >= _SEVERAL_AREAS
        )

    def event_of(self, text: str) -> str:
        """Return ``text`` without the words that ask: what has happened."""
        return self.whole.sub("", text).strip(" ，,。？?！!")


class BundleRecogniser:
    """Finds the bundle a question asks for; safe to call from many threads."""

    def __init__(self, bundles: Bundles, encoder: Callable[[], Encoder | None]) -> None:
        self._encoder = encoder
        self._wording = _load_wording()
        passages = [
            (bundle.code, text)
            for bundle in bundles.all()
            for text in (bundle.title, *bundle.aliases, *bundle.sample_questions)
        ]
        self._codes = np.array([code for code, _ in passages])
        self._texts = [text for _, text in passages]
        self._names = [(code, text) for code, text in passages if len(text) <= _EVENT_NAME]
        self._vectors: tuple[str, Vectors] | None = None
        self._encoding = threading.Lock()

    def warm_up(self) -> None:
        """Encode the bundles' passages (about a second), once the encoder takes part."""
        encoder = self._encoder()
        if encoder is not None and self._texts:
            self._passages(encoder)

    def recognise(self, answer: Answer) -> str | None:
        """Return the code of the bundle that a question asks for, or ``None``.

        Args:
            answer: what retrieval made of the question.
        """
        evidence = self.weigh(answer)
        if evidence is None or evidence.probability < OFFER_FROM:
            return None
        return evidence.code

    def weigh(self, answer: Answer) -> BundleEvidence | None:
        """Return what speaks for the likeliest bundle; ``None``: the question wants no whole."""
        text = answer.understanding.core
        named = self._named(text)
        plainly = self._wording.asks_for_all(text)
        hinted = bool(named) and self._wording.weak.search(text) is not None
        if answer.kind is EntryKind.POLICY_ANSWER and not self._wording.whole.search(text):
            return None  # the event is what the policy is about
        if answer.understanding.follow_up or not (plainly or hinted):
            return None
        encoder = self._encoder()
        if encoder is None or not self._texts:
            return self._by_name(named, answer) if plainly else None
        event = self._wording.event_of(text)
        if not named and len(load_wording().residue(event)) <= _NAMES_NOTHING:
            return None
        return self._near(encoder, answer, (text, event or text), named, plainly=plainly)

    def _near(
        self,
        encoder: Encoder,
        answer: Answer,
        texts: tuple[str, str],
        named: frozenset[str],
        *,
        plainly: bool,
    ) -> BundleEvidence:
        """Return the nearest bundle; ``texts``: the question, and what is said to have happened."""
        matched = answer.candidates[0].matched if answer.candidates else ""
        rows = encoder.encode_queries([*texts, matched or texts[0]])
        cosines = self._passages(encoder) @ rows[:2].T
        best, scores = "", np.array([-1.0, -1.0], dtype=np.float32)
        reached = -1.0
        for code in dict.fromkeys(self._codes.tolist()):
            found = cosines[self._codes == code].max(axis=0)
            if (value := float(found.max()) + _NAMED_BONUS * (code in named)) > reached:
                best, scores, reached = code, found, value
        guide = float(rows[0] @ rows[2]) if matched else _NO_GUIDE
        return BundleEvidence(
            best,
            {
                "whole": float(scores[0]),
                "event": float(scores[1]),
                "named": float(best in named),
                "plainly": float(plainly),
                "sure": answer.confidence if answer.decision is Decision.ANSWER else 0.0,
                "lead": float(scores.max()) - guide,
            },
        )

    def _by_name(self, named: frozenset[str], answer: Answer) -> BundleEvidence | None:
        """Without the encoder only a name counts, and only where no guide answers."""
        if len(named) != 1 or answer.decision is Decision.ANSWER:
            return None
        (code,) = named
        return BundleEvidence(code, _NAMED_ALONE)

    def _named(self, text: str) -> frozenset[str]:
        closed = self._wording.between.sub("", text)
        return frozenset(code for code, name in self._names if name in text or name in closed)

    def _passages(self, encoder: Encoder) -> Vectors:
        with self._encoding:
            if self._vectors is None or self._vectors[0] != encoder.fingerprint:
                parts = [
                    encoder.encode_passages(self._texts[start : start + _BATCH])
                    for start in range(0, len(self._texts), _BATCH)
                ]
                self._vectors = (encoder.fingerprint, np.vstack(parts))
            return self._vectors[1]


_NO_GUIDE = 0.8  # a cosine that unrelated texts have: no guide competes
_NAMED_ALONE: Final[Mapping[str, float]] = MappingProxyType(
    {"whole": 0.93, "event": 0.95, "named": 1.0, "plainly": 1.0, "sure": 0.0, "lead": 0.05}
)


@lru_cache(maxsize=1)
def _load_wording() -> _Wording:
    data: dict[str, Any] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    thing = f"(?:{'|'.join(data['things'])})"
    return _Wording(
        whole=re.compile("|".join(line.replace("{thing}", thing) for line in data["whole"])),
        weak=re.compile("|".join(data["weak"])),
        areas=re.compile("|".join(data["areas"])),
        between=re.compile("|".join(data["between"])),
    )
