"""``hotline tickets find`` and its neighbours: search, export, duplicates, hot issues, files.

What reads or decides for somebody names the account, and reaches what that account reaches.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.table import Table
from sqlalchemy.orm import Session

from connectors.cli.acting import CaseworkParts, allowed_account, casework_parts
from connectors.cli.casework_database import casework_database
from connectors.ticket_api.matrix import reach_of
from foundation.access.permissions import Permission
from foundation.access.service import AccessService, Account
from foundation.database.session import Database
from foundation.errors import MalformedInputError
from foundation.settings import load_settings
from routing.finding.assembly import Related, build_related, look_once
from routing.finding.export import SheetFormat, sheet
from routing.finding.indexing import index_missing
from routing.finding.schemas import Due, TicketQuery
from routing.hot_issues.models import HotIssueState
from routing.tickets.listing import TicketReach, TicketRow, require_reach
from routing.tickets.schemas import Actor
from routing.tickets.states import TicketState

_User = Annotated[str, typer.Option("--as", help="以哪个账号操作（账号名）。")]
_TicketNo = Annotated[str, typer.Argument(help="工单编号。")]
_State = Annotated[list[TicketState] | None, typer.Option("--state", help="状态，可重复。")]
_Category = Annotated[str | None, typer.Option("--category", help="分类编码或名称的开头。")]
_District = Annotated[str | None, typer.Option("--district", help="区县。")]
_Department = Annotated[str | None, typer.Option("--department", help="承办单位编码。")]
_Due = Annotated[Due | None, typer.Option("--due", help="overdue 已超期，soon 临期。")]
_Saved = Annotated[int | None, typer.Option("--filter", help="常用筛选的编号（见 filters）。")]
_Words = Annotated[str | None, typer.Argument(help="要找的字词或编号；不写则只按条件筛选。")]
_READING = (Permission.TICKET_READ_ALL, Permission.TICKET_READ_OWN, Permission.TICKET_FOLLOW_UP)


class QueryRefusedError(MalformedInputError):
    """The conditions make no query."""

    user_message = "查找条件不对，请核对后再试。"


@dataclass(frozen=True, slots=True)
class _Desk:
    """The parts, and the account that works with them."""

    related: Related
    database: Database
    access: AccessService
    account: Account
    names: dict[str, str]

    @property
    def reach(self) -> TicketReach:
        """Which tickets the account may read."""
        return reach_of(self.account)


@contextmanager
def _parts() -> Iterator[tuple[Related, CaseworkParts]]:
    with casework_parts() as parts:
        yield build_related(parts.settings, parts.clock, parts.deadlines, parts.casework), parts


@contextmanager
def _desk(user: str, *permissions: Permission) -> Iterator[_Desk]:
    with _parts() as (related, parts):
        with parts.database.reading() as session:
            account = allowed_account(parts.access, session, user, permissions)
        yield _Desk(related, parts.database, parts.access, account, parts.names)


def register(app: typer.Typer) -> None:
    """Add the commands to ``hotline tickets``."""
    app.command("find", help="按字词、编号和条件查找工单。")(find_command)
    app.command("export", help="把查到的工单导出成表格（CSV 或 XLSX），每次导出都留痕。")(export)
    app.command("filters", help="列出一个账号的常用筛选。")(filters)
    app.command("duplicates", help="列出疑似重复的工单；写编号则只看与它重复的。")(duplicates)
    app.command("not-duplicate", help="判断两张工单不是重复，以后不再提示。")(not_duplicate)
    app.command("hot", help="列出热点；--look 先重新计算。")(hot)
    app.command("hot-decide", help="关注或处置一个热点。")(hot_decide)
    app.command("attachments", help="列出一张工单的附件。")(attachments)
    app.command("attach", help="给工单添加附件（图片或PDF）。")(attach)
    app.command("withhold", help="保密诉求的附件不给承办单位看。")(withhold)
    app.command("reindex", help="补建（--all 重建）全文检索和查重索引。")(reindex)


def find_command(
    words: _Words = None,
    *,
    user: _User,
    state: _State = None,
    category: _Category = None,
    district: _District = None,
    department: _Department = None,
    due: _Due = None,
    saved: _Saved = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=200, help="至多几张。")] = 20,
) -> None:
    """Show what the account finds."""
    asked = _query(words, state, category, district, department, due)
    with _desk(user, *_READING) as desk, desk.database.reading() as session:
        query = _laid_over(desk, session, asked, saved)
        rows = desk.related.finding.listed(session, desk.reach, query, limit=limit)
        _show(rows, desk.names)


def export(
    file: Annotated[Path, typer.Argument(help="写到哪里；以 .csv 或 .xlsx 结尾。")],
    *,
    user: _User,
    words: Annotated[str | None, typer.Option("--words", help="要找的字词或编号。")] = None,
    state: _State = None,
    category: _Category = None,
    district: _District = None,
    department: _Department = None,
    due: _Due = None,
    saved: _Saved = None,
) -> None:
    """Write a sheet of what the account finds; recorded."""
    if file.suffix not in {".csv", ".xlsx"}:
        raise typer.BadParameter("文件名须以 .csv 或 .xlsx 结尾。")
    asked = _query(words, state, category, district, department, due)
    wanted = SheetFormat(file.suffix.removeprefix("."))
    with _desk(user, Permission.TICKET_EXPORT) as desk:
        with desk.database.transaction() as session:
            query = _laid_over(desk, session, asked, saved)
            rows = desk.related.finding.export_rows(session, desk.reach, query)
            about = f"{wanted.value}:{len(rows)}"
            desk.access.record(session, desk.account.id, "ticket.export", about)
        file.write_bytes(sheet(rows, wanted, desk.names))
    typer.echo(f"已导出 {len(rows)} 张工单：{file}")


def filters(user: _User) -> None:
    """Show the filters that an account keeps."""
    table = Table("编号", "名称", "条件")
    with _desk(user, *_READING) as desk, desk.database.reading() as session:
        for one in desk.related.finding.kept(session, desk.account.id):
            said = one.query.model_dump_json(exclude_defaults=True)
            table.add_row(str(one.id), one.name, said)
    Console().print(table)


def duplicates(
    ticket_no: Annotated[str | None, typer.Argument(help="工单编号；不写则列出待判断的。")] = None,
) -> None:
    """Show candidates with what speaks for each; nothing is merged here."""
    table = Table("工单", "疑似重复", "标题", "为什么")
    with _parts() as (related, parts), parts.database.reading() as session:
        if ticket_no is not None:
            for one in related.duplicates.candidates(session, ticket_no):
                table.add_row(ticket_no, one.ticket_no, one.title, "；".join(one.why))
        else:
            for pair in related.duplicates.open_pairs(session):
                other = pair.other
                table.add_row(pair.ticket_no, other.ticket_no, other.title, "；".join(other.why))
    Console().print(table)


def not_duplicate(
    ticket_no: _TicketNo, other: Annotated[str, typer.Argument(help="另一张。")], user: _User
) -> None:
    """Remember that two tickets are not the same."""
    with (
        _desk(user, Permission.TICKET_DISPATCH) as desk,
        desk.database.transaction() as session,
    ):
        desk.related.duplicates.refuse(session, ticket_no, other, Actor(desk.account.ref))
        desk.access.record(session, desk.account.id, "duplicate.refused", f"{ticket_no} {other}")
    typer.echo("已记下，不再提示这两张重复。")


def hot(
    look: Annotated[
        bool, typer.Option("--look", help="先重新计算（服务每十分钟自动算）。")
    ] = False,
    everything: Annotated[bool, typer.Option("--all", help="连同已处置的。")] = False,
) -> None:
    """Show the hot issues."""
    states = tuple(HotIssueState) if everything else (HotIssueState.OPEN, HotIssueState.NOTED)
    table = Table("编号", "状态", "热点", "件数", "平时", "最近", "工单")
    with _parts() as (related, parts):
        if look:
            look_once(parts.database, related.hot_issues, at_once=True)
        with parts.database.reading() as session:
            for one in related.hot_issues.listed(session, states):
                numbers = "、".join(number for number, _ in one.tickets[:3])
                table.add_row(
                    str(one.id),
                    one.state.label,
                    one.title,
                    f"{one.count}（{one.window_days}天）",
                    f"{one.usual:g}",
                    f"{one.last_at:%m-%d %H:%M}",
                    numbers + ("…" if len(one.tickets) > len(numbers.split("、")) else ""),
                )
    Console().print(table)


def hot_decide(
    issue: Annotated[int, typer.Argument(help="热点编号。")],
    state: Annotated[HotIssueState, typer.Argument(help="noted 关注，handled 处置完毕。")],
    user: _User,
    note: Annotated[str, typer.Option("--note", help="说明。")] = "",
) -> None:
    """Note or handle a hot issue."""
    with (
        _desk(user, Permission.HOT_ISSUE_HANDLE) as desk,
        desk.database.transaction() as session,
    ):
        actor = Actor(desk.account.ref)
        decided = desk.related.hot_issues.decide(session, issue, state, actor, note)
        desk.access.record(session, desk.account.id, f"hot_issue.{state}", str(issue))
        typer.echo(f"热点 {decided.id}：{decided.state.label}")


def attachments(ticket_no: _TicketNo, user: _User) -> None:
    """Show what the account may see of a ticket's files."""
    table = Table("附件", "名称", "大小", "添加", "承办单位可见")
    with _desk(user, *_READING) as desk, desk.database.reading() as session:
        for one in desk.related.attachments.listed(session, ticket_no, desk.reach):
            shown = "遮盖后的" if one.protected and one.cleared else "否" if one.protected else "是"
            size = f"{one.size / 1024:.0f} KB"
            table.add_row(one.id, one.name, size, f"{one.added_at:%m-%d %H:%M}", shown)
    Console().print(table)


