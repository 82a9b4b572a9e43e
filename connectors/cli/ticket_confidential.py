"""``hotline tickets redaction …`` and ``relay …``: informants' words confirmed and passed on."""

from typing import Annotated

import typer

from connectors.cli.acting import acting
from foundation.access.permissions import Permission
from foundation.errors import MalformedInputError
from routing.redactions.schemas import RedactionView, Wording
from routing.relay.schemas import MessageView
from routing.relay.views import department_relay, dispatcher_relay
from routing.tickets.models import Ticket

_User = Annotated[str, typer.Option("--as", help="以哪个账号操作（账号名）。")]
_TicketNo = Annotated[str, typer.Argument(help="工单编号。")]
_Number = Annotated[str | None, typer.Option("--number", help="诉求编号；只有一件时可不写。")]
_Message = Annotated[int, typer.Argument(help="消息编号，见 relay show。")]
_Reason = Annotated[str, typer.Option("--reason", help="为什么补上原稿没有的，或为什么不转交。")]
_Text = Annotated[str | None, typer.Option("--text", help="改后的内容；不写则照原稿确认。")]

redaction = typer.Typer(help="保密诉求的遮盖稿：待确认、查看、确认。", no_args_is_help=True)
relay = typer.Typer(help="转问举报人：查看、提问、转交、不转交。", no_args_is_help=True)


class _UnclearAppealError(MalformedInputError):
    """Several confidential appeals, or none, and no number that says which."""

    user_message = "请用 --number 写明是哪件保密诉求。"


def register(app: typer.Typer) -> None:
    """Add the commands to ``hotline tickets``."""
    app.add_typer(redaction, name="redaction")
    app.add_typer(relay, name="relay")


@redaction.command("list", help="等待确认的遮盖稿和举报人的话。")
def waiting(user: _User) -> None:
    """List what waits for a confirmation."""
    with acting(user, Permission.TICKET_DISPATCH) as desk:
        found = desk.casework.redactions.waiting(desk.session)
    for one in found:
        said = "诉求" if one.message_id is None else f"举报人的话{one.message_id}"
        if one.question is not None:
            typer.echo(f"{one.ticket_no} 问：{one.question}")
        typer.echo(f"{one.ticket_no} {said}：{one.text}")
    if not found:
        typer.echo("没有等待确认的。")


@redaction.command("show", help="查看遮盖稿（留痕）；方括号里是隐去的。")
def show(ticket_no: _TicketNo, user: _User) -> None:
    """Show every version of a ticket's confidential appeals."""
    with acting(user, Permission.TICKET_DISPATCH) as desk:
        found = desk.casework.redactions.views(desk.session, ticket_no)
        desk.record("redaction.read", ticket_no)
    if not found:
        typer.echo("这张工单没有保密诉求。")
    for one in found:
        standing = "待确认" if one.waiting else f"已确认第{one.version}版"
        typer.echo(f"{one.number} {standing}\n内容：{one.wording.text}")
        for name, value in (("地点", one.wording.place), ("时间", one.wording.occurred)):
            if value:
                typer.echo(f"{name}：{value}")


@redaction.command("confirm", help="确认遮盖稿；之后才能派单。")
def confirm(
    ticket_no: _TicketNo,
    user: _User,
    number: _Number = None,
    text: _Text = None,
    place: Annotated[str | None, typer.Option("--place", help="改后的地点。")] = None,
    occurred: Annotated[str | None, typer.Option("--when", help="改后的时间。")] = None,
    reason: _Reason = "",
) -> None:
    """Confirm what departments read, as proposed or edited."""
    with acting(user, Permission.TICKET_DISPATCH) as desk:
        service = desk.casework.redactions
        view = _chosen(service.views(desk.session, ticket_no), number)
        wording = Wording(
            view.wording.text if text is None else text,
            view.wording.place if place is None else place,
            view.wording.occurred if occurred is None else occurred,
        )
        service.confirm(desk.session, ticket_no, view.number, wording, desk.actor, reason)
        desk.said.append(f"工单{ticket_no}：已确认遮盖稿，可以派单。")


@relay.command("show", help="查看与举报人的问答（留痕）。")
def show_relay(ticket_no: _TicketNo, user: _User) -> None:
    """Show the relay of a ticket as the account may read it."""
    with acting(user, Permission.TICKET_DISPATCH, Permission.TICKET_READ_OWN) as desk:
        account = desk.account
        if account.may(Permission.TICKET_DISPATCH):
            found = dispatcher_relay(desk.session, ticket_no)
        else:
            found = department_relay(desk.session, ticket_no, account.department_code or "")
        desk.record("relay.read", ticket_no)
        names = desk.parts.names
    if not found.messages:
        typer.echo("还没有问答。")
    for one in found.messages:
        typer.echo(_line(one, names))


@relay.command("ask", help="向举报人转问；问不出他是谁的才转。")
def ask(
    ticket_no: _TicketNo,
    user: _User,
    text: Annotated[str, typer.Option("--text", help="问题。")],
    informant: Annotated[
        int | None, typer.Option("--informant", help="第几位举报人；只有一位时可不写。")
    ] = None,
    *,
    pause: Annotated[bool, typer.Option("--pause", help="等回答期间暂停计时（主办）。")] = False,
) -> None:
    """Ask an informant something."""
    with acting(user, Permission.TICKET_HANDLE) as desk:
        done = desk.casework.relay.ask(
            desk.session, ticket_no, desk.actor, text, informant, pause=pause
        )
        desk.said.append(f"已转问。{_standing(done)}")


@relay.command("confirm", help="转交举报人的话；--text 为改后的内容。")
def pass_on(
    ticket_no: _TicketNo,
    message_id: _Message,
    user: _User,
    text: _Text = None,
    reason: _Reason = "",
) -> None:
    """Confirm what an informant said."""
    with acting(user, Permission.TICKET_DISPATCH) as desk:
        if text is None:
            found = dispatcher_relay(desk.session, ticket_no).messages
            text = next((one.text for one in found if one.id == message_id), None)
        args = (desk.session, ticket_no, message_id, text or "", desk.actor, reason)
        desk.said.append(f"已转交。{_standing(desk.casework.relay.confirm(*args))}")


@relay.command("withhold", help="不转交举报人的话；须写理由。")
def keep_back(ticket_no: _TicketNo, message_id: _Message, user: _User, reason: _Reason) -> None:
    """Keep what an informant said from the department."""
    with acting(user, Permission.TICKET_DISPATCH) as desk:
        args = (desk.session, ticket_no, message_id, desk.actor, reason)
        desk.said.append(f"不转交。{_standing(desk.casework.relay.withhold(*args))}")


def _chosen(views: list[RedactionView], number: str | None) -> RedactionView:
    """Return the appeal meant; raises ``MalformedInputError`` where that is not clear."""
    found = [one for one in views if number in {None, one.number}]
    if len(found) != 1:
        raise _UnclearAppealError
    return found[0]


def _line(one: MessageView, names: dict[str, str]) -> str:
    by = names.get(one.department or "", one.department or one.pseudonym)
    said = one.text or one.state.label
    return f"{one.id} {by} {one.kind.label}（{one.state.label}）：{said}"


def _standing(ticket: Ticket) -> str:
    return f"工单{ticket.ticket_no}：{ticket.state.label}。"
