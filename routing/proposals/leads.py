"""Who leads: professional duty first, else the territory, else a human dispatcher."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from retrieval.encoder.protocol import Vectors
from routing.proposals.body_reading import BodyOdds, BodyReading
from routing.proposals.evidence import DutyQuotes
from routing.proposals.territory import TerritoryMap
from routing.taxonomy import TERRITORY, CategoryRecord, LabelledAppeal, LeadRule, Taxonomy

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


@dataclass(frozen=True, slots=True)
class _Claim:
    """One body's share of a category; ``body`` is a code or 属地, wherever it is."""

    row: CategoryRecord
    choice: Choice
    body: str
    probability: float


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
        odds: BodyOdds | None = None,
    ) -> list[LeadScore]:
        """Return the bodies, most probable first.

        Args:
            text: normalised text.
            categories: code and probability, most probable first.
            district: 区县, ``None`` where not known; then :data:`OPEN` may stand in the list.
            anywhere: it is about no place (a question, a proposal for the city): a body is named
                even where its reach depends on a district that is not known.
            odds: how much the text reads like each body's, whatever its category.
        """
        claims = self._claims(text, categories)
        factors = _factors(_summed(claims), odds)
        scores: dict[str, LeadScore] = {}
        for claim in claims:
            self._add(scores, claim, claim.probability * factors[claim.body], text, district)
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

    def claimed(self, text: str, categories: Sequence[tuple[str, float]]) -> dict[str, float]:
        """Return what the categories claim for each body, before any district acts."""
        return _summed(self._claims(text, categories))

    def body_reading(
        self,
        examples: Sequence[tuple[str, str]],
        vectors: Vectors | None,
        told: Mapping[str, str],
    ) -> BodyReading:
        """Return what tells the bodies apart by the examples of all categories.

        Args:
            examples: category and text.
            vectors: of the examples, where there is an encoder.
            told: body of the texts that are labelled with one; the category's rule tells others.
        """
        rows = self._taxonomy.categories
        bodies = [told.get(text) or self.choose(rows[code], text).body for code, text in examples]
        return BodyReading.of([text for _, text in examples], bodies, vectors)

    def body_behind(self, appeal: LabelledAppeal, district: str | None) -> str:
        """Return the body that a labelled appeal is for, before any district acts in its place."""
        row = self._taxonomy.categories[appeal.category]
        named = self.choose(row, appeal.text).body
        if appeal.lead is not None and not self._territory.is_district(appeal.lead):
            return appeal.lead
        fitting = (b for b in (named, *row.leads) if self.resolve(b, district) == appeal.lead)
        return next(fitting, TERRITORY)

    def _claims(self, text: str, categories: Sequence[tuple[str, float]]) -> list[_Claim]:
        claims: list[_Claim] = []
        for code, probability in categories:
            if probability < _LEAST_PROBABILITY:
                break
            row = self._taxonomy.categories[code]
            choice = self.choose(row, text)
            others = [body for body in row.leads if body != choice.body]
            share = choice.share if others else 1.0
            left = probability * (1 - share) / max(len(others), 1)
            claims.append(_Claim(row, choice, choice.body, probability * share))
            claims += (_Claim(row, choice, body, left) for body in others)
        return claims

    def _add(
        self,
        scores: dict[str, LeadScore],
        claim: _Claim,
        probability: float,
        text: str,
        district: str | None,
    ) -> None:
        entry = self._entry(scores, claim.body, probability, district)
        if claim.body == claim.choice.body and len(entry.evidence) < _MOST_EVIDENCE:
            entry.evidence.extend(
                self._reasons(claim.row, claim.choice, text, district, entry.code)
            )

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


def _summed(claims: Sequence[_Claim]) -> dict[str, float]:
    total: dict[str, float] = {}
    for claim in claims:
        total[claim.body] = total.get(claim.body, 0.0) + claim.probability
    return total


def _factors(total: dict[str, float], odds: BodyOdds | None) -> dict[str, float]:
    """Return by how much each body's claims grow or shrink; the sum of all stays the same."""
    if odds is None or not total:
        return dict.fromkeys(total, 1.0)
    weighed = odds.weighed(total)
    return {body: weighed[body] / total[body] for body in total}


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
    # What is the territory's own business is not handed to whoever is hardly claimed for it.
    opened.probability = opened.claims.get(TERRITORY, 0.0)
    if all(opened.probability > score.probability for score in scores.values()):
        scores[OPEN] = opened


_MOST_EVIDENCE = 3