def attach(
    ticket_no: _TicketNo,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="图片或PDF。")],
    user: _User,
    number: Annotated[
        str | None, typer.Option("--number", help="属于哪件诉求（工单有多件时必填）。")
    ] = None,
) -> None:
    """Add a file to a ticket."""
    with _desk(user, Permission.TICKET_DISPATCH, Permission.TICKET_HANDLE) as desk:
        hotline = desk.account.may(Permission.TICKET_DISPATCH)
        department = None if hotline else desk.account.department_code
        actor = Actor(desk.account.ref, department)
        content = file.read_bytes()
        with desk.database.transaction() as session:
            require_reach(session, ticket_no, desk.reach)
            added = desk.related.attachments.add(
                session, ticket_no, file.name, content, actor, number
            )
    typer.echo(f"已添加附件 {added.id}：{added.name}")


def withhold(
    ticket_no: _TicketNo,
    attachment_id: Annotated[str, typer.Argument(help="附件编号。")],
    user: _User,
) -> None:
    """Keep a file of a confidential appeal from departments."""
    with (
        _desk(user, Permission.TICKET_DISPATCH) as desk,
        desk.database.transaction() as session,
    ):
        actor = Actor(desk.account.ref)
        desk.related.attachments.withhold(session, ticket_no, attachment_id, actor)
    typer.echo(f"附件{attachment_id}不给承办单位看。")


