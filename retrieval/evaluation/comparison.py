"""Two evaluations of the same questions: what got better, what got worse."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from retrieval.evaluation.outcomes import Outcome, Verdict


class Change(BaseModel):
    """One question that came out otherwise than before."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str
    verdict_before: Verdict
    verdict: Verdict
    first_before: str  # title of the guide found best; "" where there was none
    first: str


class Comparison(BaseModel):
    """This run against an earlier one; only questions that both asked are compared."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    made_at_before: datetime
    compared: int
    added: int  # questions that only this run asked
    removed: int  # questions that only the earlier run asked
    better: tuple[Change, ...]
    worse: tuple[Change, ...]
    moved: tuple[Change, ...]  # no better and no worse, but another guide or another decision
    # Probability of so uneven a split of better and worse by chance alone (exact sign test); None
    # where nothing changed.
    chance: float | None


def compare(
    before: Sequence[Outcome], after: Sequence[Outcome], made_at_before: datetime
) -> Comparison:
    """Return which questions changed, matched by their text."""
    earlier = {one.text: one for one in before}
    pairs = [(earlier[one.text], one) for one in after if one.text in earlier]
    better = [_change(old, new) for old, new in pairs if new.verdict.worth > old.verdict.worth]
    worse = [_change(old, new) for old, new in pairs if new.verdict.worth < old.verdict.worth]
    moved = [
        _change(old, new)
        for old, new in pairs
        if new.verdict.worth == old.verdict.worth
        and (_first(old), old.verdict) != (_first(new), new.verdict)
    ]
    return Comparison(
        made_at_before=made_at_before,
        compared=len(pairs),
        added=len(after) - len(pairs),
        removed=len(earlier) - len(pairs),
        better=tuple(better),
        worse=tuple(worse),
        moved=tuple(moved),
        chance=_chance(len(better), len(worse)),
    )


def _change(old: Outcome, new: Outcome) -> Change:
    return Change(
        text=new.text,
        verdict_before=old.verdict,
        verdict=new.verdict,
        first_before=_first(old),
        first=_first(new),
    )


def _first(outcome: Outcome) -> str:
    return outcome.ranked[0].title if outcome.ranked else ""


def _chance(better: int, worse: int) -> float | None:
    if better + worse == 0:
        return None
    from scipy.stats import binomtest  # noqa: PLC0415 -- slow import

    return round(float(binomtest(better, better + worse).pvalue), 4)
