"""``hotline tickets …``: whatever the desks do to a ticket, from the terminal.

Every command acts as a named account and may do what that account's roles allow; as at the desks,
what is read of a citizen is recorded.
"""

from collections.abc import Iterable, Sequence
from typing import Annotated

import typer

from connectors.cli.acting import Acting, acting, casework_parts
from foundation.access.permissions import Permission
from routing.appeals.schemas import ContactView
from routing.follow_ups.schemas import FollowUpResult
from routing.follow_ups.states import FollowUpOutcome, Satisfaction
from routing.follow_ups.views import ratings
from routing.reply_gate.schemas import ReplyFinding
from routing.tickets.archiving import Archiver
from routing.tickets.listing import StaffTicket, TicketReach, require_reach, staff_ticket
from routing.tickets.models import Ticket
from routing.tickets.regrouping import NewPart
from routing.tickets.schemas import AskedBy

_User = Annotated[str, typer.Option("--as", help="以哪个账号操作（账号名）。")]
_TicketNo = Annotated[str, typer.Argument(help="工单编号。")]
_Number = Annotated[str, typer.Option("--number", help="诉求编号。")]
_Text = Annotated[str, typer.Option("--text", help="答复内容。")]
_Note = Annotated[str, typer.Option("--note", help="说明。")]
_Lead = Annotated[str | None, typer.Option("--lead", help="承办单位编码；不写则由派单员决定。")]
_READING = (Permission.TICKET_READ_ALL, Permission.TICKET_READ_OWN, Permission.TICKET_FOLLOW_UP)
_RATED = (Permission.TICKET_FOLLOW_UP, Permission.TICKET_SUPERVISE, Permission.TICKET_DISPATCH)
_ANSWERED = TicketReach(answered=True)

