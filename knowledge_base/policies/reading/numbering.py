"""Automatic list numbers of Word: in no paragraph's text, yet everybody reads and cites them."""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, Final

from docx.document import Document
from docx.oxml.ns import qn

from knowledge_base.policies.numerals import chinese

_Element = Any  # lxml has no types
_DEEPEST: Final = 9  # levels
_CIRCLES: Final = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
_CHINESE: Final = frozenset(
    {
        "chineseCounting",
        "chineseCountingThousand",
        "japaneseCounting",
        "taiwaneseCounting",
        "taiwaneseCountingThousand",
        "ideographDigital",
        "japaneseDigitalTenThousand",
    }
)


@dataclass(frozen=True)
class _Level:
    """How one level is written: ``text`` with %1 … %9 for the counters."""

    form: str
    text: str
    start: int
    blank: str  # between number and words


@dataclass
class Numbering:
    """Counts the list paragraphs of one document, in its order."""

    lists: dict[str, dict[int, _Level]] = field(default_factory=dict)  # by numId
    shared: dict[str, str] = field(default_factory=dict)  # numId → its abstract list
    styles: dict[str, tuple[str, int]] = field(default_factory=dict)  # style → numId, level
    _counts: dict[str, dict[int, int]] = field(default_factory=lambda: defaultdict(dict))

    @classmethod
    def of(cls, document: Document) -> "Numbering":
        """Return the lists of a document; none where it has none."""
        try:
            root = document.part.numbering_part.element
        except (KeyError, NotImplementedError):  # python-docx: a document without numbering
            return cls()
        abstract = {
            one.get(qn("w:abstractNumId")): one for one in root.iterchildren(qn("w:abstractNum"))
        }
        result = cls()
        for one in root.iterchildren(qn("w:num")):
            number, target = one.get(qn("w:numId")), _value(one, "w:abstractNumId")
            if target in abstract:
                result.lists[number] = _levels(abstract[target]) | _overrides(one, abstract[target])
                result.shared[number] = number if _restarts(one) else str(target)
        for style in document.styles.element.iterchildren(qn("w:style")):
            if (found := _reference(style)) is not None:
                result.styles[style.get(qn("w:styleId"))] = found
        return result

    def next_label(self, element: _Element) -> str:
        """Count this paragraph and return its number as printed; empty where it has none."""
        found = _reference(element) or self.styles.get(_style(element), None)
        if found is None or found[1] not in self.lists.get(found[0], {}):
            return ""
        number, depth = found
        levels, counts = self.lists[number], self._counts[self.shared[number]]
        counts[depth] = counts.get(depth, levels[depth].start - 1) + 1
        for deeper in range(depth + 1, _DEEPEST):
            counts.pop(deeper, None)
        return _written(levels, counts, depth)


def _written(levels: dict[int, _Level], counts: dict[int, int], depth: int) -> str:
    def counted(found: re.Match[str]) -> str:
        level = int(found[1]) - 1
        own = levels.get(level, levels[depth])
        return _in_form(counts.get(level, own.start), own.form)

    text = re.sub(r"%([1-9])", counted, levels[depth].text)
    return text + levels[depth].blank if text else ""


def _in_form(value: int, form: str) -> str:
    if form in _CHINESE:
        return chinese(value)
    if form in {"decimalEnclosedCircle", "decimalEnclosedCircleChinese"}:
        return _CIRCLES[value - 1] if value <= len(_CIRCLES) else f"({value})"
    if form in {"bullet", "none"}:
        return ""
    if form in {"lowerLetter", "upperLetter"}:
        letter = chr(ord("a") + (value - 1) % 26)
        return letter.upper() if form == "upperLetter" else letter
    return str(value)


def _levels(abstract: _Element) -> dict[int, _Level]:
    return {int(one.get(qn("w:ilvl"))): _level(one) for one in abstract.iterchildren(qn("w:lvl"))}


def _level(element: _Element) -> _Level:
    form = _value(element, "w:numFmt") or "decimal"
    text = "" if form == "bullet" else _value(element, "w:lvlText") or ""
    # What follows a Chinese mark is drawn as a gap; only 第…条 is printed with a blank.
    blank = "\u3000" if text.startswith("第") and _value(element, "w:suff") != "nothing" else ""
    return _Level(form, text, int(_value(element, "w:start") or 1), blank)


def _overrides(number: _Element, abstract: _Element) -> dict[int, _Level]:
    base, result = _levels(abstract), {}
    for one in number.iterchildren(qn("w:lvlOverride")):
        depth, start = int(one.get(qn("w:ilvl"))), _value(one, "w:startOverride")
        own = one.find(qn("w:lvl"))
        level = _level(own) if own is not None else base.get(depth)
        if level is not None:
            first = level.start if start is None else int(start)
            result[depth] = _Level(level.form, level.text, first, level.blank)
    return result


def _restarts(number: _Element) -> bool:
    return next(number.iter(qn("w:startOverride")), None) is not None


def _reference(element: _Element) -> tuple[str, int] | None:
    properties = element.find(f"{qn('w:pPr')}/{qn('w:numPr')}")
    number = None if properties is None else _value(properties, "w:numId")
    if number is None or number == "0":
        return None
    return number, int(_value(properties, "w:ilvl") or 0)


def _style(element: _Element) -> str:
    properties = element.find(qn("w:pPr"))
    return "" if properties is None else _value(properties, "w:pStyle") or ""


def _value(element: _Element, tag: str) -> str | None:
    child = element.find(qn(tag))
    value: str | None = None if child is None else child.get(qn("w:val"))
    return value
