"""Dialogues written down: what a citizen says, and what must be true of each answer.

A file under ``scripts/`` maps the name of a dialogue to its turns. A turn names what is said and
any of the expectations below; what it does not name is not looked at. Two things are held of every
turn without being named: something is answered, and what was not understood never gets the
same sentence as the time before.

    say       what the citizen says; ``$number`` and ``$code`` are the last ticket's
    act       what the turn was, a name of ``Act`` or a list of them
    decision  answer, clarify, no_answer; none: it is not about knowledge
    matter    code of the matter answered, or a list of codes
    facet     the side of the matter
    also      codes of further matters that cards of the turn show
    asks      the open question (a name of ``Slot``); ``none``
    draft     fields of the draft afterwards: a word each holds, null, true or false; ``none``
    choices   how many choices are offered, "none of them" included
    ticket    whether an appeal was registered or found
    handover  whether a person was asked for
    emergency the line named by a safety card; ``none``
    says      expressions that the answer holds
    never     expressions that it does not hold
    silent    nothing is said (a person speaks)
"""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict
from ruamel.yaml import YAML

SCRIPTS = Path(__file__).parent / "scripts"
# Dialogues that people should have and do not have yet: read, named apart, not counted.
WANTED = SCRIPTS.parent / "wanted"


def _listed(value: object) -> object:
    return value if value is None or isinstance(value, list) else [value]


Several = Annotated[list[str] | None, BeforeValidator(_listed)]
Field = str | bool | None


class Said(BaseModel):
    """One thing said and what must be true of its answer."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    say: Annotated[str, BeforeValidator(str)]  # YAML reads a bare number as one
    act: Several = None
    decision: Literal["answer", "clarify", "no_answer", "none"] | None = None
    matter: Several = None
    facet: str | None = None
    also: Several = None
    asks: Several = None
    draft: dict[str, Field] | Literal["none"] | None = None
    choices: int | None = None
    ticket: bool | None = None
    handover: bool | None = None
    emergency: Several = None
    says: Several = None
    never: Several = None
    silent: bool = False


class Dialogue(BaseModel):
    """One dialogue of a file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    turns: tuple[Said, ...]


def read_dialogues(folder: Path = SCRIPTS) -> tuple[Dialogue, ...]:
    """Return every dialogue, named ``file/name``.

    Raises:
        ValidationError: a turn holds what no expectation is called.
    """
    found = []
    for path in sorted(folder.glob("*.yml")):
        entries = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
        found += [
            Dialogue(name=f"{path.stem}/{name}", turns=turns) for name, turns in entries.items()
        ]
    return tuple(found)
