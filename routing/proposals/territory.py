"""Which body acts in which district: what 属地 means there, and where a body's reach ends."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from knowledge_base.schema import Department, Place
from routing.taxonomy import TERRITORY

_DISTRICT_LEVEL = "区县"
_WHOLE_CITY = "全市"
_CENTRE = "中心城区"
_CENTRE_LIST = re.compile(rf"{_CENTRE}（([^）]+)）")


@dataclass(frozen=True, slots=True)
class Resolved:
    """The body for one place; ``code`` is ``None`` where it depends on a place not stated."""

    code: str | None
    within: str | None = None  # the body whose reach was asked about, where it has limits


class TerritoryMap:
    """Reads the districts' bodies and the limits from the departments' ``territory``."""

    def __init__(self, departments: Mapping[str, Department], places: Iterable[Place]) -> None:
        names = [place.name for place in places if place.kind == _DISTRICT_LEVEL]
        self._body_of = {
            name: body.code
            for name in names
            for body in departments.values()
            if body.level == _DISTRICT_LEVEL and body.territory.startswith(name)
        }
        spoken = {code: departments[code].aliases for code in self._body_of.values()}
        self._centre: frozenset[str] = frozenset()
        self._centre = self._named(_centre_list(departments.values()), spoken)
        self._reach = {
            body.code: self._named(body.territory.partition("；")[0], spoken)
            for body in departments.values()
            if body.level != _DISTRICT_LEVEL and not body.territory.startswith(_WHOLE_CITY)
        }
        # Only where the departments' own data says that the territory acts elsewhere does an
        # unknown place leave the body open; a water company's reach is not asked about.
        self._elsewhere_territory = {
            body.code for body in departments.values() if TERRITORY in body.territory
        } & set(self._reach)

    def body_of(self, district: str | None) -> str | None:
        """Return the code of the government of a district."""
        return None if district is None else self._body_of.get(district)

    def is_district(self, code: str) -> bool:
        """Whether the code is the government of a district."""
        return code in self._body_of.values()

    def resolve(self, body: str, district: str | None) -> Resolved:
        """Return who acts for ``body`` (a code or 属地) in ``district``."""
        if body == TERRITORY:
            return Resolved(self.body_of(district))
        reach = self._reach.get(body)
        if not reach:
            return Resolved(body)
        if district is None:
            return Resolved(None if body in self._elsewhere_territory else body, body)
        return Resolved(body if district in reach else self.body_of(district), body)

    def _named(self, text: str, spoken: Mapping[str, tuple[str, ...]]) -> frozenset[str]:
        centre = self._centre if _CENTRE in text else frozenset()
        found = {
            name
            for name, code in self._body_of.items()
            if name in text or any(alias in text for alias in spoken[code] if len(alias) > 1)
        }
        return frozenset(found) | centre


def _centre_list(departments: Iterable[Department]) -> str:
    found = (_CENTRE_LIST.search(body.territory) for body in departments)
    return next((match[1] for match in found if match), "")
