"""Read an intent from words alone: the degraded path, and what an open question makes certain."""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from bot.conversation.intents import Intent
from bot.conversation.schemas import Slot, Turn
from foundation.errors import ConfigurationError
from retrieval.schemas import Decision
from retrieval.several import is_question

_FILE = Path(__file__).with_name("intent_patterns.yml")
# final particles and punctuation carry no meaning for an answer like 「对的呀。」
_EDGES = re.compile(r"^[\s，。！？、~～…,.!?;；:：]+|[\s，。！？、~～…,.!?;；:：]+$")
_INNER = re.compile(r"[\s，。！？、~～…,.!?;；:：]+")
_KEYS = {"intent", "settles", "whole", "any", "unless", "asks", "draft", "choices", "longest"}
# above it the reading of an appeal outweighs a question word (「怎么天天半夜还在施工」)
_APPEAL_LIKELY = 0.6
_APPEAL_CERTAIN = 0.85
_SURE = 0.8  # of what kind of thing it was
_STORY = 8  # characters
_COMPLAINS = re.compile(r"投诉|举报|反映|求助|曝光|没人管")


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the file; ``None`` where it does not care."""

    intent: Intent
    settles: bool
    whole: re.Pattern[str] | None
    any: re.Pattern[str] | None
    unless: re.Pattern[str] | None
    asks: frozenset[Slot]
    draft: bool | None
    choices: bool | None
    longest: int | None

    def fits(self, turn: Turn) -> bool:
        """Tell whether all that the rule names holds for ``turn``."""
        return self._fits_state(turn) and self._fits_text(turn.text)

    def _fits_state(self, turn: Turn) -> bool:
        state = turn.state
        return (
            (not self.asks or open_question(turn) in self.asks)
            and self.draft in (None, state.draft is not None)
            and self.choices in (None, bool(state.choices))
        )

    def _fits_text(self, text: str) -> bool:
        bare = _INNER.sub("", _EDGES.sub("", text)).lower()
        if self.longest is not None and len(bare) > self.longest:
            return False
        if self.whole is not None and not self.whole.fullmatch(bare):
            return False
        if self.any is not None and not self.any.search(text):
            return False
        return self.unless is None or not self.unless.search(text)


def open_question(turn: Turn) -> Slot | None:
    """Return what the assistant asked last: the draft's question before the dialogue's."""
    draft = turn.state.draft
    return draft.asking if draft is not None and draft.asking else turn.state.asks


def settled_intent(turn: Turn) -> Intent | None:
    """Return the intent that words and open question make certain, whatever a classifier says."""
    return next((rule.intent for rule in rules() if rule.settles and rule.fits(turn)), None)


def guess_intent(turn: Turn) -> Intent:
    """Return the likeliest intent without a classifier (Rasa is away or not yet up)."""
    named = next((rule.intent for rule in rules() if rule.fits(turn)), None)
    if named is None:
        return _unnamed(turn)
    return _appeal_over_facet(named, turn)


def _unnamed(turn: Turn) -> Intent:
    """Return what a message without any telling word is, from what else is known of it."""
    if turn.state.draft is not None and not is_question(turn.text):
        return Intent.INFORM
    if _tells_of_an_issue(turn):
        return Intent(_APPEAL_INTENT.get(turn.heard.kind.value, Intent.MAKE_COMPLAINT))
    return Intent.ASK_MATTER


_APPEAL_INTENT: dict[str, Intent] = {
    "assistance": Intent.REQUEST_ASSISTANCE,
    "complaint": Intent.MAKE_COMPLAINT,
    "irregularity_report": Intent.REPORT_IRREGULARITY,
    "suggestion": Intent.MAKE_SUGGESTION,
    "commendation": Intent.COMMEND,
}


def _appeal_over_facet(named: Intent, turn: Turn) -> Intent:
    """Let a plain account of an issue win over a facet word it happens to contain."""
    if not named.value.startswith("ask_") or named is Intent.ASK_PROGRESS:
        return named
    if turn.state.draft is not None and not is_question(turn.text):
        return Intent.INFORM
    return _unnamed(turn) if _tells_of_an_issue(turn) else named


def _tells_of_an_issue(turn: Turn) -> bool:
    heard, retrieved = turn.heard, turn.retrieved
    if heard.vague and not _COMPLAINS.search(turn.text):
        return False
    placed = heard.place is not None or heard.when is not None
    if len(turn.text) < _STORY and not placed:
        # Too few words for a story: 「个体工商户的」 is none, 「路灯不亮」 is.
        return heard.appeal_probability >= _APPEAL_CERTAIN and heard.category_probability >= _SURE
    if retrieved.decision is not Decision.NO_ANSWER and is_question(turn.text):
        return heard.appeal_probability >= _APPEAL_CERTAIN
    return heard.appeal_probability >= _APPEAL_LIKELY


@lru_cache(maxsize=1)
def rules() -> tuple[Rule, ...]:
    """Read and compile the packaged patterns.

    Raises:
        ConfigurationError: the file cannot be read; the message lists each faulty rule.
    """
    return load_rules(_FILE.read_text(encoding="utf-8"))


def load_rules(text: str) -> tuple[Rule, ...]:
    """Compile the rules of one YAML text; see ``rules``."""
    try:
        entries = YAML(typ="safe").load(text)["rules"]
    except (YAMLError, KeyError, TypeError) as error:
        raise ConfigurationError(f"intent patterns: not readable: {error}") from error
    compiled, faults = [], []
    for number, entry in enumerate(entries, start=1):
        try:
            compiled.append(_compile(entry))
        except (KeyError, ValueError, TypeError, re.error) as error:
            faults.append(f"rule {number}: {error!r}")
    if faults:
        raise ConfigurationError("intent patterns: " + "; ".join(faults))
    return tuple(compiled)


def _compile(entry: dict[str, Any]) -> Rule:
    if unknown := set(entry) - _KEYS:
        raise ValueError(f"unknown keys {sorted(unknown)}")
    if "whole" not in entry and "any" not in entry:
        raise ValueError("needs whole or any")
    return Rule(
        intent=Intent(entry["intent"]),
        settles=bool(entry.get("settles", False)),
        whole=_pattern(entry.get("whole")),
        any=_pattern(entry.get("any")),
        unless=_pattern(entry.get("unless")),
        asks=frozenset(Slot(name) for name in entry.get("asks", ())),
        draft=entry.get("draft"),
        choices=entry.get("choices"),
        longest=entry.get("longest"),
    )


def _pattern(expressions: list[str] | None) -> re.Pattern[str] | None:
    if not expressions:
        return None
    return re.compile("|".join(f"(?:{expression})" for expression in expressions))
