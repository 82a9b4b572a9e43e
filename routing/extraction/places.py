"""Places: the gazetteer by Aho–Corasick over characters, and which of several places is meant."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import ahocorasick

from knowledge_base.schema import Place
from routing.extraction.place_forms import find_by_form

_DISTRICT_KIND = "区县"
_SUBDISTRICT_KIND = "街道乡镇"
_NUMBER = r"[0-9０-９一二三四五六七八九十百]+"
# What people add to a name to say where exactly; it belongs to the place as said.
_SUFFIX = re.compile(
    rf"(?:小区|社区|家属院|[一二三四五]期|{_NUMBER}(?:号(?=楼[下上顶道])|号楼|号院|栋|幢|单元|楼|层|室|号|组|座)"
    r"|[A-Za-z][0-9]*(?:座|栋|区)|(?:东|西|南|北|正|后|大|侧)?门(?:口|外|前)?|楼下|楼上|楼顶|楼道"
    r"|电梯口|对面|斜对面|旁边|旁|附近|后面|后头|背后|前面|里面|里头|外面|外头|里(?!拆|程)|内|外墙|外"
    r"|十字路口|交叉路?口|路口|公交站|地下车库|地下室|车库|那边|这边|一带|周边|边上|入口|出口|村口"
    r"|[东西南北中]段|沿线|背街|夜市|停车场|工地|斜对过|对过|马路对面|隔壁|[东西南北](?:边|侧|面|头)"
    r"|(?:[往向][东西南北])?\d+多?米(?:处|左右|远)?|红绿灯(?:处|路口|口|那里)|地铁口|公交站台|桥[下头洞]|环岛|转盘"
    r"|拐角|转角|之间|负[一二三\d]楼)+"
)
# A public place without a name of its own, told by the district or township before it.
_PUBLIC = re.compile(
    r"(?:的|那个|这个|那座)?(?:[市县区镇乡])?(?:人民|中心|中医|妇幼|实验|[第]?[一二三四])*"
    r"(?:图书馆|文化馆|文化站|博物馆|美术馆|科技馆|少年宫|青少年宫|体育馆|体育场|体育中心|游泳馆"
    r"|公园|广场|医院|卫生院|保健院|敬老院|养老院|汽车站|客运站|火车站|高铁站|车站|菜市场|农贸市场"
    r"|小学|中学|幼儿园|派出所|政务(?:服务)?(?:中心|大厅)|便民服务中心|办事大厅)"
)
_STRETCH = re.compile(r"之?间|中间|路?段|[这那一]段")  # 长安路到百花路之间
_CROSSING = re.compile(r"(?:和|与|跟|、)?$")
# A common noun after these is any such place, not the one the gazetteer knows by that short name.
_INDEFINITE = re.compile(r"(?:[一某有这那哪几两][家个座处间些]|某|附近的?|隔壁的?|旁边的?|别的)$")
_RESIDENCE = re.compile(r"(?:家住|住在|我住|户口在|老家在?|来自|家在|搬到|我是)$")
_DESTINATION = re.compile(r"(?:[到去往至]|送到|开到|坐到|回)$")
_HAPPENING = re.compile(r"(?:在|位于|于|就在|靠近)$")
_FROM = re.compile(r"[从在离由]$")
_TO = re.compile(r"[到往去至的门对旁附那这]")
# What is taken back in the same breath: 「在万悦汇那边，不对，是云科商业城」
_TAKEN_BACK = re.compile(r"[，,。…\s]*(?:啊|哦|呃)?(?:不是|不对|(?:我)?[说讲记写打]错)")
_DENIED = re.compile(r"不(?:是|在)(?:在)?$")
_COMMON_NOUN_LENGTH = 4
_COMMON_NOUNS = {
    "小区": "小区",
    "道路": "路上",
    "村": "村里",
    "学校": "学校",
    "医院": "医院",
    "公园": "公园",
    "商场": "商场",
    "市场": "市场",
    "工业": "工厂",
    "交通": "车站",
    "水利": "水库",
    "政务": "政务大厅",
}


@dataclass(frozen=True, slots=True)
class PlaceMention:
    """One place of the gazetteer as it stands in a text; offsets are characters."""

    start: int
    name_end: int
    end: int  # behind what was added to the name (楼下, 3栋)
    kind: str
    by_alias: bool
    districts: frozenset[str]  # more than one: the name alone does not say which
    subdistricts: frozenset[str]
    weight: int = 0  # how likely it is where the matter happens


@dataclass(frozen=True, slots=True)
class LocatedPlace:
    """Where an appeal happens; ``None`` where the text does not say it."""

    said: str | None = None  # as said: 文渊阁小区楼下
    district: str | None = None
    subdistrict: str | None = None


@dataclass(frozen=True, slots=True)
class _Name:
    """All places that go by one name."""

    text: str
    kind: str
    by_alias: bool
    districts: frozenset[str]
    subdistricts: frozenset[str]


class PlaceGazetteer:
    """Every name and alias of the city's places, found in one pass over the characters."""

    def __init__(self, places: Iterable[Place]) -> None:
        self._automaton = ahocorasick.Automaton()
        for name in _names(places):
            self._automaton.add_word(name.text, name)
        self._automaton.make_automaton()

    def find(self, text: str, boundaries: frozenset[int]) -> list[PlaceMention]:
        """Return the mentions from left to right, the longest where names overlap.

        Args:
            text: normalised text.
            boundaries: offsets at which a word begins or ends, 0 and ``len(text)`` included; a
                two-character short name (一中) must stand on them (not in 一中午).
        """
        hits = [(last - len(name.text) + 1, name) for last, name in self._hits(text)]
        hits.sort(key=lambda hit: (hit[0], -len(hit[1].text)))
        mentions: list[PlaceMention] = []
        reached = 0
        for start, name in _longest_first(hits):
            if start < reached or not _is_meant(text, start, name, boundaries):
                continue
            mentions.append(_mention(text, start, name))
            reached = start + len(name.text)
        taken = [(m.start, m.name_end) for m in mentions]
        words = sorted(boundaries.union(*taken))
        formed = find_by_form(text, words, taken)
        unknown = frozenset[str]()
        mentions.extend(
            _mention(text, f.start, _Name(text[f.start : f.end], f.kind, True, unknown, unknown))
            for f in formed
        )
        return sorted(mentions, key=lambda mention: mention.start)

    def _hits(self, text: str) -> Iterable[tuple[int, "_Name"]]:
        return self._automaton.iter(text) if len(self._automaton) else ()


