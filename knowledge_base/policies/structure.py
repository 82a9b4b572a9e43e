"""The marks that open a clause: 第三章, 第十条之一, 一、, （一）, 1., （1）, ①."""

import re
from dataclasses import dataclass
from typing import Final

from knowledge_base.policies.numerals import number_of
from knowledge_base.policies.schema import Level, Step

_N: Final = r"[零〇○一二三四五六七八九十百千两\d０-９]+"
# Pages part a number from its words with blanks of any width: &emsp; &ensp; &nbsp;.
_BLANK: Final = r"[\s\u200b\ufeff]"
# Behind 第三条 these make a reference of it: 第三条规定的…, 第三条第二款所称….
_REFERENCE = re.compile(
    r"(?:第|规定|所|中|的|和|与|及|或|、|至|到|以外|以及|之外|修改|删|改为|增加|，)"
)
_NUMBERED: Final = (
    (Level.PART, re.compile(rf"第{_BLANK}*({_N}){_BLANK}*编(?={_BLANK}|$)")),
    (Level.CHAPTER, re.compile(rf"第{_BLANK}*({_N}){_BLANK}*章(?={_BLANK}|$)")),
    (Level.SECTION, re.compile(rf"第{_BLANK}*({_N}){_BLANK}*节(?={_BLANK}|$)")),
)
_TIGHT_GROUP = re.compile(rf"第({_N})([编章节])(?=[\u4e00-\u9fff]{{1,20}}$)")
_ARTICLE = re.compile(rf"[【\[]?(第({_N})条(?:之({_N}))?)[】\]]?({_BLANK}|$|[（(：:【])?")
_POINT = re.compile(r"([一二三四五六七八九十百]+)、")
_ITEM = re.compile(r"[（(]([一二三四五六七八九十百]+)[）)]")
_SUBITEM = re.compile(rf"([\d０-９]{{1,3}}){_BLANK}*(?:[.．、](?![\d０-９])|{_BLANK}{{2,}}|\u3000)")
_DETAIL = re.compile(r"[（(]([\d０-９]{1,3})[）)]")
_CIRCLES: Final = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
_NAMES = {"编": Level.PART, "章": Level.CHAPTER, "节": Level.SECTION}

ORDER: Final = tuple(Level)


@dataclass(frozen=True, slots=True)
class Mark:
    """The mark at the head of a paragraph; ``tight``: nothing parts it from the words."""

    step: Step
    length: int
    tight: bool = False


def mark_of(text: str) -> Mark | None:
    """Return the mark that opens ``text``; None where there is none, or only a reference."""
    return _group(text) or _article(text) or _listed(text)


def opens_clause(text: str) -> bool:
    """Whether a paragraph that begins with ``text`` opens a clause of its own."""
    return mark_of(text) is not None


def _group(text: str) -> Mark | None:
    for level, pattern in _NUMBERED:
        if found := pattern.match(text):
            return _mark(level, found[1], found[0])
    if found := _TIGHT_GROUP.match(text):
        return _mark(_NAMES[found[2]], found[1], found[0])
    return None


def _article(text: str) -> Mark | None:
    found = _ARTICLE.match(text)
    if found is None:
        return None
    parted = found[4] is not None or text.startswith(("【", "["))
    if not parted and _REFERENCE.match(text, found.end()):
        return None
    number = str(number_of(found[2]))
    if found[3]:
        number += f"-{number_of(found[3])}"
    step = Step(level=Level.ARTICLE, number=number, label=found[1])
    return Mark(step, found.end(1), tight=not parted)


def _listed(text: str) -> Mark | None:
    for level, pattern in (
        (Level.POINT, _POINT),
        (Level.ITEM, _ITEM),
        (Level.SUBITEM, _SUBITEM),
        (Level.DETAIL, _DETAIL),
    ):
        if found := pattern.match(text):
            return _mark(level, found[1], found[0])
    if text[:1] and text[0] in _CIRCLES:
        number = str(_CIRCLES.index(text[0]) + 1)
        return Mark(Step(level=Level.CIRCLE, number=number, label=text[0]), 1)
    return None


def _mark(level: Level, number: str, label: str) -> Mark | None:
    try:
        value = number_of(number)
    except ValueError:
        return None
    return Mark(Step(level=level, number=str(value), label=label.strip()), len(label))


def rank(level: Level) -> int:
    """Return how deep a level stands; 0 is the widest."""
    return ORDER.index(level)
