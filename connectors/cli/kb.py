"""``hotline kb``: the library exported, checked and counted."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from connectors.cli import kb_entry, kb_exchange, kb_policy, kb_questions, kb_tests
from connectors.cli.kb_tables import (
    coverage_tables,
    finding_line,
    finding_object,
    statistics_objects,
    summary_line,
)
from connectors.present_library import DatabaseAwayError, present_library, published_now
from foundation.clock import SystemClock
from foundation.settings import load_settings
from knowledge_base.checks import Finding, check, check_lapsed, with_places
from knowledge_base.entries.published import lay_over
from knowledge_base.errors import LibraryFaultsError
from knowledge_base.exchange.reading import FileFormat
from knowledge_base.export import export_rows, policy_answer_rows
from knowledge_base.freshness import lapsed
from knowledge_base.library import Library
from knowledge_base.loader import SHIPPED_DIRECTORY, load_library, load_with_sources

_WIDTH_OF_FILES = 110

app = typer.Typer(help="知识库：导出、检查、统计，条目的起草与发布。", no_args_is_help=True)
app.add_typer(kb_entry.app, name="entry")
app.add_typer(kb_policy.app, name="policy")
app.add_typer(kb_questions.app, name="questions")
app.add_typer(kb_tests.app, name="tests")
kb_exchange.register(app)

_Directory = Annotated[
    Path | None,
    typer.Option(
        "--directory",
        help="只看这个知识库目录；不写则看现行内容（随附文件加已发布的改动）。",
        file_okay=False,
        exists=True,
    ),
]
_Shipped = Annotated[bool, typer.Option("--shipped", help="只看随附文件，不含已发布的改动。")]


@app.command("export", help="导出全部公开事项（标准输出只有数据）。")
def export_command(
    directory: _Directory = None,
    *,
    shipped: _Shipped = False,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="每行一个事项的 JSON。")] = False,
    chosen: Annotated[
        FileFormat | None, typer.Option("--format", help="导出可再导入的文件，须写 --output。")
    ] = None,
    output: Annotated[Path | None, typer.Option("--output", help="导出的文件。")] = None,
    policy_answers: Annotated[
        bool, typer.Option("--policy-answers", help="导出政策问答，而不是事项。")
    ] = False,
) -> None:
    """Print every public matter; standard output holds nothing else.

    With ``--format`` every guide as it is answered today goes to a file instead, whole.
    """
    if chosen is not None or output is not None:
        kb_exchange.export_file(_load(directory, shipped=shipped), chosen, output)
        return
    library = _load(directory, shipped=shipped)
    rows = policy_answer_rows(library) if policy_answers else export_rows(library)
    if jsonl:
        for row in rows:
            typer.echo(json.dumps(row, ensure_ascii=False))
    else:
        typer.echo(json.dumps(list(rows), ensure_ascii=False, indent=2))


@app.command("check", help="列出指南中需要编辑处理的问题；有问题时退出码为 1。")
def check_command(
    directory: _Directory = None,
    *,
    shipped: _Shipped = False,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="每行一个问题的 JSON。")] = False,
) -> None:
    """List what an editor should look at; exit code 1 when there is anything.

    Without options that includes what is not answered any more since its last day is past.
    The machine form is ``docs/cli/kb-check.schema.json``; without findings it prints nothing.
    """
    findings = _findings(directory, shipped=shipped)
    for finding in findings:
        line = json.dumps(finding_object(finding), ensure_ascii=False) if jsonl else None
        typer.echo(line or finding_line(finding))
    if not jsonl:
        typer.echo(summary_line(findings))
    if findings:
        raise typer.Exit(1)


@app.command("stats", help="统计事项和要素的覆盖情况，以及网上可办率等指标。")
def stats_command(
    directory: _Directory = None,
    *,
    shipped: _Shipped = False,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="每行一个统计项的 JSON。")] = False,
) -> None:
    """Count guides and facets by category and by facet, with what they rest on, and the rates."""
    library = _load(directory, shipped=shipped)
    if jsonl:
        for one in statistics_objects(library, _today()):
            typer.echo(json.dumps(one, ensure_ascii=False))
        return
    # Outside a terminal rich takes 80 columns, too few for the table.
    console = Console() if sys.stdout.isatty() else Console(width=_WIDTH_OF_FILES)
    for table in coverage_tables(library, _today()):
        console.print(table)


def _today() -> date:
    return SystemClock().now().date()


def _load(directory: Path | None, *, shipped: bool) -> Library:
    """Return the files of a directory, or what is answered today; see ``present_library``."""
    with _told():
        if directory is not None:
            return load_library(directory)
        return load_library() if shipped else present_library(load_settings())


def _findings(directory: Path | None, *, shipped: bool) -> list[Finding]:
    """Return what is found, with the places in files; a guide that was published has none."""
    today = _today()
    with _told():
        library, sources = load_with_sources(directory or SHIPPED_DIRECTORY)
        if directory is not None or shipped:
            return with_places(check(library, today), sources)
        published = published_now(load_settings())
    present, gone = lay_over(library, published).library, lapsed(library, published)
    changed = {*published.matters, *published.lapsed}
    found = sorted(
        (*check(present, today), *check_lapsed(gone, today)),
        key=lambda one: (one.code, one.field, one.message),
    )
    return with_places(found, sources.without(changed))


@contextmanager
def _told() -> Iterator[None]:
    """Say what keeps the library from being read, on standard error, and end with code 1."""
    try:
        yield
    except (LibraryFaultsError, DatabaseAwayError) as error:
        said = error.user_message if isinstance(error, DatabaseAwayError) else str(error)
        typer.echo(said, err=True)
        raise typer.Exit(1) from error
