"""``hotline tickets promise``: a later day promised, agreed to or refused from the terminal.

Every command acts as a named account and may do what that account's roles allow.
"""

from datetime import datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from connectors.cli.acting import acting
from foundation.access.permissions import Permission
from routing.deadlines.derivation import moment_words
from routing.promises.repository import counts, pending

app = typer.Typer(help="承诺办理：作出、审批、查看。", no_args_is_help=True)

_DECIDING = (Permission.TICKET_DISPATCH, Permission.TICKET_SUPERVISE)
_User = Annotated[str, typer.Option("--as", help="以哪个账号操作（账号名）。")]
_TicketNo = Annotated[str, typer.Argument(help="工单编号。")]
_Reason = Annotated[str, typer.Option("--reason", help="理由。")]


@app.command("list", help="列出待审批的承诺；附各单位承诺和未兑现的件数。")
def list_command(user: _User) -> None:
    """Show what waits for a decision, and the counters by department."""
    with acting(user, *_DECIDING) as desk:
        table = Table("工单", "单位", "第几次", "承诺", "理由", "现行时限")
        for made, ticket in pending(desk.session):
            until, due = moment_words(made.promised_until), moment_words(made.due_before)
            table.add_row(
                *(ticket.ticket_no, made.department_code, str(made.number)),
                *(until, made.reason, due),
            )
        found = counts(desk.session)
    Console().print(table)
    for code, (made_count, broken) in found.items():
        typer.echo(f"{code}：承诺{made_count}件，未兑现{broken}件")


@app.command("make", help="承诺办理：不能按期办结的，说明理由并承诺日期；原时限照常计算。")
def make_command(
    ticket_no: _TicketNo,
    user: _User,
    reason: _Reason,
    day: Annotated[datetime, typer.Option("--day", formats=["%Y-%m-%d"], help="承诺的日期。")],
) -> None:
    """Promise a later day."""
    with acting(user, Permission.TICKET_HANDLE) as desk:
        promises = desk.casework.promises
        made = promises.promise(desk.session, ticket_no, desk.actor, day.date(), reason)
        until = moment_words(made.promised_until)
    typer.echo(f"已承诺在{until}前办结，等待热线审批；办结时限不变。")


@app.command("approve", help="同意承诺；市民会收到承诺的日期，原时限照常计算。")
def approve_command(ticket_no: _TicketNo, user: _User) -> None:
    """Agree to the pending promise."""
    with acting(user, *_DECIDING) as desk:
        desk.casework.promises.approve(desk.session, ticket_no, desk.actor)
    typer.echo("已同意，市民会收到承诺的日期。")


@app.command("refuse", help="不同意承诺。")
def refuse_command(ticket_no: _TicketNo, user: _User, reason: _Reason) -> None:
    """Refuse the pending promise."""
    with acting(user, *_DECIDING) as desk:
        desk.casework.promises.refuse(desk.session, ticket_no, desk.actor, reason)
    typer.echo("未同意，请按现行时限办理。")
