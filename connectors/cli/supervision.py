"""``hotline supervision``: cards, reminders, orders, figures and weekly reports from the terminal.

Every command that acts does so as a named account and may do what that account's roles allow.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy.orm import Session

from connectors.cli.acting import actor_of, allowed_account
from connectors.cli.casework_database import casework_database
from connectors.ticket_api.matrix import told_of, watch_of
from foundation.access.permissions import Permission
from foundation.access.service import AccessService, Account
from foundation.clock import SHANGHAI, SystemClock
from foundation.database.session import Database
from foundation.events.outbox import Outbox
from foundation.settings import load_settings
from knowledge_base.loader import load_library
from routing.deadlines.derivation import moment_words
from routing.deadlines.service import load_deadline_service
from routing.supervision import views
from routing.supervision.figures import LABELS, RATES, Dimension, Period, figures_of
from routing.supervision.notices import mark_read, unread
from routing.supervision.policy import load_policy
from routing.supervision.report_files import report_title, table_csv, write
from routing.supervision.service import SupervisionService
from routing.supervision.telling import CLOCK_LABELS
from routing.supervision.tick import SupervisionTick
from routing.supervision.weekly import Week, WeeklyReports, figure_rows
from routing.tickets.listing import TicketReach
from routing.tickets.schemas import Actor

app = typer.Typer(help="督办：亮牌、催办、督办、计数、周报。", no_args_is_help=True)
order_app = typer.Typer(help="督办：发出、回复、审核。", no_args_is_help=True)
app.add_typer(order_app, name="order")

_User = Annotated[str, typer.Option("--as", help="以哪个账号操作（账号名）。")]
_TicketNo = Annotated[str, typer.Argument(help="工单编号。")]
_RecordId = Annotated[int, typer.Argument(help="记录编号，见 hotline supervision show。")]
_Words = Annotated[str, typer.Option("--text", help="内容。")]
_Department = Annotated[str | None, typer.Option("--department", help="单位编码；不写为主办单位。")]
_SHOWN = ("due", "overdue", "repeated_send_backs", "late_extensions", "repeated_extensions")


@dataclass(frozen=True, slots=True)
class _Desk:
    """Supervision as one account works with it, in one transaction."""

    supervision: SupervisionService
    session: Session
    account: Account

    @property
    def actor(self) -> Actor:
        """Who acts."""
        return actor_of(self.account)

    @property
    def reach(self) -> TicketReach:
        """Whose records the account may read."""
        return watch_of(self.account)


@contextmanager
def _parts() -> Iterator[tuple[Database, SupervisionService]]:
    settings, clock = load_settings(), SystemClock()
    policy = load_policy(settings.supervision_policy)
    deadlines = load_deadline_service(settings, clock)
    with casework_database(settings) as database:
        yield database, SupervisionService(clock, deadlines, policy, Outbox(clock))


def _reports() -> WeeklyReports:
    """Return the reports, with the departments' names: only where these are shown."""
    policy = load_policy(load_settings().supervision_policy)
    return WeeklyReports(SystemClock(), policy, load_library().departments)


@contextmanager
def _desk(user: str, *permissions: Permission) -> Iterator[_Desk]:
    """Open a transaction for an account that has one of ``permissions``."""
    with _parts() as (database, supervision), database.transaction() as session:
        access = AccessService(SystemClock(), load_settings().session_hours)
        account = allowed_account(access, session, user, permissions)
        yield _Desk(supervision, session, account)


@app.command("tick", help="立即检查到期的工单：亮牌、升级、计数（服务每5秒自动检查一次）。")
def tick_command() -> None:
    """Look at everything that is due."""
    with _parts() as (database, supervision):
        tick = SupervisionTick(database, SystemClock(), supervision.booking, _reports())
        looked = tick.run_once()
    typer.echo(f"已检查{looked}张工单。")


@app.command("policy", help="检查并输出现行督办规则。")
def policy_command() -> None:
    """Show the rules in force; a file with faults is refused with each of them."""
    policy = load_policy(load_settings().supervision_policy)
    typer.echo(policy.model_dump_json(indent=2, exclude_none=True))


