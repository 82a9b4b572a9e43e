"""Numbers as official texts write them: 十二, 一百零三, 二〇二四, １２."""

import re
import unicodedata
from datetime import date

_DIGITS = {word: value for value, word in enumerate("零一二三四五六七八九")} | {
    "〇": 0,
    "○": 0,
    "Ｏ": 0,
}
_DIGITS |= {"两": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000}
CHINESE = "[零〇一二三四五六七八九十百千两]"
_DATE = re.compile(
    r"(\d{4}|[一二][零〇○Ｏ一二三四五六七八九]{3})\s*年\s*"
    r"(\d{1,2}|[一二三四五六七八九十]{1,2})\s*月\s*"
    r"(\d{1,2}|[一二三四五六七八九十]{1,3})\s*日"
)
_ISO_DATE = re.compile(r"(?<!\d)(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_WORDS = ("", "一", "二", "三", "四", "五", "六", "七", "八", "九")


def number_of(text: str) -> int:
    """Return the value of a number in digits or in Chinese.

    Raises:
        ValueError: it is none.
    """
    plain = unicodedata.normalize("NFKC", text.strip())
    if plain.isdecimal():
        return int(plain)
    if not plain or any(one not in _DIGITS and one not in _UNITS for one in plain):
        raise ValueError(f"no number: {text!r}")
    if not any(one in _UNITS for one in plain):
        return int("".join(str(_DIGITS[one]) for one in plain))
    total, digit = 0, 0
    for one in plain:
        if one in _UNITS:
            total += (digit or 1) * _UNITS[one]
            digit = 0
        else:
            digit = _DIGITS[one]
    return total + digit


def chinese(value: int) -> str:
    """Return 1 to 9999 as an article is cited: 十, 十二, 一百零三, 一百一十."""
    words, gap = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = value // unit % 10
        if digit:
            words += ("零" if gap and words else "") + _WORDS[digit] + name
        gap = not digit
    return words.removeprefix("一") if words.startswith("一十") else words


def article_words(number: str) -> str:
    """Return an article as it is cited: 10-1 is 第十条之一."""
    main, _, extra = number.partition("-")
    return f"第{chinese(int(main))}条" + (f"之{chinese(int(extra))}" if extra else "")


def date_of(text: str) -> date | None:
    """Return the first date written in ``text``; None where there is none that exists."""
    for found in (*_DATE.finditer(text), *_ISO_DATE.finditer(text)):
        try:
            return date(*(number_of(part) for part in found.groups()))
        except ValueError:
            continue
    return None


DATE_PATTERN = _DATE.pattern
