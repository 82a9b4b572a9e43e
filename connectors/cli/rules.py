"""``hotline rules``: rule packs checked, tried on past tickets, applied to open ones."""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from connectors.cli.casework_database import casework_database
from connectors.cli.deadline import parse_start
from foundation.clock import SystemClock
from foundation.database.session import Database
from foundation.settings import load_settings
from knowledge_base.errors import LibraryFaultsError
from knowledge_base.loader import load_library
from routing.appeals.assembly import build_casework
from routing.deadlines.derivation import moment_words
from routing.deadlines.rule_packs import (
    SHIPPED_DIRECTORY,
    RulePack,
    load_rule_pack,
    load_rule_pack_file,
    load_rule_packs,
    questionable,
)
from routing.deadlines.service import load_deadline_service
from routing.ticket_clocks import repository
from routing.ticket_clocks.backtest import (
    Tally,
    TriedTicket,
    backtest,
    by_department,
    by_kind,
)
from routing.ticket_clocks.schemas import RulesOutcome
from routing.ticket_clocks.service import TicketClocks
from routing.tickets.schemas import Actor

app = typer.Typer(help="时限规则包：检查、回测、套用。", no_args_is_help=True)

_Pack = Annotated[str, typer.Argument(help="规则包编码，或一个尚未随附的 .yml 文件。")]
_TERMINAL = Actor("terminal")
_LISTED = 20


@app.command("list", help="列出规则包及现行的一个。")
def list_command() -> None:
    """Show the packs."""
    chosen = load_settings().rule_pack
    table = Table("编码", "名称", "时限数", "现行")
    for code, pack in load_rule_packs().items():
        table.add_row(code, pack.name, str(len(pack.limits)), "✓" if code == chosen else "")
    Console().print(table)


@app.command("lint", help="检查规则包：没有来源的数字、矛盾、遗漏；有错时退出码为 1。")
def lint_command(
    directory: Annotated[
        Path, typer.Option("--directory", help="规则包目录。", exists=True, file_okay=False)
    ] = SHIPPED_DIRECTORY,
) -> None:
    """Check every pack of a directory; exit code 1 when one has a fault."""
    try:
        packs = load_rule_packs(directory)
    except LibraryFaultsError as error:
        for fault in error.faults:
            typer.echo(fault)
        raise typer.Exit(1) from error
    today = SystemClock().now().date()
    for code, pack in packs.items():
        for line in questionable(pack, today):
            typer.echo(f"{code}：请核对：{line}")
    typer.echo(f"{len(packs)}个规则包没有错误。")


@app.command("backtest", help="用一个规则包回测以往工单：哪些会逾期。不改动任何数据。")
def backtest_command(
    pack: _Pack,
    begin: Annotated[str, typer.Option("--from", help="登记时间自（ISO 8601）。")] = "2000-01-01",
    end: Annotated[str | None, typer.Option("--to", help="登记时间至，不含；默认现在。")] = None,
    *,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="每行一件工单的 JSON。")] = False,
) -> None:
    """Show what would have been late under a pack."""
    settings, clock = load_settings(), SystemClock()
    rules, deadlines, now = _pack(pack), load_deadline_service(settings, clock), clock.now()
    until = now if end is None else parse_start(end)
    with casework_database(settings) as database, database.reading() as session:
        tried = list(backtest(session, deadlines, rules, parse_start(begin), until, now))
    if jsonl:
        for one in tried:
            typer.echo(json.dumps(tried_object(one), ensure_ascii=False))
        return
    typer.echo(f"按{rules.name}回测{len(tried)}件工单。")
    _show_tallies("类别", by_kind(tried))
    _show_tallies("承办单位", by_department(tried))
    newly = [one for one in tried if one.newly_late]
    for one in newly[:_LISTED]:
        due = "—" if one.due_after is None else moment_words(one.due_after)
        answered = "尚未答复" if one.answered_at is None else moment_words(one.answered_at)
        typer.echo(f"  会逾期：{one.ticket_no} {one.kind.label} 应于{due}，答复于{answered}")
    if len(newly) > _LISTED:
        typer.echo(f"  另有{len(newly) - _LISTED}件，用 --jsonl 全部列出。")


@app.command("apply", help="把未办结工单改按一个规则包计时；先预览，--apply 才写入。")
def apply_command(
    pack: Annotated[str, typer.Argument(help="规则包编码。")],
    *,
    write: Annotated[bool, typer.Option("--apply", help="写入。")] = False,
) -> None:
    """Count open tickets by another pack; those that it would make late at once stay."""
    settings, clock = load_settings(), SystemClock()
    rules = load_rule_pack(pack)
    deadlines = load_deadline_service(settings, clock)
    clocks = build_casework(clock, deadlines, load_library().departments).clocks
    with casework_database(settings) as database:
        outcomes = _change_all(database, clocks, rules, write=write)
    for one in outcomes:
        typer.echo(f"  {one.ticket_no}：{_outcome_words(one)}")
    kept = sum(one.kept for one in outcomes)
    typer.echo(f"{len(outcomes) - kept}件改按{rules.name}计时，{kept}件保留原时限。")
    if not write:
        typer.echo("以上为预览，没有写入。核对后加 --apply 执行。")


def tried_object(one: TriedTicket) -> dict[str, Any]:
    """Return one line of the machine form."""
    return {
        "ticket_no": one.ticket_no,
        "kind": one.kind.label,
        "department": one.department,
        "registered_at": _iso(one.registered_at),
        "answered_at": _iso(one.answered_at),
        "due_before": _iso(one.due_before),
        "due_after": _iso(one.due_after),
        "late_before": one.late_before,
        "late_after": one.late_after,
    }


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds")


def _pack(named: str) -> RulePack:
    path = Path(named)
    if path.suffix in {".yml", ".yaml"}:
        return load_rule_pack_file(path)
    return load_rule_pack(named)


def _show_tallies(heading: str, tallies: Mapping[str, Tally]) -> None:
    table = Table(heading, "件数", "原规则逾期", "新规则逾期", "新增逾期", "不再逾期")
    for name, tally in tallies.items():
        counts = (
            tally.tickets,
            tally.late_before,
            tally.late_after,
            tally.newly_late,
            tally.no_longer_late,
        )
        table.add_row(name, *(str(count) for count in counts))
    Console().print(table)


def _change_all(
    database: Database, clocks: TicketClocks, pack: RulePack, *, write: bool
) -> list[RulesOutcome]:
    """Go through the open tickets, each in a transaction of its own."""
    found: list[RulesOutcome] = []
    after = 0
    while True:
        with database.reading() as session:
            page = repository.running_numbers(session, after)
        if not page:
            return found
        for _, number in page:
            with database.transaction() as session:
                one = clocks.change_rules(session, number, pack, _TERMINAL, write=write)
            if one is not None:
                found.append(one)
        after = page[-1][0]


def _outcome_words(one: RulesOutcome) -> str:
    before = "无时限" if one.before is None else moment_words(one.before)
    if one.kept:
        return f"{before}，新规则下已过期，保留原时限"
    after = "无时限" if one.after is None else moment_words(one.after)
    return f"{before} → {after}"
