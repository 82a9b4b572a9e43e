"""``hotline tickets extension``: more time asked for, granted or refused from the terminal.

Every command acts as a named account and may do what that account's roles allow.
"""

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from connectors.cli.acting import acting
from foundation.access.permissions import Permission
from routing.deadlines.derivation import moment_words
from routing.ticket_clocks import repository
from routing.tickets.models import Ticket

app = typer.Typer(help="延期：申请、审批、查看。", no_args_is_help=True)

_User = Annotated[str, typer.Option("--as", help="以哪个账号操作（账号名）。")]
_TicketNo = Annotated[str, typer.Argument(help="工单编号。")]
_Reason = Annotated[str, typer.Option("--reason", help="理由。")]


@app.command("list", help="列出待审批的延期申请，最先到期的在前；附各单位逾时和重复申请的件数。")
def list_command(user: _User) -> None:
    """Show what waits for a decision, and the counters by department."""
    with acting(user, Permission.TICKET_DISPATCH) as desk:
        pending = repository.pending_extensions(desk.session)
        counts = repository.extension_counts(desk.session)
        table = Table("工单", "单位", "第几次", "申请", "理由", "现行时限", "临期才提出")
        for one, ticket in pending:
            late = "是" if one.late else ""
            table.add_row(
                ticket.ticket_no,
                one.department_code,
                str(one.number),
                f"{one.working_days}个工作日",
                one.reason,
                _due(ticket),
                late,
            )
    Console().print(table)
    for code, (late_count, repeated) in counts.items():
        typer.echo(f"{code}：临期才提出{late_count}件，重复申请{repeated}件")


@app.command("request", help="申请延期。")
def request_command(
    ticket_no: _TicketNo,
    user: _User,
    reason: _Reason,
    days: Annotated[int, typer.Option("--days", help="几个工作日。")],
) -> None:
    """Ask for more time."""
    with acting(user, Permission.TICKET_HANDLE) as desk:
        asked = desk.casework.extensions.request(desk.session, ticket_no, desk.actor, days, reason)
        late = "（临期才提出，已计数）" if asked.late else ""
    typer.echo(f"已申请延期{days}个工作日{late}，等待热线审批。")


@app.command("approve", help="同意延期；--days 可少于申请的天数。")
def approve_command(
    ticket_no: _TicketNo,
    user: _User,
    days: Annotated[int | None, typer.Option("--days", help="几个工作日。")] = None,
) -> None:
    """Grant the pending request; the citizen is told."""
    with acting(user, Permission.TICKET_DISPATCH) as desk:
        ticket = desk.casework.extensions.approve(desk.session, ticket_no, desk.actor, days)
        due = _due(ticket)
    typer.echo(f"已同意，办理时限为{due}。")


@app.command("refuse", help="不同意延期。")
def refuse_command(ticket_no: _TicketNo, user: _User, reason: _Reason) -> None:
    """Refuse the pending request."""
    with acting(user, Permission.TICKET_DISPATCH) as desk:
        ticket = desk.casework.extensions.refuse(desk.session, ticket_no, desk.actor, reason)
        due = _due(ticket)
    typer.echo(f"未同意，办理时限仍为{due}。")


def _due(ticket: Ticket) -> str:
    mark = "（暂定）" if ticket.due_provisional else ""
    return "—" if ticket.resolve_due_at is None else f"{moment_words(ticket.resolve_due_at)}{mark}"
