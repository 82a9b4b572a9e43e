"""The gate's words and patterns: packaged data, compiled once."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from routing.reply_gate.errors import GateRulesError

_FILE = Path(__file__).with_name("rules.yml")


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Answer(_Record):
    asked: str
    words: str
    given: str


class _Data(_Record):
    courtesies: tuple[str, ...]
    empty: tuple[str, ...]
    concrete: str
    promises: tuple[str, ...]
    answers: tuple[_Answer, ...]
    families: tuple[tuple[str, ...], ...]
    generic: tuple[str, ...]
    connectives: str
    surnames: str
    titles: str
    informant: tuple[str, ...]
    identity: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AnswerForm:
    """A form of question, and what an answer to it must at least hold."""

    asked: re.Pattern[str]
    words: str  # for the reason: 时间
    given: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class GateRules:
    """Everything of ``rules.yml``, compiled."""

    courtesies: re.Pattern[str]
    empty: re.Pattern[str]
    concrete: re.Pattern[str]
    promises: re.Pattern[str]
    answers: tuple[AnswerForm, ...]
    families: Mapping[str, int]  # word → number of its family
    generic: re.Pattern[str]
    connectives: re.Pattern[str]
    surnames: str
    titles: str
    informant: re.Pattern[str]
    identity: re.Pattern[str]  # in a question: asks who the informant is, or where to meet them


@lru_cache(maxsize=1)
def shipped_rules() -> GateRules:
    """Return the packaged rules.

    Raises:
        GateRulesError: the file is damaged.
    """
    try:
        data = _Data.model_validate(yaml.safe_load(_FILE.read_text(encoding="utf-8")))
        return _compiled(data)
    except (OSError, yaml.YAMLError, ValidationError, re.error) as error:
        raise GateRulesError(_FILE.name, error) from error


def _compiled(data: _Data) -> GateRules:
    families = {word: number for number, words in enumerate(data.families) for word in words}
    return GateRules(
        courtesies=_any(data.courtesies),
        empty=_any(data.empty),
        concrete=re.compile("".join(data.concrete.split(" "))),
        promises=_any(data.promises),
        answers=tuple(
            AnswerForm(re.compile(one.asked), one.words, re.compile(one.given))
            for one in data.answers
        ),
        families=families,
        generic=_any(data.generic),
        connectives=re.compile(data.connectives),
        surnames=data.surnames,
        titles=data.titles,
        informant=_any(data.informant),
        identity=_any(data.identity),
    )


def _any(patterns: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{one})" for one in patterns))