def reindex(
    everything: Annotated[bool, typer.Option("--all", help="全部重建，不只补缺。")] = False,
) -> None:
    """Write the documents and keys of tickets that have none."""
    with casework_database(load_settings()) as database:
        done = index_missing(database, everything=everything)
    typer.echo(f"已处理 {done} 张工单。")


def _query(
    words: str | None,
    state: list[TicketState] | None,
    category: str | None,
    district: str | None,
    department: str | None,
    due: Due | None,
) -> TicketQuery:
    try:
        return TicketQuery(
            q=words,
            state=tuple(state or ()),
            category=category,
            district=district,
            department=department,
            due=due,
        )
    except ValidationError as error:
        raise QueryRefusedError("ticket query refused") from error


def _laid_over(desk: _Desk, session: Session, asked: TicketQuery, saved: int | None) -> TicketQuery:
    if saved is None:
        return asked
    kept = desk.related.finding.one_kept(session, desk.account.id, saved)
    return kept.query.model_copy(update=asked.model_dump(exclude_defaults=True))


def _show(rows: list[TicketRow], names: dict[str, str]) -> None:
    table = Table("工单", "状态", "类型", "标题", "地点", "区县", "主办", "到期")
    for row in rows:
        due = f"{row.due_at:%m-%d %H:%M}" if row.due_at else "—"
        lead = names.get(row.lead or "", row.lead or "—")
        cells = (row.title, row.place or "—", row.district or "—", lead, due)
        table.add_row(row.ticket_no, row.state.label, row.kind.label, *cells)
    Console().print(table)
