"""The notice taken apart for a page or for paper: the same words as its text, in their parts."""

import re
from dataclasses import dataclass
from typing import Final, Self

from knowledge_base.library import Library
from knowledge_base.rendering import (
    Phrases,
    common_questions_text,
    facet_text,
    headline,
    missing_text,
)
from knowledge_base.schema import FacetName, Matter

_NUMBERED: Final = re.compile(r"^\d{1,2}\. ")
_BASIS: Final = re.compile(r"（依据：[^）]+）$")


@dataclass(frozen=True, slots=True)
class Line:
    """One line; the law it rests on stands apart, without its brackets ("" when it names none)."""

    text: str
    basis: str = ""

    @property
    def numbered(self) -> bool:
        """Whether it is one of a list: 「1. …」."""
        return _NUMBERED.match(self.text) is not None

    @classmethod
    def of(cls, text: str) -> Self:
        """Cut the law off the end of a rendered line."""
        found = _BASIS.search(text)
        return cls(text) if found is None else cls(text[: found.start()], found[0][1:-1])


@dataclass(frozen=True, slots=True)
class Part:
    """What stands under one heading; ``to_tick``: numbered lines are documents to bring."""

    label: str
    lines: tuple[Line, ...]
    to_tick: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """A whole notice in the order in which it is read."""

    title: str
    summary: str
    parts: tuple[Part, ...]
    missing: str  # what the guide does not state and where to ask; "" when nothing is missing

    @classmethod
    def of(cls, matter: Matter, library: Library) -> Self:
        """Take one guide apart."""
        parts = [
            _part(facet.label, text, to_tick=facet is FacetName.MATERIALS)
            for facet in FacetName
            if (text := facet_text(matter, facet, library))
        ]
        if matter.common_questions:
            parts.append(_part(_QUESTIONS, common_questions_text(matter)))
        return cls(
            title=Phrases.NOTICE_TITLE.format(title=matter.title),
            summary=headline(matter),
            parts=tuple(parts),
            missing=missing_text(matter, library),
        )


_QUESTIONS: Final = Phrases.QUESTIONS.strip("【】")


def _part(label: str, text: str, *, to_tick: bool = False) -> Part:
    return Part(label, tuple(Line.of(line) for line in text.split("\n")), to_tick)
