"""Entries of one text that carry their own numbers: 1. 2、 (3) ④."""

import re
from itertools import pairwise

_NUMBERING = re.compile(r"^\s*(?:[(（]?\d{1,2}[)）]\s*|\d{1,2}[.、．]\s*|[①-⑳]\s*)")
# 1. 1、 (1) 1) but not 1.5; a number within a word (表1) is none.
_NUMBER = re.compile(
    r"(?:^|(?<=[\s;；。，,、)）\u4e00-\u9fff]))(?:[(（]?(\d{1,2})(?:[.、．](?!\d)|[)）])|([①-⑳]))"
)
_FEWEST = 2


def numbered(text: str) -> list[str]:
    """Return the entries of a text numbered 1, 2, 3 …, whatever stands between; else nothing.

    A semicolon within a numbered entry does not end it.
    """
    begins: list[int] = []
    for match in _NUMBER.finditer(text):
        number = int(match[1]) if match[1] else ord(match[2]) - ord("①") + 1
        if number == len(begins) + 1:
            begins.append(match.start())
    if len(begins) < _FEWEST or text[: begins[0]].strip():
        return []
    return [text[begin:end] for begin, end in pairwise([*begins, len(text)])]


def without_number(text: str) -> str:
    """Return an entry without the number before it."""
    return _NUMBERING.sub("", text)
