"""``hotline kb``: the library exported, checked and counted."""

import json
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

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
from knowledge_base.checks import check, with_places
from knowledge_base.errors import LibraryFaultsError
from knowledge_base.exchange.reading import FileFormat
from knowledge_base.export import export_rows, policy_answer_rows
from knowledge_base.library import Library
from knowledge_base.loader import SHIPPED_DIRECTORY, load_with_sources
from knowledge_base.sources import Sources

_WIDTH_OF_FILES = 110

app = typer.Typer(help="知识库：导出、检查、统计，条目的起草与发布。", no_args_is_help=True)
app.add_typer(kb_entry.app, name="entry")
app.add_typer(kb_policy.app, name="policy")
app.add_typer(kb_questions.app, name="questions")
app.add_typer(kb_tests.app, name="tests")
kb_exchange.register(app)

_Directory = Annotated[
    Path, typer.Option("--directory", help="知识库目录。", file_okay=False, exists=True)
]


@app.command("export", help="导出全部公开事项（标准输出只有数据）。")
def export_command(
    directory: _Directory = SHIPPED_DIRECTORY,
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
        kb_exchange.export_file(_load(directory), chosen, output)
        return
    library = _load(directory)
    rows = policy_answer_rows(library) if policy_answers else export_rows(library)
    if jsonl:
        for row in rows:
            typer.echo(json.dumps(row, ensure_ascii=False))
    else:
        typer.echo(json.dumps(list(rows), ensure_ascii=False, indent=2))


@app.command("check", help="列出指南中需要编辑处理的问题；有问题时退出码为 1。")
def check_command(
    directory: _Directory = SHIPPED_DIRECTORY,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="每行一个问题的 JSON。")] = False,
) -> None:
    """List what an editor should look at; exit code 1 when there is anything.

    The machine form is ``docs/cli/kb-check.schema.json``; without findings it prints nothing.
    """
    library, sources = _load_with_sources(directory)
    findings = with_places(check(library, _today()), sources)
    for finding in findings:
        line = json.dumps(finding_object(finding), ensure_ascii=False) if jsonl else None
        typer.echo(line or finding_line(finding))
    if not jsonl:
        typer.echo(summary_line(findings))
    if findings:
        raise typer.Exit(1)


@app.command("stats", help="统计事项和要素的覆盖情况，以及网上可办率等指标。")
def stats_command(
    directory: _Directory = SHIPPED_DIRECTORY,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="每行一个统计项的 JSON。")] = False,
) -> None:
    """Count guides and facets by category and by facet, with what they rest on, and the rates."""
    library, _ = _load_with_sources(directory)
    if jsonl:
        for one in statistics_objects(library, _today()):
            typer.echo(json.dumps(one, ensure_ascii=False))
        return
    # Outside a terminal rich takes 80 columns, too few for the table.
    console = Console() if sys.stdout.isatty() else Console(width=_WIDTH_OF_FILES)
    for table in coverage_tables(library, _today()):
        console.print(table)


def _today() -> date:
    return datetime.now(ZoneInfo("Asia/Shanghai")).date()


def _load(directory: Path) -> Library:
    return _load_with_sources(directory)[0]


def _load_with_sources(directory: Path) -> tuple[Library, Sources]:
    try:
        return load_with_sources(directory)
    except LibraryFaultsError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
