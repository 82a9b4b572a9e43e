"""What registration derives from an appeal before anything is stored."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from foundation.text.storable import storable
from routing.appeals.schemas import NewAppeal
from routing.appeals.shielding import shielded, shielded_place
from routing.schemas import AppealKind, Category, Proposal

TEXT_CHARACTERS = 20_000
FIELD_CHARACTERS = 500


@dataclass(frozen=True, slots=True)
class TakenAppeal:
    """An appeal made storable, with the version of its words that handling roles may see."""

    new: NewAppeal
    confidential: bool
    category: Category | None
    registered_at: datetime
    shielded_text: str
    shielded_place: str | None
    shielded_when: str | None

    def shield(self, words: str) -> str:
        """Return words of the citizen as handling roles may see them."""
        return shielded(
            words, confidential=self.confidential, name=self.new.name, phone=self.new.phone
        )


def take(new: NewAppeal, proposal: Proposal, now: datetime) -> TakenAppeal:
    """Clean the fields, decide on protection and shield the words."""
    clean = _clean(new)
    confidential = is_confidential(new, proposal)
    hide = partial(shielded, confidential=confidential, name=clean.name, phone=clean.phone)
    return TakenAppeal(
        new=clean,
        confidential=confidential,
        category=proposal.reading.category,
        registered_at=new.registered_at or now,
        shielded_text=hide(clean.text),
        shielded_place=_place(clean, confidential=confidential),
        shielded_when=hide(clean.when) if clean.when else None,
    )


def _place(new: NewAppeal, *, confidential: bool) -> str | None:
    if not new.place:
        return None
    if not confidential:
        return shielded(new.place, confidential=False, name=new.name, phone=new.phone)
    return shielded_place(new.place, new.text, name=new.name, phone=new.phone)


def is_confidential(new: NewAppeal, proposal: Proposal) -> bool:
    """Whether the informant is protected: asked for, read from the text, or any 举报."""
    readings = [proposal.reading, *(part.proposal.reading for part in proposal.parts)]
    kinds = {new.kind, *(reading.kind for reading in readings)}
    asked = new.confidential or any(reading.confidential for reading in readings)
    return asked or AppealKind.IRREGULARITY_REPORT in kinds


def _clean(new: NewAppeal) -> NewAppeal:
    def field(value: str | None) -> str | None:
        return (storable(value, FIELD_CHARACTERS) or None) if value else None

    return replace(
        new,
        text=storable(new.text, TEXT_CHARACTERS),
        place=field(new.place),
        when=field(new.when),
        name=field(new.name),
        phone=field(new.phone),
    )


def proposal_record(
    proposal: Proposal, hide: Callable[[str], str], *, quoted: bool
) -> dict[str, Any]:
    """Return what is kept of routing's proposal for the dispatcher, as JSON.

    Args:
        proposal: for the appeal, or for the part that a ticket is about.
        hide: makes the citizen's words such as handling roles may see.
        quoted: whether they may stand there: of a confidential appeal only what is confirmed.
    """
    return {
        "outcome": proposal.outcome.value,
        "lead": proposal.lead,
        "co": list(proposal.co),
        "confidence": round(float(proposal.confidence), 4),
        "needs_dispatcher": proposal.needs_dispatcher,
        "send_back_risk": proposal.send_back_risk,
        "emotion": proposal.reading.emotion.value,
        "emotion_words": [hide(words) for words in proposal.reading.emotion_words if quoted],
        "demands": [
            {"demand": one.demand.value, "words": hide(one.words) if quoted else ""}
            for one in proposal.reading.demands
        ],
        "candidates": [
            {
                "code": candidate.code,
                "score": round(float(candidate.score), 4),
                "evidence": [hide(words) for words in candidate.evidence],
            }
            for candidate in proposal.candidates
        ],
    }
