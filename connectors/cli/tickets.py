"""``hotline tickets``: the chain of events verified; queues and inboxes from the terminal."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy.orm import Session

from connectors.cli import (
    ticket_acts,
    ticket_citizens,
    ticket_confidential,
    ticket_extensions,
    ticket_finding,
    ticket_promises,
)
from connectors.cli.casework_database import casework_database
from foundation.clock import SystemClock
from foundation.settings import Settings, load_settings
from routing.deadlines.derivation import day_words
from routing.tickets.checkpoints import SealFile
from routing.tickets.errors import TicketNotFoundError
from routing.tickets.schemas import ChainFault, InboxRow
from routing.tickets.sealing import Sealer
from routing.tickets.verifying import Seals, read_seals, verify
from routing.tickets.views import inbox_rows, queue_rows, ticket_exists

app = typer.Typer(help="查找、查看和核验工单，申请和审批延期。", no_args_is_help=True)
app.add_typer(ticket_extensions.app, name="extension")
app.add_typer(ticket_promises.app, name="promise")
app.add_typer(ticket_citizens.app, name="appeal")
ticket_finding.register(app)
ticket_acts.register(app)
ticket_confidential.register(app)

_TicketNo = Annotated[str | None, typer.Argument(help="工单编号；不写则核验全部。")]


@app.command("verify", help="核验事件链，指出被改动、删除的事件；有问题时退出码为 1。")
def verify_command(ticket_no: _TicketNo = None) -> None:
    """Check the event chains; exit code 1 when anything is wrong."""
    settings = load_settings()
    with _reading(settings) as session:
        seals = read_seals(session, SealFile(settings.data_dir), SystemClock())
        faults = verify_chains(session, ticket_no, seals)
    for broken in seals.faults:
        typer.echo(f"封存点 {broken.number}：{broken.problem}")
    for fault in faults:
        typer.echo(f"工单 {fault.ticket_no} 第 {fault.seq} 个事件：{fault.problem}")
    if faults or seals.faults:
        raise typer.Exit(1)
    typer.echo("事件链完整。")


def verify_chains(session: Session, ticket_no: str | None, seals: Seals) -> list[ChainFault]:
    """Return every fault of one ticket's chain, or of all.

    Raises:
        TicketNotFoundError: there is no ticket of this number, and none was ever sealed.
    """
    if ticket_no is None or ticket_exists(session, ticket_no):
        return list(verify(session, ticket_no, seals.heads))
    if ticket_no in seals.heads:
        return [one for one in verify(session, None, seals.heads) if one.ticket_no == ticket_no]
    raise TicketNotFoundError(ticket_no)


@app.command("seal", help="立即封存事件链（服务每分钟自动封存一次）。")
def seal_command() -> None:
    """Seal what changed since the last checkpoint."""
    settings = load_settings()
    with casework_database(settings) as database:
        file = SealFile(settings.data_dir)
        Sealer(database, SystemClock(), file).run_once(at_once=True)
    typer.echo(f"已封存到第 {file.last()[0]} 点：{file.path}")


@app.command("queue", help="列出等待派单的工单。")
def queue_command() -> None:
    """Show what waits for a dispatcher."""
    table = Table("工单", "类别", "标题", "区县", "登记时间")
    with _reading(load_settings()) as session:
        for row in queue_rows(session):
            registered = f"{row.registered_at:%m-%d %H:%M}"
            table.add_row(row.ticket_no, row.kind.label, row.title, row.district or "—", registered)
    Console().print(table)


@app.command("inbox", help="列出一个承办单位待办的工单，按到期时间排序。")
def inbox_command(department: Annotated[str, typer.Argument(help="单位编码。")]) -> None:
    """Show what a department still has to do."""
    table = Table("工单", "状态", "主协办", "标题", "到期")
    with _reading(load_settings()) as session:
        for row in inbox_rows(session, department):
            table.add_row(row.ticket_no, row.state.label, row.role.label, row.title, _due(row))
    Console().print(table)


def _due(row: InboxRow) -> str:
    if row.due_at is None:
        return "—"
    return day_words(row.due_at.date()) + ("（暂定）" if row.due_provisional else "")


@contextmanager
def _reading(settings: Settings) -> Iterator[Session]:
    with casework_database(settings) as database, database.reading() as session:
        yield session
