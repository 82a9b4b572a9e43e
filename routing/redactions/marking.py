"""What was taken out of a version, and what another one puts back; pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from foundation.text.personal_information import PLACEHOLDER
from routing.appeals.shielding import HIDDEN

_MARK = re.compile(rf"{re.escape(HIDDEN)}|{PLACEHOLDER.pattern}")
_CLAUSE = re.compile(r"[^，,。；;！!？?、\s]+")
_NO_WORDS = re.compile(r"[^\w]+")
# Two clauses of this product of lengths are compared sign by sign in some tens of milliseconds.
_LARGEST_COMPARISON = 1_000_000


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of a text: words, or the mark of something that was taken out."""

    text: str
    removed: bool


def pieces(text: str) -> tuple[Piece, ...]:
    """Return ``text`` cut at the marks of what was taken out."""
    return tuple(_pieces(text))


def _pieces(text: str) -> Iterator[Piece]:
    at = 0
    for mark in _MARK.finditer(text):
        if mark.start() > at:
            yield Piece(text[at : mark.start()], removed=False)
        yield Piece(mark[0], removed=True)
        at = mark.end()
    if at < len(text):
        yield Piece(text[at:], removed=False)


def put_back(before: Sequence[str | None], after: Sequence[str | None]) -> str:
    """Return the first words of ``after`` that ``before`` does not hold; empty where none.

    Leaving something out, or marking it as hidden, puts nothing back.
    """
    known, written = _clauses(before), _clauses(after)
    new = [clause for clause in written if clause not in known]
    if not new:
        return ""
    old = "\n".join(clause for clause in known if clause not in written)
    for clause in new:
        added = _added(old, clause)
        if added:
            return added
    return ""


def _clauses(texts: Sequence[str | None]) -> dict[str, None]:
    bare = (_MARK.sub("，", text) for text in texts if text)
    return dict.fromkeys(clause for text in bare for clause in _CLAUSE.findall(text))


def _added(old: str, clause: str) -> str:
    if clause in old:
        return ""
    if len(old) * len(clause) > _LARGEST_COMPARISON:
        return clause
    for tag, _, _, begin, end in SequenceMatcher(None, old, clause, autojunk=False).get_opcodes():
        words = _NO_WORDS.sub("", clause[begin:end])
        if tag in {"insert", "replace"} and words:
            return words
    return ""
