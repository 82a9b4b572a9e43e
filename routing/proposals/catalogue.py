"""The dispatch catalogue: what was ruled when a department sent a ticket back, and corrections.

A ruling says: an appeal like this one is not that body's but this one's. The next appeal that is
told alike goes where it was ruled, at once and without a training.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from routing.classification.likelihood import parts
from routing.proposals.leads import OPEN, LeadScore

# Share of characters and pairs in common (Dice). Of the calibration appeals' pairs with different
# leads 1 in 10,000 is as alike; the same matter told again lies between 0.35 and 0.8.
_ALIKE = 0.4
_MOVED = 0.9  # of the wrong body's claim
_RELOAD_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Ruling:
    """One send-back that was approved, or one proposal that a dispatcher corrected."""

    text: str  # masked, as the ticket holds it
    category: str | None  # code
    wrong: str
    right: str
    ticket_no: str
    disputed: bool = True  # a send-back; else a dispatcher's correction


class DispatchCatalogue:
    """Holds the rulings, the newest first; read again now and then."""

    def __init__(self, source: Callable[[], Sequence[Ruling]] | None = None) -> None:
        self._source = source
        self._rulings: tuple[tuple[Ruling, frozenset[str]], ...] = ()
        self._read_at = float("-inf")

    def put(self, rulings: Sequence[Ruling]) -> None:
        """Replace the rulings."""
        self._rulings = tuple((one, frozenset(parts(one.text))) for one in rulings)

    def refresh(self) -> None:
        """Read the rulings again when they are older than 20 s."""
        now = time.monotonic()
        if self._source is not None and now - self._read_at > _RELOAD_SECONDS:
            self._read_at = now
            self.put(self._source())

    def alike(self, text: str, categories: Sequence[str]) -> Ruling | None:
        """Return the newest ruling on the most alike appeal of one of these categories."""
        said = frozenset(parts(text))
        best, found = _ALIKE, None
        for ruling, held in self._rulings:
            if ruling.category is not None and ruling.category not in categories:
                continue
            likeness = 2 * len(said & held) / max(len(said) + len(held), 1)
            if likeness > best:
                best, found = likeness, ruling
        return found

    def applied(
        self,
        ranked: Sequence[LeadScore],
        ruling: Ruling,
        resolve: Callable[[str], str | None],
    ) -> list[LeadScore]:
        """Return the bodies with the ruled one in the wrong one's place."""
        wrong = resolve(ruling.wrong) or OPEN
        right = resolve(ruling.right) or OPEN
        scores = {
            one.code: LeadScore(one.code, one.probability, list(one.evidence), dict(one.claims))
            for one in ranked
        }
        loser = scores.get(wrong)
        if loser is None or wrong == right:
            return list(ranked)
        moved = loser.probability * _MOVED
        loser.probability -= moved
        winner = scores.setdefault(right, LeadScore(right))
        winner.probability += moved
        how = "退单裁定" if ruling.disputed else "派单员改派"
        winner.evidence.insert(0, f"派单目录：同类诉求（工单 {ruling.ticket_no}）经{how}归此单位")
        return sorted(scores.values(), key=lambda score: -score.probability)
