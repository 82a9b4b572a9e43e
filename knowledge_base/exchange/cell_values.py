"""Small readers of cells: texts, lists, numbers, days."""

import re
from datetime import date, datetime
from typing import Any

from knowledge_base.exchange.mapping import Rule, filled
from knowledge_base.exchange.numbering import numbered, without_number
from knowledge_base.exchange.words import UnreadableValueError, plain

Json = Any  # the JSON edge: a value of a guide
_ADDRESS = re.compile(r"https?://[^\s;；，、）)]+")
_WAY_IN = "网上办理入口"


def as_text(value: Json) -> str:
    """Return a cell, or a value of a JSON record, as text."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "\n".join(as_text(one) for one in value)
    return "" if value is None else str(value).strip()


def split(rule: Rule, text: str) -> list[str]:
    """Return the entries of one cell: as the mapping says, else as the text shows by itself.

    By its numbers, else by its lines; only a text of one line is cut at its semicolons, for
    within a line of several they belong to the sentence.
    """
    if rule.split is not None:
        return [one.strip() for one in re.split(rule.split, text) if one.strip()]
    found = numbered(text) or [one for one in text.splitlines() if one.strip()]
    pieces = found if len(found) > 1 else re.split(r"[;；]", text)
    entries = (without_number(one).strip(" ;；\t\n") for one in pieces)
    return [one for one in entries if one]


def lines(rule: Rule, text: str) -> list[Json]:
    """Return the entries of one cell, each translated, without repetitions."""
    words = rule.translated
    pieces = re.split(rule.split or r"[;；、,，\n]", text)
    found = [words.get(plain(one), one.strip()) for one in pieces if one.strip()]
    return list(dict.fromkeys(one for one in found if one))


def links(text: str) -> list[dict[str, str]]:
    """Return the ways in that a cell names: addresses, each with the words before it, or words."""
    found = []
    for piece in (one.strip(" ;；") for one in text.splitlines()):
        end = 0
        for match in _ADDRESS.finditer(piece):
            name = piece[end : match.start()].strip(" ;；,，、:：()（）")
            found.append({"name": name or _WAY_IN, "url": match[0]})
            end = match.end()
        if piece and not end:
            found.append({"name": piece})
    return found


def number(text: str) -> int:
    """Return a whole number.

    Raises:
        UnreadableValueError: it is none.
    """
    digits = re.fullmatch(r"(\d{1,6})\s*(?:次|份|个)?", text)
    if digits is None:
        raise UnreadableValueError(f"“{text}”不是整数", "只写数字")
    return int(digits[1])


def day(text: str) -> str:
    """Return a day in ISO form, as lists write it: 2026年1月31日, 2026/1/31, 2026.1.31.

    Raises:
        UnreadableValueError: it is none.
    """
    words = re.sub(r"[年月/.]", "-", plain(text).removesuffix("日"))
    try:
        year, month, day = (int(part) for part in words.split("-"))
        return date(year, month, day).isoformat()
    except ValueError:
        pass
    try:
        return datetime.fromisoformat(text).date().isoformat()
    except ValueError:
        raise UnreadableValueError(f"“{text}”不是日期", "写成 2026-01-31") from None


def variation(rule: Rule, text: str, texts: dict[str, str]) -> dict[str, str]:
    """Return what a list says of this place, with who sets it and where to ask."""
    return {
        "what": text,
        "set_by": filled(rule.set_by, texts),
        "ask": filled(rule.ask, texts) or "12345",
    }
