"""Lines as printed, joined to paragraphs again: a page or a column breaks lines, not sentences."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from knowledge_base.policies.reading.lines import EDGES
from knowledge_base.policies.structure import opens_clause

_ENDS: Final = "。；：！？.;:!?”）)》"
_FULL_SHARE: Final = 0.1  # of the lines of a text that was broken to a width, at the least
_FEWEST: Final = 3  # lines that run to the margin, before a width can be told
_STRAY_SHARE: Final = 0.05  # of the lines may stand out into the margin
_BROKEN_SHARE: Final = 0.6  # of those end within a sentence
_LATIN = re.compile(r"[A-Za-z0-9,.]")


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line: where it begins and ends, in units of which a character is ``size``."""

    text: str
    left: float
    right: float
    size: float

    @classmethod
    def measured(cls, line: str) -> "Line":
        """Return a line of a text file: a Chinese character counts two columns."""
        flat = line.expandtabs(4).rstrip(EDGES)
        indent = _columns(flat) - _columns(flat.lstrip(EDGES))
        return cls(flat.strip(EDGES), indent, _columns(flat), 2.0)

    @property
    def blank(self) -> bool:
        """Whether nothing stands in it."""
        return not self.text.strip(EDGES)


@dataclass(frozen=True, slots=True)
class Margins:
    """Where the lines of a page begin and end."""

    left: float
    right: float


def _columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)


def joined_lines(lines: Sequence[Line]) -> list[str]:
    """Return the paragraphs of a text file; lines stay as they are where none was broken."""
    filled = [line for line in lines if not line.blank]
    if not filled:
        return []
    margins = margins_of(filled)
    full = [line for line in filled if _is_full(line, margins)]
    broken = [line for line in full if line.text[-1] not in _ENDS]
    fewest = max(_FEWEST, _FULL_SHARE * len(filled))
    if len(full) < fewest or len(broken) < _BROKEN_SHARE * len(full):
        return [line.text for line in filled]
    return rejoined([(line, margins) for line in lines])


def margins_of(lines: Sequence[Line]) -> Margins:
    """Return where most lines begin and end; a table or a long address may stand out of them."""
    size = lines[0].size
    lefts = _edge(sorted(line.left for line in lines), size)
    rights = _edge(sorted(-line.right for line in lines), size)
    return Margins(lefts, -rights)


def _edge(ordered: Sequence[float], size: float) -> float:
    """Return the first of ``ordered`` that several share, unless too many come before it."""
    few = int(len(ordered) * _STRAY_SHARE)
    for index, value in enumerate(ordered[: few + 1]):
        alike = sum(other - value < size for other in ordered[index:])
        if alike >= _FEWEST:
            return value
    return ordered[0]


def rejoined(lines: Sequence[tuple[Line, Margins]]) -> list[str]:
    """Return paragraphs: a line goes on with the one before when that ran to the margin."""
    paragraphs: list[str] = []
    before: tuple[Line, Margins] | None = None
    for line, margins in lines:
        if line.blank:
            before = None
            continue
        if before is not None and _goes_on(before, line, margins):
            paragraphs[-1] = _glued(paragraphs[-1], line.text)
        else:
            paragraphs.append(line.text)
        before = (line, margins)
    return paragraphs


def _goes_on(before: tuple[Line, Margins], line: Line, margins: Margins) -> bool:
    previous, its_margins = before
    if not _is_full(previous, its_margins) or line.left > margins.left + 1.2 * line.size:
        return False
    # A number at the margin opens a clause only after a sentence: “依照\n第三条” does not.
    return not (opens_clause(line.text) and previous.text[-1] in _ENDS)


def _is_full(line: Line, margins: Margins) -> bool:
    return line.right > margins.right - 2.2 * line.size


def _glued(before: str, after: str) -> str:
    apart = _LATIN.match(before[-1]) and re.match(r"[A-Za-z]", after)
    return before + (" " if apart and before[-1].isalpha() else "") + after
