"""Where the header of somebody else's list stands, and what its columns are called.

Lists carry titles above the header and notes below; names have spaces, full-width brackets,
stars; a header may take two rows, the upper one with merged group titles.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from knowledge_base.exchange.errors import ColumnsMissingError, UnreadableFileError

HEADER_WITHIN = 20  # rows; titles and notes stand above the header of many lists
# Column → other names that lists give it, the likeliest first.
Expected = Mapping[str, Sequence[str]]

_MARKS = re.compile(r"^[*★☆●#]+|[*★☆:]+$|\((?:必填|选填|可选|非必填)\)")
_BRACKET = re.compile(r"\(([^()]*)\)$")


@dataclass(frozen=True, slots=True)
class Header:
    """The columns of a sheet; those expected in the mapping's spelling."""

    last_row: int  # of the header, counted from 1
    names: tuple[str, ...]
    brackets: dict[str, str] = field(default_factory=dict)  # 承诺办结时限（工作日） → 工作日


def header_name(value: object) -> str:
    """Return a column's name as it is compared: without spaces, marks and width differences."""
    plain = unicodedata.normalize("NFKC", "" if value is None else str(value))
    return _MARKS.sub("", re.sub(r"\s+", "", plain))


def header_names(value: object) -> frozenset[str]:
    """Return a name as it is compared, and without what it adds in brackets."""
    key = header_name(value)
    return frozenset({key, _BRACKET.sub("", key)})


def found_header(
    top: Sequence[Sequence[str]], expected: Expected, header_row: int | None = None
) -> Header:
    """Return the header among the first rows: where most of the expected columns stand.

    Args:
        top: the first rows of the sheet.
        expected: of the mapping.
        header_row: where the mapping says it stands, from 1; None: it is looked for.

    Raises:
        ColumnsMissingError: no row holds any of the columns.
        UnreadableFileError: the row named is not there, or a column stands twice.
    """
    if header_row is not None and header_row > len(top):
        raise UnreadableFileError(f"没有第 {header_row} 行，表头不在那里")
    known = _known(expected)
    rows = range(len(top)) if header_row is None else (header_row - 1,)
    best: tuple[int, int, list[list[str]]] | None = None  # columns found, last row, names
    for first in rows:
        for last, names in _readings(top, first, alone=header_row is not None):
            found = len({column for each in names if (column := _column(each, known))})
            if found and (best is None or found > best[0]):
                best = (found, last, names)
    if best is None:
        filled = next((row for row in top if any(row)), ())
        raise ColumnsMissingError(list(expected), [name for name in filled if name])
    return _named(best[1] + 1, best[2], expected, known)


def _known(expected: Expected) -> dict[str, tuple[str, int]]:
    """Return for each comparable name its column, and how far it is from the column's own."""
    known = {header_name(name): (name, 0) for name in expected}
    for column, others in expected.items():
        for rank, other in enumerate(others, 1):
            known.setdefault(header_name(other), (column, rank))
    return known


def _readings(
    top: Sequence[Sequence[str]], first: int, *, alone: bool
) -> Iterator[tuple[int, list[list[str]]]]:
    """Yield the row as a header, and with the next as its lower half; names of each column."""
    upper = top[first]
    yield first, [[name] for name in upper]
    if alone or first + 1 >= len(top):
        return
    lower, names, group = top[first + 1], [], ""
    for place in range(max(len(upper), len(lower))):
        above = upper[place] if place < len(upper) else ""
        below = lower[place] if place < len(lower) else ""
        group = above or group  # of merged cells only the first holds the title
        names.append([below, group + below, below + group] if below else [above])
    yield first + 1, names


def _column(names: Sequence[str], known: Mapping[str, tuple[str, int]]) -> str:
    match = _match(names, known)
    return "" if match is None else match[0]


def _match(
    names: Sequence[str], known: Mapping[str, tuple[str, int]]
) -> tuple[str, int, str] | None:
    """Return the column that one of the names means, how far off it is, and its bracket."""
    for text in names:
        key = header_name(text)
        if key in known:
            return (*known[key], "")
        bracket = _BRACKET.search(key)
        if bracket and (short := key[: bracket.start()]) in known:
            column, rank = known[short]
            return column, rank + 100, bracket[1]  # any name without a bracket goes before
    return None


def _named(
    last_row: int,
    names: Sequence[Sequence[str]],
    expected: Expected,
    known: Mapping[str, tuple[str, int]],
) -> Header:
    matches = [_match(each, known) for each in names]
    chosen: dict[str, int] = {}  # column → where it stands
    for place, match in enumerate(matches):
        if match is None:
            continue
        column, rank, _ = match
        before = chosen.get(column)
        rival = None if before is None else matches[before]
        if rival is None or rank < rival[1]:
            chosen[column] = place
        elif rank == rival[1]:
            count = sum(1 for one in matches if one is not None and one[:2] == (column, rank))
            raise UnreadableFileError(f"表头中“{column}”出现了 {count} 次")
    places = {place: column for column, place in chosen.items()}
    brackets = {column: one[2] for column, place in chosen.items() if (one := matches[place])}
    labels = [places.get(place, _label(each, expected)) for place, each in enumerate(names)]
    return Header(last_row, tuple(labels), {name: text for name, text in brackets.items() if text})


def _label(names: Sequence[str], expected: Expected) -> str:
    """Return what a column is called that the mapping does not take."""
    text = names[0].strip() if names else ""
    return f"{text}（另一列）" if text in expected else text
