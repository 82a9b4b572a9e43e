"""Structured facts in one cell: a line a record, its parts between ``｜``.

``居民身份证｜原件｜份数=1｜依据=《居民身份证法》第十一条``: what comes first stands in its place,
the rest is named. Nothing is lost, so that an exported file imported again changes nothing.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from knowledge_base.exchange.laws import law_list, law_text
from knowledge_base.exchange.words import UnreadableValueError, yes_no

Json = Any  # the JSON edge: a part of a guide
BAR = "｜"
_ESCAPES = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", BAR: f"\\{BAR}"}
_UNESCAPES = {"n": "\n", "r": "\r"}
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def escaped(text: str) -> str:
    """Return a text that may stand as one part of one line."""
    return "".join(_ESCAPES.get(character, character) for character in text)


def unescaped(text: str) -> str:
    """Return what ``escaped`` was given."""
    return _ESCAPED.sub(lambda match: _UNESCAPES.get(match[1], match[1]), text)


def parts_of(line: str) -> list[str]:
    """Return the parts of a line, still escaped; an escaped bar separates nothing."""
    parts, begin, skip = [], 0, False
    for place, character in enumerate(line):
        if skip:
            skip = False
        elif character == "\\":
            skip = True
        elif character == BAR:
            parts.append(line[begin:place].strip())
            begin = place + 1
    return [*parts, line[begin:].strip()]


@dataclass(frozen=True, slots=True)
class RecordForm:
    """How one kind of record is written on a line."""

    positional: tuple[str, ...]  # fields in their place
    keyed: Mapping[str, str]  # field → the name that people read
    flags: frozenset[str] = frozenset()  # yes or no
    numbers: frozenset[str] = frozenset()

    def written(self, record: Mapping[str, Json]) -> str:
        """Return the record's line."""
        parts = [self._part(name, record.get(name)) for name in self.positional]
        parts += [
            f"{label}={self._part(name, record[name])}"
            for name, label in self.keyed.items()
            if record.get(name) not in (None, "", [], ())
        ]
        while parts and not parts[-1]:
            parts.pop()
        return BAR.join(parts)

    def _part(self, name: str, value: Json) -> str:
        if value is None:
            return ""
        if name == "basis":
            return escaped(law_text(value))
        if name in self.flags:
            return "是" if value else "否"
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        return escaped(str(value))

    def read(self, line: str) -> dict[str, Json]:
        """Return the record.

        Raises:
            UnreadableValueError: a part is named unknown, or cannot be read.
        """
        fields = {label: name for name, label in self.keyed.items()}
        record: dict[str, Json] = {}
        for index, part in enumerate(parts_of(line)):
            label, equals, rest = part.partition("=")
            if equals and label.strip() in fields:
                name, text = fields[label.strip()], rest
            elif index < len(self.positional):
                name, text = self.positional[index], part
            else:
                raise UnreadableValueError(f"“{part}”不知属于哪一项", f"写成“{self.hint}”")
            if text.strip():
                record[name] = self._value(name, unescaped(text.strip()))
        return record

    def _value(self, name: str, text: str) -> Json:
        if name == "basis":
            return law_list(text)
        if name in self.flags:
            return yes_no(text)
        if name in self.numbers:
            return _number(text)
        return text

    @property
    def hint(self) -> str:
        """The form of a line, for people."""
        named = [f"{label}=…" for label in self.keyed.values()]
        return BAR.join([*("…" for _ in self.positional), *named])


def _number(text: str) -> int | float:
    try:
        return int(text) if text.isdecimal() else float(text)
    except ValueError:
        raise UnreadableValueError(f"“{text}”不是数字", "只写数字，不加单位") from None


def lines_of(text: str) -> Iterator[str]:
    """Yield the lines of a cell that hold anything."""
    return (line.strip() for line in text.splitlines() if line.strip())


def listed(values: Sequence[str]) -> str:
    """Return a cell with one text a line."""
    return "\n".join(escaped(value) for value in values)
