"""A text cut at its marks: every paragraph becomes one clause with its number path."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from knowledge_base.policies.layout import Layout, Zone
from knowledge_base.policies.numerals import article_words
from knowledge_base.policies.reading.lines import Paragraph
from knowledge_base.policies.schema import Clause, Level, Role, Step
from knowledge_base.policies.structure import Mark, mark_of, rank

_SENTENCE_ENDS: Final = "。；：;:，,、！？"
_GROUPS: Final = frozenset({Level.ANNEX, Level.PART, Level.CHAPTER, Level.SECTION})
_LONGEST_QUOTATION: Final = 60  # paragraphs; longer, a closing mark was forgotten
_LONGEST_HEADING: Final = 40  # characters
_ROLES: Final = {
    Zone.FRONT: Role.FRONT,
    Zone.SALUTATION: Role.SALUTATION,
    Zone.ANNEX_LIST: Role.ANNEX_LIST,
    Zone.SIGNATURE: Role.SIGNATURE,
    Zone.IMPRINT: Role.IMPRINT,
    Zone.ANNEX_TITLE: Role.HEADING,
}


@dataclass(frozen=True)
class Cut:
    """The clauses in order, and gaps in the numbers that a person should look at."""

    clauses: tuple[Clause, ...]
    remarks: tuple[str, ...] = ()


def cut(paragraphs: Sequence[Paragraph], layout: Layout) -> Cut:
    """Return every paragraph as a clause; joined by line breaks they are the text again."""
    cutter = _Cutter(layout)
    quoted = _inside_quotations(paragraphs)
    for index, one in enumerate(paragraphs):
        cutter.take(index, one, inside=index in quoted)
    return Cut(_told_apart(_filled(cutter.clauses)), tuple(cutter.remarks))


def _inside_quotations(paragraphs: Sequence[Paragraph]) -> frozenset[int]:
    """Return the paragraphs within “…” that began earlier: their numbers are another text's."""
    inside: set[int] = set()
    opened: int | None = None
    for index, one in enumerate(paragraphs):
        # Each paragraph of a long quotation opens it anew; only the last closes it.
        last = max(one.text.rfind("“"), one.text.rfind("”"))
        if opened is not None and "”" in one.text and one.text[last] == "”":
            if index - opened <= _LONGEST_QUOTATION:
                inside.update(range(opened + 1, index + 1))
            opened = None
        elif last >= 0 and one.text[last] == "“" and opened is None:
            opened = index
    return frozenset(inside)