def locate(text: str, mentions: Sequence[PlaceMention]) -> LocatedPlace:
    """Choose where the matter happens; equal places in two districts leave the district open."""
    if not mentions:
        return LocatedPlace()
    groups = _join(text, mentions)
    best = max(groups, key=lambda g: (g.weight, g.kind != _DISTRICT_KIND, -g.start))
    rivals = [group for group in groups if group.weight == best.weight]
    districts = frozenset[str]().union(*(rival.districts for rival in rivals))
    stated = [m for m in groups if m.kind == _DISTRICT_KIND and not m.by_alias]
    if len(districts) > 1 and len({d for m in stated for d in m.districts}) == 1:
        districts = stated[0].districts
    district = next(iter(districts)) if len(districts) == 1 else None
    subdistrict = next(iter(best.subdistricts)) if len(best.subdistricts) == 1 else None
    agrees = district is not None and district in best.districts
    return LocatedPlace(text[best.start : best.end], district, subdistrict if agrees else None)


def without_names(text: str, mentions: Sequence[PlaceMention]) -> str:
    """Return ``text`` with each name as the common noun of its kind.

    A name tells where, not what: 桥东路 says nothing of bridges.
    """
    parts: list[str] = []
    reached = 0
    for mention in mentions:
        parts.append(text[reached : mention.start] + _COMMON_NOUNS.get(mention.kind, ""))
        reached = mention.name_end
    return "".join(parts) + text[reached:]


def _longest_first(hits: Sequence[tuple[int, _Name]]) -> list[tuple[int, _Name]]:
    # A hit inside a longer one that starts earlier is part of that name.
    kept: list[tuple[int, _Name]] = []
    for start, name in hits:
        end = start + len(name.text)
        inside = any(s <= start and end <= s + len(n.text) for s, n in kept if n is not name)
        if not inside:
            kept.append((start, name))
    return kept


