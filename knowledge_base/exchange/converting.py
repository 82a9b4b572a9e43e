"""One row becomes the fields it speaks of; what cannot be understood is reported, never guessed."""

from collections import abc
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any

from knowledge_base.exchange.cell_values import (
    as_text,
    day,
    lines,
    links,
    number,
    split,
    variation,
)
from knowledge_base.exchange.columns import BY_PATH
from knowledge_base.exchange.departments import DepartmentNames
from knowledge_base.exchange.laws import laws_in
from knowledge_base.exchange.mapping import Kind, Mapping, Rule, filled, placeholders
from knowledge_base.exchange.materials import documents, with_parts
from knowledge_base.exchange.paths import copied, get_path, set_path
from knowledge_base.exchange.rows import RawRow, RowFinding, Severity
from knowledge_base.exchange.words import (
    NOTHING,
    UnreadableValueError,
    fee,
    limit,
    plain,
    unit_named,
    yes_no,
)
from knowledge_base.library import Library

Json = Any  # the JSON edge: a part of a guide


Brackets = abc.Mapping[str, str]  # column → what its header adds in brackets
_LAWS_KEPT = 1_000  # texts; a list names few laws, each with a text of up to some KB

_READERS: dict[Kind, Callable[[Rule, str, dict[str, str]], Json]] = {
    "own": lambda rule, text, _: BY_PATH[rule.to].read(text),
    "text": lambda _rule, text, _: text,
    "lines": lambda rule, text, _: lines(rule, text),
    "yes_no": lambda rule, text, _: yes_no(text) is not rule.negate,
    "number": lambda _rule, text, _: number(text),
    "date": lambda _rule, text, _: day(text),
    "fee": lambda _rule, text, _: fee(text),
    "links": lambda _rule, text, _: links(text),
    "documents": lambda rule, text, _: documents(text, rule.split),
    "fact": lambda rule, text, _: [{"text": one} for one in split(rule, text)],
    "local_variation": variation,
}


@dataclass(slots=True)
class Converted:
    """What one row says."""

    row: int
    whole: dict[str, Json] | None = None  # a guide in the library's form: nothing was mapped
    fields: dict[str, Json] = field(default_factory=dict)  # by dotted path; None: taken out
    defaults: dict[str, Json] = field(default_factory=dict)
    columns: dict[str, str] = field(default_factory=dict)  # field → the column it came from
    findings: list[RowFinding] = field(default_factory=list)


