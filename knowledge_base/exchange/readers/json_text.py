"""JSON, read record by record: an array of objects, or one object a line."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from knowledge_base.exchange.errors import TooManyRowsError, UnreadableFileError
from knowledge_base.exchange.limits import ExchangeLimits
from knowledge_base.exchange.readers.text_encoding import encoding_of
from knowledge_base.exchange.rows import Json, RawRow

_CHUNK = 256 * 1024
_BETWEEN = " \t\r\n,"


def _without_doubles(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise UnreadableFileError("同一个字段名在一条记录中出现了两次")
    return found


def _no_constant(name: str) -> None:
    raise UnreadableFileError(f"{name} 不是可用的数值")


class JsonRecords:
    """The objects of an array or of lines; only one is held at a time."""

    columns: tuple[str, ...] = ()

    def __init__(self, file: TextIO, size: int, limits: ExchangeLimits) -> None:
        self.brackets: dict[str, str] = {}
        self._file, self._size, self._limits = file, size, limits
        self._decoder = json.JSONDecoder(
            object_pairs_hook=_without_doubles, parse_constant=_no_constant
        )
        self._text, self._position = "", 0

    def rows(self) -> Iterator[RawRow]:
        """Yield the records; see ``RowSource``."""
        array = self._next_character() == "["
        if array:
            self._position += 1
        number = 0
        while (character := self._next_character()) and character != "]":
            number += 1
            if number > self._limits.rows:
                raise TooManyRowsError(self._limits.rows)
            yield RawRow(number, self._record(number))
        self._position += bool(character)
        if array != (character == "]") or self._next_character():
            raise UnreadableFileError("JSON 不完整，或末尾有多余内容")

    def _next_character(self) -> str:
        """Return the next character that is not between two records, not taken; "" at the end."""
        while True:
            while self._position < len(self._text):
                if self._text[self._position] not in _BETWEEN:
                    return self._text[self._position]
                self._position += 1
            if not self._more():
                return ""

    def _more(self) -> bool:
        chunk = self._file.read(_CHUNK)
        self._text, self._position = self._text[self._position :] + chunk, 0
        return bool(chunk)

    def _record(self, number: int) -> dict[str, Json]:
        while True:
            try:
                value, self._position = self._decoder.raw_decode(self._text, self._position)
            except RecursionError as error:
                raise UnreadableFileError(f"第 {number} 条嵌套过深") from error
            except ValueError as error:
                # Cut within a record, perhaps: more text decides.
                longer = len(self._text) - self._position <= self._limits.record_characters
                if not longer or not self._more():
                    raise UnreadableFileError(f"第 {number} 条不是完整的 JSON") from error
                continue
            if not isinstance(value, dict):
                raise UnreadableFileError(f"第 {number} 条不是对象（{{…}}）")
            return value

    def done(self) -> float | None:
        """Return the share of the bytes read."""
        return min(1.0, self._file.buffer.tell() / self._size)


@contextmanager
def open_json(path: Path, limits: ExchangeLimits) -> Iterator[JsonRecords]:
    """Open a JSON file, or one with an object a line.

    Raises:
        UnknownEncodingError: it is no text that we read.
    """
    with path.open(encoding=encoding_of(path)) as file:
        yield JsonRecords(file, path.stat().st_size, limits)
