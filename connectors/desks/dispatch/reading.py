"""What routing read of a ticket, in words for the dispatcher."""

from collections.abc import Mapping
from typing import Any

from routing.schemas import Demand, Emotion


def reading_facts(proposal: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what is wanted and how upset the citizen is; nothing where it is not known."""
    facts = []
    demands = [
        f"{Demand(one['demand']).label}{_quoted(one['words'])}"
        for one in proposal.get("demands", ())
    ]
    if demands:
        facts.append(("要求", "、".join(demands)))
    emotion = Emotion(proposal.get("emotion", Emotion.CALM))
    if emotion is not Emotion.CALM:
        words = "、".join(f"“{one}”" for one in proposal.get("emotion_words", ()))
        facts.append(("情绪", f"{emotion.label}（{words}）" if words else emotion.label))
    return facts


def _quoted(words: str) -> str:
    return f"（“{words}”）" if words else ""


def risk_words(proposal: Mapping[str, Any]) -> str | None:
    """Return how likely the proposed lead sends the ticket back."""
    risk = proposal.get("send_back_risk")
    return None if risk is None else f"退单风险 {float(risk):.0%}"