class Converter:
    """Applies one mapping; made once for a file."""

    def __init__(
        self,
        mapping: Mapping,
        library: Library,
        columns: Sequence[str] = (),
        brackets: Brackets = MappingProxyType({}),
    ) -> None:
        self._mapping = mapping
        # A header may name the unit that its cells leave out: 承诺办结时限（工作日）.
        self._units = {name: unit_named(text) for name, text in brackets.items()}
        # Of the file at hand: a column that it lacks clears nothing.
        self._columns = frozenset(columns)
        self._laws = library.laws
        self._laws_read: dict[str, list[dict[str, Json]]] = {}
        self._departments = DepartmentNames(library.departments, mapping.departments.names)

    def file_findings(self) -> list[RowFinding]:
        """Return what is wrong with the mapping in this city."""
        return [
            RowFinding(0, "departments.names", f"没有编码为“{code}”的单位", "改正映射文件")
            for code in self._departments.unknown_codes()
        ]

    def convert(self, row: RawRow) -> Converted:
        """Return what the row says; every cell that cannot be taken is a finding."""
        made = Converted(row.number)
        for fault in row.faults:
            made.findings.append(RowFinding(row.number, fault.column, fault.problem, fault.repair))
        faulty = {fault.column for fault in row.faults}
        texts = _texts(row.values)
        for column, rule in self._mapping.rules:
            if column not in faulty:
                self._apply(made, column, rule, texts)
                if rule.parts:
                    self._tell_documents_apart(made, column, rule, row)
        made.fields.update(copied(self._mapping.constants))
        made.defaults = dict(_defaults(self._mapping.defaults, texts))
        self._check_fee(made)
        return made

    def _apply(self, made: Converted, column: str, rule: Rule, texts: dict[str, str]) -> None:
        made.columns.setdefault(rule.to, column)
        text = texts.get(column, "")
        if not text or (text in NOTHING and rule.reads_as not in ("yes_no", "own")):
            if text and rule.reads_as == "limit":
                made.findings.append(_left_empty(made.row, column, text))
            if self._mapping.empty_clears and column in (self._columns or texts):
                made.fields[rule.to] = None
            return
        try:
            value = self._value(column, rule, text, texts)
        except UnreadableValueError as error:
            made.findings.append(self._unreadable(made.row, column, rule, error))
            return
        _put(made.fields, rule, value)
        if rule.to == "fee.free" and value is True and (basis := self._basis(rule, texts)):
            made.fields["fee.basis"] = basis

    def _tell_documents_apart(self, made: Converted, column: str, rule: Rule, row: RawRow) -> None:
        """Put beside each document what its own row says of it."""
        found: list[Json] = []
        texts = _texts(row.values)
        members = [one for one in row.members if column in one]
        for values in members or (row.values,):
            said = _texts(values)
            if (text := said.get(column, "")) and text not in NOTHING:
                each = documents(text, rule.split)
                found += [with_parts(one, rule.parts, said) for one in each]
        if found:
            distinct = [one for place, one in enumerate(found) if one not in found[:place]]
            made.fields[rule.to] = self._based(rule, distinct, texts)

    def _unreadable(
        self, row: int, column: str, rule: Rule, error: UnreadableValueError
    ) -> RowFinding:
        empty = rule.if_unreadable == "leave_empty" or (
            rule.reads_as == "department" and self._mapping.departments.unknown == "leave_empty"
        )
        severity = Severity.TO_COMPLETE if empty else Severity.ERROR
        problem = f"{error.problem}，该项留空" if empty else error.problem
        return RowFinding(row, column, problem, error.repair, severity)

    def _value(self, column: str, rule: Rule, text: str, texts: dict[str, str]) -> Json:
        if rule.values and rule.reads_as != "lines":
            key = plain(text)
            if key in rule.translated:
                return self._based(rule, copied(rule.translated[key]), texts)
        return self._based(rule, self._read(column, rule, text, texts), texts)

    def _read(self, column: str, rule: Rule, text: str, texts: dict[str, str]) -> Json:
        if rule.reads_as == "department" or (rule.reads_as, rule.to) == ("own", "department"):
            return self._departments.code_of(text)
        if rule.reads_as == "laws":
            return self._laws_of(text)
        if rule.reads_as == "limit":
            return limit(text, rule.unit or self._units.get(column))
        return _READERS[rule.reads_as](rule, text, texts)

    def _laws_of(self, text: str) -> list[dict[str, Json]]:
        found = self._laws_in(text)
        if not found:
            raise UnreadableValueError("没有找到法规名称", "把法规全称写在书名号《》中")
        return found

    def _laws_in(self, text: str) -> list[dict[str, Json]]:
        # Several columns of a row rest on the same laws, and many rows do.
        if text not in self._laws_read:
            if len(self._laws_read) >= _LAWS_KEPT:
                self._laws_read.clear()
            self._laws_read[text] = laws_in(text, self._laws) or self._bare_titles(text)
        return copied(self._laws_read[text])  # type: ignore[no-any-return]  # a list as it was

    def _bare_titles(self, text: str) -> list[dict[str, Json]]:
        """Return the laws of a column that holds nothing but titles, without the marks."""
        lines = [one.strip() for one in text.splitlines()]
        known = (one in self._laws or f"中华人民共和国{one}" in self._laws for one in lines)
        if not all(known):
            return []
        return laws_in("；".join(f"《{one}》" for one in lines), self._laws)

    def _based(self, rule: Rule, value: Json, texts: dict[str, str]) -> Json:
        """Put the law beside what rests on it."""
        basis = self._basis(rule, texts)
        if not basis:
            return value
        if isinstance(value, list):
            return [{**one, "basis": basis} if isinstance(one, dict) else one for one in value]
        if isinstance(value, dict):
            if items := value.get("items"):
                return {**value, "items": [{**one, "basis": basis} for one in items]}
            return {**value, "basis": basis}
        return value

    def _basis(self, rule: Rule, texts: dict[str, str]) -> list[dict[str, Json]]:
        for source in rule.basis:
            text = source if source.startswith("《") else texts.get(source, "")
            if text and (found := self._laws_in(text)):
                return found
        return []

    def _check_fee(self, made: Converted) -> None:
        whole = made.fields.get("fee") or {}
        free = made.fields.get("fee.free", whole.get("free"))
        items = made.fields.get("fee.items", whole.get("items"))
        if free and items:
            column = made.columns.get("fee.free") or made.columns.get("fee", "fee")
            problem, repair = "写了不收费，又列出了收费标准", "核对后只留一处"
            made.findings.append(RowFinding(made.row, column, problem, repair))


def _texts(values: abc.Mapping[str, Json]) -> dict[str, str]:
    return {name: as_text(value) for name, value in values.items()}


def _left_empty(row: int, column: str, text: str) -> RowFinding:
    repair = "清单没有给出时限；知道的请在草稿中补上"
    return RowFinding(row, column, f"写的是“{text}”，该项留空", repair, Severity.NOTE)


def _put(fields: dict[str, Json], rule: Rule, value: Json) -> None:
    """Store a value; several columns may feed one list."""
    before = fields.get(rule.to)
    if isinstance(before, list) and isinstance(value, list):
        fields[rule.to] = before + [one for one in value if one not in before]
    else:
        fields[rule.to] = value


def _defaults(given: dict[str, Json], texts: dict[str, str]) -> Iterator[tuple[str, Json]]:
    """Yield the defaults whose columns hold something."""
    for path, value in given.items():
        made = _templated(value, texts)
        if made not in (None, [], {}):
            yield path, made


def _templated(value: Json, texts: dict[str, str]) -> Json:
    if isinstance(value, list):
        made = (_templated(one, texts) for one in value)
        return [one for one in made if one is not None]
    if isinstance(value, dict):
        return {name: _templated(one, texts) for name, one in value.items()}
    if not isinstance(value, str):
        return value.isoformat() if isinstance(value, date) else value
    if any(not texts.get(column) for column in placeholders(value)):
        return None
    return filled(value, texts)


def laid_over(base: dict[str, Json], made: Converted) -> dict[str, Json]:
    """Return the guide with what the row says put over what is there; the row is used up."""
    content: dict[str, Json] = copied(base)
    # Whole facets first: a column for the whole fee does not undo one for a part of it.
    for path, value in sorted(made.fields.items(), key=lambda one: one[0].count(".")):
        set_path(content, path, value)
    for path, value in made.defaults.items():
        if get_path(content, path) in (None, "", [], {}):
            set_path(content, path, value)
    return content
