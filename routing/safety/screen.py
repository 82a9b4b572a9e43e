"""The emergency screen: life safety first, without a model, before everything else.

A pure function over packaged data. It leans towards alarm: a card too many costs a glance, a card
too few may cost a life. What it must not do is to alarm on figures of speech (气死我了), on what
is over (去年家里着火), or on questions about rules (火灾事故认定怎么申请).
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from routing.safety.errors import ScreenDataError
from routing.safety.prefilter import Prefilter

Line = Literal["110", "119", "120", "122", "燃气", "供电", "心理援助"]

_DATA = Path(__file__).with_name("patterns.yml")
_FAMILIES = Path(__file__).with_name("families.yml")
_LONGEST = 2000  # characters; as much of a message as enters the pipeline
_GAP = re.compile(
    r"(?<=[\u4e00-\u9fff]{2})\s+(?=[\u4e00-\u9fff]{2})"
)  # a space between words ends a clause
_WORD = re.compile(r"<([a-z]+)>")
_INVISIBLE = re.compile(r"[\s\u200b-\u200f\u202a-\u202e\u2060\ufeff\x00-\x1f\x7f-\x9f]+")
_CLAUSE_END = re.compile(r"[，。！？；,!?;…~～]|\.{2,}")
_SENTENCE_END = re.compile(r"[。！？!?；;]")


@dataclass(frozen=True, slots=True)
class SafetyAlert:
    """Whom to call now, and what to do until they come."""

    line: Line
    name: str  # what it looks like: 火灾, 燃气泄漏 …
    instructions: str  # what to do now; asks for the place
    category: str  # fire, gas_leak, missing_person …


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _AlertData(_Record):
    category: str
    name: str
    line: Line
    past: Literal["any", "far"]
    supposed: bool = False  # a supposition is reason enough (闻到像煤气的味道)
    habit: bool = False  # what happens again and again is no emergency of this moment
    errand: bool = False  # told as the reason for an errand (残疾补贴) it is no emergency
    vetoes: str | None = None
    triggers: tuple[str, ...]
    instructions: str


class _ScreenData(_Record):
    traditional: dict[Literal["from", "to"], str]
    figurative: tuple[str, ...]
    dialect: dict[str, str]
    words: dict[str, str]
    hearsay: str
    far_past: str
    near_past: str
    present: str
    ended: str
    policy: str
    supposed: str
    habit: str
    errand: str
    alerts: tuple[_AlertData, ...]


class _Families(_Record):
    words: dict[str, str]
    triggers: dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class _Alert:
    """One kind of emergency, its patterns compiled."""

    alert: SafetyAlert
    triggers: tuple[re.Pattern[str], ...]
    vetoes: re.Pattern[str] | None
    past: re.Pattern[str]
    habit: bool
    supposed: bool
    errand: bool


class SafetyScreen:
    """The compiled patterns; :func:`screen` uses the packaged ones."""

    def __init__(self, data: _ScreenData) -> None:
        self._simplified = str.maketrans(data.traditional["from"], data.traditional["to"])
        self._dialect = data.dialect
        longest_first = sorted(data.dialect, key=len, reverse=True)
        self._dialectal = re.compile("|".join(map(re.escape, longest_first)))
        self._hearsay = re.compile(data.hearsay)
        self._figurative = re.compile("|".join(data.figurative))
        self._present = re.compile(data.present)
        self._ended = re.compile(data.ended)
        self._policy = re.compile(data.policy)
        self._supposed = re.compile(data.supposed)
        self._habit = re.compile(data.habit)
        self._errand = re.compile(data.errand)
        far = re.compile(data.far_past)
        near = re.compile(f"{data.far_past}|{data.near_past}")
        self._alerts = tuple(_compiled(alert, data.words, far, near) for alert in data.alerts)
        self._prefilter = Prefilter([t.pattern for a in self._alerts for t in a.triggers])

    def screen(self, text: str) -> SafetyAlert | None:
        """Return the first alert that the text gives reason for."""
        plain = self.plain(text)
        worth_trying = iter(self._prefilter.possible(plain))
        for alert in self._alerts:
            tried = [t for t in alert.triggers if next(worth_trying)]
            if self._fires(alert, tried, plain):
                return alert.alert
        return None

    def plain(self, text: str) -> str:
        """Return a text as the patterns see it: simplified, dialect and figures of speech gone."""
        return self._figurative.sub("□", self._normalised(text))

    def _normalised(self, text: str) -> str:
        folded = unicodedata.normalize("NFKC", text[:_LONGEST])
        simplified = _INVISIBLE.sub("", _GAP.sub("，", folded)).translate(self._simplified)
        return self._dialectal.sub(lambda match: self._dialect[match[0]], simplified)

    def _fires(self, alert: _Alert, triggers: list[re.Pattern[str]], text: str) -> bool:
        return any(
            not self._is_vetoed(alert, text, match)
            for trigger in triggers
            for match in trigger.finditer(text)
        )

    def _is_vetoed(self, alert: _Alert, text: str, match: re.Match[str]) -> bool:
        clause = _around(text, match, _CLAUSE_END)
        sentence = _around(text, match, _SENTENCE_END)
        if alert.vetoes is not None and alert.vetoes.search(clause):
            return True
        if self._policy.search(clause) or self._ended.search(sentence):
            return True
        if self._hearsay.search(sentence):
            return True
        if alert.errand and self._is_errand(text, match):
            return True
        if not alert.supposed and self._supposed.search(clause):
            return True
        before = text[: match.end()].rpartition("。")[2] + clause.rpartition(match[0])[2]
        if alert.habit and self._habit.search(clause) and not self._present.search(clause):
            return True
        return self._is_over(alert, before)

    def _is_errand(self, text: str, match: re.Match[str]) -> bool:
        # 我爸瘫在床上，护理补贴怎么领: what is told first is only the reason for the errand. Told
        # the other way round (救护车多少钱，我肚子疼得打滚) the danger is what matters.
        return self._errand.search(text, match.start()) is not None and not self._present.search(
            text
        )

    def _is_over(self, alert: _Alert, sentence: str) -> bool:
        # "Last night he threatened me, now he is at the door": the present outweighs the past.
        past = list(alert.past.finditer(sentence))
        return bool(past) and not self._present.search(sentence, past[-1].end())


def _joined(data: _ScreenData, more: _Families) -> _ScreenData:
    """Return the patterns with the families behind those of the same category."""
    unknown = set(more.triggers) - {alert.category for alert in data.alerts}
    if unknown:
        raise ValueError(f"families of unknown categories: {sorted(unknown)}")
    taken: set[str] = set()
    alerts = []
    for alert in data.alerts:
        added = () if alert.category in taken else more.triggers.get(alert.category, ())
        taken.add(alert.category)
        alerts.append(alert.model_copy(update={"triggers": (*alert.triggers, *added)}))
    return data.model_copy(update={"words": data.words | more.words, "alerts": tuple(alerts)})


def _around(text: str, match: re.Match[str], end: re.Pattern[str]) -> str:
    starts = [m.end() for m in end.finditer(text, 0, match.start())]
    stop = end.search(text, max(match.start(), match.end() - 1))
    return text[starts[-1] if starts else 0 : stop.start() if stop else len(text)]


def _compiled(
    data: _AlertData, words: dict[str, str], far: re.Pattern[str], near: re.Pattern[str]
) -> _Alert:
    return _Alert(
        alert=SafetyAlert(data.line, data.name, data.instructions, data.category),
        triggers=tuple(re.compile(_expanded(trigger, words)) for trigger in data.triggers),
        vetoes=re.compile(data.vetoes) if data.vetoes else None,
        past=far if data.past == "far" else near,
        habit=data.habit,
        supposed=data.supposed,
        errand=data.errand,
    )


def _expanded(trigger: str, words: dict[str, str]) -> str:
    """Put each word family in the place of its name: ``<gas>`` becomes ``(?:煤气|燃气|…)``."""
    return _WORD.sub(lambda match: f"(?:{words[match[1]]})", trigger)


@lru_cache(maxsize=1)
def load_screen() -> SafetyScreen:
    """Read the packaged patterns, once.

    Raises:
        ScreenDataError: the file is missing or a pattern cannot be compiled.
    """
    try:
        data = _ScreenData.model_validate(yaml.safe_load(_DATA.read_text(encoding="utf-8")))
        more = _Families.model_validate(yaml.safe_load(_FAMILIES.read_text(encoding="utf-8")))
        return SafetyScreen(_joined(data, more))
    except (OSError, yaml.YAMLError, ValidationError, re.error, KeyError, ValueError) as error:
        raise ScreenDataError(_DATA.name, error) from error


def screen(text: str) -> SafetyAlert | None:
    """Return whom to call now when ``text`` (raw, of any length) tells of danger to life.

    Only the first 2,000 characters are read. Never raises on any text.
    """
    return _PACKAGED.screen(text)


_PACKAGED = load_screen()  # at import: the screen must not depend on a file when it is needed