class _Cutter:
    """Holds the path of the paragraph before."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._path: list[Step] = []
        self._rows = 0
        self._paragraphs: Counter[tuple[str, ...]] = Counter()
        self.clauses: list[Clause] = []
        self.remarks: list[str] = []

    def take(self, index: int, one: Paragraph, *, inside: bool) -> None:
        zone = self._layout.zones[index]
        if index in self._layout.annexes:
            self._path = [self._layout.annexes[index]]
        if zone is not Zone.BODY:
            path = tuple(self._path) if zone is Zone.ANNEX_TITLE else ()
            self._add(_ROLES[zone], path, one.text)
        elif one.row:
            self._rows += 1
            row = Step(level=Level.ROW, number=str(self._rows))
            self._add(Role.PROVISION, (*self._path, row), one.text)
            return
        else:
            self._body(one.text, None if inside else self._mark(one.text))
        self._rows = 0

    def _mark(self, text: str) -> Mark | None:
        mark = mark_of(text)
        if mark is None or not mark.tight:
            return mark
        # “第四条申请人…” printed without a blank is an article only where the count says so.
        last = self._last_article()
        if _follows(last, mark.step.number):
            return mark
        if int(mark.step.number.partition("-")[0]) > int(last.partition("-")[0]):
            before = "开头" if last == "0" else article_words(last)
            told = f"{before}之后有一段以“{mark.step.label}”开头，没有作为新的一条，请核对原文"
            self.remarks.append(told)
        return None

    def _last_article(self) -> str:
        top = self._annex()
        for clause in reversed(self.clauses):
            for step in clause.path:
                if step.level is Level.ARTICLE and clause.path[: len(top)] == top:
                    return step.number
        return "0"

    def _annex(self) -> tuple[Step, ...]:
        return tuple(step for step in self._path[:1] if step.level is Level.ANNEX)

    def _body(self, text: str, mark: Mark | None) -> None:
        if mark is None:
            self._unmarked(text)
            return
        if mark.step.level is Level.ARTICLE:
            self._check_count(mark.step)
        self._climb(mark.step.level)
        self._path.append(mark.step)
        if mark.step.level in _GROUPS or _is_heading(text, mark):
            self._add(Role.HEADING, tuple(self._path), text)
            return
        if mark.step.level is Level.ARTICLE and len(text) > mark.length:
            self._path.append(self._next_paragraph())
        elif mark.step.level is not Level.ARTICLE:
            self._paragraphs[self._keys()] += 1
        role = Role.PROVISION if len(text) > mark.length else Role.HEADING
        self._add(role, tuple(self._path), text)

    def _unmarked(self, text: str) -> None:
        """Add a paragraph without a number: the article's next 款, else a 段 where it stands."""
        if any(step.level is Level.ARTICLE for step in self._path):
            while self._path[-1].level is not Level.ARTICLE:
                self._path.pop()
            self._path.append(self._next_paragraph())
            self._add(Role.PROVISION, tuple(self._path), text)
            return
        self._add(Role.PROVISION, (*self._path, self._next_paragraph()), text)

    def _next_paragraph(self) -> Step:
        self._paragraphs[self._keys()] += 1
        return Step(level=Level.PARAGRAPH, number=str(self._paragraphs[self._keys()]))

    def _keys(self) -> tuple[str, ...]:
        return tuple(step.key for step in self._path)

    def _climb(self, level: Level) -> None:
        """Leave everything that is not wider than ``level``."""
        while self._path and rank(self._path[-1].level) >= rank(level):
            self._path.pop()

    def _check_count(self, step: Step) -> None:
        last = self._last_article()
        if not _follows(last, step.number):
            before = article_words(last) if last != "0" else "开头"
            self.remarks.append(f"条号不连续：{before}之后是{step.label}，请核对原文")

    def _add(self, role: Role, path: tuple[Step, ...], text: str) -> None:
        self.clauses.append(Clause(role=role, path=path, text=text))


def _is_heading(text: str, mark: Mark) -> bool:
    if mark.step.level is Level.ARTICLE:
        return False
    words = text[mark.length :]
    return 0 < len(words) <= _LONGEST_HEADING and not any(one in words for one in _SENTENCE_ENDS)


def _follows(last: str, number: str) -> bool:
    """Whether article ``number`` comes right after ``last``: 10 → 11, 10 → 10-1, 10-1 → 11."""
    main, _, extra = last.partition("-")
    if number == f"{int(main) + 1}":
        return True
    return number == f"{main}-{int(extra or 0) + 1}"


def _filled(clauses: Sequence[Clause]) -> list[Clause]:
    """Return the clauses; a numbered line with nothing below it is no heading: 1.居民户口簿."""
    result = []
    for index, one in enumerate(clauses):
        below = clauses[index + 1].path if index + 1 < len(clauses) else ()
        listed = one.role is Role.HEADING and one.path and one.path[-1].level not in _GROUPS
        if listed and below[: len(one.path)] != one.path:
            result.append(one.model_copy(update={"role": Role.PROVISION}))
        else:
            result.append(one)
    return result


def _told_apart(clauses: Iterable[Clause]) -> tuple[Clause, ...]:
    """Return the clauses; a number that stands twice gets ``~2``, so that a path names one."""
    seen: Counter[str] = Counter()
    result = []
    for one in clauses:
        seen[one.key] += 1
        if one.path and one.role is Role.PROVISION and seen[one.key] > 1:
            last = one.path[-1]
            step = last.model_copy(update={"number": f"{last.number}~{seen[one.key]}"})
            result.append(one.model_copy(update={"path": (*one.path[:-1], step)}))
        else:
            result.append(one)
    return tuple(result)
