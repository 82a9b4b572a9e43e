"""Whether a question is about something to be done in another city."""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from pypinyin import lazy_pinyin

from knowledge_base.loader import load_library
from knowledge_base.yaml_files import parse_yaml

_FILE = Path(__file__).parent / "city" / "other_places.yml"
_LONGEST_ORIGIN = 8  # characters before a name that say why it is named
_LATIN = re.compile(r"[A-Za-z]+")


@dataclass(frozen=True, slots=True)
class OtherPlaces:
    """The names of other places, and what makes a name somebody's origin."""

    cities: tuple[str, ...]
    name: re.Pattern[str]  # of a city or a province
    origin: re.Pattern[str]
    spelled: frozenset[str]  # names typed in Latin letters, lower case
    here: re.Pattern[str]  # says that it is to be done here all the same
    there: re.Pattern[str]  # another place where the speaker may be: 「佛山这边」
    theirs: re.Pattern[str]  # a name that says whose it is: 「成都的公租房」

    def is_meant(self, text: str) -> bool:
        """Whether ``text`` names another place, and asks for nothing that is done here."""
        found = [*self.name.finditer(text), *filter(self._is_spelled, _LATIN.finditer(text))]
        named = any(
            not self.origin.search(
                text[max(0, one.start() - _LONGEST_ORIGIN) : one.start()].rstrip()
            )
            for one in found
        )
        return named and not self.here.search(self.there.sub("", text))

    def is_theirs(self, text: str) -> bool:
        """Whether ``text`` names something as another place's, or asks where in it to go."""
        return self.theirs.search(text) is not None

    def _is_spelled(self, found: re.Match[str]) -> bool:
        return found[0].lower() in self.spelled


@lru_cache(maxsize=1)
def other_places() -> OtherPlaces:
    """Read the file, once; this city and its province are left out."""
    data: dict[str, Any] = parse_yaml(_FILE.read_text(encoding="utf-8"))
    city = load_library().city
    own = (city.name, city.short_name, city.province or "")

    def others(rows: list[list[str]]) -> tuple[str, ...]:
        names = (name for row in rows for name in row)
        return tuple(name for name in names if not any(name in mine for mine in own))

    cities = others(data["cities"])
    own_spelled = {"".join(lazy_pinyin(name)) for name in own}
    names = sorted((*cities, *others(data["provinces"])), key=len, reverse=True)
    name = f"(?<!{data['not_after']})(?:{'|'.join(map(re.escape, names))})"
    return OtherPlaces(
        cities=cities,
        name=re.compile(f"{name}(?!{data['not_before']})"),
        origin=re.compile("|".join(f"(?:{pattern})" for pattern in data["origins"])),
        spelled=frozenset(name for row in data["spelled"] for name in row) - own_spelled,
        here=re.compile("|".join(data["here"])),
        there=re.compile(f"{name}(?:这边|这里|这儿|本地)"),
        theirs=re.compile(f"{name}(?:{'|'.join(data['theirs'])})"),
    )
