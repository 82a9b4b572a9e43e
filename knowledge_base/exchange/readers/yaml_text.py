"""YAML, read record by record: a list whose entries begin with ``- `` in the first column."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TextIO

import yaml

from knowledge_base.exchange.errors import (
    FileTooLargeError,
    TooManyRowsError,
    UnreadableFileError,
)
from knowledge_base.exchange.limits import ExchangeLimits
from knowledge_base.exchange.readers.text_encoding import encoding_of
from knowledge_base.exchange.rows import Json, RawRow
from knowledge_base.yaml_files import parse_yaml

_MAX_DEPTH = 20  # the schema has six levels; the composer recurses


class YamlRecords:
    """The entries of a list; only one is held at a time."""

    columns: tuple[str, ...] = ()

    def __init__(self, file: TextIO, size: int, limits: ExchangeLimits) -> None:
        self.brackets: dict[str, str] = {}
        self._file, self._size, self._limits = file, size, limits
        self._read = 0

    def rows(self) -> Iterator[RawRow]:
        """Yield the records; see ``RowSource``."""
        for number, (line, text) in enumerate(self._entries(), 1):
            if number > self._limits.rows:
                raise TooManyRowsError(self._limits.rows)
            yield RawRow(number, _record(text, line))

    def _entries(self) -> Iterator[tuple[int, str]]:
        """Yield the text of each entry with the line (from 1) that it begins at."""
        lines: list[str] = []
        begins = 1
        for at, line in enumerate(self._file, 1):
            self._read += len(line.encode())
            if line.startswith("- ") and lines:
                yield begins, "".join(lines)
                lines = []
            if not lines and not line.startswith("- "):
                if line.strip() and not line.startswith(("#", "---")):
                    raise UnreadableFileError(f"第 {at} 行：每个事项应以“- ”顶格开头")
                continue
            begins = begins if lines else at
            lines.append(line)
        if lines:
            yield begins, "".join(lines)

    def done(self) -> float | None:
        """Return the share of the bytes read."""
        return min(1.0, self._read / self._size)


def _record(text: str, line: int) -> dict[str, Json]:
    try:
        _refuse_unsafe(text, line)
        data = parse_yaml(text)
    except yaml.MarkedYAMLError as error:
        at = line if error.problem_mark is None else line + error.problem_mark.line
        raise UnreadableFileError(f"第 {at} 行或其上一行的 YAML 格式有误") from error
    except yaml.YAMLError as error:
        raise UnreadableFileError(f"第 {line} 行起有不能使用的字符") from error
    if not isinstance(data, list) or len(data) != 1 or not isinstance(data[0], dict):
        raise UnreadableFileError(f"第 {line} 行起不是一组“字段名: 内容”")
    return {str(name): _plain(value) for name, value in data[0].items()}


def _refuse_unsafe(text: str, line: int) -> None:
    """Refuse references, by which a short text grows without end, and deep nesting."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        mark = event.start_mark
        at = line if mark is None else line + mark.line
        if isinstance(event, yaml.AliasEvent):
            raise UnreadableFileError(f"第 {at} 行用了引用符号（*），请直接写出内容")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > _MAX_DEPTH:
            raise UnreadableFileError(f"第 {at} 行嵌套过深")


def _plain(value: Json) -> Json:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(name): _plain(one) for name, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list) else value


@contextmanager
def open_yaml(path: Path, limits: ExchangeLimits) -> Iterator[YamlRecords]:
    """Open a YAML file.

    Raises:
        FileTooLargeError: YAML takes a hundred times longer to read than the other formats.
        UnknownEncodingError: it is no text that we read.
    """
    size = path.stat().st_size
    if size > limits.yaml_bytes:
        raise FileTooLargeError(size, limits.yaml_bytes)
    with path.open(encoding=encoding_of(path)) as file:
        yield YamlRecords(file, size, limits)
