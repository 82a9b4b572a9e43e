"""The bodies that may be responsible, as they are shown: best first, each with its evidence."""

from collections.abc import Sequence

from routing.proposals.leads import OPEN, LeadScore
from routing.proposals.weighing import claimed
from routing.schemas import DepartmentCandidate
from routing.taxonomy import TERRITORY

_SHOWN = 5


def candidates_of(ranked: Sequence[LeadScore], lead: str | None) -> tuple[DepartmentCandidate, ...]:
    """Return the candidates, the lead first."""
    named = [claimed(score) for score in ranked if score.code != OPEN or score.claims]
    named = [score for score in named if score.code not in {OPEN, TERRITORY}]
    named = list({score.code: score for score in reversed(named)}.values())
    if lead is not None and not any(score.code == lead for score in named):
        named.insert(0, LeadScore(lead, 1.0, ["安全筛查：请立即拨打专线"]))
    named.sort(key=lambda score: (score.code != lead, -score.probability))
    return tuple(
        DepartmentCandidate(score.code, round(score.probability, 4), tuple(score.evidence))
        for score in named[:_SHOWN]
    )
