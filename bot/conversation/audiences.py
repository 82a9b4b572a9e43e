"""For whom something is done, and that it is somebody else now: 「那小孩呢」「公司办呢」."""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from foundation.errors import ConfigurationError
from knowledge_base.schema import FacetName, Matter
from knowledge_base.yaml_files import parse_yaml
from retrieval.wording import Wording

_FILE = Path(__file__).with_name("audiences.yml")
# 「要是老人自己不会弄呢」 tells more, and still only turns the question.
_SUPPOSES = re.compile(r"^(?:那?(?:要是|如果|假如|万一|换成)|那(?:我|我们)?家?)")
_BEFORE = re.compile(r"(?:那|就是|是|给|帮|我|我们|我家|家里|的)*")
_AFTER = re.compile(r"[的呢，,]")
# 「我妈瘫在床上来不了呢」 supposes without a word for it.
_WHAT_IF = re.compile(r"^[^，,。]{2,}呢[？?。]?$")
_ASKS = re.compile(r"[呢吗么?？]|怎么|咋|如何|能不能|可不可以|行不行")
_LONGEST = 24  # characters: more tells of something, and does not only turn a question


@dataclass(frozen=True, slots=True)
class Group:
    """One group of people or bodies."""

    name: str
    said: re.Pattern[str]
    guide: re.Pattern[str]
    query: str
    titles: re.Pattern[str]

    def lines_of(self, text: str) -> tuple[str, ...]:
        """Return the lines of a guide's facet that speak of this group, word for word."""
        return tuple(line for line in text.splitlines() if self.guide.search(line))

    def has_own(self, matter: Matter) -> bool:
        """Whether a guide is this group's, by its title."""
        return self.titles.search(matter.title) is not None


@dataclass(frozen=True, slots=True)
class Switch:
    """A question turned to another group."""

    group: Group
    facet: FacetName | None  # None: no side, or merely "how"


@dataclass(frozen=True, slots=True)
class Audiences:
    """The groups that are told apart."""

    groups: tuple[Group, ...]
    around: re.Pattern[str]

    def named(self, name: str) -> Group:
        """Return a group by its name."""
        return next(group for group in self.groups if group.name == name)

    def switch(self, text: str, wording: Wording, of: str = "") -> Switch | None:
        """Return the group that ``text`` turns to, where it says nothing else but a facet.

        ``of``: names of the matter that the question is turned on; their words say nothing new.
        """
        if len(text) > _LONGEST:
            return None
        for group in self.groups:
            found = group.said.search(text)
            if found is None:
                continue
            before, after = text[: found.start()], text[found.end() :]
            rest = wording.residue(before + after)
            more = re.sub(r"[\W_]", "", self.around.sub("", rest))
            more = "" if all(character in of for character in more) else more
            begins = _BEFORE.fullmatch(before) and (_AFTER.match(after) or _WHAT_IF.search(after))
            if not more or ((begins or _SUPPOSES.match(text)) and _ASKS.search(text)):
                facet = wording.facet_of(before + after)
                return Switch(group, None if facet is FacetName.PROCESS else facet)
        return None

    def mentioned(self, text: str) -> str | None:
        """Return the group that ``text`` speaks of, where it is one and no other."""
        found = [group.name for group in self.groups if group.said.search(text)]
        return found[0] if len(found) == 1 else None

    def is_of(self, group: Group, matter: Matter) -> bool:
        """Whether a guide is this group's and no other's, by its title."""
        others = (one for one in self.groups if one is not group)
        return group.has_own(matter) and not any(one.has_own(matter) for one in others)

    def without_groups(self, title: str) -> str:
        """Return a guide's title without the words that say for whom it is."""
        for group in self.groups:
            title = group.titles.sub("", title)
        return re.sub(r"（.*?）", "", title)


@lru_cache(maxsize=1)
def audiences() -> Audiences:
    """Read and compile the packaged data.

    Raises:
        ConfigurationError: the file cannot be read or holds an expression that is none.
    """
    try:
        data: dict[str, Any] = parse_yaml(_FILE.read_text(encoding="utf-8"))
        return Audiences(
            groups=tuple(
                Group(
                    name=entry["name"],
                    said=re.compile(entry["said"]),
                    guide=re.compile(entry["guide"]),
                    query=entry["query"],
                    titles=re.compile(entry["titles"]),
                )
                for entry in data["groups"]
            ),
            around=re.compile(data["around"]),
        )
    except (KeyError, TypeError, re.error) as error:
        raise ConfigurationError(f"audiences: not readable: {error!r}") from error
