"""References that the loader lets pass: they exist, but lead nowhere useful."""

import re
from collections.abc import Collection, Iterator
from typing import Final

from knowledge_base.checks.findings import Finding, Rule
from knowledge_base.checks.guides import Guides
from knowledge_base.library import Library
from knowledge_base.schema import Matter, Visibility

_WIDER: Final = {Visibility.PUBLIC: 0, Visibility.OPERATORS: 1, Visibility.INTERNAL: 2}
_DISTRICT_KIND = "区县"
_BODY_CODE = re.compile(r"(?<![A-Z0-9])[A-Z][A-Z0-9]{1,5}(?![A-Z0-9])")


def broken_references(guides: Guides, library: Library) -> Iterator[Finding]:
    """Yield what is named in a guide and cannot be followed."""
    known = {library.city.name, library.city.short_name, *(one.name for one in library.places)}
    for guide in guides:
        matter = guide.matter
        yield from _successor(matter, library)
        yield from _neighbours(matter, library)
        yield from _service_points(matter)
        yield from _region(matter, known)


def broken_reference_data(library: Library) -> Iterator[Finding]:
    """Yield what is named in a law, a department or the gazetteer and cannot be followed."""
    yield from _circular_laws(library)
    yield from _departments(library)
    yield from _districts(library)


def _finding(code: str, field: str, message: str, repair: str) -> Finding:
    return Finding(code, field, message, repair, Rule.BROKEN_REFERENCE)


def _successor(matter: Matter, library: Library) -> Iterator[Finding]:
    code = matter.superseded_by
    if code is None:
        return
    if code not in library.matters:
        message = f"取代本事项的 {code} 还没有指南"
        yield _finding(matter.code, "superseded_by", message, "先写好新指南，或删去这一项")
    elif matter.code in _chain(code, library):
        message = f"{matter.code} 与 {code} 互相取代"
        yield _finding(matter.code, "superseded_by", message, "只在旧的一方写明被谁取代")


def _chain(code: str | None, library: Library) -> list[str]:
    """Return the codes that replace one another from ``code`` on, each once."""
    chain: list[str] = []
    while code is not None and code not in chain:
        chain.append(code)
        following = library.matters.get(code)
        code = None if following is None else following.superseded_by
    return chain


def _neighbours(matter: Matter, library: Library) -> Iterator[Finding]:
    # A neighbour without a guide is no fault here: its title and aliases are in the index. The
    # message names the other by its title, for it is not the other that has to be repaired.
    for code in matter.confused_with:
        other = library.matters.get(code)
        if other is None:
            continue
        field = f"confused_with.{code}"
        if other.superseded_by is not None:
            message = f"引导到已被取代的“{other.title}”"
            yield _finding(matter.code, field, message, f"改为引导到 {other.superseded_by}")
        elif _WIDER[other.visibility] > _WIDER[matter.visibility]:
            message = f"引导到读者看不到的“{other.title}”"
            yield _finding(matter.code, field, message, "改为引导到同样公开的事项")


def _service_points(matter: Matter) -> Iterator[Finding]:
    points = matter.location.service_points
    for index, code in enumerate(points):
        if code in points[:index]:
            field = f"location.service_points.{index}"
            yield _finding(matter.code, field, f"服务点 {code} 写了两次", "删去一处")


def _region(matter: Matter, known: Collection[str]) -> Iterator[Finding]:
    if matter.region is not None and matter.region not in known:
        message = f"不认识的地区“{matter.region}”"
        yield _finding(matter.code, "region", message, "用 city/places.yml 中的名称")


def _circular_laws(library: Library) -> Iterator[Finding]:
    for law in library.laws.values():
        seen, title = {law.title}, law.superseded_by
        while title is not None and title in library.laws and title not in seen:
            seen.add(title)
            title = library.laws[title].superseded_by
        if title == law.title:
            message = f"《{law.title}》最终由它自己取代"
            yield _finding(law.title, "superseded_by", message, "只在旧法上写明被谁取代")


def _departments(library: Library) -> Iterator[Finding]:
    for body in library.departments.values():
        for index, line in enumerate(body.not_duties):
            for code in _BODY_CODE.findall(line.rpartition("→")[2]):
                if code not in library.departments:
                    field = f"not_duties.{index}"
                    message = f"“{line}”指向不存在的单位 {code}"
                    yield _finding(body.code, field, message, "用 city/departments.yml 中的代码")


def _districts(library: Library) -> Iterator[Finding]:
    districts = {one.name for one in library.places if one.kind == _DISTRICT_KIND}
    for place in library.places:
        if place.district not in districts:
            message = f"{place.name} 所在的“{place.district}”不是本市的区县"
            yield _finding(place.name, "district", message, "用 city/places.yml 中区县的名称")
