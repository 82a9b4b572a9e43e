"""``hotline kb entry submit-many``, ``publish-many``, ``return-many``: many entries at once."""

from collections.abc import Sequence
from typing import Annotated

import typer

from connectors.bulk_lines import line_of, sum_of
from connectors.cli.entry_desk import EntryDesk, entry_desk
from foundation.errors import MalformedInputError
from knowledge_base.entries.bulk import Locks
from knowledge_base.entries.catalogue import open_versions
from knowledge_base.entries.repository import lock_versions_of
from knowledge_base.entries.schemas import BulkLine
from knowledge_base.entries.states import EntryState

_Codes = Annotated[list[str] | None, typer.Argument(help="事项编码，可写多个。")]
_All = Annotated[bool, typer.Option("--all", help="全部等待审核的条目。")]
_AllDrafts = Annotated[bool, typer.Option("--all", help="全部草稿。")]
_User = Annotated[str, typer.Option("--as", help="以哪个账号操作（账号名）。")]


class NothingNamedError(MalformedInputError):
    """Neither codes nor ``--all``, or both."""

    user_message = "请写明事项编码，或者用 --all 处理全部，两者取其一。"


def register(app: typer.Typer) -> None:
    """Add the commands to ``hotline kb entry``."""
    app.command("submit-many", help="把多个草稿提交审核，逐条报告。")(submit_many)
    app.command("publish-many", help="检查并发布多个待审核的条目，逐条报告。")(publish_many)
    app.command("return-many", help="退回多个待审核的条目，逐条报告。")(return_many)


def submit_many(user: _User, codes: _Codes = None, *, every: _AllDrafts = False) -> None:
    """Submit each as ``submit`` would; exit code 1 when any was kept back."""
    with entry_desk(user) as desk:
        locks = _locks(desk, codes or (), EntryState.DRAFT, every=every)
        lines = desk.entries.bulk.submit(desk.account, locks)
    _report(lines)


def publish_many(
    user: _User,
    reason: Annotated[str, typer.Option("--reason", help="审核意见，各条目相同。")],
    codes: _Codes = None,
    *,
    every: _All = False,
    override: Annotated[
        str | None,
        typer.Option("--override", help="检查有提示也发布的理由；不写则有提示的不发布。"),
    ] = None,
) -> None:
    """Publish each as ``publish`` would; exit code 1 when any was kept out."""
    with entry_desk(user) as desk:
        locks = _locks(desk, codes or (), EntryState.REVIEW, every=every)
        lines = desk.entries.bulk.publish(desk.account, locks, reason, override)
    _report(lines)


def return_many(
    user: _User,
    reason: Annotated[str, typer.Option("--reason", help="退回意见，各条目相同。")],
    codes: _Codes = None,
    *,
    every: _All = False,
) -> None:
    """Send each back as ``return`` would; exit code 1 when any could not be."""
    with entry_desk(user) as desk:
        locks = _locks(desk, codes or (), EntryState.REVIEW, every=every)
        lines = desk.entries.bulk.send_back(desk.account, locks, reason)
    _report(lines)


def _locks(desk: EntryDesk, codes: Sequence[str], state: EntryState, *, every: bool) -> Locks:
    if bool(codes) is every:
        raise NothingNamedError("no entries named")
    with desk.database.reading() as session:
        if every:
            waiting = open_versions(session, desk.account, (state,))
            return {one.code: one.lock_version for one in waiting}
        # One in another state is told of in its line, as any other that is kept out.
        known = lock_versions_of(session, codes)
    return {code: known.get(code, 0) for code in codes}


def _report(lines: Sequence[BulkLine]) -> None:
    for line in lines:
        typer.echo(line_of(line))
    typer.echo(sum_of(lines))
    if any(one.refusal for one in lines):
        raise typer.Exit(1)
