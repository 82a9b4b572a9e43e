"""What a message says by its words alone: again, shorter, slower; anger; what is not ours.

Data in ``remarks.yml``; the same with Rasa and without.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

from yaml import YAMLError

from foundation.errors import ConfigurationError
from knowledge_base.yaml_files import parse_yaml
from retrieval.places import other_places

_FILE = Path(__file__).with_name("remarks.yml")
_PUNCTUATION = re.compile(r"[\s，。！？、~～…,.!?;；:：“”\"']+")
_BREATH = re.compile(
    r"(?:啊|嗯|呃|哦|哎|喂|啥|什么|哈|唉|那个|不好意思|对不起|麻烦(?:你|您)?(?:了)?|谢谢|你好|姑娘|小伙子|同志|师傅|"
    r"(?:我|人|这)?(?:老了|年纪大了?|岁数大了?|眼(?:睛)?(?:花|不好)了?|耳朵(?:不好|背)了?|耳背|记不住|跟不上|看不过来))+"
)
_PARTICLES = "嘛啊呀哦哈呢哟噻"
_CITY = "{city}"
_AS_SAID = "还是刚才那句话："
_LONGEST_REMARK = 30  # characters


class Pace(StrEnum):
    """How an answer is wanted once more."""

    AGAIN = "repeat"
    SHORTER = "shorter"
    SLOWER = "slower"


# Of several ways that are wanted in one breath, the one that changes most.
_TELLING = (Pace.SHORTER, Pace.SLOWER, Pace.AGAIN)


@dataclass(frozen=True, slots=True)
class Topic:
    """Something that another body settles, and the sentence that names it."""

    name: str
    any: re.Pattern[str]
    unless: re.Pattern[str] | None
    says: str
    declined: bool  # an account of it is taken down, and routing declines it
    over_guide: bool  # also where retrieval is sure of a guide
    beside: str | None  # said below the guide that is answered instead

    @property
    def again(self) -> str:
        """The sentence when it was said the turn before."""
        return f"{_AS_SAID}{self.says}"

    def fits(self, text: str) -> bool:
        """Whether ``text`` is about this."""
        found = self.any.search(text) is not None
        return found and (self.unless is None or self.unless.search(text) is None)


@dataclass(frozen=True, slots=True)
class Doubt:
    """What is asked of the registration itself while an appeal is taken down, and the answer."""

    any: re.Pattern[str]
    longest: int  # characters; more is an account
    says: str
    shields: bool  # who asks so wants to be protected

    def fits(self, text: str) -> bool:
        """Whether ``text`` asks this and tells nothing."""
        return len(text) <= self.longest and self.any.search(text) is not None


@dataclass(frozen=True, slots=True)
class Remarks:
    """All that is read from words alone."""

    paces: tuple[tuple[Pace, re.Pattern[str]], ...]
    rate_service: re.Pattern[str]
    topics: tuple[Topic, ...]
    doubts: tuple[Doubt, ...]

    def pace(self, text: str) -> Pace | None:
        """Return how the last answer is wanted once more, if that is all ``text`` says."""
        bare = _PUNCTUATION.sub("", text)
        if not 1 < len(bare) <= _LONGEST_REMARK:
            return None
        if (whole := self._pace_of(bare)) is not None:
            return whole
        # 「啥？没听清，再说一遍」: each clause by itself, and what is only breath
        said = [one for one in _PUNCTUATION.split(text) if one and not _BREATH.fullmatch(one)]
        found = [self._pace_of(one) for one in said]
        if not found or None in found:
            return None
        return next((pace for pace in _TELLING if pace in found), Pace.AGAIN)

    def _pace_of(self, bare: str) -> Pace | None:
        bare = bare.rstrip(_PARTICLES)
        return next((pace for pace, said in self.paces if said.fullmatch(bare)), None)

    def wants_to_rate(self, text: str) -> bool:
        """Whether somebody wants to rate the service and has not yet said how."""
        bare = _PUNCTUATION.sub("", text)
        return len(bare) <= _LONGEST_REMARK and self.rate_service.fullmatch(bare) is not None

    def doubt(self, text: str) -> Doubt | None:
        """Return what ``text`` asks of the registration itself."""
        return next((doubt for doubt in self.doubts if doubt.fits(text)), None)

    def topic(self, text: str) -> Topic | None:
        """Return what ``text`` is about that another body settles."""
        return next((topic for topic in self.topics if topic.fits(text)), None)


@lru_cache(maxsize=1)
def remarks() -> Remarks:
    """Read and compile the packaged data.

    Raises:
        ConfigurationError: the file cannot be read or holds an expression that is none.
    """
    return load_remarks(_FILE.read_text(encoding="utf-8"), other_places().cities)


def load_remarks(text: str, others: Sequence[str]) -> Remarks:
    """Compile one YAML text; ``others`` are the names of other cities."""
    try:
        data: dict[str, Any] = parse_yaml(text)
        cities = "|".join(map(re.escape, others))
        return Remarks(
            paces=tuple((pace, _pattern(data[pace.value]["whole"], cities)) for pace in Pace),
            rate_service=_pattern(data["rate_service"]["whole"], cities),
            topics=tuple(_topic(entry, cities) for entry in data["topics"]),
            doubts=tuple(_doubt(entry) for entry in data.get("doubts", ())),
        )
    except (YAMLError, KeyError, TypeError, ValueError, re.error) as error:
        raise ConfigurationError(f"remarks: not readable: {error!r}") from error


def _doubt(entry: dict[str, Any]) -> Doubt:
    return Doubt(
        any=_pattern(entry["any"], ""),
        longest=int(entry["longest"]),
        says=entry["says"],
        shields=bool(entry.get("shields", False)),
    )


def _topic(entry: dict[str, Any], cities: str) -> Topic:
    unless = entry.get("unless")
    return Topic(
        name=entry["name"],
        any=_pattern(entry["any"], cities),
        unless=_pattern(unless, cities) if unless else None,
        says=entry["says"],
        declined=bool(entry.get("declined", False)),
        over_guide=bool(entry.get("over_guide", False)),
        beside=entry.get("beside"),
    )


def _pattern(expressions: Sequence[str], cities: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{one.replace(_CITY, cities)})" for one in expressions))