@app.command("cards", help="列出亮着的牌：红牌在前，最先到期的在前。")
def cards_command(
    user: _User,
    department: _Department = None,
    limit: Annotated[int, typer.Option("--limit", help="最多几行。")] = views.PAGE,
) -> None:
    """Show live cards."""
    table = Table("编号", "牌", "工单", "单位", "时限", "到期", "状态", "标题")
    with _desk(user, Permission.TICKET_SUPERVISE, Permission.TICKET_READ_OWN) as desk:
        wanted = views.RecordFilter(department=department)
        for card in views.cards(desk.session, desk.reach, wanted, limit):
            table.add_row(
                str(card.id),
                card.colour.label,
                card.ticket.ticket_no,
                card.department or "—",
                CLOCK_LABELS[card.clock],
                moment_words(card.due_at),
                card.ending.state.label,
                card.ticket.title,
            )
    Console().print(table)


@app.command("show", help="列出一张工单的亮牌、催办、督办及回复。")
def show_command(ticket_no: _TicketNo, user: _User) -> None:
    """Show everything on one ticket."""
    with _desk(user, Permission.TICKET_SUPERVISE, Permission.TICKET_READ_OWN) as desk:
        found = views.ticket_records(desk.session, ticket_no, desk.reach)
    for card in found.cards:
        head = f"{card.colour.label} {card.id}（{CLOCK_LABELS[card.clock]}）"
        _said(head, card.department, card.ending, None, card.answer)
    for reminder in found.reminders:
        head = f"第{reminder.number}次催办 {reminder.id}"
        _said(head, reminder.department, reminder.ending, reminder.text, reminder.answer)
    for order in found.orders:
        head = f"督办 {order.id}（{order.cause.label}，{moment_words(order.reply_due_at)}前回复）"
        _said(head, order.department, order.ending, order.text, order.answer)


def _said(
    head: str,
    department: str | None,
    ending: views.Ending,
    text: str | None,
    answer: views.Answer,
) -> None:
    reason = f"，{ending.close_reason.label}" if ending.close_reason else ""
    typer.echo(f"{head} {department or '未派出'} {ending.state.label}{reason}")
    if text is not None:
        typer.echo(f"  要求：{text}")
    if answer.text is not None:
        typer.echo(f"  回复：{answer.text}")


@app.command("remind", help="催办。")
def remind_command(
    ticket_no: _TicketNo, user: _User, text: _Words, department: _Department = None
) -> None:
    """Remind a department."""
    with _desk(user, Permission.TICKET_REMIND) as desk:
        made = desk.supervision.remind(desk.session, ticket_no, desk.actor, text, department)
        due = moment_words(made.answer_due_at)
    typer.echo(f"已催办（第{made.number}次），请单位于{due}前回复。")


@order_app.command("issue", help="发出督办。")
def issue_command(
    ticket_no: _TicketNo,
    user: _User,
    text: _Words,
    department: _Department = None,
    days: Annotated[int | None, typer.Option("--days", help="几个工作日内回复。")] = None,
) -> None:
    """Issue an order."""
    with _desk(user, Permission.TICKET_SUPERVISE) as desk:
        made = desk.supervision.order(desk.session, ticket_no, desk.actor, text, days, department)
        due = moment_words(made.reply_due_at)
    typer.echo(f"已发出督办 {made.id}，请单位于{due}前回复。")


@order_app.command("reply", help="承办单位回复督办。")
def reply_command(ticket_no: _TicketNo, record_id: _RecordId, user: _User, text: _Words) -> None:
    """Answer an order."""
    with _desk(user, Permission.TICKET_HANDLE) as desk:
        desk.supervision.answer_order(desk.session, ticket_no, record_id, desk.actor, text)
    typer.echo("已回复，等待督办员审核。")


@order_app.command("approve", help="督办回复通过。")
def approve_command(ticket_no: _TicketNo, record_id: _RecordId, user: _User) -> None:
    """Accept the answer."""
    with _desk(user, Permission.TICKET_SUPERVISE) as desk:
        desk.supervision.approve_order(desk.session, ticket_no, record_id, desk.actor, None)
    typer.echo("已通过。")


