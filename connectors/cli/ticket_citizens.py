"""``hotline tickets appeal …``: what an operator does to an appeal at its citizen's word."""

from pathlib import Path
from typing import Annotated

import typer

from connectors.cli.acting import CaseworkParts, acting, actor_of
from foundation.access.permissions import Permission
from routing.appeals.citizens_word import CitizensWord, OpenedBy
from routing.attachments.inspection import inspected
from routing.finding.assembly import build_related
from routing.tickets.schemas import AskedBy

app = typer.Typer(help="应市民要求撤回诉求、补照片；凭诉求编号和查询码。", no_args_is_help=True)

_User = Annotated[str, typer.Option("--as", help="以哪个账号操作（账号名）。")]
_Number = Annotated[str, typer.Argument(help="诉求编号。")]
# Asked for where it is not given: what stands in a command line is kept in the shell's history.
_Code = Annotated[str, typer.Option("--code", prompt="查询码", help="市民报出的查询码。")]


@app.command("withdraw", help="应市民要求撤回一件诉求；理由和谁要求的会留痕，市民会收到通知。")
def withdraw(
    number: _Number,
    user: _User,
    code: _Code,
    asked_by: Annotated[
        AskedBy,
        typer.Option("--by", help="谁要求的：citizen 本人，family 家人，agent 受委托的人。"),
    ],
    reason: Annotated[str, typer.Option("--reason", help="市民为什么要撤回。")],
) -> None:
    """Take an appeal back for its citizen."""
    with acting(user, Permission.CALL_REGISTER) as desk:
        by = OpenedBy(number, code, actor_of(desk.account))
        done = _word(desk.parts).withdraw(desk.session, by, asked_by, reason)
        desk.record("appeal.withdraw", done)
        desk.said.append(f"诉求{done}已撤回。")


@app.command("photo", help="把市民用别的办法发来的照片补到诉求里（JPG、PNG、WebP，10MB以内）。")
def photo(
    number: _Number,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="照片。")],
    user: _User,
    code: _Code,
) -> None:
    """Add a photograph for a citizen."""
    kept = inspected(file.read_bytes())
    with acting(user, Permission.CALL_REGISTER) as desk:
        by = OpenedBy(number, code, actor_of(desk.account))
        added = _word(desk.parts).add_photo(desk.session, by, file.name, kept)
        desk.record("appeal.photo", f"{by.about} {added.id}")
        desk.said.append(f"已补照片：{added.name}")


def _word(parts: CaseworkParts) -> CitizensWord:
    related = build_related(parts.settings, parts.clock, parts.deadlines, parts.casework)
    return related.citizens_word
