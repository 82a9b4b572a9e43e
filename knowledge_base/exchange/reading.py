"""A file opened by its ending; every reader yields the same rows."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path

from knowledge_base.exchange.errors import ColumnsMissingError, UnknownFormatError
from knowledge_base.exchange.guards import check_size
from knowledge_base.exchange.limits import ExchangeLimits
from knowledge_base.exchange.mapping import Mapping
from knowledge_base.exchange.readers.csv_text import open_csv
from knowledge_base.exchange.readers.json_text import open_json
from knowledge_base.exchange.readers.xlsx import open_xlsx
from knowledge_base.exchange.readers.yaml_text import open_yaml
from knowledge_base.exchange.rows import RowSource


class FileFormat(StrEnum):
    """What is read and written."""

    XLSX = "xlsx"
    CSV = "csv"
    JSON = "json"
    YAML = "yaml"

    @property
    def holds_sheets(self) -> bool:
        """Whether a guide is a row of columns; else it stands in the form of the library."""
        return self in (FileFormat.XLSX, FileFormat.CSV)


_ENDINGS = {
    ".xlsx": FileFormat.XLSX,
    ".csv": FileFormat.CSV,
    ".json": FileFormat.JSON,
    ".jsonl": FileFormat.JSON,
    ".yaml": FileFormat.YAML,
    ".yml": FileFormat.YAML,
}


def format_of(path: Path) -> FileFormat:
    """Return the format that a file's ending names.

    Raises:
        UnknownFormatError: it names none.
    """
    found = _ENDINGS.get(path.suffix.lower())
    if found is None:
        raise UnknownFormatError(path.name)
    return found


@contextmanager
def open_rows(path: Path, mapping: Mapping, limits: ExchangeLimits) -> Iterator[RowSource]:
    """Open a file for one reading.

    Raises:
        ExchangeError: the file is refused, or its header is not the mapping's.
    """
    chosen = format_of(path)
    check_size(path, limits)
    expected, header = mapping.expected, mapping.header_row
    if chosen is FileFormat.XLSX:
        with open_xlsx(path, expected, limits, mapping.sheet, header) as sheet:
            yield _complete(sheet, mapping)
    elif chosen is FileFormat.CSV:
        with open_csv(path, expected, limits, header) as table:
            yield _complete(table, mapping)
    elif chosen is FileFormat.JSON:
        with open_json(path, limits) as records:
            yield records
    else:
        with open_yaml(path, limits) as records:
            yield records


def _complete(source: RowSource, mapping: Mapping) -> RowSource:
    missing = mapping.missing(source.columns)
    if missing:
        raise ColumnsMissingError(missing, [name for name in source.columns if name])
    return source
