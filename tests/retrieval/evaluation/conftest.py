from collections.abc import Callable

import pytest

from retrieval.evaluation.outcomes import Outcome, Ranked, Verdict
from retrieval.schemas import Decision

MakeOutcome = Callable[..., Outcome]
_DECISIONS = {
    Verdict.RIGHT: Decision.ANSWER,
    Verdict.PARTLY: Decision.ANSWER,
    Verdict.WRONG: Decision.ANSWER,
    Verdict.OUTSIDE_ANSWERED: Decision.ANSWER,
    Verdict.OFFERED: Decision.CLARIFY,
    Verdict.OFFERED_WITHOUT: Decision.CLARIFY,
    Verdict.OUTSIDE_OFFERED: Decision.CLARIFY,
    Verdict.REFUSED: Decision.NO_ANSWER,
    Verdict.OUTSIDE_REFUSED: Decision.NO_ANSWER,
}


@pytest.fixture
def outcome() -> MakeOutcome:
    """Return a maker of judged outcomes: verdict, confidence, rank, and whatever else is said."""

    def make(verdict: Verdict, confidence: float, rank: int | None, **said: object) -> Outcome:
        outside = verdict.value.startswith("outside")
        ranked = tuple(
            Ranked(code=f"M010{n}", title=f"事项{n}", score=10 * confidence - n)
            for n in range(1, 6)
        )
        fields = {
            "text": f"{verdict.label}{confidence}",
            "style": "口语",
            "category": "库外问题" if outside else "户籍身份证",
            "why": "与政务无关" if outside else "",
            "codes": () if outside else (f"M010{rank or 9}",),
            "all_of": (),
            "dealt_with": (),
            "facet_wanted": None,
            "decision": _DECISIONS[verdict],
            "verdict": verdict,
            "facet": None,
            "ranked": ranked,
            "choices": 0,
            "rank": rank,
            "confidence": confidence,
            "elapsed_ms": 10.0,
        }
        return Outcome.model_validate(fields | said)

    return make
