"""What a policy document is: an official text, cut, and nothing of it lost.

``document.text`` is the whole text, line by line; joining the clauses gives exactly it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from functools import cached_property

from pydantic import BaseModel, ConfigDict

from knowledge_base.policies.errors import ClauseNotFoundError

SEPARATOR = "/"  # between the steps of a path


class Frozen(BaseModel):
    """A value; an unknown key is a fault."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Level(StrEnum):
    """What one step of a number path counts, the widest first."""

    ANNEX = "annex"  # 附件, also a text that a notice issues
    PART = "part"  # 编
    CHAPTER = "chapter"  # 章
    SECTION = "section"  # 节
    ARTICLE = "article"  # 条
    PARAGRAPH = "paragraph"  # 款 of an article; elsewhere a paragraph (段)
    POINT = "point"  # 一、
    ITEM = "item"  # （一）
    SUBITEM = "subitem"  # 1.
    DETAIL = "detail"  # （1）
    CIRCLE = "circle"  # ①
    ROW = "row"  # of a table


class Role(StrEnum):
    """What a clause is to the document."""

    FRONT = "front"  # 红头, number, title, promulgation, table of contents
    SALUTATION = "salutation"
    HEADING = "heading"
    PROVISION = "provision"  # what may be quoted as a rule
    ANNEX_LIST = "annex_list"
    SIGNATURE = "signature"
    IMPRINT = "imprint"  # 公开方式, 抄送, 印发


class Step(Frozen):
    """One step of a number path."""

    level: Level
    number: str  # in digits: 10, or 10-1 of 第十条之一
    label: str = ""  # as printed; empty where the text prints none (款)

    @property
    def key(self) -> str:
        """The step in an address, such as ``article10-1``."""
        return f"{self.level.value}{self.number}"


class Clause(Frozen):
    """A paragraph of the text, its number path, and its words exactly."""

    role: Role
    path: tuple[Step, ...] = ()
    text: str

    @property
    def key(self) -> str:
        """The path as an address, such as ``article3/paragraph2/item1``."""
        return SEPARATOR.join(step.key for step in self.path)


class PolicyDocument(Frozen):
    """An official text (政策文件) cut at chapters, articles and clauses; empty: it does not say."""

    title: str
    number: str | None = None  # 文号
    issuers: tuple[str, ...] = ()
    issued_on: date | None = None
    in_force_from: date | None = None
    in_force_to: date | None = None  # the last day
    repealed: bool = False  # the source says that it is no longer in force
    repeals: tuple[str, ...] = ()  # titles of what it ends, as printed
    clauses: tuple[Clause, ...]

    @property
    def text(self) -> str:
        """The whole text, one paragraph a line."""
        return joined(self.clauses)

    @cached_property
    def provisions(self) -> tuple[Clause, ...]:
        """What may be quoted as a rule."""
        return tuple(one for one in self.clauses if one.role is Role.PROVISION)

    @cached_property
    def crowded(self) -> frozenset[tuple[Step, ...]]:
        """The paths of articles with more than one 款: only there a 款 is cited by its number."""
        paragraphs = {
            clause.path[: index + 1]
            for clause in self.clauses
            for index, step in enumerate(clause.path)
            if step.level is Level.PARAGRAPH
            and index
            and clause.path[index - 1].level is Level.ARTICLE
        }
        counts = Counter(path[:-1] for path in paragraphs)
        return frozenset(path for path, count in counts.items() if count > 1)

    @cached_property
    def headings(self) -> Mapping[tuple[Step, ...], str]:
        """The headings by their path."""
        return {one.path: one.text for one in self.clauses if one.role is Role.HEADING and one.path}

    @cached_property
    def annex_count(self) -> int:
        """How many annexes hold text."""
        tops = {one.path[0] for one in self.clauses if one.path}
        return sum(step.level is Level.ANNEX for step in tops)

    def under(self, key: str) -> tuple[Clause, ...]:
        """Return the clauses of one path: itself and all below it, in order.

        An article is found without its chapter, as everybody cites it.

        Raises:
            ClauseNotFoundError: there is none.
        """
        wanted = key.strip(SEPARATOR)
        found = tuple(one for one in self.clauses if wanted and _lies_under(one, wanted))
        if not found:
            raise ClauseNotFoundError(self.title, key)
        return found

    def in_force_on(self, day: date) -> bool:
        """Whether nothing in the text says that it does not apply on ``day``."""
        begun = self.in_force_from is None or self.in_force_from <= day
        ended = self.in_force_to is not None and self.in_force_to < day
        return begun and not ended and not self.repealed


class PublishedPolicy(Frozen):
    """A document that answers may quote, in the version published last."""

    version: int
    document: PolicyDocument


_GROUPING = frozenset({Level.PART, Level.CHAPTER, Level.SECTION})


def _lies_under(clause: Clause, wanted: str) -> bool:
    short = SEPARATOR.join(
        step.key
        for step in clause.path
        if step.level not in _GROUPING or not _has_article(clause.path)
    )
    return any(
        address == wanted or address.startswith(wanted + SEPARATOR)
        for address in (clause.key, short)
    )


def _has_article(path: Iterable[Step]) -> bool:
    return any(step.level is Level.ARTICLE for step in path)


def joined(clauses: Iterable[Clause]) -> str:
    """Return the text of clauses, one paragraph a line."""
    return "\n".join(clause.text for clause in clauses)
