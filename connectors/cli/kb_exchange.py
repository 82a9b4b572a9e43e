"""``hotline kb import``, ``template`` and ``export --format``: guides as files of other offices."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

from foundation.access.permissions import Permission
from foundation.access.service import AccessService
from foundation.clock import SystemClock
from foundation.database.migration import upgrade
from foundation.database.session import Database
from foundation.errors import MalformedInputError
from foundation.settings import Settings, load_settings
from knowledge_base.entries.checking import PublishChecks
from knowledge_base.entries.published import lay_over, published_on
from knowledge_base.entries.service import EntryService
from knowledge_base.exchange.errors import ImportRejectedError
from knowledge_base.exchange.export import export
from knowledge_base.exchange.mapping import load_mapping
from knowledge_base.exchange.plan import ImportPlan
from knowledge_base.exchange.planning import Progress as Told
from knowledge_base.exchange.reading import FileFormat, format_of
from knowledge_base.exchange.report import summary_lines, write_report
from knowledge_base.exchange.rows import Severity
from knowledge_base.exchange.service import ImportService
from knowledge_base.exchange.writers.sheets import write_template
from knowledge_base.library import Library
from knowledge_base.loader import load_library

_SHOWN = 20  # findings on the terminal; the report holds all


class ImporterMissingError(MalformedInputError):
    """Drafts need an author."""

    user_message = "正式导入须用 --as 写明账号名（知识编辑角色）；只想看结果请加 --dry-run。"


class ExportPlaceMissingError(MalformedInputError):
    """A format without a file."""

    user_message = "请用 --output 写明导出到哪个文件。"


def register(app: typer.Typer) -> None:
    """Add the commands to ``hotline kb``."""
    app.command("import", help="从 xlsx、csv、json、yaml 文件导入办事指南（成为草稿）。")(import_)
    app.command("template", help="生成可填写的 xlsx 模板。")(template)


def import_(
    file: Annotated[Path, typer.Argument(help="要导入的文件。")],
    mapping: Annotated[
        Path | None, typer.Option("--mapping", help="映射文件（YAML）；用本系统模板时不需要。")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只检查，不写入。")] = False,
    report: Annotated[
        Path | None, typer.Option("--report", help="把逐行报告写入这个 xlsx 文件。")
    ] = None,
    username: Annotated[
        str | None, typer.Option("--as", help="以哪个账号导入（草稿的作者）。")
    ] = None,
    reason: Annotated[
        str | None, typer.Option("--reason", help="导入的理由；默认写明文件名。")
    ] = None,
) -> None:
    """Import a file whole or not at all; exit code 1 when rows have errors."""
    if username is None and not dry_run:
        raise ImporterMissingError("no author for the drafts")
    chosen = None if mapping is None else load_mapping(mapping)
    settings, clock = load_settings(), SystemClock()
    with _database(settings) as database:
        access = AccessService(clock, settings.session_hours)
        library = load_library()
        entries = EntryService(database, library, access, clock, PublishChecks())
        imports = ImportService(database, library, entries)
        if username is not None:
            with database.reading() as session:
                account = access.named(session, username)
            account.require(Permission.KNOWLEDGE_EDIT)
        if not dry_run:
            imports.sweep()  # of a run that was killed
        with _bar("读取") as told:
            plan = imports.plan(file, chosen, told)
        with plan:
            applied = not dry_run and not plan.counts.errors
            if applied:
                with _bar("写入") as told:
                    imports.apply(plan, account, reason or f"导入 {file.name}", told)
            if report is not None:
                write_report(plan, report, applied=applied)
            _show(plan, report, applied=applied)
            if plan.counts.errors:
                raise ImportRejectedError(plan.counts.errors)


def template(
    file: Annotated[Path, typer.Argument(help="模板写到哪里（xlsx）。")],
) -> None:
    """Write the empty form with how to fill it in."""
    write_template(file, load_library())
    typer.echo(f"模板已写入 {file}")


def export_file(library: Library, chosen: FileFormat | None, output: Path | None) -> None:
    """Write the library of this moment: the shipped one, with what the city published over it.

    Args:
        library: as shipped.
        chosen: None: as the file's ending says.
        output: of the file; never standard output, which is the machine form's.
    """
    if output is None:
        raise ExportPlaceMissingError("no file to export to")
    count = export(_as_published(library), chosen or format_of(output), output)
    typer.echo(f"已导出 {count} 个事项到 {output}", err=True)


def _as_published(library: Library) -> Library:
    with _database(load_settings()) as database, database.reading() as session:
        return lay_over(library, published_on(session, SystemClock().now().date())).library


def _show(plan: ImportPlan, report: Path | None, *, applied: bool) -> None:
    console = Console()
    for label, value in summary_lines(plan, applied=applied):
        console.print(f"{label}：{value}", markup=False, highlight=False)
    table = Table("行", "列或字段", "问题", "修改建议")
    worst = (one for one in plan.findings() if one.severity is not Severity.TO_COMPLETE)
    shown = [one for one, _ in zip(worst, range(_SHOWN), strict=False)]
    for one in shown:
        table.add_row(str(one.row or "文件"), one.field, one.problem, one.repair)
    if shown:
        console.print(table)
    total = sum(plan.counts.findings.values())
    if total > len(shown):
        rest = f"其余见 {report}" if report else "加 --report 文件.xlsx 可得到完整的逐行报告"
        console.print(f"共 {total} 条，列出 {len(shown)} 条；{rest}。", markup=False)


@contextmanager
def _bar(title: str) -> Iterator[Told]:
    """Show a bar on standard error; a log gets nothing but the sums."""
    console = Console(stderr=True)
    bar = Progress(
        TextColumn(title),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[rows]} 行"),
        TimeElapsedColumn(),
        console=console,
        disable=not console.is_terminal,
    )
    with bar:
        task = bar.add_task("", total=None, rows=0)

        def told(share: float | None, rows: int) -> None:
            known = None if share is None else 1.0
            bar.update(task, total=known, completed=share or 0.0, rows=rows)

        yield told


@contextmanager
def _database(settings: Settings) -> Iterator[Database]:
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = Database(settings.resolved_database_url)
    try:
        upgrade(database)
        yield database
    finally:
        database.dispose()
