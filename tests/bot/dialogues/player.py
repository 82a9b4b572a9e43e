"""Plays a written dialogue through the assistant and says where it did not do as written."""

import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from bot.conversation.intake import read_back
from bot.conversation.reading import says_something
from bot.conversation.schemas import AppealDraft, DialogueState
from bot.conversation.transcript import Receipt
from connectors.assembly import Services
from connectors.cli.talk import Player, texts
from tests.bot.dialogues.script import Dialogue, Said

_TICKET = re.compile(r"诉求编号(?P<number>\d{8}-\d{6})，查询码(?P<code>[A-Z0-9]{6})")
# Answers that come because nothing was understood.
_HELPLESS = frozenset({"fallback", "out_of_scope", "choose", "abuse", "greet", "thanks", "goodbye"})


@dataclass
class Heard:
    """One turn as it was played."""

    said: str
    receipt: Receipt
    state: DialogueState

    @property
    def text(self) -> str:
        return "\n".join(texts(self.receipt))


@dataclass
class Played:
    """A whole dialogue as it was played; ``faults`` is empty when all was as written."""

    name: str
    turns: list[Heard] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    degraded: list[str | None] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        return not self.faults

    def report(self) -> str:
        """Return the dialogue with its faults, for the log of a failed run."""
        lines = [f"== {self.name}"]
        for turn in self.turns:
            lines += [f"  > {turn.said}", f"  < {turn.text[:160]!r}"]
        return "\n".join([*lines, *(f"  ! {fault}" for fault in self.faults)])


async def play(dialogue: Dialogue, services: Services, *, may_degrade: bool) -> Played:
    """Play one dialogue in a conversation of its own, as ``hotline talk`` does.

    Raises:
        RasaUnavailableError: a turn went without Rasa although it must not.
    """
    player = Player(services, may_degrade=may_degrade)
    key, played = f"talk:{uuid.uuid4().hex}", Played(dialogue.name)
    ticket = {"number": "", "code": ""}
    for number, turn in enumerate(dialogue.turns, 1):
        said = turn.say.replace("$number", ticket["number"]).replace("$code", ticket["code"])
        receipt = await player.say(key, said)
        state = await services.conversations.state(receipt.conversation_id or "")
        heard = Heard(said, receipt, state)
        before = played.turns[-1] if played.turns else None
        if says_something(said):  # nothing but signs is answered without asking anybody
            played.degraded.append(receipt.degraded)
        played.faults += [f"{number} {said}: {fault}" for fault in faults(turn, heard, before)]
        played.turns.append(heard)
        if found := _TICKET.search(heard.text):
            ticket = found.groupdict()
    return played


def faults(turn: Said, heard: Heard, before: Heard | None) -> Iterator[str]:
    """Yield what is not as ``turn`` says, in words."""
    yield from _always(turn, heard, before)
    for name, check in _CHECKS.items():
        wanted = getattr(turn, name)
        if wanted is not None:
            yield from check(wanted, heard)


def _always(turn: Said, heard: Heard, before: Heard | None) -> Iterator[str]:
    if bool(heard.text.strip()) is turn.silent:
        yield f"said {heard.text!r}"
    helpless = heard.receipt.summary.act in _HELPLESS
    if helpless and before is not None and before.text == heard.text:
        yield "the same sentence as before"


Check = Callable[[Any, Heard], Iterator[str]]


def _summary(name: str) -> Check:
    def check(wanted: str | bool | list[str], heard: Heard) -> Iterator[str]:
        got = getattr(heard.receipt.summary, name)
        fits = got in wanted if isinstance(wanted, list) else got == wanted
        if not fits:
            yield f"{name} {got}, not {wanted}"

    return check


def _or_none(name: str) -> Check:
    plain = _summary(name)

    def check(wanted: str | list[str], heard: Heard) -> Iterator[str]:
        several = wanted if isinstance(wanted, list) else [wanted]
        return plain([None if one == "none" else one for one in several], heard)

    return check


def _ticket(wanted: bool, heard: Heard) -> Iterator[str]:
    if (heard.receipt.summary.ticket_no is not None) is not wanted:
        yield f"ticket {heard.receipt.summary.ticket_no}"


def _also(wanted: list[str], heard: Heard) -> Iterator[str]:
    shown = {card.data.get("code") for entry in heard.receipt.entries for card in entry.cards}
    if missing := set(wanted) - shown:
        yield f"no card of {sorted(missing)}"


def _choices(wanted: int, heard: Heard) -> Iterator[str]:
    offered = sum(len(entry.choices) for entry in heard.receipt.entries)
    if offered != wanted:
        yield f"{offered} choices, not {wanted}"


def _draft(wanted: dict[str, Any] | str, heard: Heard) -> Iterator[str]:
    draft = heard.state.draft
    if wanted == "none" or draft is None:
        if (wanted == "none") is not (draft is None):
            yield f"draft {draft and read_back(draft)!r}"
        return
    assert isinstance(wanted, dict)
    for name, value in wanted.items():
        got = _field(draft, name)
        fits = value in got if isinstance(value, str) and isinstance(got, str) else value == got
        if not fits:
            yield f"draft.{name} {got!r}, not {value!r}"


def _field(draft: AppealDraft, name: str) -> object:
    return draft.kind.label if name == "kind" else getattr(draft, name)


def _says(wanted: list[str], heard: Heard) -> Iterator[str]:
    for expression in wanted:
        if not re.search(expression, heard.text):
            yield f"does not say {expression!r}"


def _never(wanted: list[str], heard: Heard) -> Iterator[str]:
    for expression in wanted:
        if re.search(expression, heard.text):
            yield f"says {expression!r}"


_CHECKS: dict[str, Check] = {
    "act": _summary("act"),
    "decision": _or_none("decision"),
    "matter": _summary("matter"),
    "facet": _summary("facet"),
    "also": _also,
    "asks": _or_none("asks"),
    "draft": _draft,
    "choices": _choices,
    "ticket": _ticket,
    "handover": _summary("handover"),
    "emergency": _or_none("emergency_line"),
    "says": _says,
    "never": _never,
}
