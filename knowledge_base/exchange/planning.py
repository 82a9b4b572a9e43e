"""A file read once and judged row by row; nothing is written."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from foundation.database.session import Database
from foundation.text.storable import storable
from knowledge_base.entries.content import MISSING, Content, content_code, guide_form, read_guide
from knowledge_base.entries.diff import field_changes
from knowledge_base.entries.drafting import looked_up_by
from knowledge_base.entries.errors import EntryCodeError
from knowledge_base.entries.schemas import NewDraft
from knowledge_base.exchange.converting import Converted, Converter, laid_over
from knowledge_base.exchange.grouping import grouped, is_note
from knowledge_base.exchange.identity import Identities
from knowledge_base.exchange.judging import judged
from knowledge_base.exchange.limits import ExchangeLimits
from knowledge_base.exchange.mapping import Mapping as ColumnMapping
from knowledge_base.exchange.mapping import own_mapping
from knowledge_base.exchange.nesting import flattened
from knowledge_base.exchange.plan import BATCH, ImportPlan
from knowledge_base.exchange.reading import format_of, open_rows
from knowledge_base.exchange.repository import Standing, standings_of
from knowledge_base.exchange.rows import RawRow, RowFinding, RowSource, Severity
from knowledge_base.exchange.words import UnreadableValueError
from knowledge_base.library import Library
from knowledge_base.schema import Matter

# What is told while it lasts: the share done (None: not known), and how many rows.
Progress = Callable[[float | None, int], None]
T = TypeVar("T")


def silent(share: float | None, rows: int) -> None:
    """Tell nobody."""


class Planner:
    """Judges one file against the library and the entries of this moment."""

    def __init__(self, database: Database, shipped: Library, limits: ExchangeLimits) -> None:
        self._database, self._shipped, self._limits = database, shipped, limits

    def plan(self, path: Path, mapping: ColumnMapping | None, progress: Progress) -> ImportPlan:
        """Return what the file would do.

        Raises:
            ExchangeError: the file as a whole is refused.
        """
        # A guide in JSON or YAML stands in the library's own form: there is nothing to map.
        whole = mapping is None and not format_of(path).holds_sheets
        chosen = mapping or own_mapping()
        plan = ImportPlan(path.name)
        try:
            with open_rows(path, chosen, self._limits) as source:
                run = _Run(self._database, self._shipped, chosen, plan, source)
                run.over(source, progress, whole=whole)
        except BaseException:
            plan.__exit__(None, None, None)
            raise
        return plan


class _Run:
    """One reading of one file."""

    def __init__(
        self,
        database: Database,
        shipped: Library,
        mapping: ColumnMapping,
        plan: ImportPlan,
        source: RowSource,
    ) -> None:
        self._database, self._shipped, self._mapping = database, shipped, mapping
        self._plan = plan
        self._converter = Converter(mapping, shipped, source.columns, source.brackets)
        self._rows_of: dict[str, int] = {}  # code → the row that named it first
        with database.reading() as session:
            self._identities = Identities(session, shipped, mapping.identity)

    def over(self, source: RowSource, progress: Progress, *, whole: bool) -> None:
        """Judge every row."""
        for finding in (*self._converter.file_findings(), *self._unused(source.columns)):
            self._plan.note(finding)
        found = source.rows() if whole else map(flattened, source.rows())
        rows = grouped(self._matters(found), self._mapping)
        take = self._whole if whole else self._converter.convert
        for batch in _batches(rows, BATCH):
            self._take([take(row) for row in batch])
            progress(source.done(), self._plan.counts.rows)

    def _matters(self, rows: Iterable[RawRow]) -> Iterator[RawRow]:
        """Yield the rows that tell of a matter: notes below and repeated headers are no rows."""
        for row in rows:
            if is_note(row, self._mapping):
                problem, repair = "是说明或重复的表头，已略过", "不是的，请核对这一行"
                self._plan.note(RowFinding(row.number, "整行", problem, repair, Severity.NOTE))
            else:
                yield row

    def _unused(self, columns: Sequence[str]) -> Iterator[RowFinding]:
        known = {*self._mapping.expected, *self._mapping.ignore}
        unused = [name for name in columns if name and name not in known]
        if unused:
            problem = f"没有用到这些列：{'、'.join(unused)}"
            repair = "需要的，在映射的 columns 中写明去向；不需要的，列入 ignore"
            yield RowFinding(0, "表头", problem, repair, Severity.NOTE)

    def _whole(self, row: RawRow) -> Converted:
        return Converted(row.number, whole=_storable(dict(row.values)))

    def _take(self, rows: list[Converted]) -> None:
        named = [(self._code(made), made) for made in rows]
        codes = {code for code, _ in named if code is not None}
        with self._database.reading() as session:
            standings = standings_of(session, codes)
        for code, made in named:
            self._plan.counts.rows += 1
            for finding in made.findings:
                title = finding.title or str(made.fields.get("title", ""))
                self._plan.note(replace(finding, code=finding.code or code or "", title=title))
            if code is not None:
                self._judge(code, made, standings.get(code, Standing()))

    def _code(self, made: Converted) -> str | None:
        """Return the row's matter; None, and a finding, where it names none or one twice."""
        fields = made.fields if made.whole is None else made.whole
        field = self._mapping.identity.field
        column = made.columns.get(field, field)
        try:
            code = content_code({"code": self._identities.code_of(fields)})
        except UnreadableValueError as error:
            made.findings.append(RowFinding(made.row, column, error.problem, error.repair))
            return None
        except EntryCodeError as error:
            made.findings.append(RowFinding(made.row, column, error.user_message, "改正编码"))
            return None
        first = self._rows_of.setdefault(code, made.row)
        if first != made.row:
            problem, repair = f"与第 {first} 行是同一个事项", "同一个文件中一个事项只写一次"
            made.findings.append(RowFinding(made.row, column, problem, repair, code=code))
            return None
        return code

    def _judge(self, code: str, made: Converted, now: Standing) -> None:
        published = self._published(code, now)
        current = now.draft if now.draft is not None else published
        content = laid_over(dict(current or {}), made) if made.whole is None else made.whole
        form, guide = read_guide({**content, "code": code})
        told = {one.field for one in made.findings}
        for finding in judged(made.row, form, guide, made.columns, self._shipped):
            # A cell that could not be taken is told of already: that is why nothing stands there.
            if finding.problem != MISSING or finding.field not in told:
                self._plan.note(finding)
        counts = self._plan.counts
        if current is not None and form == current:
            counts.unchanged += 1
        elif now.in_review:
            self._refuse(made, form, "该事项正在审核，不能改动", "先发布或退回审核中的版本")
        elif published is not None and form == published:
            repair = "先放弃该事项的草稿，或从文件中删去这一行"
            self._refuse(made, form, "与已发布的内容相同，但另有未完成的草稿", repair)
        else:
            counts.new += current is None
            counts.changed += current is not None
            self._plan.add_draft(self._draft(form, guide, now, published))

    def _draft(
        self,
        form: Content,
        guide: Matter | ValidationError,
        now: Standing,
        published: Mapping[str, Any] | None,
    ) -> NewDraft:
        code = str(form["code"])
        matter = self._shipped.matters.get(code)
        shipped = None if matter is None else matter.version
        changes = None
        if published is not None:
            changes = [one.model_dump(mode="json") for one in field_changes(published, form)]
        return NewDraft(
            code=code,
            content=form,
            looked_up_by=looked_up_by(form, guide if isinstance(guide, Matter) else None),
            lock_version=now.lock_version,
            shipped_version=shipped,
            base_version=shipped if now.published is None else now.published.version,
            changes=changes,
            replaces_id=now.draft_id,
            contributors=now.contributors,
            created_at=now.began_at,
        )

    def _published(self, code: str, now: Standing) -> Mapping[str, Any] | None:
        if now.published is not None:
            return now.published.content
        matter = self._shipped.matters.get(code)
        return None if matter is None else guide_form(matter)

    def _refuse(self, made: Converted, form: Content, problem: str, repair: str) -> None:
        code, title = str(form["code"]), str(form.get("title", ""))
        field = made.columns.get("code", "整行")
        self._plan.note(RowFinding(made.row, field, problem, repair, Severity.ERROR, code, title))


def _storable(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _storable(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_storable(one) for one in value]
    return storable(value) if isinstance(value, str) else value


def _batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch
