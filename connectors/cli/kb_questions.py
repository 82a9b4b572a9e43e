"""``hotline kb questions``: what nobody could answer, given to somebody and made into drafts."""

from datetime import datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from connectors.cli.learning_desk import LearningDesk, learning_desk
from foundation.access.service import Account
from foundation.errors import MalformedInputError
from knowledge_base.entries.schemas import Saved
from knowledge_base.questions.schemas import GroupView, Wanted
from knowledge_base.questions.service import WORKING_DAYS
from knowledge_base.questions.states import WAITING, QuestionState

app = typer.Typer(help="待答问题：分派、补充、不予处理。", no_args_is_help=True)

_User = Annotated[str, typer.Option("--as", help="以哪个账号操作（账号名）。")]
_Group = Annotated[int, typer.Argument(help="问题编号（list 显示）。")]


class OneSourceError(MalformedInputError):
    """A draft is made from a question or from a ticket."""

    user_message = (
        "请写问题编号，或用 --ticket 指定工单，二者只写一个；"
        "--matter、--answer、--alias 只用于问题。"
    )


@app.command("list", help="列出待答问题：有期限的在前，其余按问的次数。")
def list_command(
    user: _User,
    state: Annotated[QuestionState | None, typer.Option("--state", help="只看某一状态。")] = None,
    *,
    mine: Annotated[bool, typer.Option("--mine", help="只看自己负责的。")] = False,
) -> None:
    """Show the groups that wait, or those of one state."""
    states = WAITING if state is None else (state,)
    with learning_desk() as desk:
        account, queue = desk.account(user), desk.learning.queue
        with desk.database.reading() as session:
            owner = account.id if mine else None
            groups = queue.groups(session, account, Wanted(states, owner))
            loose = queue.waiting_to_be_grouped(session)
    if groups:
        Console().print(_table(groups))
    else:
        typer.echo("没有符合条件的问题。")
    if loose:
        typer.echo(f"另有 {loose} 个问题尚未归组，服务运行时会自动归组。")


@app.command("show", help="显示一个问题的各种问法。")
def show_command(group_id: _Group, user: _User) -> None:
    """Show a group with what was asked, the newest first."""
    with learning_desk() as desk:
        account = desk.account(user)
        with desk.database.reading() as session:
            detail = desk.learning.queue.group(session, account, group_id)
    typer.echo(f"{detail.group.id} {detail.group.text}（{detail.group.state.label}）")
    if detail.group.dismissed_reason:
        typer.echo(f"不予处理的理由：{detail.group.dismissed_reason}")
    for one in detail.asked:
        about = f"，答的是 {one.matter_code}" if one.matter_code else ""
        typer.echo(
            f"{one.asked_at:%Y-%m-%d %H:%M} {one.channel} {one.source.label}{about}：{one.text}"
        )


@app.command("assign", help="把问题交给一位知识编辑，并定期限。")
def assign_command(
    group_id: _Group,
    user: _User,
    to: Annotated[str | None, typer.Option("--to", help="账号名；不写则自己承接。")] = None,
    days: Annotated[int, typer.Option("--days", help="几个工作日内处理。")] = WORKING_DAYS,
) -> None:
    """Give a group to an editor."""
    with learning_desk() as desk:
        account = desk.account(user)
        with desk.database.transaction() as session:
            queue = desk.learning.queue
            lock = queue.group(session, account, group_id).group.lock_version
            group = queue.assign(session, account, group_id, to or user, lock, days)
    mark = "（节假日安排未公布，暂按周末推算）" if group.due_provisional else ""
    typer.echo(f"问题 {group.id} 由 {group.owner} 处理，期限 {group.due_on}{mark}。")


@app.command("due", help="改一个问题的处理期限。")
def due_command(
    group_id: _Group,
    day: Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"], help="哪一天，如 2026-12-01。")],
    user: _User,
) -> None:
    """Set the last day for a group that somebody has."""
    with learning_desk() as desk:
        account = desk.account(user)
        with desk.database.transaction() as session:
            queue = desk.learning.queue
            lock = queue.group(session, account, group_id).group.lock_version
            queue.set_due(session, account, group_id, day.date(), lock)
    typer.echo(f"问题 {group_id} 的期限改为 {day.date()}。")


@app.command("inquiries", help="列出可转为草稿的已办结咨询工单。")
def inquiries_command(user: _User) -> None:
    """Show resolved inquiries, and whose draft each went into."""
    with learning_desk() as desk:
        found = desk.learning.inquiries.learnable(desk.account(user))
    if not found:
        typer.echo("没有可转为草稿的咨询。")
        return
    table = Table("工单", "问题", "类别", "已转为")
    for one in found:
        table.add_row(one.ticket_no, one.title, one.category or "—", one.entry_code or "—")
    Console().print(table)


@app.command("dismiss", help="不予处理，并写明理由；以后再问只计次数。")
def dismiss_command(
    group_id: _Group,
    user: _User,
    reason: Annotated[str, typer.Option("--reason", help="理由。")],
) -> None:
    """Close a group without an answer."""
    with learning_desk() as desk:
        account = desk.account(user)
        with desk.database.transaction() as session:
            queue = desk.learning.queue
            lock = queue.group(session, account, group_id).group.lock_version
            queue.dismiss(session, account, group_id, reason, lock)
    typer.echo(f"问题 {group_id} 不予处理。")


@app.command("draft", help="把问题或已办结的咨询工单转为草稿。")
def draft_command(
    user: _User,
    group_id: Annotated[int | None, typer.Argument(help="问题编号（list 显示）。")] = None,
    ticket: Annotated[str | None, typer.Option("--ticket", help="工单编号。")] = None,
    matter: Annotated[
        str | None, typer.Option("--matter", help="写入哪个事项（编码）；不写则新建。")
    ] = None,
    answer: Annotated[
        str | None, typer.Option("--answer", help="答复；不写则只作为该事项的一种问法。")
    ] = None,
    *,
    alias: Annotated[bool, typer.Option("--alias", help="作为该事项的别名。")] = False,
) -> None:
    """Write a question, or what a ticket answered, into a draft."""
    if (group_id is None) == (ticket is None) or (ticket and (matter or answer or alias)):
        raise OneSourceError(f"group {group_id}, ticket {ticket}")
    with learning_desk() as desk:
        account = desk.account(user)
        if ticket is not None:
            desk.retriever.warm_up()
            saved = desk.learning.inquiries.draft(account, ticket)
        else:
            assert group_id is not None
            saved = _draft_question(desk, account, group_id, matter, answer, alias=alias)
    typer.echo(
        f"已写入 {saved.code} 的草稿；请补全后提交：hotline kb entry show {saved.code} --yaml"
    )


def _draft_question(
    desk: LearningDesk,
    account: Account,
    group_id: int,
    matter: str | None,
    answer: str | None,
    *,
    alias: bool,
) -> Saved:
    with desk.database.transaction() as session:
        group = desk.learning.queue.group(session, account, group_id).group
        lock = group.lock_version
        drafting = desk.learning.drafting
        return drafting.draft(session, account, group_id, lock, matter, answer, as_alias=alias)


def _table(groups: list[GroupView]) -> Table:
    table = Table("编号", "问题", "次数", "首次", "最近", "状态", "负责人", "期限")
    for one in groups:
        due = "—" if one.due_on is None else f"{one.due_on}{'（逾期）' if one.overdue else ''}"
        table.add_row(
            str(one.id),
            one.text,
            str(one.times),
            f"{one.first_seen_at:%m-%d}",
            f"{one.last_seen_at:%m-%d}",
            one.state.label,
            one.owner or "—",
            due,
        )
    return table
