"""Cells of sheets and CSV files as text."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time

from knowledge_base.exchange.errors import ColumnsMissingError, UnreadableFileError

HEADER_WITHIN = 20  # rows; titles and notes stand above the header of many lists
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet may run what begins so
_LARGEST_EXACT = 10**15  # a spreadsheet keeps 15 digits of a number


def guarded(text: str) -> str:
    """Return the text so that no spreadsheet takes it for a formula."""
    return f"'{text}" if text.lstrip("'").startswith(DANGEROUS) else text


def unguarded(text: str) -> str:
    """Return what ``guarded`` was given."""
    quoted = text.startswith("'") and text.lstrip("'").startswith(DANGEROUS)
    return text[1:] if quoted else text


def header_name(value: object) -> str:
    """Return a column's name as it is compared: without spaces, marks and width differences."""
    plain = unicodedata.normalize("NFKC", "" if value is None else str(value))
    return re.sub(r"\s+", "", plain).rstrip("*")


def text_of(value: object) -> str:
    """Return a cell's value as people read it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        moment = value.time() != time()
        return value.isoformat(" ", "minutes") if moment else value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def loses_digits(value: object) -> bool:
    """Whether a number is too long for a spreadsheet to have kept all its digits."""
    return isinstance(value, int | float) and abs(value) >= _LARGEST_EXACT


def find_header(rows: Sequence[Sequence[str]], expected: Iterable[str]) -> int:
    """Return which of the first rows holds most of the expected columns.

    Raises:
        ColumnsMissingError: none holds any.
    """
    wanted = [header_name(name) for name in expected]
    scores = [len(set(wanted) & set(map(header_name, row))) for row in rows]
    if not scores or max(scores) == 0:
        first = next((row for row in rows if any(row)), ())
        raise ColumnsMissingError(list(expected), [name for name in first if name])
    return scores.index(max(scores))


def named_columns(header: Sequence[str], expected: Iterable[str]) -> tuple[str, ...]:
    """Return the header's names, those expected in the mapping's spelling.

    Raises:
        UnreadableFileError: an expected column stands twice.
    """
    known = {header_name(name): name for name in expected}
    names = tuple(known.get(header_name(name), name.strip()) for name in header)
    for name in known.values():
        if names.count(name) > 1:
            raise UnreadableFileError(f"表头中“{name}”出现了 {names.count(name)} 次")
    return names