follow_up = typer.Typer(help="回访：开始、查看电话、记录结果。", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands to ``hotline tickets``."""
    app.command("show", help="查看一张工单（留痕）。")(show)
    app.command("dispatch", help="派单；--co 为协办单位，可重复。")(dispatch)
    app.command("merge", help="并入另一张工单；各市民的编号、答复、回访和重办权利不变。")(merge)
    app.command("split", help="分出一张工单。")(split)
    app.command("withdraw", help="撤回一件诉求；谁要求的会留痕，市民会收到通知。")(withdraw)
    app.command("accept", help="签收。")(accept)
    app.command("decline", help="不予受理；写明理由和市民应当去找的单位，市民会收到。")(decline)
    app.command("archive", help="归档一张已办结的工单；归档后只能查看。")(archive)
    app.command("archive-old", help="归档办结已久的工单（服务每小时自动归档）。")(archive_old)
    app.command("start", help="开始办理；等待市民补充的恢复办理。")(start)
    app.command("contacted", help="记录已联系诉求人（首次联系）。")(contacted)
    app.command("await-citizen", help="等待市民补充；市民会收到要补充什么，时限暂停。")(
        await_citizen
    )
    app.command("send-back", help="退单；须写理由和职责依据。")(send_back)
    app.command("check-reply", help="检查答复，不发出；有问题时退出码为 1。")(check_reply)
    app.command("reply", help="答复；协办单位的答复汇给主办单位。")(reply)
    app.command("contacts", help="查看联系方式（留痕）；保密诉求没有。")(contacts)
    app.command("vault", help="调阅举报人身份（须写理由，留痕，告知督办员和审计员）。")(vault)
    app.add_typer(follow_up, name="follow-up")


def show(ticket_no: _TicketNo, user: _User) -> None:
    """Show one ticket as the account may read it."""
    with acting(user, *_READING) as desk:
        found = staff_ticket(desk.session, ticket_no, desk.reach)
        desk.record("ticket.read", found.row.ticket_no)
        names = desk.parts.names
    for line in _lines(found, names):
        typer.echo(line)


def dispatch(
    ticket_no: _TicketNo,
    lead: Annotated[str, typer.Argument(help="主办单位编码。")],
    user: _User,
    co: Annotated[list[str] | None, typer.Option("--co", help="协办单位编码，可重复。")] = None,
) -> None:
    """Send a ticket to its departments."""
    with acting(user, Permission.TICKET_DISPATCH) as desk:
        tickets = desk.casework.tickets
        done = tickets.dispatch(desk.session, ticket_no, lead, desk.actor, co or ())
        _tell(done, desk)


def merge(
    ticket_no: _TicketNo,
    into: Annotated[str, typer.Argument(help="并入哪张工单。")],
    user: _User,
    reason: Annotated[str, typer.Option("--reason", help="理由。")] = "",
) -> None:
    """Move every appeal of one ticket under another."""
    with acting(user, Permission.TICKET_DISPATCH) as desk:
        desk.casework.regrouping.merge(desk.session, ticket_no, into, desk.actor, reason)
        desk.said.append(f"工单{ticket_no}已并入{into}。")


def split(
    ticket_no: _TicketNo,
    number: _Number,
    text: Annotated[str, typer.Option("--text", help="分出的部分。")],
    user: _User,
    remaining: Annotated[
        str | None, typer.Option("--remaining", help="本单留下的部分；不写则不变。")
    ] = None,
    lead: _Lead = None,
    *,
    moves: Annotated[bool, typer.Option("--moves", help="整件诉求移到新工单。")] = False,
) -> None:
    """Open a further ticket for one appeal."""
    with acting(user, Permission.TICKET_DISPATCH) as desk:
        part = NewPart(number, text, remaining, moves, lead)
        opened = desk.casework.regrouping.split(desk.session, ticket_no, part, desk.actor)
        desk.said.append(f"已分出工单{opened.ticket_no}（{opened.state.label}）。")


def withdraw(
    ticket_no: _TicketNo,
    number: _Number,
    user: _User,
    asked_by: Annotated[
        AskedBy,
        typer.Option("--by", help="谁要求的：citizen 本人，family 家人，agent 受委托的人。"),
    ],
    note: _Note = "",
) -> None:
    """Take one citizen's appeal back."""
    with acting(user, Permission.TICKET_DISPATCH) as desk:
        regrouping = desk.casework.regrouping
        done = regrouping.withdraw_at_word(
            desk.session, ticket_no, number, desk.actor, asked_by, note
        )
        _tell(done, desk)


def accept(ticket_no: _TicketNo, user: _User) -> None:
    """Accept the department's share."""
    with acting(user, Permission.TICKET_HANDLE) as desk:
        _tell(desk.casework.tickets.accept(desk.session, ticket_no, desk.actor), desk)


def start(ticket_no: _TicketNo, user: _User) -> None:
    """Note that the lead has begun."""
    with acting(user, Permission.TICKET_HANDLE) as desk:
        _tell(desk.casework.tickets.start_handling(desk.session, ticket_no, desk.actor), desk)


def contacted(ticket_no: _TicketNo, user: _User) -> None:
    """Note that the department has spoken with the citizen."""
    with acting(user, Permission.TICKET_HANDLE) as desk:
        _tell(desk.casework.contacting.note_contact(desk.session, ticket_no, desk.actor), desk)


def await_citizen(
    ticket_no: _TicketNo,
    user: _User,
    text: Annotated[str, typer.Option("--text", help="需要市民补充什么。")],
) -> None:
    """Wait for what the citizen is to add."""
    with acting(user, Permission.TICKET_HANDLE) as desk:
        _tell(desk.casework.contacting.ask_citizen(desk.session, ticket_no, desk.actor, text), desk)


def decline(
    ticket_no: _TicketNo,
    channel: Annotated[str, typer.Argument(help="市民应当去找的单位编码。")],
    user: _User,
    reason: Annotated[str, typer.Option("--reason", help="为什么不予受理；市民会看到。")],
) -> None:
    """Decline a ticket, and say where to turn."""
    with acting(user, Permission.TICKET_DISPATCH) as desk:
        closing = desk.casework.closing
        _tell(closing.decline(desk.session, ticket_no, channel, reason, desk.actor), desk)


def archive(ticket_no: _TicketNo, user: _User) -> None:
    """Archive a resolved ticket."""
    with acting(user, Permission.TICKET_DISPATCH, Permission.TICKET_FOLLOW_UP) as desk:
        require_reach(desk.session, ticket_no, _ANSWERED)
        _tell(desk.casework.closing.archive(desk.session, ticket_no, desk.actor), desk)


def archive_old(
    days: Annotated[
        int | None,
        typer.Option("--days", min=1, help="办结满几天；不写按 HOTLINE_ARCHIVE_AFTER_DAYS。"),
    ] = None,
) -> None:
    """Archive what was resolved long enough ago."""
    with casework_parts() as parts:
        after = days or parts.settings.archive_after_days
        done = Archiver(parts.database, parts.clock, parts.casework.closing, after).run_once()
    typer.echo(f"已归档{done}张工单。")


def send_back(
    ticket_no: _TicketNo,
    user: _User,
    reason: Annotated[str, typer.Option("--reason", help="为什么不属本单位。")],
    basis: Annotated[str, typer.Option("--basis", help="职责依据（权责清单条目或文件）。")],
) -> None:
    """Send a ticket back to the dispatcher."""
    with acting(user, Permission.TICKET_HANDLE) as desk:
        tickets = desk.casework.tickets
        _tell(tickets.send_back(desk.session, ticket_no, desk.actor, reason, basis), desk)


def check_reply(ticket_no: _TicketNo, user: _User, text: _Text) -> None:
    """Show what would keep a reply from leaving; exit code 1 when something would."""
    with acting(user, Permission.TICKET_HANDLE) as desk:
        found = desk.casework.tickets.review_reply(desk.session, ticket_no, desk.actor, text)
    _found(found)
    if found:
        raise typer.Exit(1)
    typer.echo("没有发现问题，可以发出。")


def reply(
    ticket_no: _TicketNo,
    user: _User,
    text: _Text,
    override: Annotated[
        str | None, typer.Option("--override", help="未通过把关仍要发出的理由（须有放行权限）。")
    ] = None,
) -> None:
    """Answer the citizen, or the lead."""
    with acting(user, Permission.TICKET_HANDLE) as desk:
        if override is not None:
            desk.account.require(Permission.TICKET_REPLY_OVERRIDE)
        tickets = desk.casework.tickets
        done = tickets.reply(desk.session, ticket_no, desk.actor, text, override=override)
        _tell(done, desk)


def contacts(ticket_no: _TicketNo, user: _User) -> None:
    """Show how to reach the citizens; the reading becomes an event of the ticket."""
    with acting(user, Permission.TICKET_HANDLE) as desk:
        found = desk.casework.appeals.contacts(desk.session, ticket_no, desk.actor)
    _contacts(found)


def vault(
    ticket_no: _TicketNo,
    number: _Number,
    user: _User,
    reason: Annotated[str, typer.Option("--reason", help="为什么必须知道举报人是谁。")],
) -> None:
    """Show who made a confidential appeal."""
    with acting(user, Permission.VAULT_OPEN) as desk:
        found = desk.casework.vault.open(desk.session, ticket_no, number, reason, desk.actor)
        desk.record("vault.open", f"{ticket_no} {number}")
    typer.echo(f"姓名：{found.name or '没有留'}\n电话：{found.phone or '没有留'}")
    typer.echo(f"原话：{found.text}")


@follow_up.command("begin", help="开始回访。")
def follow_up_begin(ticket_no: _TicketNo, user: _User) -> None:
    """Begin to ask the citizens."""
    with acting(user, Permission.TICKET_FOLLOW_UP) as desk:
        require_reach(desk.session, ticket_no, _ANSWERED)
        _tell(desk.follow_ups.begin(desk.session, ticket_no, desk.actor), desk)


@follow_up.command("show", help="查看各轮办理的回访和评价。")
def follow_up_show(ticket_no: _TicketNo, user: _User) -> None:
    """Show what citizens said, round by round."""
    with acting(user, *_RATED) as desk:
        found = ratings(desk.session, ticket_no)
        desk.record("ticket.read", ticket_no)
    for one in found.tries:
        said = one.said
        solved = {True: "已解决", False: "没有解决", None: ""}[said.solved]
        rated = said.satisfaction.label if said.satisfaction else ""
        words = " ".join(part for part in (said.outcome.label, solved, rated, said.note) if part)
        typer.echo(f"第{one.round}次办理 {one.number} {said.at:%Y-%m-%d %H:%M} {words}")


@follow_up.command("contacts", help="查看回访电话（留痕）。")
def follow_up_contacts(ticket_no: _TicketNo, user: _User) -> None:
    """Show whom to call."""
    with acting(user, Permission.TICKET_FOLLOW_UP) as desk:
        require_reach(desk.session, ticket_no, _ANSWERED)
        found = desk.follow_ups.contacts(desk.session, ticket_no, desk.actor)
    _contacts(found)


@follow_up.command("record", help="记录一位市民的回访结果；不满意或没解决的重新办理一次。")
def follow_up_record(
    ticket_no: _TicketNo,
    number: _Number,
    outcome: Annotated[FollowUpOutcome, typer.Argument(help="reached、unreached、no_contact。")],
    user: _User,
    solved: Annotated[bool | None, typer.Option("--solved/--not-solved", help="解决了吗。")] = None,
    satisfaction: Annotated[
        Satisfaction | None, typer.Option("--satisfaction", help="满意程度。")
    ] = None,
    note: _Note = "",
) -> None:
    """Keep what one citizen said."""
    with acting(user, Permission.TICKET_FOLLOW_UP) as desk:
        require_reach(desk.session, ticket_no, _ANSWERED)
        result = FollowUpResult(outcome, solved, satisfaction, note)
        _tell(desk.follow_ups.record(desk.session, ticket_no, number, result, desk.actor), desk)


def _tell(ticket: Ticket, desk: Acting) -> None:
    desk.said.append(f"工单{ticket.ticket_no}：{ticket.state.label}。")


def _found(findings: Sequence[ReplyFinding]) -> None:
    for one in findings:
        typer.echo(f"{one.rule.label}：{one.reason}")


def _contacts(found: Sequence[ContactView]) -> None:
    if not found:
        typer.echo("没有可以查看的联系方式。")
    for one in found:
        typer.echo(f"{one.number} {one.name or '没有留姓名'} {one.phone or '没有留电话'}")


def _lines(ticket: StaffTicket, names: dict[str, str]) -> Iterable[str]:
    row = ticket.row
    yield f"{row.kind.label} {row.ticket_no}　{row.state.label}　第{row.round}次办理"
    yield f"内容：{ticket.text}"
    for one in ticket.asked:
        if one.number:
            yield f"诉求：{one.number}"
    for name, value in (("地点", row.place), ("区县", row.district), ("分类", row.category)):
        if value:
            yield f"{name}：{value}"
    for line in ticket.due_derivation:
        yield f"时限：{line}"
    for share in ticket.shares:
        standing = "" if share.active else "（已不承办）"
        yield f"{share.role.label}：{names.get(share.department, share.department)}{standing}"
        if share.reply:
            yield f"答复：{share.reply}"
    for event in ticket.events:
        yield f"{event.at:%Y-%m-%d %H:%M} {event.label}"