@order_app.command("refuse", help="督办回复不通过，退回补充。")
def refuse_command(ticket_no: _TicketNo, record_id: _RecordId, user: _User, text: _Words) -> None:
    """Send the answer back."""
    with _desk(user, Permission.TICKET_SUPERVISE) as desk:
        supervision = desk.supervision
        supervision.refuse_order(desk.session, ticket_no, record_id, desk.actor, text, None)
    typer.echo("已退回，单位须重新回复。")


@order_app.command("cancel", help="撤销督办。")
def cancel_command(ticket_no: _TicketNo, record_id: _RecordId, user: _User) -> None:
    """Take an order back."""
    with _desk(user, Permission.TICKET_SUPERVISE) as desk:
        desk.supervision.cancel_order(desk.session, ticket_no, record_id, desk.actor, None)
    typer.echo("已撤销。")


@app.command("notices", help="列出未读的督办提醒；--read 标为已读。")
def notices_command(
    user: _User, read: Annotated[bool, typer.Option("--read", help="全部标为已读。")] = False
) -> None:
    """Show what the account's roles were told."""
    told = (Permission.TICKET_SUPERVISE, Permission.TICKET_DISPATCH, Permission.TICKET_HANDLE)
    with _desk(user, *told) as desk:
        reader = told_of(desk.account)
        found = unread(desk.session, reader)
        if read:
            ids = [one.id for one in found]
            mark_read(desk.session, reader, ids, desk.account.ref, SystemClock())
    for one in found:
        typer.echo(f"{moment_words(one.at)} {one.text}")


@app.command("figures", help="计数与响应率、解决率、满意率；不写时间为本周。")
def figures_command(
    user: _User,
    begin: Annotated[datetime | None, typer.Option("--from", help="从哪天起。")] = None,
    end: Annotated[datetime | None, typer.Option("--to", help="到哪天止（不含）。")] = None,
    by: Annotated[Dimension, typer.Option("--by", help="按什么分。")] = Dimension.DEPARTMENT,
    csv: Annotated[bool, typer.Option("--csv", help="输出全部各项的 CSV。")] = False,
) -> None:
    """Show the figures of a period."""
    now = SystemClock().now()
    week = Week.of(now).period
    period = Period(
        begin.replace(tzinfo=SHANGHAI) if begin else week.begin,
        end.replace(tzinfo=SHANGHAI) if end else week.end,
    )
    names = _reports().names_of_departments if by is Dimension.DEPARTMENT else {}
    with _desk(user, Permission.TICKET_SUPERVISE) as desk:
        rows = figure_rows(figures_of(desk.session, period, now), by, names)
    if csv:
        sys.stdout.buffer.write(table_csv(rows))
        return
    table = Table(by.label, *(LABELS[name] for name in (*_SHOWN, *RATES)))
    for row in rows:
        rates = ["—" if row[name] is None else f"{row[name]:.1%}" for name in RATES]
        table.add_row(row["name"], *(str(row[name]) for name in _SHOWN), *rates)
    Console().print(table)


@app.command("weeks", help="列出已存的周报；--verify 核对有没有被改动，有则退出码为 1。")
def weeks_command(
    user: _User,
    verify: Annotated[bool, typer.Option("--verify", help="核对存下后有没有被改动。")] = False,
) -> None:
    """List the stored weeks."""
    reports = _reports()
    with _desk(user, Permission.TICKET_SUPERVISE) as desk:
        names = reports.names(desk.session)
        changed = reports.changed(desk.session) if verify else []
    for name in names:
        typer.echo(f"{name}{'  被改动' if name in changed else ''}")
    if changed:
        raise typer.Exit(1)


@app.command("week", help="输出一周的周报；不写周次为本周至今。文件名以 .html、.csv、.xlsx 结尾。")
def week_command(
    user: _User,
    output: Annotated[Path, typer.Option("--output", help="写到哪个文件。")],
    week: Annotated[str | None, typer.Argument(help="周次，如 2026-W47。")] = None,
) -> None:
    """Write one weekly report."""
    reports = _reports()
    with _desk(user, Permission.TICKET_SUPERVISE) as desk:
        made = reports.present(desk.session) if week is None else None
        report = made or reports.stored(desk.session, week or "")
    write(report, output)
    typer.echo(f"{report_title(report)}：{output}")