def _names(places: Iterable[Place]) -> list[_Name]:
    found: dict[str, list[tuple[Place, bool]]] = {}
    for place in places:
        found.setdefault(place.name, []).append((place, False))
        for alias in place.aliases:
            found.setdefault(alias, []).append((place, True))
    return [_name(text, entries) for text, entries in found.items()]


def _name(text: str, entries: Sequence[tuple[Place, bool]]) -> _Name:
    kinds = [place.kind for place, _ in entries]
    return _Name(
        text,
        kinds[0],
        all(by_alias for _, by_alias in entries),
        frozenset(place.district for place, _ in entries),
        frozenset(place.subdistrict for place, _ in entries if place.subdistrict),
    )


def _is_meant(text: str, start: int, name: _Name, boundaries: frozenset[int]) -> bool:
    end = start + len(name.text)
    if not name.by_alias or name.kind in {_DISTRICT_KIND, _SUBDISTRICT_KIND, "小区"}:
        return True
    if len(name.text) <= _COMMON_NOUN_LENGTH and _INDEFINITE.search(text[:start]):
        return False
    if len(name.text) > len("一中") or (start in boundaries and end in boundaries):
        return True
    # 「从二院到公交站」: the words around it leave no doubt
    return _FROM.search(text[:start]) is not None and _TO.match(text, end) is not None


def _mention(text: str, start: int, name: _Name) -> PlaceMention:
    end = start + len(name.text)
    wide = name.kind in {_DISTRICT_KIND, _SUBDISTRICT_KIND}
    public = _PUBLIC.match(text, end) if wide else None
    added = _SUFFIX.match(text, public.end() if public else end) or public
    # A district is wide, and a form may deceive: a place that the gazetteer knows comes first.
    weight = 0 if name.kind == _DISTRICT_KIND or not name.districts else 1
    before = text[:start]
    if _HAPPENING.search(before) and not _RESIDENCE.search(before):
        weight += 1
    if added:
        weight += 1
    if _RESIDENCE.search(before) or _DESTINATION.search(before):
        weight -= 2
    if _DENIED.search(before) or _TAKEN_BACK.match(text, added.end() if added else end):
        weight -= 3
    return PlaceMention(
        start=start,
        name_end=end,
        end=added.end() if added else end,
        kind=name.kind,
        by_alias=name.by_alias,
        districts=name.districts,
        subdistricts=name.subdistricts,
        weight=weight,
    )


def _join(text: str, mentions: Sequence[PlaceMention]) -> list[PlaceMention]:
    # 盘江区文渊路文渊阁小区楼下 is one place: each name narrows the one before.
    groups = [mentions[0]]
    for mention in mentions[1:]:
        last = groups[-1]
        gap = text[last.end : mention.start]
        crossing = bool(gap) and _CROSSING.match(gap) and text[: mention.end].endswith("口")
        stretch = gap in {"到", "至"} and _STRETCH.match(text, mention.name_end) is not None
        if gap in {"", "的"} or crossing or stretch or mention.start < last.end:
            groups[-1] = _narrowed(last, mention)
        else:
            groups.append(mention)
    return groups


def _narrowed(outer: PlaceMention, inner: PlaceMention) -> PlaceMention:
    # 永泽的建材市场: the district that is named outweighs a short name known elsewhere.
    district_named = outer.kind in {_DISTRICT_KIND, _SUBDISTRICT_KIND}
    shared = outer.districts & inner.districts
    trust_outer = district_named and not shared
    return replace(
        inner,
        start=outer.start,
        end=max(outer.end, inner.end),
        districts=outer.districts
        if trust_outer
        else (shared or inner.districts or outer.districts),
        subdistricts=frozenset() if trust_outer else inner.subdistricts,
        weight=max(outer.weight, inner.weight),
    )


_STATED_AREA = re.compile(
    r"^(?:[\u4e00-\u9fff]{2,4}?(?:市(?!场)|县|街道|镇|(?<![小社园校景厂院片])区))+(?=.{3})"
)


def bare_place(place: str, district: str | None = None) -> str:
    """Return the name of a place without what was added: 盘江区文渊阁小区3栋楼下 → 文渊阁.

    Args:
        place: as said.
        district: taken off where the place begins with it.
    """
    name = place.strip().removeprefix(district or "")
    name = _STATED_AREA.sub("", name)
    return _SUFFIX.sub("", name) or name
