"""Who leads: professional duty first, else the territory, else a human dispatcher."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from routing.proposals.evidence import DutyQuotes
from routing.proposals.territory import TerritoryMap
from routing.taxonomy import TERRITORY, CategoryRecord, LeadRule, Taxonomy

# Share of a category's probability that goes to the body its rule names; the rest goes to the
# other bodies of the row. Rough priors: the fitted calibration turns the sums into probabilities.
_CHOSEN_SHARE = {
    LeadRule.PROFESSIONAL: 0.96,
    LeadRule.TERRITORIAL: 0.96,
    LeadRule.DISPATCHER: 0.80,
}
_SAID_SHARE = 0.95  # the text itself names what decides
_LEAST_PROBABILITY = 0.01
OPEN = "?"  # the body depends on a place that is not stated


@dataclass
class LeadScore:
    """One body's probability and what speaks for it."""

    code: str
    probability: float = 0.0
    evidence: list[str] = field(default_factory=list)
    claims: dict[str, float] = field(default_factory=dict)  # of OPEN: which bodies stand behind it


@dataclass(frozen=True, slots=True)
class Choice:
    """The body that a category names for a text."""

    body: str
    said: str | None  # the words that decided, where there are any
    share: float


class LeadChooser:
    """Turns P(category) and the place into P(body)."""

    def __init__(self, taxonomy: Taxonomy, territory: TerritoryMap, quotes: DutyQuotes) -> None:
        self._taxonomy = taxonomy
        self._territory = territory
        self._quotes = quotes

    def rank(
        self,
        text: str,
        categories: Sequence[tuple[str, float]],
        district: str | None,
        *,
        anywhere: bool = False,
    ) -> list[LeadScore]:
        """Return the bodies, most probable first.

        Args:
            text: normalised text.
            categories: code and probability, most probable first.
            district: 区县, ``None`` where not known; then :data:`OPEN` may stand in the list.
            anywhere: it is about no place (a question, a proposal for the city): a body is named
                even where its reach depends on a district that is not known.
        """
        scores: dict[str, LeadScore] = {}
        for code, probability in categories:
            if probability < _LEAST_PROBABILITY:
                break
            self._add(scores, self._taxonomy.categories[code], probability, text, district)
        self._redirect(scores, text)
        if anywhere:
            _name_somebody(scores)
        return sorted(scores.values(), key=lambda score: -score.probability)

    def choose(self, row: CategoryRecord, text: str) -> Choice:
        """Return the body that the category names for this text."""
        for option in self._taxonomy.traits_of(row.code).choose:
            match = re.search(option.pattern, text)
            if match is not None:
                return Choice(option.lead, match[0], _SAID_SHARE)
        return Choice(row.leads[0], None, _CHOSEN_SHARE[row.rule])

    def resolve(self, body: str, district: str | None) -> str | None:
        """Return the code that acts for ``body`` (a code or 属地) in ``district``."""
        return self._territory.resolve(body, district).code

    def _add(
        self,
        scores: dict[str, LeadScore],
        row: CategoryRecord,
        probability: float,
        text: str,
        district: str | None,
    ) -> None:
        choice = self.choose(row, text)
        others = [body for body in row.leads if body != choice.body]
        share = choice.share if others else 1.0
        entry = self._entry(scores, choice.body, probability * share, district)
        if len(entry.evidence) < _MOST_EVIDENCE:
            entry.evidence.extend(self._reasons(row, choice, text, district, entry.code))
        for body in others:
            self._entry(scores, body, probability * (1 - share) / len(others), district)

    def _entry(
        self, scores: dict[str, LeadScore], body: str, probability: float, district: str | None
    ) -> LeadScore:
        code = self._territory.resolve(body, district).code or OPEN
        entry = scores.setdefault(code, LeadScore(code))
        entry.probability += probability
        if code == OPEN:
            entry.claims[body] = entry.claims.get(body, 0.0) + probability
        return entry

    def _reasons(
        self, row: CategoryRecord, choice: Choice, text: str, district: str | None, code: str
    ) -> list[str]:
        reasons = [self._quotes.category(row)]
        duty = self._quotes.duty(code, text, row)
        if duty is not None:
            reasons.append(duty)
        if choice.said is not None:
            name = TERRITORY if choice.body == TERRITORY else self._quotes.name(choice.body)
            reasons.append(f"文中说到“{choice.said}”：归{name}")
        resolved = self._territory.resolve(choice.body, district)
        if district is not None and (choice.body == TERRITORY or resolved.within is not None):
            reasons.append(f"属地：{district}，由{self._quotes.name(code)}承办")
        return reasons

    def _redirect(self, scores: dict[str, LeadScore], text: str) -> None:
        # "Not ours: X belongs to Y" halves a body's claim in favour of Y.
        for code in list(scores):
            entry = self._quotes.not_duty(code, text)
            if entry is None or len(entry.whose) != 1 or entry.whose[0] in {TERRITORY, code}:
                continue
            moved = scores[code].probability / 2
            scores[code].probability -= moved
            target = scores.setdefault(entry.whose[0], LeadScore(entry.whose[0]))
            target.probability += moved
            target.evidence.append(
                f"权责清单·{self._quotes.name(code)}不承担：{entry.what}，"
                f"归{self._quotes.name(target.code)}"
            )


def _name_somebody(scores: dict[str, LeadScore]) -> None:
    # CG answers a question about street stalls wherever its own reach ends.
    opened = scores.pop(OPEN, None)
    if opened is None:
        return
    for body, probability in opened.claims.items():
        if body != TERRITORY:
            entry = scores.setdefault(body, LeadScore(body))
            entry.probability += probability
            entry.evidence.extend(opened.evidence[: _MOST_EVIDENCE - len(entry.evidence)])
    if not scores:
        scores[OPEN] = opened


_MOST_EVIDENCE = 3
