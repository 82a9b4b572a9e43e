"""``hotline calendar``: holiday notices loaded, the calendar shown, due times counted again."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from connectors.cli.casework_database import casework_database
from foundation.clock import SystemClock
from foundation.errors import MalformedInputError
from foundation.settings import load_settings
from knowledge_base.loader import load_library
from routing.appeals.assembly import build_casework
from routing.deadlines.calendar import OVERRIDE_FILE, WorkCalendar, load_calendar, read_overrides
from routing.deadlines.calendar_import import ImportPlan, arranged, plan_import
from routing.deadlines.derivation import day_words, moment_words
from routing.deadlines.notices import Notice, Verdict, read_notice
from routing.deadlines.service import load_deadline_service
from routing.ticket_clocks.keeping import RECOUNTED, DeadlineKeeping, Recount
from routing.ticket_clocks.schemas import DueChange

app = typer.Typer(help="工作日历：载入节假日通知、查看、重算时限。", no_args_is_help=True)

_Year = Annotated[int, typer.Option("--year", min=2004, max=2100, help="安排的是哪一年。")]


class NoticeFileError(MalformedInputError):
    """The file is no text."""

    def __init__(self, path: Path) -> None:
        self.user_message = f"{path.name} 不是 UTF-8 文本，请将通知正文另存为纯文本"
        super().__init__(f"notice {path.name}: not UTF-8 text")


@app.command("import", help="读国务院办公厅的节假日安排通知（纯文本），先预览；--apply 才写入。")
def import_command(
    file: Annotated[Path, typer.Argument(help="通知正文。", exists=True, dir_okay=False)],
    year: _Year,
    source: Annotated[str, typer.Option(help="来源；正文有标题和文号时不必写。")] = "",
    *,
    apply: Annotated[bool, typer.Option("--apply", help="写入，并重算未办结工单的时限。")] = False,
) -> None:
    """Show what the notice says and changes; with ``--apply`` load it and count again."""
    settings = load_settings()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    path = settings.data_dir / OVERRIDE_FILE
    text, calendar = _text(file), load_calendar(settings)
    # Shown before anything is refused: which sentences were read, and which were not.
    _show_sentences(read_notice(text, year, arranged(calendar, year)))
    plan = plan_import(text, year, calendar, read_overrides(path), source)
    _show_plan(plan)
    if not apply:
        typer.echo("以上为预览，没有写入。核对后加 --apply 载入。")
        return
    with _keeping() as keeping:
        _, recount = keeping.load(text, year, source)
    typer.echo(f"已写入 {path.name}。")
    if plan.first_changed is not None:
        _say_recount(recount)


@app.command("show", help="列出一年中与周末不同的日子。")
def show_command(year: _Year) -> None:
    """Show the days of a year that differ from their weekday."""
    calendar = load_calendar(load_settings())
    if not calendar.is_published(year):
        typer.echo(f"{year}年的节假日安排尚未载入，时限暂按仅周末休息计算，标为暂定。")
        return
    for line in _special_lines(calendar, year):
        typer.echo(line)


@app.command("recount", help="按现行日历重算未办结工单的时限（import --apply 已包含）。")
def recount_command(
    reason: Annotated[str, typer.Option(help="写入事件、告知诉求人的原因。")] = RECOUNTED,
) -> None:
    """Count every open ticket again, e.g. after the override file was edited by hand."""
    with _keeping() as keeping:
        _say_recount(keeping.recount(reason))


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NoticeFileError(file) from error


def _show_sentences(notice: Notice) -> None:
    table = Table("节日", "原文", "放假", "上班", "说明")
    for one in notice.sentences:
        if one.verdict is Verdict.SET_ASIDE:
            table.add_row("", _short(one.text), "", "", f"{one.verdict.label}：{one.reason}")
        elif one.verdict is Verdict.REFUSED:
            table.add_row(one.holiday, one.text, "", "", f"{one.verdict.label}：{one.reason}")
        else:
            table.add_row(one.holiday, one.text, _spans(one.off), _spans(one.worked), "")
    Console().print(table)


def _show_plan(plan: ImportPlan) -> None:
    typer.echo(f"来源：{plan.source}")
    what = "整年安排" if plan.publishes_year else "更正已公布年份的个别日子"
    typer.echo(f"{plan.notice.year}年{what}，与现行日历不同的有{len(plan.changes)}天：")
    for change in plan.changes:
        states = {None: "未公布", True: "上班", False: "休息"}
        now = "上班" if change.working else "休息"
        day = f"{day_words(change.day)} {change.name}".rstrip()
        typer.echo(f"  {day}：{states[change.worked_before]} → {now}")


def _short(text: str, most: int = 24) -> str:
    return text if len(text) <= most else f"{text[:most]}…"


def _spans(days: tuple[date, ...]) -> str:
    """Return days in words, those that follow each other as one span."""
    groups: list[list[date]] = []
    for day in days:
        if groups and day - groups[-1][-1] == timedelta(days=1):
            groups[-1].append(day)
        else:
            groups.append([day])
    return "、".join(
        f"{group[0]:%m-%d}" + (f"至{group[-1]:%m-%d}" if len(group) > 1 else "") for group in groups
    )


def _special_lines(calendar: WorkCalendar, year: int) -> Iterator[str]:
    for day, entry in sorted(calendar.special_days.items()):
        if day.year == year:
            what = "调休上班" if entry.working else "放假"
            yield f"{day_words(day)} {what} {entry.name}".rstrip()


@contextmanager
def _keeping() -> Iterator[DeadlineKeeping]:
    settings, clock = load_settings(), SystemClock()
    deadlines = load_deadline_service(settings, clock)
    clocks = build_casework(clock, deadlines, load_library().departments).clocks
    with casework_database(settings) as database:
        yield DeadlineKeeping(settings, clock, database, deadlines, clocks)


def _say_recount(recount: Recount) -> None:
    """Say which open tickets moved."""
    for change in recount.changes:
        typer.echo(f"  工单 {change.ticket_no}：{_words(change)}")
    typer.echo(
        f"重算{recount.seen}件未办结工单：{recount.moved}件时限变动，"
        f"{len(recount.changes) - recount.moved}件由暂定转为确定。"
    )


def _words(change: DueChange) -> str:
    if change.before is None or change.after is None:
        return "没有时限"
    if change.before == change.after:
        return f"{moment_words(change.after)}，已确定"
    mark = "（仍为暂定）" if change.provisional else ""
    return f"{moment_words(change.before)} → {moment_words(change.after)}{mark}"
